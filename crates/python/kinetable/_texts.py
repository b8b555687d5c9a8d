"""How the arguments of Table methods are read, and how values are shown."""

from __future__ import annotations

import datetime as dt
from typing import Any, Iterable, Optional, Sequence, Union

from ._times import Duration
from ._values import duration

Texts = Union[str, Sequence[str], None]


_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def texts(argument: Texts) -> list[str]:
    """One text or several, as a list."""
    if argument is None:
        return []
    if isinstance(argument, str):
        return [argument]
    result = list(argument)
    for item in result:
        if not isinstance(item, str):
            raise TypeError(f"a text or a list of texts is expected, but it holds {item!r} ({type(item).__name__})")
    return result


def show(value: Any, type_name: str) -> str:
    """A value as it is printed."""
    if value is None:
        return "(null)"
    if type_name == "Instant":
        return f"{value.astype('datetime64[ns]')}Z"
    if type_name == "Table":
        return f"table of {value.size:,} rows"
    if type_name == "char":
        return chr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _NOT_FINITE.get(repr(value)) or repr(value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, dt.timedelta):
        return str(Duration(duration(value)))
    if isinstance(value, dt.datetime) and type_name == "ZonedDateTime":
        from .time import to_j_zdt

        return str(to_j_zdt(value))
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def show_column(array: Any) -> list[str]:
    """The values of a native array as texts."""
    if array.type_name == "Instant":
        from numpy import isnat

        values: Iterable[Any] = (None if isnat(value) else value for value in array.to_numpy())
    else:
        values = array.to_list()
    return [show(value, array.type_name) for value in values]


def is_number(type_name: str) -> bool:
    """Whether values of this type are printed flush right."""
    return type_name in ("byte", "short", "int", "long", "float", "double")


def grid(names: Sequence[str], types: Sequence[str], columns: Sequence[Sequence[str]], width: int = 10) -> str:
    """A preview: headers flush right, a ruler, numbers flush right and everything else flush left."""
    widths = [max([width, len(name), *(len(cell) for cell in cells)]) for name, cells in zip(names, columns)]
    lines = ["|".join(name.rjust(w) for name, w in zip(names, widths)), "+".join("-" * w for w in widths)]
    flush = [str.rjust if is_number(type_name) else str.ljust for type_name in types]
    for row in zip(*columns):
        lines.append("|".join(place(cell, w) for place, cell, w in zip(flush, row, widths)))
    return "\n".join(lines) + "\n"


def colour(packed: Optional[int]) -> Optional[tuple[str, str]]:
    """Background and text colour of a packed format value, as CSS; ``None`` where there is none."""
    if not packed:
        return None
    high, low = (packed >> 32) & 0xFFFF_FFFF, packed & 0xFFFF_FFFF
    background = f"#{high & 0xFF_FFFF:06x}" if high >> 24 & 1 else ""
    foreground = f"#{low & 0xFF_FFFF:06x}" if low >> 24 & 1 else ""
    return background, foreground
