"""Limits of the number types, and the values that Deephaven uses inside for null.

Kinetable has real nulls: ``None`` in Python. The ``NULL_…`` values are here for scripts that spell them; formulas
know them as nulls.
"""

from __future__ import annotations

import math
import sys

_FLOAT_MAX = 3.4028234663852886e38
_FLOAT_BELOW_MAX = 3.4028232635611926e38

NULL_BOOLEAN = None
NULL_CHAR = 65535
NULL_BYTE = -128
NULL_SHORT = -32768
NULL_INT = -(2**31)
NULL_LONG = -(2**63)
NULL_FLOAT = -_FLOAT_MAX
NULL_DOUBLE = -sys.float_info.max

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
