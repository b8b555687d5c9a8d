"""Tables from and to pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Optional, Sequence

from .arrow import to_arrow
from .arrow import to_table as _arrow_to_table
from .table import Table

if TYPE_CHECKING:
    import pandas as pd


def to_pandas(
    table: Table,
    cols: Optional[Sequence[str]] = None,
    dtype_backend: Literal[None, "pyarrow", "numpy_nullable"] = "numpy_nullable",
    conv_null: bool = True,
) -> "pd.DataFrame":
    """The rows of the current step as a DataFrame.

    Args:
        table: The table.
        cols: The columns; all if not given.
        dtype_backend: ``"numpy_nullable"`` for pandas' nullable types, ``"pyarrow"`` for Arrow's, ``None`` for NumPy's,
            where integers with nulls become floating point.
        conv_null: Accepted for scripts that give it; null is always null.
    """
    import pandas as pd

    arrow = to_arrow(table, cols)
    if dtype_backend == "pyarrow":
        return arrow.to_pandas(types_mapper=pd.ArrowDtype)
    if dtype_backend is None:
        return arrow.to_pandas()
    return arrow.to_pandas(types_mapper=_nullable().get)


def _nullable() -> dict[Any, Any]:
    import pandas as pd
    import pyarrow as pa

    return {
        pa.bool_(): pd.BooleanDtype(),
        pa.int8(): pd.Int8Dtype(),
        pa.int16(): pd.Int16Dtype(),
        pa.uint16(): pd.UInt16Dtype(),
        pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.float32(): pd.Float32Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.string(): pd.StringDtype(),
    }


def to_table(df: "pd.DataFrame", cols: Optional[Sequence[str]] = None, infer_objects: bool = True) -> Table:
    """A static table from a DataFrame, without its index.

    Args:
        df: The DataFrame.
        cols: The columns; all if not given.
        infer_objects: Whether columns of objects get the type of their values.
    """
    import pyarrow as pa

    chosen = df if cols is None else df[list(cols)]
    if infer_objects:
        chosen = chosen.infer_objects()
    return _arrow_to_table(pa.Table.from_pandas(chosen, preserve_index=False))
