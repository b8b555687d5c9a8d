"""Conversions that only ``datetime``, NumPy and pandas can do; called by the native module.

Counts of time are integers of nanoseconds since the epoch (instants), nanoseconds (durations, times of day) or days
(dates); ``None`` is null.
"""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any, Callable, Iterable, Optional

from . import _time_texts
from ._times import Duration, Instant, LocalDate, LocalTime, Period, TimeValue, ZonedDateTime
from .constants import _NullFloat, _NullInteger

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
_EPOCH_DATE = dt.date(1970, 1, 1)
_MICROSECOND = dt.timedelta(microseconds=1)

# NumPy's one-letter kinds and sizes, as type names of formulas (unsigned ones as the native module calls them).
_NUMPY_TYPES = {
    "b1": "boolean",
    "i1": "byte",
    "i2": "short",
    "i4": "int",
    "i8": "long",
    "u1": "ubyte",
    "u2": "char",
    "u4": "uint",
    "u8": "ulong",
    "f4": "float",
    "f8": "double",
}


def is_null(value: Any) -> bool:
    """Whether a number is one of the ``NULL_…`` values of `kinetable.constants`, rather than a number like them."""
    return isinstance(value, (_NullInteger, _NullFloat))


def kind(value: Any) -> str:
    """What a variable is in a formula: ``function``, ``list``, ``object``, or the type name of one value.

    ``null:int`` is the null of a type.
    """
    if is_null(value):
        return f"null:{value.formula_type}"
    if isinstance(value, dt.datetime):
        return "Instant"
    if isinstance(value, dt.date):
        return "LocalDate"
    if isinstance(value, dt.time):
        return "LocalTime"
    if isinstance(value, dt.timedelta):
        return "Duration"
    if isinstance(value, (list, tuple, set, frozenset, range)):
        return "list"
    if isinstance(value, TimeValue):
        return value.formula_type
    if isinstance(value, str):
        return "String"
    if isinstance(value, decimal.Decimal):
        return f"BigDecimal[{decimal_scale([value])}]"
    module = type(value).__module__
    if module.partition(".")[0] in ("numpy", "pandas", "polars", "pyarrow"):
        return _kind_of_array_library(value)
    if isinstance(value, type):
        return "function" if value in (int, float, str, bool) else "object"
    return "function" if callable(value) else "object"


def _kind_of_array_library(value: Any) -> str:
    dtype = getattr(value, "dtype", None)
    shape = getattr(value, "shape", None)
    if isinstance(value, type) or dtype is None:
        return "function" if callable(value) and not isinstance(value, type) else "object"
    if shape == () and hasattr(dtype, "kind"):
        if dtype.kind == "M":
            return "Instant"
        if dtype.kind == "m":
            return "Duration"
        if dtype.kind == "U":
            return "String"
        return _NUMPY_TYPES.get(f"{dtype.kind}{dtype.itemsize}", "object")
    return "list" if shape is None or len(shape) == 1 else "object"


def list_type(values: Iterable[Any]) -> tuple[Optional[str], list[Any]]:
    """The one type name of all values, or ``None`` if they have no type in common; and the values as a list."""
    items = values.tolist() if hasattr(values, "tolist") else list(values)
    kinds = {_item_type(item) for item in items if item is not None}
    if "BigDecimal" in kinds and kinds <= {"BigDecimal", "long"}:
        return f"BigDecimal[{decimal_scale(items)}]", items
    if kinds <= {"long", "double"}:
        return ("double" if "double" in kinds else "long"), items
    return (kinds.pop() if len(kinds) == 1 else None), items


def _item_type(value: Any) -> Optional[str]:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "long" if -(2**63) <= value < 2**63 else None
    if isinstance(value, float):
        return "double"
    if isinstance(value, str):
        return "String"
    if isinstance(value, (bytes, bytearray)):
        return "byte[]"
    if isinstance(value, decimal.Decimal):
        return "BigDecimal"
    name = kind(value)
    if name in ("byte", "short", "int"):
        return "long"
    if name == "float":
        return "double"
    if name == "list":
        item = list_type(value)[0]
        return f"{item}[]" if item else None
    return None if name in ("function", "object") else name


def plain_numpy(values: Any) -> Optional[tuple[str, bytes, Optional[list[bool]]]]:
    """Type name, bytes and mask of a one-dimensional NumPy array; ``None`` for anything else, and for objects."""
    if not type(values).__module__.startswith("numpy") or getattr(values, "ndim", None) != 1:
        return None
    import numpy as np

    mask = np.ma.getmaskarray(values).tolist() if isinstance(values, np.ma.MaskedArray) else None
    array = np.ascontiguousarray(np.ma.getdata(values))
    if array.dtype.kind == "M":
        array, mask = array.astype("datetime64[ns]").view("i8"), _nat_mask(array, mask)
        return "Instant", array.tobytes(), mask
    if array.dtype.kind == "m":
        array, mask = array.astype("timedelta64[ns]").view("i8"), _nat_mask(array, mask)
        return "Duration", array.tobytes(), mask
    if array.dtype == np.float16:
        array = array.astype(np.float32)
    name = _NUMPY_TYPES.get(f"{array.dtype.kind}{array.dtype.itemsize}")
    if name is None:
        return None
    return name, array.astype(array.dtype.newbyteorder("="), copy=False).tobytes(), mask


def _nat_mask(array: Any, mask: Optional[list[bool]]) -> Optional[list[bool]]:
    import numpy as np

    missing = np.isnat(array)
    if mask is not None:
        missing |= np.asarray(mask)
    return missing.tolist() if missing.any() else None


def one_like(empty: Any) -> Any:
    """An array of one value of the same type."""
    import numpy as np

    return np.ones(1, empty.dtype)


def column_of(result: Any, rows: int) -> Any:
    """What a function of whole arrays returned, as one value for each row."""
    import numpy as np

    if hasattr(result, "to_numpy"):
        result = result.to_numpy()
    if not isinstance(result, (np.ndarray, list, tuple)):
        result = np.asarray(result)
    if isinstance(result, np.ndarray) and result.ndim == 0:
        return np.broadcast_to(result, (rows,)).copy()
    return result


def map_without(function: Callable[[], Any], ignored: Iterable[Any]) -> Iterable[Any]:
    """Calls a function of no arguments once for each item."""
    return map(lambda _: function(), ignored)


def plain(array: Any) -> list[Any]:
    """NumPy times as ``datetime`` (without a zone), ``date`` or ``timedelta``, to the microsecond."""
    if array.dtype.kind == "M" and array.dtype != "datetime64[D]":
        array = array.astype("datetime64[us]")
    elif array.dtype.kind == "m":
        array = array.astype("timedelta64[us]")
    items: list[Any] = array.tolist()
    return items


def instants(array: Any) -> list[Optional[dt.datetime]]:
    """NumPy times as ``datetime`` in UTC, to the microsecond."""
    utc = dt.timezone.utc
    return [None if item is None else item.replace(tzinfo=utc) for item in plain(array)]


def zoned(array: Any, name: str) -> list[Optional[dt.datetime]]:
    """NumPy times as ``datetime`` in a zone, to the microsecond."""
    zone = _time_texts.zone(name).tzinfo()
    return [None if item is None else item.astimezone(zone) for item in instants(array)]


def numpy_scalars(array: Any) -> list[Any]:
    """The array's values as NumPy scalars."""
    return list(array)


def pandas_timestamps(array: Any) -> list[Any]:
    """NumPy times as ``pandas.Timestamp`` in UTC."""
    import pandas as pd

    return list(pd.DatetimeIndex(array, tz="UTC"))


def times(counts: Iterable[Optional[int]]) -> list[Optional[dt.time]]:
    """Nanoseconds of the day as ``time``, to the microsecond."""
    midnight = dt.datetime(1970, 1, 1)
    return [None if n is None else (midnight + dt.timedelta(microseconds=n // 1000)).time() for n in counts]


def tables(natives: Iterable[Any]) -> list[Any]:
    """Native tables as tables."""
    from .table import Table

    return [None if native is None else Table(native) for native in natives]


def decimals(texts: Iterable[Optional[str]]) -> list[Optional[decimal.Decimal]]:
    """Texts as decimals."""
    return [None if text is None else decimal.Decimal(text) for text in texts]


def decimal_scale(values: Iterable[Any]) -> int:
    """Digits after the point that all the values need."""
    exponents = [decimal.Decimal(value).as_tuple().exponent for value in values if value is not None]
    return max((max(-exponent, 0) for exponent in exponents if isinstance(exponent, int)), default=0)


def decimal_texts(values: Iterable[Any]) -> list[Optional[str]]:
    """Decimals, integers and texts of them, without an exponent; what is no finite number is null."""
    return [None if value is None else _decimal_text(value) for value in values]


def _decimal_text(value: Any) -> Optional[str]:
    number = decimal.Decimal(value)
    return f"{number:f}" if number.is_finite() else None


def trimmed_decimals(texts: Iterable[Optional[str]]) -> list[Optional[decimal.Decimal]]:
    """Texts as decimals, without zeros at the end."""
    return [None if text is None else decimal.Decimal(_trimmed(text)) for text in texts]


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def big_integers(texts: Iterable[Optional[str]]) -> list[Optional[int]]:
    """Texts as integers of any size."""
    return [None if text is None else int(text) for text in texts]


def _counts(values: Iterable[Any], count: Callable[[Any], int]) -> list[Optional[int]]:
    return [None if value is None or value != value or is_null(value) else count(value) for value in values]


def instant_counts(values: Iterable[Any]) -> list[Optional[int]]:
    """Nanoseconds since the epoch of ``datetime``, ``datetime64``, ``Timestamp``, ISO text or such integers."""
    return _counts(values, _instant)


def _instant(value: Any) -> int:
    if isinstance(value, dt.datetime):
        if hasattr(value, "as_unit"):  # pandas.Timestamp: to the nanosecond
            return int(value.as_unit("ns").value)
        if value.tzinfo is None:
            value = value.replace(tzinfo=dt.timezone.utc)
        return int((value - _EPOCH) // _MICROSECOND) * 1000
    if type(value).__name__ == "datetime64":
        return int(value.astype("datetime64[ns]").astype("i8"))
    if isinstance(value, (Instant, ZonedDateTime)):
        return value.nanos
    if isinstance(value, str):
        return _time_texts.instant(value).nanos
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"an instant is expected, but it is {value!r} ({type(value).__name__})")


def duration_counts(values: Iterable[Any]) -> list[Optional[int]]:
    """Nanoseconds of ``timedelta``, ``timedelta64``, ISO text (``PT1.5S``) or integers of nanoseconds."""
    return _counts(values, duration)


def duration(value: Any) -> int:
    """Nanoseconds of one duration."""
    if isinstance(value, Duration):
        return value.nanos
    if isinstance(value, dt.timedelta):
        nanos = getattr(value, "value", None)
        return nanos if hasattr(value, "as_unit") and nanos is not None else value // _MICROSECOND * 1000
    if type(value).__name__ == "timedelta64":
        return int(value.astype("timedelta64[ns]").astype("i8"))
    if isinstance(value, str):
        return _time_texts.duration(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"a duration is expected, but it is {value!r} ({type(value).__name__})")


def date_counts(values: Iterable[Any]) -> list[Optional[int]]:
    """Days since the epoch of ``date``, ``datetime64`` or ISO text."""
    return _counts(values, _days)


def _days(value: Any) -> int:
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return (value - _EPOCH_DATE).days
    if type(value).__name__ == "datetime64":
        return int(value.astype("datetime64[D]").astype("i8"))
    if isinstance(value, str):
        return _time_texts.date(value)
    if isinstance(value, LocalDate):
        return value.days
    raise TypeError(f"a date is expected, but it is {value!r} ({type(value).__name__})")


def time_counts(values: Iterable[Any]) -> list[Optional[int]]:
    """Nanoseconds of the day of ``time`` or ISO text."""
    return _counts(values, _time_of_day)


def _time_of_day(value: Any) -> int:
    if isinstance(value, str):
        return _time_texts.time_of_day(value)
    if isinstance(value, LocalTime):
        return value.nanos
    if isinstance(value, dt.time):
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return (seconds * 1_000_000 + value.microsecond) * 1000
    raise TypeError(f"a time of day is expected, but it is {value!r} ({type(value).__name__})")


def period_counts(values: Iterable[Any]) -> list[Optional[tuple[int, int]]]:
    """Months and days of periods, as ISO text (``P1Y2M3D``) or `kinetable.time.Period`."""
    return [None if value is None else _period(value) for value in values]


def _period(value: Any) -> tuple[int, int]:
    if isinstance(value, str):
        value = _time_texts.period(value)
    if isinstance(value, Period):
        return value.years * 12 + value.months, value.days
    raise TypeError(f"a period is expected, but it is {value!r} ({type(value).__name__})")


def periods(counts: Iterable[Optional[tuple[int, int]]]) -> list[Optional[Period]]:
    """Months and days as periods."""
    return [None if count is None else Period(*_years_and_months(count[0]), count[1]) for count in counts]


def _years_and_months(months: int) -> tuple[int, int]:
    years = abs(months) // 12 * (1 if months >= 0 else -1)
    return years, months - 12 * years
