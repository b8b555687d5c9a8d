"""The types of columns.

Each is a `DType`; `name` is how formulas spell it (``long``, ``String``, ``double[]``), `j_name` how Deephaven's
clients know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Optional, Sequence

from . import constants
from .dherror import DHError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class DType:
    """A column type.

    Calling one makes a value of the type: ``dtypes.Instant("2024-01-01T00:00:00Z")``, ``dtypes.int32("5")``.
    """

    name: str
    """As formulas spell it."""
    j_name: str
    """As Deephaven's clients know it."""
    np_type: str = "O"
    """The NumPy type of its values."""
    is_primitive: bool = False
    """Whether it is a number or a character."""

    def __repr__(self) -> str:
        return f"DType({self.name})"

    def __call__(self, value: Any) -> Any:
        """A value of this type; ``None`` stays ``None``.

        Raises:
            DHError: if the value cannot become one.
        """
        from ._make_value import make_value

        return make_value(self, value)

    @property
    def component_type(self) -> Optional[DType]:
        """The type of the items of an array type."""
        return _BY_NAME.get(self.name[:-2]) if self.name.endswith("[]") else None


bool_ = DType("boolean", "java.lang.Boolean", "?")
byte = int8 = DType("byte", "byte", "i1", True)
short = int16 = DType("short", "short", "i2", True)
char = DType("char", "char", "u2", True)
int32 = DType("int", "int", "i4", True)
long = int64 = DType("long", "long", "i8", True)
float32 = single = DType("float", "float", "f4", True)
float64 = double = DType("double", "double", "f8", True)
string = DType("String", "java.lang.String")
Character = DType("char", "java.lang.Character", "u2")
BigDecimal = DType("BigDecimal", "java.math.BigDecimal")
BigInteger = DType("BigInteger", "java.math.BigInteger")
Instant = DType("Instant", "java.time.Instant", "M8[ns]")
LocalDate = DType("LocalDate", "java.time.LocalDate", "M8[D]")
LocalTime = DType("LocalTime", "java.time.LocalTime")
ZonedDateTime = DType("ZonedDateTime", "java.time.ZonedDateTime")
Duration = DType("Duration", "java.time.Duration", "m8[ns]")
Period = DType("Period", "java.time.Period")
PyObject = DType("PyObject", "org.jpy.PyObject")
TimeZone = DType("ZoneId", "java.time.ZoneId")
byte_array = int8_array = DType("byte[]", "byte[]")
bool_array = boolean_array = DType("boolean[]", "java.lang.Boolean[]")
short_array = int16_array = DType("short[]", "short[]")
char_array = DType("char[]", "char[]")
int32_array = DType("int[]", "int[]")
long_array = int64_array = DType("long[]", "long[]")
float32_array = single_array = DType("float[]", "float[]")
float64_array = double_array = DType("double[]", "double[]")
string_array = DType("String[]", "java.lang.String[]")
instant_array = DType("Instant[]", "java.time.Instant[]")
zdt_array = DType("ZonedDateTime[]", "java.time.ZonedDateTime[]")

_BY_NAME = {value.name: value for value in list(globals().values()) if isinstance(value, DType)}
_BY_NAME["char"] = char

_NULLS = {
    "byte": constants.NULL_BYTE,
    "short": constants.NULL_SHORT,
    "char": constants.NULL_CHAR,
    "int": constants.NULL_INT,
    "long": constants.NULL_LONG,
    "float": constants.NULL_FLOAT,
    "double": constants.NULL_DOUBLE,
}


def from_name(name: str, j_name: str = "") -> DType:
    """The type that formulas spell so; types without a name in this module get a `DType` of their own.

    Args:
        name: As formulas spell it.
        j_name: As Deephaven's clients know it, for a type without a name here.

    Example:
        from kinetable import dtypes
        print(dtypes.from_name("double[]").component_type)
    """
    return _BY_NAME.get(name) or DType(name, j_name or name)


def null_remap(dtype: DType) -> Callable[[Any], Any]:
    """A function that gives Deephaven's value for null (`kinetable.constants`) for ``None``, and else its argument.

    Columns of this package take ``None`` itself: this is for scripts that fill arrays of numbers.

    Args:
        dtype: A type of numbers, or char.

    Raises:
        DHError: if the type is none of these.

    Example:
        from kinetable import dtypes
        remap = dtypes.null_remap(dtypes.int32)
        print(remap(None), remap(5))
    """
    if dtype.name not in _NULLS:
        raise DHError(message=f"null has a value of its own in types of numbers, but {dtype.name} is none")
    null = _NULLS[dtype.name]
    return lambda value: null if value is None else value


def array(dtype: DType, seq: Optional[Sequence[Any]], remap: Optional[Callable[[Any], Any]] = None) -> "np.ndarray":
    """A NumPy array of values of a type.

    Args:
        dtype: The type of the values.
        seq: The values; a text stands for its characters where `dtype` is char. ``None`` gives ``None``.
        remap: A function that each value goes through first, e.g. `null_remap`.

    Raises:
        DHError: if a value cannot become one of the type.

    Example:
        from kinetable import dtypes
        print(dtypes.array(dtypes.int32, [1, None, 3], remap=dtypes.null_remap(dtypes.int32)))
    """
    import numpy as np

    if seq is None:
        return None  # type: ignore[return-value]
    values = [ord(value) if dtype.name == "char" and isinstance(value, str) else value for value in seq]
    if remap is not None:
        values = [remap(value) for value in values]
    try:
        return np.array(values, dtype=dtype.np_type)
    except (TypeError, ValueError, OverflowError) as error:
        text = f"the values cannot be an array of {dtype.name}: {error}"
        hint = "give remap=null_remap(dtype) for None" if None in values else "give values of this type"
        raise DHError(error, f"{text}\n  hint: {hint}") from error


def from_np_dtype(np_dtype: Any) -> DType:
    """The column type of a NumPy ``dtype``, or of a pandas one that has it.

    Args:
        np_dtype: A ``dtype``, or what NumPy makes one of.

    Raises:
        DHError: if no column type holds such values.

    Example:
        import numpy as np
        from kinetable import dtypes
        print(dtypes.from_np_dtype(np.dtype("int32")), dtypes.from_np_dtype("datetime64[ns]"))
    """
    import numpy as np

    dtype = np.dtype(getattr(np_dtype, "numpy_dtype", np_dtype))
    if dtype.kind == "M":
        return Instant
    if dtype.kind == "m":
        return Duration
    if dtype.kind in "US":
        return string
    for candidate in (bool_, byte, short, char, int32, long, float32, double):
        if dtype == np.dtype(candidate.np_type):
            return candidate
    raise DHError(message=f"no column type holds NumPy values of type {dtype}")
