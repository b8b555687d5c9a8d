"""Tables from and to Arrow.

Tables also speak Arrow's PyCapsule interface themselves (``pyarrow.table(t)``, ``polars.DataFrame(t)``, DuckDB): text
is then handed over as ``string_view``, without a copy. `to_arrow` gives plain ``string``, which every function of
pyarrow takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional, Sequence

from . import _kinetable as _native
from .table import Table

if TYPE_CHECKING:
    import pyarrow as pa


def to_table(pa_table: Any, cols: Optional[Sequence[str]] = None) -> Table:
    """A static table from a ``pyarrow.Table``, or from anything that has ``__arrow_c_stream__``.

    Unsigned integers become the next wider signed ones, but 16 bits become char; all timestamps become instants.
    """
    table = Table(_native.table_from_arrow(pa_table))
    return table if cols is None else table.select(list(cols))


def to_arrow(table: Table, cols: Optional[Sequence[str]] = None) -> "pa.Table":
    """The rows of the current step as a ``pyarrow.Table``; fields carry ``deephaven:type``."""
    import pyarrow as pa

    rows = table._native.rows()
    return pa.table(rows.plain(list(cols) if cols is not None else table.column_names))
