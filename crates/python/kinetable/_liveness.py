"""Which tables a scope is to release: every table asks, so this module imports nothing of the package."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from ._table.base import TableBase
    from .liveness_scope import LivenessScope

_local = threading.local()


def scopes() -> list[LivenessScope]:
    """The open scopes of this thread, the innermost last."""
    found: Optional[list[Any]] = getattr(_local, "scopes", None)
    if found is None:
        found = _local.scopes = []
    return found


def made(table: TableBase) -> None:
    """A table was made: the innermost open scope of this thread manages it."""
    open_scopes = scopes()
    if open_scopes:
        open_scopes[-1].manage(table)
