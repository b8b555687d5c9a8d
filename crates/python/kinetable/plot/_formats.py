"""Patterns of axes, as matplotlib's formatters.

Numbers: ``#,##0.00``: digits before the point (``0``: at least so many), thousands apart, digits after it (``#``: only
if they say something), ``%`` for hundredths, other text as it stands. Times: letters of `java.time`: ``y M d H h m s S
a E``, text in ``'…'``.
"""

from __future__ import annotations

import importlib
import re
from typing import Any, Optional

from ._model import Axis

_NUMBER = re.compile(r"[#0,]*[#0](?:\.[#0]*)?|\.[#0]+")
_LETTERS = re.compile(r"'([^']*)'|(y+|M+|d+|H+|h+|m+|s+|S+|a+|E+)|(.)", re.DOTALL)


def number(pattern: str, value: float) -> str:
    """A number by a pattern."""
    found = _NUMBER.search(pattern)
    if found is None:
        return pattern
    digits, _, after = found.group().partition(".")
    least, most = after.count("0"), len(after)
    shown = value * 100 if "%" in pattern else value
    text = f"{abs(shown):,.{most}f}" if "," in digits else f"{abs(shown):.{most}f}"
    whole, point, rest = text.partition(".")
    while len(rest) > least and rest.endswith("0"):
        rest = rest[:-1]
    whole = whole.rjust(digits.count("0"), "0")
    sign = "-" if shown < 0 and float(text.replace(",", "")) != 0 else ""
    text = f"{sign}{whole}{point if rest else ''}{rest}"
    return pattern[: found.start()] + text + pattern[found.end() :]


def moment(pattern: str, value: Any) -> str:
    """A `datetime` by a pattern."""

    def part(match: re.Match[str]) -> str:
        quoted, letters, other = match.groups()
        if letters is None:
            return quoted if quoted is not None else other
        count = len(letters)
        texts = {
            "y": f"{value.year % 100:02d}" if count == 2 else str(value.year),
            "M": value.strftime("%B" if count > 3 else "%b") if count > 2 else str(value.month).rjust(count, "0"),
            "E": value.strftime("%A" if count > 3 else "%a"),
            "a": value.strftime("%p"),
            "S": f"{value.microsecond:06d}000"[:count],
        }
        clock = {"d": value.day, "H": value.hour, "h": value.hour % 12 or 12, "m": value.minute, "s": value.second}
        return texts[letters[0]] if letters[0] in texts else str(clock[letters[0]]).rjust(count, "0")

    return _LETTERS.sub(part, pattern)


def formatter(axis: Axis) -> Optional[tuple[Any, Any]]:
    """Where an axis has its marks, and what is written at them; nothing, if as matplotlib has it."""
    from matplotlib import ticker

    dates: Any = importlib.import_module("matplotlib.dates")

    if axis.time:
        from zoneinfo import ZoneInfo

        zone = ZoneInfo(axis.zone or "UTC")
        places = dates.AutoDateLocator(tz=zone)
        clock = axis.pattern
        if clock is None:
            return places, dates.ConciseDateFormatter(places, tz=zone)
        return places, ticker.FuncFormatter(lambda day, _: _plain_dollars(moment(clock, dates.num2date(day, tz=zone))))
    if axis.pattern is not None:
        pattern = axis.pattern
        return None, ticker.FuncFormatter(lambda value, _: _plain_dollars(number(pattern, value)))
    if axis.log:
        return None
    # Thousands apart, as the page has them, and no digits that say nothing.
    return None, ticker.FuncFormatter(_plain)


def _plain_dollars(text: str) -> str:
    """Marks are made by matplotlib when it draws, which takes what is between two ``$`` as a formula."""
    return text.replace("$", r"\$") if text.count("$") > 1 else text


def _plain(value: float, _: Any) -> str:
    if value and (abs(value) >= 1e15 or abs(value) < 1e-6):
        return f"{value:.6g}"
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
