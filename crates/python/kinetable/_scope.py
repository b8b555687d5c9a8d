"""The names of the script that called a Table method: what formulas may use besides columns."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from types import FrameType
from typing import Any, Generator, Mapping, Optional

from ._context import frozen

_PACKAGE = __name__.partition(".")[0]
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>")

Names = tuple[Mapping[str, Any], Mapping[str, Any]]


_PINNED = threading.local()


@contextmanager
def pinned(names: Names) -> Generator[None, None, None]:
    """While it lasts, `caller` also knows these names: for a function that the engine calls later."""
    before = getattr(_PINNED, "names", None)
    _PINNED.names = names
    try:
        yield
    finally:
        _PINNED.names = before


def caller() -> Names:
    """Locals and globals of the nearest frame outside of this package.

    A comprehension or lambda has a frame of its own; the names of the function around it are seen through it.
    """
    known: Optional[Names] = getattr(_PINNED, "names", None)
    found = _nearest()
    if known is None:
        return found or (frozen(), {})
    if found is None:
        return known
    return {**known[0], **found[0]}, found[1]


def _nearest() -> Optional[Names]:
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    if frame is None:
        return None
    local_names: Mapping[str, Any] = frame.f_locals
    outer = frame.f_back
    while frame.f_code.co_name in _COMPREHENSIONS and outer is not None and outer.f_globals is frame.f_globals:
        local_names = {**outer.f_locals, **local_names}
        frame, outer = outer, outer.f_back
    as_they_were = frozen()
    return ({**local_names, **as_they_were} if as_they_were else local_names), frame.f_globals


def _is_ours(frame: FrameType) -> bool:
    name: str = frame.f_globals.get("__name__", "")
    return name == _PACKAGE or name.startswith(_PACKAGE + ".")
