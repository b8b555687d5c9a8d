"""Python values as literals of formulas."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from . import _values
from ._times import Duration, Instant, LocalDate, LocalTime, Period, ZonedDateTime
from .dherror import DHError

_ESCAPES = {"\\": "\\\\", "`": "\\`", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(value: Any) -> str:
    """How a formula spells a value.

    Raises:
        DHError: if it is of a type that formulas have no literal for.
    """
    if hasattr(value, "item") and type(value).__module__ == "numpy" and value.dtype.kind not in "mM":
        value = value.item()
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return f"`{''.join(_ESCAPES.get(character, character) for character in value)}`"
    return f"'{_time(value)}'"


def _integer(value: int) -> str:
    if not -(2**63) <= value < 2**63:
        raise DHError(message=f"{value} does not fit a long\n  hint: give it as a float")
    return str(value)


def _float(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "POS_INFINITY_DOUBLE" if value > 0 else "NEG_INFINITY_DOUBLE"
    return repr(value)


def _time(value: Any) -> Any:
    if isinstance(value, (Instant, Duration, Period, LocalDate, LocalTime)):
        return value
    if isinstance(value, ZonedDateTime):
        return value.instant
    kind = _values.kind(value)
    if kind == "Instant":
        return Instant(_values.instant_counts([value])[0] or 0)
    if kind == "Duration":
        return Duration(_values.duration(value))
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    hint = "give a number, a text, a Boolean, a time, or ColumnName(…) for a column"
    raise DHError(message=f"{value!r} ({type(value).__name__}) has no literal in a formula\n  hint: {hint}")
