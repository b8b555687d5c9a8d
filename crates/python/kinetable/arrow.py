"""Tables from and to Arrow.

Tables also speak Arrow's PyCapsule interface themselves (``pyarrow.table(t)``, ``polars.DataFrame(t)``, DuckDB): text
is then handed over as ``string_view``, without a copy. `to_arrow` gives plain ``string``, which every function of
pyarrow takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Sequence

from . import _kinetable as _native
from .dherror import DHError
from .table import Table

if TYPE_CHECKING:
    import pyarrow as pa


def to_table(pa_table: Any, cols: Optional[Sequence[str]] = None) -> Table:
    """A static table from a ``pyarrow.Table``, or from anything that has ``__arrow_c_stream__``.

    Unsigned integers become the next wider signed ones, but 16 bits become char; all timestamps become instants.

    Args:
        pa_table: The rows.
        cols: The columns to take; all if not given.

    Raises:
        DHError: if a column has no type here, or there is no column of a name in `cols`.

    Example:
        import pyarrow as pa
        from kinetable import arrow
        rows = pa.table({"Sym": ["A", "B"], "Size": [100, None]})
        print(arrow.to_table(rows).to_string())
    """
    table = Table(_native.table_from_arrow(pa_table))
    return table if cols is None else table.select(list(cols))


def to_arrow(table: Table, cols: Optional[Sequence[str]] = None) -> "pa.Table":
    """The rows of the current step as a ``pyarrow.Table``.

    Instants are ``timestamp[ns, UTC]``, dates ``date32``, text is ``string``. Each field carries the metadata
    ``deephaven:type``, the type as Deephaven's clients know it, and ``deephaven:isSortable``.

    Args:
        table: The table.
        cols: The columns to take; all if not given.

    Raises:
        DHError: if there is no column of a name in `cols`.

    Example:
        from kinetable import arrow, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B"]), int_col("Size", [100, None])])
        print(arrow.to_arrow(t).to_pylist())
    """
    import pyarrow as pa

    rows = table._native.rows()
    return pa.table(rows.plain(list(cols) if cols is not None else table.column_names))


def read_feather(path: str) -> Table:
    """A static table from a Feather file: Arrow's file format, version 1 or 2.

    Args:
        path: The file.

    Raises:
        DHError: if there is no such file, or it is no Feather file.

    Example:
        import tempfile
        import pyarrow as pa
        from pyarrow import feather
        from kinetable import arrow
        with tempfile.TemporaryDirectory() as folder:
            feather.write_feather(pa.table({"A": [1, 2]}), f"{folder}/a.feather")
            print(arrow.read_feather(f"{folder}/a.feather").to_string())
    """
    import pyarrow as pa
    from pyarrow import feather

    try:
        rows = feather.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise DHError(error, f'cannot read the Feather file "{path}": {error}') from error
    return to_table(rows)
