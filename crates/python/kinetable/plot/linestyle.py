"""How lines of figures are drawn."""

from __future__ import annotations

from enum import Enum
from typing import Sequence, Union

from ..dherror import DHError

__all__ = ["LineEndStyle", "LineJoinStyle", "LineStyle"]


class LineEndStyle(Enum):
    """How a line ends, in pictures."""

    BUTT = "butt"
    ROUND = "round"
    SQUARE = "square"


class LineJoinStyle(Enum):
    """How pieces of a line meet, in pictures."""

    BEVEL = "bevel"
    MITER = "miter"
    ROUND = "round"


class LineStyle:
    """Width, ends and dashes of a line.

    Args:
        width: The width in pixels.
        end_style: How it ends.
        join_style: How its pieces meet.
        dash_pattern: Lengths in pixels of what is drawn and what is not, in turn; ``None``: all is drawn.

    Raises:
        DHError: if the width or a length is not above 0.

    Example:
        from kinetable.plot import LineStyle
        print(LineStyle(width=2, dash_pattern=[4, 2]))
    """

    def __init__(
        self,
        width: float = 1.0,
        end_style: Union[LineEndStyle, str] = LineEndStyle.ROUND,
        join_style: Union[LineJoinStyle, str] = LineJoinStyle.ROUND,
        dash_pattern: Union[Sequence[float], None] = None,
    ) -> None:
        if not width > 0:
            raise DHError(message=f"the width of a line is {width}\n  hint: pixels, above 0")
        dashes = None if dash_pattern is None else tuple(float(length) for length in dash_pattern)
        if dashes is not None and (not dashes or any(not length > 0 for length in dashes)):
            raise DHError(message=f"the dashes of a line are {dash_pattern}\n  hint: lengths in pixels, above 0")
        self.width = float(width)
        self.end_style = _member(LineEndStyle, end_style)
        self.join_style = _member(LineJoinStyle, join_style)
        self.dash_pattern = dashes

    def __repr__(self) -> str:
        return f"LineStyle(width={self.width}, dash_pattern={self.dash_pattern})"


def _member(kind: type[Enum], value: Union[Enum, str]) -> Enum:
    if isinstance(value, kind):
        return value
    try:
        return kind[str(value).upper()]
    except KeyError:
        hint = ", ".join(member.name for member in kind)
        raise DHError(message=f'"{value}" is no {kind.__name__}\n  hint: {hint}') from None
