"""Colours of figures: by name, by parts, or as ``"#rrggbb"``."""

from __future__ import annotations

import colorsys
import difflib
import re
from functools import lru_cache
from typing import Union

from ..dherror import DHError

__all__ = ["Color", "Colors"]

_HEX = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")


@lru_cache(maxsize=1)
def _named() -> dict[str, str]:
    """The colours that formulas know too, as ``#rrggbb``."""
    from ..table_factory import empty_table, new_table

    names = next(iter(empty_table(1).view("Names = colorNames()").iter_dict()))["Names"]
    packed = new_table({"Name": list(names)}).view(["Name", "Packed = background(Name)"])
    # The upper half of a format is its background: a bit that says there is one, and three bytes.
    return {row["Name"]: f"#{(row['Packed'] >> 32) & 0xFF_FFFF:06x}" for row in packed.iter_dict() if row["Packed"]}


class Color:
    """A colour. Made by `of_name`, `of_rgb`, `of_rgb_f` or `of_hsl`.

    Example:
        from kinetable.plot import Color
        print(Color.of_name("DARKORANGE").to_hex(), Color.of_rgb(255, 0, 0).to_hex())
    """

    def __init__(self, hex: str) -> None:
        """For this package only."""
        self._hex = hex

    def to_hex(self) -> str:
        """The colour as ``#rrggbb``, or ``#rrggbbaa`` where it is not opaque."""
        return self._hex

    @staticmethod
    def of_name(name: str) -> Color:
        """A colour by its name, in any case, or by its digits.

        Args:
            name: A name that formulas know (``"DARKORANGE"``; ``colorNames()`` lists them), or ``"#rrggbb"``.

        Raises:
            DHError: if there is no such colour.
        """
        if _HEX.fullmatch(name):
            return Color(name.lower())
        found = _named().get(name.upper())
        if found is None:
            near = difflib.get_close_matches(name.upper(), _named(), 1)
            hint = f'did you mean "{near[0]}"?' if near else 'a CSS name such as "ORANGE", or "#rrggbb"'
            raise DHError(message=f'there is no colour "{name}"\n  hint: {hint}')
        return Color(found)

    @staticmethod
    def of_rgb(r: int, g: int, b: int, alpha: int = 255) -> Color:
        """A colour by its parts, each from 0 to 255.

        Args:
            r: Red.
            g: Green.
            b: Blue.
            alpha: How opaque it is.

        Raises:
            DHError: if a part is outside of its range.
        """
        parts = {"r": r, "g": g, "b": b, "alpha": alpha}
        for name, part in parts.items():
            if not 0 <= part <= 255:
                raise DHError(message=f"{name} of a colour is {part}\n  hint: 0 to 255")
        return Color(f"#{r:02x}{g:02x}{b:02x}" + (f"{alpha:02x}" if alpha < 255 else ""))

    @staticmethod
    def of_rgb_f(r: float, g: float, b: float, alpha: float = 1.0) -> Color:
        """A colour by its parts, each from 0 to 1.

        Args:
            r: Red.
            g: Green.
            b: Blue.
            alpha: How opaque it is.

        Raises:
            DHError: if a part is outside of its range.
        """
        for name, part in {"r": r, "g": g, "b": b, "alpha": alpha}.items():
            if not 0 <= part <= 1:
                raise DHError(message=f"{name} of a colour is {part}\n  hint: 0 to 1")
        return Color.of_rgb(*(round(part * 255) for part in (r, g, b, alpha)))

    @staticmethod
    def of_hsl(h: float, s: float, l: float, alpha: float = 1.0) -> Color:  # noqa: E741
        """A colour by hue, saturation and lightness.

        Args:
            h: The hue, in degrees.
            s: The saturation, in percent.
            l: The lightness, in percent.
            alpha: How opaque it is, from 0 to 1.

        Raises:
            DHError: if a part is outside of its range.
        """
        for name, part in {"s": s, "l": l}.items():
            if not 0 <= part <= 100:
                raise DHError(message=f"{name} of a colour is {part}\n  hint: 0 to 100")
        return Color.of_rgb_f(*colorsys.hls_to_rgb(h % 360 / 360, l / 100, s / 100), alpha)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Color) and other._hex == self._hex

    def __hash__(self) -> int:
        return hash(self._hex)

    def __repr__(self) -> str:
        return f'Color("{self._hex}")'


class _Names(type):
    def __getattr__(cls, name: str) -> Color:
        if name.startswith("_") or name.upper() not in _named():
            raise AttributeError(f"there is no colour {name!r}")
        return Color.of_name(name)

    def __dir__(cls) -> list[str]:
        return sorted([*type.__dir__(cls), *_named()])


class Colors(metaclass=_Names):
    """The colours that have names: ``Colors.DARKORANGE``.

    Example:
        from kinetable.plot import Colors
        print(Colors.DARKORANGE.to_hex())
    """


ColorLike = Union[str, int, Color]


def hex_of(color: Union[ColorLike, None]) -> Union[str, None]:
    """A colour as an argument, as ``#rrggbb``; a number is ``0xrrggbb``."""
    if color is None or isinstance(color, Color):
        return None if color is None else color.to_hex()
    if isinstance(color, str):
        return Color.of_name(color).to_hex()
    if isinstance(color, int) and not isinstance(color, bool):
        if not 0 <= color <= 0xFF_FFFF:
            raise DHError(message=f"colour {color} is no number of three bytes\n  hint: 0xrrggbb, or a name")
        return f"#{color:06x}"
    raise DHError(message=f'a colour is a {type(color).__name__}\n  hint: a name, "#rrggbb", 0xrrggbb or a Color')
