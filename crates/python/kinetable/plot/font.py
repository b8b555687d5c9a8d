"""Fonts of figures: of titles, legends, labels and ticks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..dherror import DHError

__all__ = ["Font", "FontStyle", "font_family_names"]


class FontStyle(Enum):
    """How letters are cut."""

    PLAIN = "plain"
    BOLD = "bold"
    ITALIC = "italic"
    BOLD_ITALIC = "bold_italic"


@dataclass(frozen=True)
class Font:
    """A font. Where the machine that draws does not have the family, another one without serifs is taken; of a page
    that is the machine of who looks at it, and letters are 6 to 72 pixels high.

    Args:
        family: The family.
        style: How letters are cut.
        size: The size in points.

    Raises:
        DHError: if the size is not above 0.

    Example:
        from kinetable.plot import Font, FontStyle
        print(Font(style=FontStyle.BOLD, size=14))
    """

    family: str = "Arial"
    style: FontStyle = FontStyle.PLAIN
    size: int = 8

    def __post_init__(self) -> None:
        if not 0 < self.size < float("inf"):
            raise DHError(message=f"the size of a font is {self.size}\n  hint: points, above 0")


def font_family_names() -> list[str]:
    """The families of fonts that pictures can have on this machine.

    Raises:
        DHError: if matplotlib is not there.

    Usage:
        print("DejaVu Sans" in font_family_names())
    """
    from ._picture import needed

    needed()
    from matplotlib import font_manager

    return sorted({font.name for font in font_manager.fontManager.ttflist})
