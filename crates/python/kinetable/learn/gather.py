"""Functions that gather columns into what models take."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Sequence

from ..dherror import DHError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["MemoryLayout", "table_to_numpy_2d"]


class MemoryLayout(Enum):
    """How the cells of an array follow each other in memory."""

    ROW_MAJOR = "C"
    """Row after row."""
    COLUMN_MAJOR = "F"
    """Column after column."""
    C = "C"
    """As C has it: row after row."""
    FORTRAN = "F"
    """As Fortran has it: column after column."""

    @property
    def is_row_major(self) -> bool:
        """Whether it is row after row."""
        return self.value == "C"


def table_to_numpy_2d(
    row_set: Any, col_set: Sequence[Any], order: MemoryLayout = MemoryLayout.ROW_MAJOR, np_type: Any = None
) -> "np.ndarray":
    """The rows of a batch as an array of two dimensions, rows by columns: for the gather functions of `kinetable.learn`.

    Null is NaN in floating point; in integers there is no room for it.

    Args:
        row_set: The rows, as `kinetable.learn` hands them over.
        col_set: The columns.
        order: How cells follow each other in memory.
        np_type: The type of all cells; ``np.intc`` if not given.

    Raises:
        DHError: if values cannot become ones of the type.

    Example:
        import numpy as np
        from kinetable.learn.gather import table_to_numpy_2d
        print(table_to_numpy_2d(range(2), [np.array([1, 2]), np.array([0.5, 1.5])], np_type=np.double))
    """
    import numpy as np

    dtype = np.dtype(np.intc if np_type is None else np_type)
    gathered = np.empty((len(row_set), len(col_set)), dtype=dtype, order=order.value)
    for place, column in enumerate(col_set):
        if isinstance(column, np.ma.MaskedArray):
            if dtype.kind != "f" and column.mask.any():
                text = f"a column has nulls, which values of {dtype} are not"
                raise DHError(message=f"{text}\n  hint: np_type=np.double makes NaN of them; or leave such rows out")
            column = np.ma.filled(column.astype(dtype), np.nan) if dtype.kind == "f" else column.data
        try:
            gathered[:, place] = column
        except (TypeError, ValueError) as error:
            raise DHError(error, f"the values of a column cannot be of {dtype}: {error}") from error
    return gathered
