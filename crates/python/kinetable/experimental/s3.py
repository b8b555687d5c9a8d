"""How object stores are reached, for `kinetable.parquet`.

A path that begins with ``s3://``, ``gs://``, ``az://`` or ``https://`` is in a store. Without instructions all is taken
from the environment, as the tools of each store do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

from .._times import Duration
from ..dherror import DHError
from ..time import to_j_duration

DurationLike = Union[Duration, int, str, Any]

__all__ = ["Credentials", "S3Instructions"]


class Credentials:
    """Who asks a store. Made by the class methods.

    Example:
        from kinetable.experimental import s3
        print(s3.Credentials.anonymous())
    """

    def __init__(self, kind: str, key: Optional[tuple[str, str, Optional[str]]] = None, **files: Optional[str]) -> None:
        """For this module only."""
        self._kind = kind
        self._key = key
        self._files = files

    def __repr__(self) -> str:
        return f"Credentials.{self._kind}()"

    @classmethod
    def resolving(cls) -> Credentials:
        """Those of the environment, else of the profile, else of the machine. What is taken if none are given.

        Example:
            from kinetable.experimental import s3
            print(s3.Credentials.resolving())
        """
        return cls("resolving")

    @classmethod
    def default(cls) -> Credentials:
        """As `resolving`.

        Example:
            from kinetable.experimental import s3
            print(s3.Credentials.default())
        """
        return cls("resolving")

    @classmethod
    def basic(cls, access_key_id: str, secret_access_key: str) -> Credentials:
        """An access key.

        Args:
            access_key_id: Its name. Of Azure, the account.
            secret_access_key: Its secret. It is never shown.

        Example:
            from kinetable.experimental import s3
            print(s3.Credentials.basic("me", "secret"))
        """
        return cls("key", (access_key_id, secret_access_key, None))

    @classmethod
    def session(cls, access_key_id: str, secret_access_key: str, session_token: str) -> Credentials:
        """An access key that ends.

        Args:
            access_key_id: Its name.
            secret_access_key: Its secret.
            session_token: The token of the session.

        Example:
            from kinetable.experimental import s3
            print(s3.Credentials.session("me", "secret", "token"))
        """
        return cls("key", (access_key_id, secret_access_key, session_token))

    @classmethod
    def anonymous(cls) -> Credentials:
        """Nobody: requests are not signed. For public buckets.

        Example:
            from kinetable.experimental import s3
            print(s3.Credentials.anonymous())
        """
        return cls("anonymous")

    @classmethod
    def profile(
        cls,
        profile_name: Optional[str] = None,
        config_file_path: Optional[str] = None,
        credentials_file_path: Optional[str] = None,
    ) -> Credentials:
        """The access key of a profile in the configuration files of Amazon's tools.

        Args:
            profile_name: The profile; if not given that of ``AWS_PROFILE``, else ``default``.
            config_file_path: The file of profiles; ``~/.aws/config`` if not given.
            credentials_file_path: The file of their keys; ``~/.aws/credentials`` if not given.

        Example:
            from kinetable.experimental import s3
            print(s3.Credentials.profile("work"))
        """
        files = {"profile": profile_name, "config_file": config_file_path, "credentials_file": credentials_file_path}
        return cls("profile", None, **files)


@dataclass(repr=False)
class S3Instructions:
    """How a store is reached. What is not given is as the store and the environment have it.

    Args:
        region_name: Region of the bucket.
        credentials: Who asks.
        max_concurrent_requests: Requests under way at once; 16 if not given.
        read_ahead_count: Fragments read beyond what was asked for; 32 if not given, 0 for none.
        fragment_size: Bytes of a fragment; 65,536 if not given.
        connection_timeout: How long to wait for a connection; 5 s if not given. As all durations here a text such as
            ``PT2s``, nanoseconds, a ``timedelta``, …
        read_timeout: How long to wait for bytes; 30 s if not given.
        write_timeout: How long a part may take to be written; 120 s if not given.
        access_key_id: The access key, in place of `credentials`.
        secret_access_key: Its secret.
        anonymous_access: Whether requests are not signed.
        endpoint_override: Where a store that is not Amazon's answers, e.g. ``http://127.0.0.1:9000``.
        write_part_size: Bytes of the parts in which large files are written; 10 MiB if not given.
        num_concurrent_write_parts: Parts written at once; 8 if not given.
        profile_name: Profile in the configuration files.
        config_file_path: The file of profiles; ``~/.aws/config`` if not given.
        credentials_file_path: The file of their keys; ``~/.aws/credentials`` if not given.

    Raises:
        DHError: if a key comes without its secret, or with other credentials.

    Example:
        from kinetable.experimental.s3 import Credentials, S3Instructions
        local = S3Instructions(endpoint_override="http://127.0.0.1:9000", credentials=Credentials.basic("me", "secret"))
        print(local.endpoint_override)
    """

    region_name: Optional[str] = None
    credentials: Optional[Credentials] = None
    max_concurrent_requests: Optional[int] = None
    read_ahead_count: Optional[int] = None
    fragment_size: Optional[int] = None
    connection_timeout: Optional[DurationLike] = None
    read_timeout: Optional[DurationLike] = None
    write_timeout: Optional[DurationLike] = None
    access_key_id: Optional[str] = None
    secret_access_key: Optional[str] = None
    anonymous_access: bool = False
    endpoint_override: Optional[str] = None
    write_part_size: Optional[int] = None
    num_concurrent_write_parts: Optional[int] = None
    profile_name: Optional[str] = None
    config_file_path: Optional[str] = None
    credentials_file_path: Optional[str] = None

    def __post_init__(self) -> None:
        given = [self.credentials is not None, self.access_key_id is not None, self.anonymous_access]
        if sum(given) > 1:
            raise DHError(message="credentials are given twice\n  hint: give credentials alone")
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise DHError(message="an access key has two parts: access_key_id and secret_access_key")
        self._options()

    def __repr__(self) -> str:
        return f"S3Instructions(region_name={self.region_name!r}, endpoint_override={self.endpoint_override!r})"

    def _who(self) -> Credentials:
        if self.access_key_id is not None and self.secret_access_key is not None:
            return Credentials.basic(self.access_key_id, self.secret_access_key)
        if self.anonymous_access:
            return Credentials.anonymous()
        return self.credentials or Credentials.resolving()

    def _options(self) -> dict[str, Any]:
        """For the native side."""
        who = self._who()
        files = {
            "profile": self.profile_name,
            "config_file": self.config_file_path,
            "credentials_file": self.credentials_file_path,
        }
        files.update({name: value for name, value in who._files.items() if value is not None})
        return {
            "region": self.region_name,
            "endpoint": self.endpoint_override,
            "kind": who._kind,
            "key": who._key,
            "requests_max": _count("max_concurrent_requests", self.max_concurrent_requests),
            "read_ahead": _count("read_ahead_count", self.read_ahead_count, 0),
            "fragment_bytes": _count("fragment_size", self.fragment_size),
            "connect_ns": _nanos(self.connection_timeout),
            "read_ns": _nanos(self.read_timeout),
            "write_ns": _nanos(self.write_timeout),
            "part_bytes": _count("write_part_size", self.write_part_size),
            "parts_max": _count("num_concurrent_write_parts", self.num_concurrent_write_parts),
            **files,
        }


def _count(name: str, value: Optional[int], least: int = 1) -> Optional[int]:
    if value is not None and value < least:
        raise DHError(message=f"{name} is {value}, but has to be at least {least}")
    return value


def _nanos(value: Optional[DurationLike]) -> Optional[int]:
    if value is None:
        return None
    duration = value if isinstance(value, int) else to_j_duration(value)
    nanos = duration if isinstance(duration, int) else duration.nanos if duration is not None else 0
    if nanos <= 0:
        raise DHError(message=f"a timeout of {value} is not positive")
    return nanos
