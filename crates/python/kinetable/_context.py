"""The names that an execution context froze, for formulas of this thread."""

from __future__ import annotations

import threading
from typing import Any, Mapping

_local = threading.local()


def contexts() -> list[Any]:
    """The contexts that this thread is in, the innermost last."""
    found: Any = getattr(_local, "contexts", None)
    if found is None:
        found = _local.contexts = []
    return found  # type: ignore[no-any-return]


def frozen() -> Mapping[str, Any]:
    """The variables that are frozen now."""
    entered = contexts()
    return entered[-1]._frozen if entered else {}
