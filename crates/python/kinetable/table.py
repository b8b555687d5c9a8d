"""Tables: ordered rows with typed columns, static or live; every operation works the same on both.

The result of an operation on a live table is live too. Formulas are texts; besides columns they may use the variables
and functions of the script that calls (see ``docs/python.md``).
"""

from __future__ import annotations

from collections import namedtuple
from enum import Enum
from typing import TYPE_CHECKING, Any, Generator, Iterable, Mapping, Optional, Sequence, Union

from . import _kinetable as _native
from . import dtypes
from ._scope import caller
from ._texts import Texts, grid, show_column, texts
from .agg import Aggregation, count_, median
from .column import ColumnDefinition
from .dherror import DHError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_FORMAT_SUFFIXES = ("__TABLE_STYLE_FORMAT", "__TABLE_NUMBER_FORMAT", "__TABLE_DATE_FORMAT")

Aggregations = Union[Aggregation, Sequence[Aggregation]]


class SortDirection(Enum):
    """Which values come first."""

    DESCENDING = -1
    ASCENDING = 1


class NaturalJoinType(Enum):
    """What `Table.natural_join` does when several right rows match."""

    ERROR_ON_DUPLICATE = 0
    FIRST_MATCH = 1
    LAST_MATCH = 2
    EXACTLY_ONE_MATCH = 3


class TableDefinition(Mapping[str, ColumnDefinition]):
    """The columns of a table, by name and in order."""

    def __init__(self, columns: Union[Mapping[str, Any], Iterable[ColumnDefinition]]) -> None:
        """Takes column definitions, or a mapping of names to types."""
        self._columns: dict[str, ColumnDefinition] = {}
        items = columns.items() if isinstance(columns, Mapping) else ((column.name, column) for column in columns)
        for name, column in items:
            self._columns[name] = column if isinstance(column, ColumnDefinition) else ColumnDefinition(name, column)

    def __getitem__(self, name: str) -> ColumnDefinition:
        return self._columns[name]

    def __iter__(self) -> Any:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return f"TableDefinition({', '.join(f'{c.name}: {c.data_type.name}' for c in self.values())})"


class Table:
    """A table. Made by the functions of this package and by the methods of other tables, never by itself."""

    def __init__(self, native: _native.Table) -> None:
        """For this package only."""
        self._native = native

    # ---- what it is -------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """The number of rows now."""
        return self._native.size

    @property
    def is_refreshing(self) -> bool:
        """Whether the table is live: whether it can change."""
        return self._native.is_live

    @property
    def is_blink(self) -> bool:
        """Whether the table holds only the rows of the latest cycle."""
        return self._native.is_blink

    @property
    def is_failed(self) -> bool:
        """Whether the table has failed, and will not change again; `failure` says why."""
        return self._native.failure is not None

    @property
    def failure(self) -> Optional[str]:
        """Why the table failed; ``None`` while it has not."""
        return self._native.failure

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
        return [name for name, _, _ in self._native.column_types()]

    @property
    def columns(self) -> list[ColumnDefinition]:
        """The definitions of the columns."""
        made = ((name, dtypes.from_name(kind, java)) for name, kind, java in self._native.column_types())
        return [ColumnDefinition(name, dtype, dtype.component_type) for name, dtype in made]

    @property
    def definition(self) -> TableDefinition:
        """The definitions of the columns, by name."""
        return TableDefinition(self.columns)

    @property
    def meta_table(self) -> Table:
        """A static table of the columns: Name, DataType, ColumnType, IsPartitioning."""
        from .column import bool_col, string_col
        from .table_factory import new_table

        columns = self.columns
        return new_table(
            [
                string_col("Name", [c.name for c in columns]),
                string_col("DataType", [c.data_type.j_name for c in columns]),
                string_col("ColumnType", [c.column_type.name.capitalize() for c in columns]),
                bool_col("IsPartitioning", [c.column_type.name == "PARTITIONING" for c in columns]),
            ]
        )

    def attributes(self) -> dict[str, Any]:
        """The marks that travel with the table: ``BlinkTable``, ``AddOnly``, ``AppendOnly`` and others."""
        return self._native.attributes()

    def has_columns(self, cols: Texts) -> bool:
        """Whether all these names are columns."""
        return set(texts(cols)) <= set(self.column_names)

    def memory_bytes(self) -> int:
        """Bytes this table holds of its own: columns and state, not what it shares with the tables it is made of."""
        return self._native.memory_bytes()

    # ---- reading out ------------------------------------------------------------------------------------------

    def await_update(self, timeout: Optional[int] = None) -> bool:
        """Waits until the table changes, or for so many milliseconds.

        Returns:
            Whether it changed.
        """
        return self._native.await_update(timeout)

    def to_string(self, num_rows: int = 10, cols: Texts = None) -> str:
        """The first rows as text."""
        names = texts(cols) or self.column_names
        rows = self._native.rows()
        arrays = rows.read(names, 0, min(num_rows, rows.size))
        return grid(names, [array.type_name for array in arrays], [show_column(array) for array in arrays])

    def iter_dict(self, cols: Texts = None, *, chunk_size: int = 2048) -> Generator[dict[str, Any], None, None]:
        """The rows, one dict each; null is ``None``. All are of the same step, however long the reading takes."""
        names = texts(cols) or self.column_names
        for arrays in self._chunks(names, chunk_size):
            for values in _rows_of(arrays):
                yield dict(zip(names, values))

    def iter_tuple(
        self, cols: Texts = None, *, tuple_name: str = "Deephaven", chunk_size: int = 2048
    ) -> Generator[tuple[Any, ...], None, None]:
        """The rows, one named tuple each; null is ``None``."""
        names = texts(cols) or self.column_names
        row = namedtuple(tuple_name, names)  # type: ignore[misc]
        for arrays in self._chunks(names, chunk_size):
            yield from map(row._make, _rows_of(arrays))

    def iter_chunk_dict(
        self, cols: Texts = None, chunk_size: int = 2048
    ) -> Generator[dict[str, "np.ndarray"], None, None]:
        """The rows in runs, each a dict of NumPy arrays (see `kinetable.numpy` for nulls)."""
        names = texts(cols) or self.column_names
        for arrays in self._chunks(names, chunk_size):
            yield {name: array.to_numpy() for name, array in zip(names, arrays)}

    def iter_chunk_tuple(
        self, cols: Texts = None, tuple_name: str = "Deephaven", chunk_size: int = 2048
    ) -> Generator[tuple["np.ndarray", ...], None, None]:
        """The rows in runs, each a named tuple of NumPy arrays."""
        names = texts(cols) or self.column_names
        chunk = namedtuple(tuple_name, names)  # type: ignore[misc]
        for arrays in self._chunks(names, chunk_size):
            yield chunk._make(array.to_numpy() for array in arrays)

    def _chunks(self, names: list[str], chunk_size: int) -> Generator[list[_native.Array], None, None]:
        if chunk_size < 1:
            raise ValueError(f"chunk_size is {chunk_size}, but must be at least 1")
        rows = self._native.rows()
        for start in range(0, rows.size, chunk_size):
            yield rows.read(names, start, min(start + chunk_size, rows.size))

    def to_arrow(self, cols: Texts = None) -> "pa.Table":
        """The rows as a ``pyarrow.Table``."""
        from .arrow import to_arrow

        return to_arrow(self, texts(cols) or None)

    def to_pandas(self, cols: Texts = None) -> "pd.DataFrame":
        """The rows as a pandas DataFrame; `kinetable.pandas.to_pandas` has the options."""
        from .pandas import to_pandas

        return to_pandas(self, texts(cols) or None)

    def to_polars(self, cols: Texts = None) -> "pl.DataFrame":
        """The rows as a Polars DataFrame."""
        import polars

        return polars.DataFrame(self.view(texts(cols)) if cols else self)

    def __arrow_c_stream__(self, requested_schema: Optional[object] = None) -> object:
        """The rows of the current step, for any library that speaks Arrow's PyCapsule interface."""
        return self._native.rows().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The schema, for any library that speaks Arrow's PyCapsule interface."""
        return self._native.rows().__arrow_c_schema__()

    def __repr__(self) -> str:
        kind = "blink" if self.is_blink else "live" if self.is_refreshing else "static"
        head = f"{kind} table of {self.size:,} rows × {len(self.column_names)} columns"
        if self.is_failed:
            return f"{head}, failed: {self.failure}"
        try:
            return f"{head}\n{self.to_string(cols=_shown(self.column_names))}"
        except DHError as error:
            return f"{head}, which cannot be read: {error}"

    def _repr_html_(self) -> str:
        from .html import preview

        return preview(self)

    # ---- columns and rows -------------------------------------------------------------------------------------

    def view(self, formulas: Texts) -> Table:
        """Only these columns; formulas are computed when they are read, and nothing is stored."""
        return Table(_native.view(self._native, texts(formulas), caller()))

    def update_view(self, formulas: Texts) -> Table:
        """All columns and these, which are computed when they are read."""
        return Table(_native.update_view(self._native, texts(formulas), caller()))

    def update(self, formulas: Texts) -> Table:
        """All columns and these, which are computed once and stored."""
        return Table(_native.update(self._native, texts(formulas), caller()))

    def select(self, formulas: Texts = None) -> Table:
        """Only these columns, computed once and stored; all columns if none is named."""
        return Table(_native.select(self._native, texts(formulas) or self.column_names, caller()))

    def lazy_update(self, formulas: Texts) -> Table:
        """All columns and these, computed once for each combination of the values they are made from."""
        return Table(_native.lazy_update(self._native, texts(formulas), caller()))

    def select_distinct(self, formulas: Texts = None) -> Table:
        """The different rows of these columns, in the order of their first appearance."""
        return Table(_native.select_distinct(self._native, texts(formulas) or self.column_names, caller()))

    def drop_columns(self, cols: Texts) -> Table:
        """All columns but these."""
        return Table(_native.drop_columns(self._native, texts(cols)))

    def rename_columns(self, cols: Texts) -> Table:
        """The same columns under other names: ``"New=Old"``."""
        return Table(_native.rename_columns(self._native, texts(cols)))

    def move_columns(self, idx: int, cols: Texts) -> Table:
        """The same columns, with these at this index; ``"New=Old"`` renames too."""
        return Table(_native.move_columns(self._native, idx, texts(cols)))

    def move_columns_up(self, cols: Texts) -> Table:
        """The same columns, with these first."""
        return self.move_columns(0, cols)

    def move_columns_down(self, cols: Texts) -> Table:
        """The same columns, with these last."""
        return Table(_native.move_columns_down(self._native, texts(cols)))

    def where(self, filters: Texts = None) -> Table:
        """The rows that pass all filters."""
        return Table(_native.where(self._native, texts(filters), caller()))

    def where_one_of(self, filters: Texts = None) -> Table:
        """The rows that pass at least one filter."""
        return Table(_native.where_one_of(self._native, texts(filters), caller()))

    def head(self, num_rows: int) -> Table:
        """The first rows; of a blink table the first that ever came."""
        return Table(_native.head(self._native, _count(num_rows)))

    def tail(self, num_rows: int) -> Table:
        """The last rows; of a blink table the last that came."""
        return Table(_native.tail(self._native, _count(num_rows)))

    def head_pct(self, pct: float) -> Table:
        """The first rows, as a fraction of all from 0 to 1."""
        return Table(_native.head_pct(self._native, pct))

    def tail_pct(self, pct: float) -> Table:
        """The last rows, as a fraction of all from 0 to 1."""
        return Table(_native.tail_pct(self._native, pct))

    def slice(self, start: int, stop: int) -> Table:
        """The rows from one position to before another; negative positions count from the end."""
        return Table(_native.slice(self._native, start, stop))

    def reverse(self) -> Table:
        """The rows in the opposite order."""
        return Table(_native.reverse(self._native))

    def sort(self, order_by: Texts, order: Union[SortDirection, Sequence[SortDirection], None] = None) -> Table:
        """The rows ordered by columns, ascending unless `order` says otherwise; rows that are equal keep their order.

        Null is before, and NaN after, all other values.
        """
        names = texts(order_by)
        orders = [SortDirection.ASCENDING] * len(names) if order is None else _orders(order, len(names))
        keys = [(name, direction is SortDirection.DESCENDING) for name, direction in zip(names, orders)]
        return Table(_native.sort(self._native, keys))

    def sort_descending(self, order_by: Texts) -> Table:
        """The rows ordered by columns, descending."""
        return self.sort(order_by, SortDirection.DESCENDING)

    def snapshot(self) -> Table:
        """A static copy of the rows now."""
        return Table(_native.snapshot(self._native))

    def coalesce(self) -> Table:
        """The same table; of Parquet files, with the number of rows of each file read."""
        return Table(_native.coalesce(self._native))

    def flatten(self) -> Table:
        """The same rows under the keys 0 to size - 1."""
        return Table(_native.flatten(self._native))

    def remove_blink(self) -> Table:
        """The same rows, without the rule that aggregations of a blink table go on over all that ever came."""
        return Table(_native.remove_blink(self._native))

    # ---- joins ------------------------------------------------------------------------------------------------

    def natural_join(
        self,
        table: Table,
        on: Texts,
        joins: Texts = None,
        type: NaturalJoinType = NaturalJoinType.ERROR_ON_DUPLICATE,
    ) -> Table:
        """All rows with columns of the right row of the same key: null without a match, an error with several.

        Args:
            table: The right table.
            on: Key columns: ``"A"``, ``"Left = Right"``.
            joins: Columns of the right table: ``"A"``, ``"New = Right"``; all but the keys if none is named.
            type: What to do when several right rows match.
        """
        policy = type.name.lower()
        return Table(_native.natural_join(self._native, table._native, texts(on), texts(joins), policy))

    def exact_join(self, table: Table, on: Texts, joins: Texts = None) -> Table:
        """As `natural_join`, but every row must have exactly one match."""
        return self.natural_join(table, on, joins, NaturalJoinType.EXACTLY_ONE_MATCH)

    # ---- aggregation ------------------------------------------------------------------------------------------

    def agg_by(self, aggs: Aggregations, by: Texts = None, preserve_empty: bool = False) -> Table:
        """Several aggregations at once, one row a key in the order of first appearance; see `kinetable.agg`.

        Args:
            aggs: The aggregations.
            by: Key columns; without any, the result has one row.
            preserve_empty: Whether keys stay when all of their rows have gone.
        """
        several = [aggs] if isinstance(aggs, Aggregation) else list(aggs)
        specs = [spec._spec() for spec in several]
        return Table(_native.agg_by(self._native, specs, texts(by), preserve_empty, caller()))

    def agg_all_by(self, agg: Aggregation, by: Texts = None) -> Table:
        """One aggregation over every column that is not a key."""
        return Table(_native.agg_all_by(self._native, agg._spec(), texts(by), caller()))

    def count_by(self, col: str, by: Texts = None) -> Table:
        """The number of rows of each key, in a column of this name."""
        return self.agg_by(count_(col), by)

    def first_by(self, by: Texts = None) -> Table:
        """The first row of each key."""
        return self.agg_all_by(Aggregation("first"), by)

    def last_by(self, by: Texts = None) -> Table:
        """The last row of each key."""
        return self.agg_all_by(Aggregation("last"), by)

    def sum_by(self, by: Texts = None) -> Table:
        """The sum of every other column, by key."""
        return self.agg_all_by(Aggregation("sum"), by)

    def avg_by(self, by: Texts = None) -> Table:
        """The mean of every other column, by key."""
        return self.agg_all_by(Aggregation("avg"), by)

    def std_by(self, by: Texts = None) -> Table:
        """The sample standard deviation of every other column, by key."""
        return self.agg_all_by(Aggregation("std"), by)

    def var_by(self, by: Texts = None) -> Table:
        """The sample variance of every other column, by key."""
        return self.agg_all_by(Aggregation("var"), by)

    def abs_sum_by(self, by: Texts = None) -> Table:
        """The sum of the absolute values of every other column, by key."""
        return self.agg_all_by(Aggregation("abs_sum"), by)

    def group_by(self, by: Texts = None) -> Table:
        """All values of every other column as an array, by key."""
        return self.agg_all_by(Aggregation("group"), by)

    def weighted_sum_by(self, wcol: str, by: Texts = None) -> Table:
        """The sum of every other column weighted by one, by key."""
        return self._weighted("weighted_sum", wcol, by)

    def weighted_avg_by(self, wcol: str, by: Texts = None) -> Table:
        """The mean of every other column weighted by one, by key."""
        return self._weighted("weighted_avg", wcol, by)

    def _weighted(self, kind: str, wcol: str, by: Texts) -> Table:
        others = [name for name in self.column_names if name != wcol and name not in texts(by)]
        return self.agg_by(Aggregation(kind, others, {"column": wcol}), by)

    def median_by(self, by: Texts = None) -> Table:
        """The median of every other column, by key."""
        return self.agg_all_by(median(), by)

    def min_by(self, by: Texts = None) -> Table:
        """The least value of every other column, by key."""
        return self.agg_all_by(Aggregation("min"), by)

    def max_by(self, by: Texts = None) -> Table:
        """The greatest value of every other column, by key."""
        return self.agg_all_by(Aggregation("max"), by)

    # ---- looks ------------------------------------------------------------------------------------------------

    def format_column_where(self, col: str, cond: str, formula: str) -> Table:
        """Colours a column where a condition holds."""
        return Table(_native.format_column_where(self._native, col, cond, formula, caller()))

    def format_row_where(self, cond: str, formula: str) -> Table:
        """Colours whole rows where a condition holds."""
        return Table(_native.format_row_where(self._native, cond, formula, caller()))


def _rows_of(arrays: Sequence[_native.Array]) -> Iterable[tuple[Any, ...]]:
    return zip(*(array.to_list() for array in arrays))


def _shown(names: Sequence[str]) -> list[str]:
    """The columns that are for reading, not for formatting others."""
    return [name for name in names if not name.endswith(_FORMAT_SUFFIXES)]


def _count(num_rows: int) -> int:
    if num_rows < 0:
        raise DHError(message=f"num_rows is {num_rows}, but must not be negative")
    return num_rows


def _orders(order: Union[SortDirection, Sequence[SortDirection]], count: int) -> Sequence[SortDirection]:
    if isinstance(order, SortDirection):
        return [order] * count
    if len(order) != count:
        raise DHError(message=f"{count} columns to sort by, but {len(order)} directions")
    return order
