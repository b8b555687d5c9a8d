"""Serving the tables of this process."""

from __future__ import annotations

import atexit
import json
import os
import pathlib
import secrets
import sys
import weakref
from typing import Any, Mapping, Optional, Sequence, Union

from .. import _kinetable
from ..dherror import DHError
from ._output import Output

Door = tuple[str, str, str]

# The files of the web app, which a package has that was built with them.
_APP = pathlib.Path(__file__).parent / "app"

_PSK_HANDLER = "io.deephaven.authentication.psk.PskAuthenticationHandler"
_ANONYMOUS_HANDLER = "io.deephaven.auth.AnonymousAuthenticationHandler"
_started: weakref.WeakSet[Server] = weakref.WeakSet()


class Server:
    """A server of the tables that are variables of this process's main module.

    Clients of Deephaven's protocol (`pydeephaven` and others) and of Arrow Flight connect to it: they open tables by
    the names of variables, subscribe to them, and make tables of their own from them.

    Args:
        host: The address that is listened on; ``None``: ``127.0.0.1``.
        port: The port; ``None``: 10000; 0: any that is free.
        jvm_args: Ignored, for scripts that were written for Deephaven; as are the next two.
        extra_classpath: Ignored.
        default_jvm_args: Ignored.
        auth: Who may enter: ``"psk=KEY"``, ``"basic=USER:PASSWORD"``, ``"anonymous"``, or several of them. ``None``: a
            key is made, and is in `link`.
        console: Whether those who enter may run Python in this process, and use its functions in their formulas.
            Whoever may, owns the process.
        read_only: Whether those who enter may change nothing: neither input tables nor variables. Not with `console`.
        rights: For each user a list of what he may do: ``"console"``, or ``list``, ``read``, ``subscribe`` or ``write``
            and a pattern of names (``"read prices*"``; fields of applications are ``app/ID/NAME``). A user is the name
            in `auth`; ``"key"`` and ``"anonymous"`` for the other two; ``"*"`` is everybody who is not named. Or a file
            of JSON with that. They alone say who has a console. ``None``: everybody may do everything but run Python.
        session_s: Seconds that a client's session lasts after its last call, at most; four fifths of them at least.
        tls: Files in PEM: the certificate, its key, and perhaps the certificate of who vouches for clients.
        origins: Origins of web pages that may call, such as ``https://host:port``.
        names: Names that clients find this server by, such as ``tables.example.org``, besides its addresses, `host` and
            ``localhost``. Pages, and calls over HTTP/1.1, by another name are refused.
        files: A directory where those who may run Python keep notebooks and layouts of the web app; it is made if it is
            not there. ``None``: they keep none.
        variables: The variables to serve; ``None``: those of the main module.

    Raises:
        DHError: if `auth` is none that is known, the file of `rights` cannot be read, or a server that is `read_only`
            would have a `console`.

    Example:
        from kinetable import empty_table
        from kinetable.server import Server
        squares = empty_table(3).update("X = i * i")
        server = Server(port=0, auth="psk=secret")
        server.start()
        print(server.port > 0, server.link.endswith("?psk=secret"))
        server.stop()
    """

    def __init__(
        self,
        host: Optional[str] = None,
        port: Optional[int] = None,
        jvm_args: Optional[Sequence[str]] = None,
        extra_classpath: Optional[Sequence[str]] = None,
        default_jvm_args: Optional[Sequence[str]] = None,
        *,
        auth: Union[str, Sequence[str], None] = None,
        console: bool = False,
        read_only: bool = False,
        rights: Union[Mapping[str, Sequence[str]], str, os.PathLike[str], None] = None,
        session_s: float = 300.0,
        tls: Optional[Sequence[str]] = None,
        origins: Sequence[str] = (),
        names: Sequence[str] = (),
        files: Union[str, os.PathLike[str], None] = None,
        variables: Optional[dict[str, Any]] = None,
    ) -> None:
        if console and read_only:
            hint = "leave out one of the two: code that is run changes what it likes"
            raise DHError(message=f"the server would be read-only, and have a console\n  hint: {hint}")
        self._host = "127.0.0.1" if host is None else host
        self._wanted = 10000 if port is None else port
        self._doors = doors(auth)
        self._console = console
        self._read_only = read_only
        self._rights = None if rights is None else _text(rights)
        self._session_s = session_s
        self._tls = tls
        self._origins = list(origins)
        self._names = list(names)
        self._files = None if files is None else os.fspath(files)
        self._variables = variables
        self._server: Optional[_kinetable.Server] = None
        self._output: Optional[Output] = None

    def start(self) -> None:
        """Listens from now on.

        Raises:
            DHError: if it listens already, the port is taken, a file of `tls` cannot be used, everybody could enter
                from other machines, `files` cannot be made, or `rights` have a rule that is none or name a user who
                cannot enter.
        """
        if self._server is not None:
            raise DHError(message=f"the server listens already, on port {self.port}")
        if not 0 <= self._wanted < 1 << 16:
            raise DHError(message=f"{self._wanted} is no port\n  hint: 0 to 65535; 0 takes one that is free")
        variables = vars(sys.modules["__main__"]) if self._variables is None else self._variables
        self._server = _kinetable.serve(
            variables,
            self._host,
            self._wanted,
            self._doors,
            self._console,
            self._read_only,
            self._rights,
            self._session_s,
            _files(self._tls),
            self._origins,
            self._names,
            str(_APP) if _APP.is_dir() else None,
            self._files,
        )
        _started.add(self)
        if self._server.console:
            self._output = Output(self._server.log)

    def stop(self) -> None:
        """Listens no longer; clients are told, and their sessions end."""
        if self._output is not None:
            self._output.close()
            self._output = None
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port that is listened on, or will be."""
        listening = None if self._server is None else self._server.port
        return self._wanted if listening is None else listening

    @property
    def link(self) -> str:
        """Where a browser finds it, with the key if there is one."""
        scheme = "http" if self._tls is None else "https"
        host = f"[{self._host}]" if ":" in self._host and not self._host.startswith("[") else self._host
        keys = [secret for kind, _, secret in self._doors if kind == "psk"]
        return f"{scheme}://{host}:{self.port}/" + (f"?psk={keys[0]}" if keys else "")

    @property
    def server_config(self) -> dict[str, Any]:
        """How it listens."""
        console = self._console if self._server is None else self._server.console
        return {"host": self._host, "port": self.port, "console": console, "session_s": self._session_s}

    @property
    def authentication_handlers(self) -> list[str]:
        """The names of the handlers of those who enter."""
        names = {"psk": _PSK_HANDLER, "anonymous": _ANONYMOUS_HANDLER, "basic": "Basic"}
        return list(dict.fromkeys(names[kind] for kind, _, _ in self._doors))

    def __repr__(self) -> str:
        state = "stopped" if self._server is None else "listening"
        return f"Server({self._host}:{self.port}, {state})"


def doors(auth: Union[str, Sequence[str], None]) -> list[Door]:
    """The ways in that a text or several say; without any, a key that is made."""
    if auth is None:
        return [("psk", "", secrets.token_urlsafe(24))]
    texts = [auth] if isinstance(auth, str) else list(auth)
    return [_door(text) for text in texts]


def _door(text: str) -> Door:
    kind, _, rest = text.partition("=")
    if text == "anonymous":
        return ("anonymous", "", "")
    if kind == "psk" and rest:
        return ("psk", "", rest)
    user, colon, password = rest.partition(":")
    if kind == "basic" and user and colon and password:
        return ("basic", user, password)
    # What was given may hold a secret: it is not shown.
    raise DHError(message=f'auth "{kind}" is none\n  hint: anonymous, psk=KEY or basic=USER:PASSWORD')


def _text(rights: Union[Mapping[str, Sequence[str]], str, os.PathLike[str]]) -> str:
    """The rights as a text of JSON, which is judged when the server starts."""
    try:
        if isinstance(rights, Mapping):
            # A text would be taken for a list of its letters.
            return json.dumps(
                {user: rules if isinstance(rules, str) else list(rules) for user, rules in rights.items()}
            )
        return pathlib.Path(rights).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = 'a file of JSON: {"ada": ["read *"]}'
        raise DHError(message=f'the rights in "{rights}" cannot be read: {error}\n  hint: {hint}') from error
    except TypeError as error:
        hint = 'a list of texts for each user: {"ada": ["read *"]}'
        raise DHError(message=f"the rights cannot be read: {error}\n  hint: {hint}") from error


def _files(tls: Optional[Sequence[str]]) -> Optional[tuple[str, str, Optional[str]]]:
    if tls is None:
        return None
    if isinstance(tls, str) or len(tls) not in (2, 3):
        hint = "certificate, key, and perhaps who vouches for clients"
        raise DHError(message=f"tls takes two or three files\n  hint: {hint}")
    return (tls[0], tls[1], tls[2] if len(tls) == 3 else None)


@atexit.register
def _stop_all() -> None:
    for server in list(_started):
        server.stop()
