"""Tables from and to NumPy.

Wherever this package gives NumPy arrays (here, in listeners, in ``iter_chunk_dict``, to functions in formulas): null
is NaN in floating point and NaT in times; integers and Booleans with nulls come as masked arrays, and without nulls
as plain ones; text and everything else as objects, where null is ``None``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Sequence

from .dherror import DHError
from .table import Table
from .table_factory import new_table

if TYPE_CHECKING:
    import numpy as np


def to_numpy(table: Table, cols: Optional[Sequence[str]] = None) -> "np.ndarray":
    """The rows of the current step as a two-dimensional array; the columns must be of one type."""
    import numpy as np

    names = list(cols) if cols is not None else table.column_names
    rows = table._native.rows()
    arrays = rows.read(names, 0, rows.size)
    types = sorted({array.type_name for array in arrays})
    if len(types) > 1:
        text = f"the columns are of several types: {', '.join(types)}"
        raise DHError(message=f"{text}\n  hint: name columns of one type in cols, or cast them")
    columns = [array.to_numpy() for array in arrays]
    if not columns:
        return np.empty((rows.size, 0))
    stack = np.ma.column_stack if any(isinstance(c, np.ma.MaskedArray) for c in columns) else np.column_stack
    return stack(columns)


def to_table(np_array: "np.ndarray", cols: Sequence[str]) -> Table:
    """A static table from an array of one or two dimensions, with a name for each column."""
    columns = [np_array] if np_array.ndim == 1 else list(np_array.T)
    if len(columns) != len(cols):
        raise DHError(message=f"the array has {len(columns)} columns, but {len(cols)} names are given")
    return new_table(dict(zip(cols, columns)))
