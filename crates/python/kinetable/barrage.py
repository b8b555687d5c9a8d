"""Tables of other processes, as live tables here.

A process that serves its tables is asked for one by its ticket; what comes back is a table like any other, and what is made from it
is live too::

    from kinetable.barrage import barrage_session

    there = barrage_session("localhost", 10000)
    trades = there.subscribe(b"s/trades")
    last = trades.last_by("Sym")

A remote table changes by whole updates only. When the connection is lost it stays as it is, and `BarrageSession.state` says that
it is stale; the session asks again until it is answered, and the table is whole again at once. The server may be this package's
or Deephaven's.
"""

from __future__ import annotations

import base64
from types import TracebackType
from typing import Any, Optional

from . import _kinetable as _native
from .dherror import DHError
from .table import Table

__all__ = ["BarrageSession", "barrage_session"]


class BarrageSession:
    """A session in another process; made by `barrage_session`. As a context manager it ends with the block."""

    def __init__(self, native: _native.RemoteSession) -> None:
        """For this package only."""
        self._native = native

    def subscribe(self, ticket: bytes) -> Table:
        """A live table that follows one of the other process.

        Args:
            ticket: Its ticket: ``b"s/NAME"`` of a variable, ``b"a/APP/f/FIELD"`` of an application, ``b"h…"`` of a shared table.

        Returns:
            The live table. It has the columns and rows, with their order, of the one there; of a blink table every row of every cycle
            passes once. It is kept up to date for as long as somebody holds it or what is made from it.

        Raises:
            DHError: if there is no such table, this session may not read it, or the connection is lost before it is whole.

        Usage:
            trades = barrage_session("localhost").subscribe(b"s/trades")
        """
        return Table(self._native.subscribe(_ticket(ticket)))

    def snapshot(self, ticket: bytes) -> Table:
        """A copy of a table of the other process, as it is now.

        Args:
            ticket: Its ticket, as in `subscribe`.

        Returns:
            A static table with all rows.

        Raises:
            DHError: as `subscribe`.

        Usage:
            today = barrage_session("localhost").snapshot(b"s/trades")
        """
        return Table(self._native.snapshot(_ticket(ticket)))

    def state(self) -> dict[str, Any]:
        """Whether tables of this session show what is there.

        Returns:
            ``state``: ``"connected"``, ``"stale"`` (the connection is lost, tables are as they were then) or ``"closed"``; if stale,
            ``seconds`` since and ``reason``.

        Usage:
            print(barrage_session("localhost").state()["state"])
        """
        state, stale = self._native.state()
        return {"state": state} if stale is None else {"state": state, "seconds": stale[0], "reason": stale[1]}

    def close(self) -> None:
        """Ends the session. Tables that it follows change no more: they fail, with their last rows still readable.

        Usage:
            barrage_session("localhost").close()
        """
        self._native.close()

    def __enter__(self) -> BarrageSession:
        """The session."""
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], traceback: Optional[TracebackType]
    ) -> None:
        """Ends it."""
        self.close()

    def __repr__(self) -> str:
        """What state it is in."""
        return f"BarrageSession({self.state()['state']})"


def barrage_session(
    host: str,
    port: int = 10000,
    auth_type: str = "Anonymous",
    auth_token: str = "",
    use_tls: bool = False,
    tls_root_certs: Optional[bytes] = None,
    extra_headers: Optional[dict[str, str]] = None,
) -> BarrageSession:
    """Begins a session in another process that serves tables.

    Args:
        host: Its name or number.
        port: Its port, 1 to 65535.
        auth_type: ``"Anonymous"``, ``"Basic"``, ``"Bearer"``, or the class of another handler
            (``"io.deephaven.authentication.psk.PskAuthenticationHandler"``).
        auth_token: What goes with it: for ``"Basic"`` the user and the password with a colon between, for others the key or token.
        use_tls: Whether the connection is kept secret.
        tls_root_certs: Certificates below which the server's must be, as PEM; ``None``: those that the machine believes.
        extra_headers: More headers of every call.

    Returns:
        The session. It lasts until it is closed.

    Raises:
        DHError: if the process cannot be reached, or does not let us in.

    Usage:
        there = barrage_session("localhost", 10000)
    """
    if not isinstance(port, int) or not 1 <= port <= 65535:
        raise DHError(message=f'"{port}" is no port; ports are numbers from 1 to 65535')
    if tls_root_certs is not None and not use_tls:
        raise DHError(message='"tls_root_certs" are given without TLS\n  hint: give use_tls=True')
    if auth_type == "Basic" and ":" in auth_token:
        auth_token = base64.b64encode(auth_token.encode()).decode()
    tls = (tls_root_certs or b"") if use_tls else None
    credential = f"{auth_type} {auth_token}".strip()
    headers = [(str(name), str(value)) for name, value in (extra_headers or {}).items()]
    return BarrageSession(_native.remote_session(host, port, credential, tls, headers))


def _ticket(ticket: bytes) -> bytes:
    if not isinstance(ticket, (bytes, bytearray)) or not ticket:
        raise DHError(message=f'a ticket is bytes, not {ticket!r}\n  hint: b"s/NAME" names a variable of the other process')
    return bytes(ticket)
