"""Limits of the number types, and the values that Deephaven uses inside for null.

Kinetable has real nulls: ``None`` in Python. The ``NULL_…`` values are here for scripts that spell them: in formulas,
in the data of columns, and as the result of functions they are null. As numbers they are Deephaven's, but a number that
is merely equal to one of them is a number here.
"""

from __future__ import annotations

import math
import sys

_FLOAT_MAX = 3.4028234663852886e38
_FLOAT_BELOW_MAX = 3.4028232635611926e38


class _NullInteger(int):
    """An integer that stands for null."""

    formula_type: str

    def __new__(cls, value: int, formula_type: str) -> _NullInteger:
        made = super().__new__(cls, value)
        made.formula_type = formula_type
        return made

    def __reduce__(self) -> tuple[type, tuple[int, str]]:
        return type(self), (int(self), self.formula_type)


class _NullFloat(float):
    """A number that stands for null."""

    formula_type: str

    def __new__(cls, value: float, formula_type: str) -> _NullFloat:
        made = super().__new__(cls, value)
        made.formula_type = formula_type
        return made

    def __reduce__(self) -> tuple[type, tuple[float, str]]:
        return type(self), (float(self), self.formula_type)


NULL_BOOLEAN = None
NULL_CHAR = _NullInteger(65535, "char")
NULL_BYTE = _NullInteger(-128, "byte")
NULL_SHORT = _NullInteger(-32768, "short")
NULL_INT = _NullInteger(-(2**31), "int")
NULL_LONG = _NullInteger(-(2**63), "long")
NULL_FLOAT = _NullFloat(-_FLOAT_MAX, "float")
NULL_DOUBLE = _NullFloat(-sys.float_info.max, "double")

MIN_CHAR, MAX_CHAR = 0, 65534
MIN_BYTE, MAX_BYTE = -127, 127
MIN_SHORT, MAX_SHORT = -32767, 32767
MIN_INT, MAX_INT = -(2**31) + 1, 2**31 - 1
MIN_LONG, MAX_LONG = -(2**63) + 1, 2**63 - 1

NAN_FLOAT = NAN_DOUBLE = math.nan
NEG_INFINITY_FLOAT = NEG_INFINITY_DOUBLE = MIN_FLOAT = MIN_DOUBLE = -math.inf
POS_INFINITY_FLOAT = POS_INFINITY_DOUBLE = MAX_FLOAT = MAX_DOUBLE = math.inf
MIN_FINITE_FLOAT, MAX_FINITE_FLOAT = -_FLOAT_BELOW_MAX, _FLOAT_MAX
MIN_FINITE_DOUBLE, MAX_FINITE_DOUBLE = math.nextafter(NULL_DOUBLE, 0.0), sys.float_info.max
MIN_POS_FLOAT, MIN_POS_DOUBLE = 1.401298464324817e-45, 5e-324
