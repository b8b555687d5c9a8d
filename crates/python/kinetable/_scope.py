"""The names of the script that called a Table method: what formulas may use besides columns."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, Mapping, Optional

from ._context import frozen

_PACKAGE = __name__.partition(".")[0]
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>")

Names = tuple[Mapping[str, Any], Mapping[str, Any]]


def caller() -> Names:
    """Locals and globals of the nearest frame outside of this package.

    A comprehension or lambda has a frame of its own; the names of the function around it are seen through it.
    """
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    if frame is None:
        return frozen(), {}
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
