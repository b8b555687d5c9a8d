"""How much a table keeps: rows, bytes or age, as scripts write them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Optional, Sequence, Union

from ..._values import duration
from ...dherror import DHError

Limit = Union[int, str, dt.timedelta]
Limits = Optional[Union[Limit, Sequence[Limit]]]

_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)")
_BYTES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_BYTES |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_SECONDS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "hours": 3600}
_SECONDS |= {"d": 86_400, "day": 86_400, "days": 86_400, "w": 604_800}


def byte_count(value: Union[int, str]) -> int:
    """A number of bytes: an int, or a text such as ``"500MB"`` or ``"1GiB"``."""
    match = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None and match[2].lower() in _BYTES:
        return int(float(match[1]) * _BYTES[match[2].lower()])
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise DHError(message=f'{value!r} is no number of bytes\n  hint: write e.g. "500MB", "1GiB" or an int')


def limits(keep: Limits) -> tuple[Optional[int], Optional[int], Optional[int]]:
    """Rows, bytes and age in nanoseconds of one limit or several."""
    several = keep if isinstance(keep, Sequence) and not isinstance(keep, str) else [keep]
    found: dict[str, int] = {}
    for limit in several:
        kind, number = _limit(limit)
        if kind in found:
            raise DHError(message=f"keep={keep!r} names two limits of one kind\n  hint: give one of rows, bytes, age")
        if number < 1:
            raise DHError(message=f"keep={limit!r} keeps nothing\n  hint: give a limit above zero")
        found[kind] = number
    return found.get("rows"), found.get("bytes"), found.get("age")


def _limit(limit: Any) -> tuple[str, int]:
    if isinstance(limit, int) and not isinstance(limit, bool):
        return "rows", limit
    if isinstance(limit, dt.timedelta):
        return "age", duration(limit) or 0
    if isinstance(limit, str):
        match = _NUMBER.fullmatch(limit.strip())
        unit = match[2].lower() if match else ""
        if unit in _BYTES:
            return "bytes", byte_count(limit)
        if match and unit in _SECONDS:
            return "age", round(float(match[1]) * _SECONDS[unit] * 1_000_000_000)
        if match and unit in ("row", "rows"):
            return "rows", int(float(match[1]))
        if limit.upper().startswith("P"):
            try:
                return "age", duration(limit) or 0
            except ValueError:
                pass
    hint = 'rows are an int, bytes a text such as "500MB", age one such as "1h", "90s" or "PT1H"'
    raise DHError(message=f"keep={limit!r} is no limit\n  hint: {hint}")
