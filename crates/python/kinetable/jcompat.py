"""What is left of the bridge to Java: nulls of NumPy arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import constants
from .dherror import DHError

if TYPE_CHECKING:
    import numpy as np

_NULLS = {
    "i1": constants.NULL_BYTE,
    "i2": constants.NULL_SHORT,
    "u2": constants.NULL_CHAR,
    "i4": constants.NULL_INT,
    "i8": constants.NULL_LONG,
    "f4": constants.NULL_FLOAT,
    "f8": constants.NULL_DOUBLE,
}


def dh_null_to_nan(np_array: "np.ndarray", type_promotion: bool = False) -> "np.ndarray":
    """An array of floating point in which null is NaN.

    Null is what the array itself says: what is masked in the arrays that this package gives, and Deephaven's ``NULL_…``
    values (`kinetable.constants`).

    Args:
        np_array: A one-dimensional array of numbers.
        type_promotion: Whether integers may become ``float64``; without it they are an error.

    Raises:
        DHError: if the array is not of numbers, or is of integers and `type_promotion` is not given.

    Example:
        from kinetable import numpy as dhnp, new_table
        from kinetable.column import int_col
        from kinetable.jcompat import dh_null_to_nan
        t = new_table([int_col("A", [1, None, 3])])
        print(dh_null_to_nan(dhnp.to_numpy(t)[:, 0], type_promotion=True))
    """
    import numpy as np

    values = np.ma.getdata(np_array)
    null: Any = _NULLS.get(f"{values.dtype.kind}{values.dtype.itemsize}")
    if null is None:
        raise DHError(message=f"null is told apart in arrays of numbers, but this is of {values.dtype}")
    missing = np.ma.getmaskarray(np_array) | (values == np.asarray(null, values.dtype))
    if values.dtype.kind != "f":
        if not type_promotion:
            text = f"an array of {values.dtype} cannot hold NaN"
            raise DHError(message=f"{text}\n  hint: dh_null_to_nan(array, type_promotion=True) makes it float64")
        values = values.astype(np.float64)
    return np.where(missing, np.asarray(np.nan, values.dtype), values)
