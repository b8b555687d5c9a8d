"""Values of column types from Python values: what calling a `DType` gives."""

from __future__ import annotations

import decimal
from typing import Any, Callable

from . import time as _time
from .dherror import DHError
from .dtypes import DType

_INTEGERS = {"byte": 8, "short": 16, "int": 32, "long": 64}


def make_value(dtype: DType, value: Any) -> Any:
    """A value of the type; see `DType.__call__`."""
    if value is None:
        return None
    if dtype.component_type is not None:
        return [make_value(dtype.component_type, item) for item in value]
    make = _MAKERS.get(dtype.name)
    if make is None:
        raise DHError(message=f"{dtype.name} is no type of which values can be made here")
    try:
        return make(value)
    except (TypeError, ValueError, ArithmeticError) as error:
        raise DHError(error, f"{value!r} cannot become {dtype.name}: {error}") from error


def _integer(name: str) -> Callable[[Any], int]:
    bits = _INTEGERS[name]

    def make(value: Any) -> int:
        number = int(value)
        if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
            raise ValueError(f"{number} does not fit {bits} bits")
        return number

    return make


_MAKERS: dict[str, Callable[[Any], Any]] = {
    **{name: _integer(name) for name in _INTEGERS},
    "boolean": bool,
    "char": lambda value: value if isinstance(value, int) else ord(value),
    "float": float,
    "double": float,
    "String": str,
    "BigInteger": int,
    "BigDecimal": decimal.Decimal,
    "Instant": _time.to_j_instant,
    "LocalDate": _time.to_j_local_date,
    "LocalTime": _time.to_j_local_time,
    "ZonedDateTime": _time.to_j_zdt,
    "Duration": _time.to_j_duration,
    "Period": _time.to_j_period,
    "ZoneId": _time.to_j_time_zone,
}
