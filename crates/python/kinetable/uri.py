"""Tables by their URI, wherever they are."""

from __future__ import annotations

from typing import Any

from . import _kinetable as _native
from .table import Table

__all__ = ["resolve"]


def resolve(uri: str) -> Any:
    """The table that a URI names in another process, as a live table here. The other process is asked without a credential.

    Args:
        uri: ``dh://host[:port]/scope/NAME`` (TLS), ``dh+plain://host[:port]/scope/NAME``, or ``…/app/APP_ID/field/NAME``.

    Returns:
        The live table, as of `kinetable.barrage.BarrageSession.subscribe`.

    Raises:
        DHError: if it is no such URI, the process cannot be reached, or there is no such table.

    Usage:
        trades = resolve("dh+plain://localhost:10000/scope/trades")
    """
    return Table(_native.remote_resolve(uri))
