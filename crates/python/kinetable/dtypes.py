"""The types of columns.

Each is a `DType`; `name` is how formulas spell it (``long``, ``String``, ``double[]``), `j_name` how Deephaven's
clients know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class DType:
    """A column type."""

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
Instant = DType("Instant", "java.time.Instant", "M8[ns]")
LocalDate = DType("LocalDate", "java.time.LocalDate", "M8[D]")
LocalTime = DType("LocalTime", "java.time.LocalTime")
Duration = DType("Duration", "java.time.Duration", "m8[ns]")
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

_BY_NAME = {value.name: value for value in list(globals().values()) if isinstance(value, DType)}


def from_name(name: str, j_name: str = "") -> DType:
    """The type that formulas spell so; types without a name in this module get a `DType` of their own."""
    return _BY_NAME.get(name) or DType(name, j_name or name)


def from_np_dtype(np_dtype: Any) -> DType:
    """The column type of a NumPy ``dtype``.

    Raises:
        ValueError: if no column type holds such values.
    """
    import numpy as np

    dtype = np.dtype(np_dtype)
    if dtype.kind == "M":
        return Instant
    if dtype.kind == "m":
        return Duration
    if dtype.kind in "US":
        return string
    for candidate in (bool_, byte, short, char, int32, long, float32, double):
        if dtype == np.dtype(candidate.np_type):
            return candidate
    raise ValueError(f"no column type holds NumPy values of type {dtype}")
