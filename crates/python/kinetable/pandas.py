"""Tables from and to pandas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Optional, Sequence

from . import constants
from .arrow import to_arrow
from .arrow import to_table as _arrow_to_table
from .dherror import DHError
from .table import Table

if TYPE_CHECKING:
    import pandas as pd


_NULL_VALUES = {
    "byte": constants.NULL_BYTE,
    "short": constants.NULL_SHORT,
    "char": constants.NULL_CHAR,
    "int": constants.NULL_INT,
    "long": constants.NULL_LONG,
    "float": constants.NULL_FLOAT,
    "double": constants.NULL_DOUBLE,
}


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
        conv_null: Whether null is to be what pandas has for it. Without it and with ``dtype_backend=None``, columns
            keep their NumPy types, and null is Deephaven's value of `kinetable.constants`; other back-ends need it.

    Raises:
        DHError: if there is no column of a name in `cols`, or `conv_null` is not given with a back-end that needs it.

    Example:
        from kinetable import new_table, pandas as dhpd
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B"]), int_col("Size", [100, None])])
        print(dhpd.to_pandas(t))
    """
    import pandas as pd

    if not conv_null:
        if dtype_backend is not None:
            raise DHError(message=f'conv_null=False needs dtype_backend=None, but it is "{dtype_backend}"')
        return _with_null_values(table, cols)
    objects = [name for name in (cols or table.column_names) if name in table.column_names and _holds_objects(table, name)]
    if objects and table.is_refreshing:
        table = table.snapshot()
    arrow = to_arrow(table, cols)
    if dtype_backend == "pyarrow":
        frame = arrow.to_pandas(types_mapper=pd.ArrowDtype)
    elif dtype_backend is None:
        frame = arrow.to_pandas()
    else:
        frame = arrow.to_pandas(types_mapper=_nullable().get)
    for name in objects:
        frame[name] = pd.Series([row[name] for row in table.iter_dict()], dtype="object", index=frame.index)
    return frame


def _holds_objects(table: Table, name: str) -> bool:
    return table.definition[name].data_type.name == "PyObject"


def _with_null_values(table: Table, cols: Optional[Sequence[str]]) -> "pd.DataFrame":
    """Columns of NumPy's types, in which numbers that are null have Deephaven's values for it."""
    import numpy as np
    import pandas as pd

    names = list(cols) if cols is not None else table.column_names
    rows = table._native.rows()
    columns = {}
    for name, array in zip(names, rows.read(names, 0, rows.size)):
        values = array.to_numpy()
        if array.type_name in _NULL_VALUES and array.null_count:
            null = _NULL_VALUES[array.type_name]
            values = values.filled(null) if isinstance(values, np.ma.MaskedArray) else _filled(array, values, null)
        elif array.type_name == "boolean" and array.null_count:
            values = np.array(array.to_list(), dtype=object)
        columns[name] = pd.Series(values)
    return pd.DataFrame(columns)


def _filled(array: Any, values: Any, null: float) -> Any:
    import numpy as np

    missing = np.fromiter((value is None for value in array.to_list()), bool, len(array))
    return np.where(missing, np.asarray(null, values.dtype), values)


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

    Raises:
        DHError: if a column has no type here.

    Example:
        import pandas as pd
        from kinetable import pandas as dhpd
        print(dhpd.to_table(pd.DataFrame({"A": [1, 2], "B": ["x", None]})).to_string())
    """
    import pyarrow as pa

    chosen = df if cols is None else df[list(cols)]
    if infer_objects:
        chosen = chosen.infer_objects()
    return _arrow_to_table(pa.Table.from_pandas(chosen, preserve_index=False))
