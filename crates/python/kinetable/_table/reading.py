"""Reading a table out: rows, text, other libraries' tables."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any, Generator, Iterable, Optional, Sequence

from .. import _kinetable as _native
from .._texts import Texts, grid, show_column, texts
from ..dherror import DHError
from .about import About

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import polars as pl
    import pyarrow as pa

_FORMAT_SUFFIXES = ("__TABLE_STYLE_FORMAT", "__TABLE_NUMBER_FORMAT", "__TABLE_DATE_FORMAT")


class Reading(About):
    """Reading a table out."""

    def await_update(self, timeout: Optional[int] = None) -> bool:
        """Waits until the table changes. A lock of the update graph that this thread holds is let go of meanwhile.

        Args:
            timeout: How long to wait at most, in milliseconds; for ever if not given.

        Returns:
            Whether it changed in that time.

        Raises:
            DHError: if the table fails.

        Example:
            from kinetable import time_table
            ticking = time_table("PT0.01S")
            print(ticking.await_update(10_000))
        """
        return self._native.await_update(timeout)

    def to_string(self, num_rows: int = 10, cols: Texts = None) -> str:
        """The first rows as text: numbers flush right, everything else flush left, null as ``(null)``.

        Args:
            num_rows: How many rows, at most.
            cols: Which columns; all if not given.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.to_string(num_rows=2, cols="Sym"))
        """
        names = texts(cols) or self.column_names
        rows = self._native.rows()
        arrays = rows.read(names, 0, min(num_rows, rows.size))
        return grid(names, [array.type_name for array in arrays], [show_column(array) for array in arrays])

    def iter_dict(self, cols: Texts = None, *, chunk_size: int = 2048) -> Generator[dict[str, Any], None, None]:
        """The rows, one dict each; null is ``None``. All are of the same step, however long the reading takes.

        Args:
            cols: Which columns; all if not given.
            chunk_size: How many rows are read at a time.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            for row in t.iter_dict():
                print(row)
        """
        names = texts(cols) or self.column_names
        for arrays in self._chunks(names, chunk_size):
            for values in _rows_of(arrays):
                yield dict(zip(names, values))

    def iter_tuple(
        self, cols: Texts = None, *, tuple_name: str = "Deephaven", chunk_size: int = 2048
    ) -> Generator[tuple[Any, ...], None, None]:
        """The rows, one named tuple each; null is ``None``. All are of the same step, however long the reading takes.

        Args:
            cols: Which columns; all if not given. Their names must be names in Python.
            tuple_name: The name of the tuple's class.
            chunk_size: How many rows are read at a time.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            for row in t.iter_tuple():
                print(row.Sym, row.Size)
        """
        names = texts(cols) or self.column_names
        row = _tuple_class(tuple_name, names)
        for arrays in self._chunks(names, chunk_size):
            yield from map(row._make, _rows_of(arrays))

    def iter_chunk_dict(
        self, cols: Texts = None, chunk_size: int = 2048
    ) -> Generator[dict[str, "np.ndarray"], None, None]:
        """The rows in runs, each a dict of NumPy arrays (see `kinetable.numpy` for nulls). All are of the same step.

        Args:
            cols: Which columns; all if not given.
            chunk_size: How many rows a run has, at most.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            for run in t.iter_chunk_dict("Size", chunk_size=2):
                print(run["Size"].sum())
        """
        names = texts(cols) or self.column_names
        for arrays in self._chunks(names, chunk_size):
            yield {name: array.to_numpy() for name, array in zip(names, arrays)}

    def iter_chunk_tuple(
        self, cols: Texts = None, tuple_name: str = "Deephaven", chunk_size: int = 2048
    ) -> Generator[tuple["np.ndarray", ...], None, None]:
        """The rows in runs, each a named tuple of NumPy arrays (`kinetable.numpy` tells of nulls). All are of one step.

        Args:
            cols: Which columns; all if not given. Their names must be names in Python.
            tuple_name: The name of the tuple's class.
            chunk_size: How many rows a run has, at most.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            for run in t.iter_chunk_tuple(chunk_size=2):
                print(run.Size.sum())
        """
        names = texts(cols) or self.column_names
        chunk = _tuple_class(tuple_name, names)
        for arrays in self._chunks(names, chunk_size):
            yield chunk._make(array.to_numpy() for array in arrays)

    def _chunks(self, names: list[str], chunk_size: int) -> Generator[list[_native.Array], None, None]:
        if chunk_size < 1:
            raise ValueError(f"chunk_size is {chunk_size}, but must be at least 1")
        rows = self._native.rows()
        for start in range(0, rows.size, chunk_size):
            yield rows.read(names, start, min(start + chunk_size, rows.size))

    def to_arrow(self, cols: Texts = None) -> "pa.Table":
        """The rows as a ``pyarrow.Table``; `kinetable.arrow.to_arrow` says what types become.

        Args:
            cols: Which columns; all if not given.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.to_arrow().to_pydict())
        """
        from ..arrow import to_arrow

        return to_arrow(self._table(), texts(cols) or None)

    def to_pandas(self, cols: Texts = None) -> "pd.DataFrame":
        """The rows as a pandas DataFrame of nullable types; `kinetable.pandas.to_pandas` has the options.

        Args:
            cols: Which columns; all if not given.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.to_pandas())
        """
        from ..pandas import to_pandas

        return to_pandas(self._table(), texts(cols) or None)

    def to_polars(self, cols: Texts = None) -> "pl.DataFrame":
        """The rows as a Polars DataFrame.

        Args:
            cols: Which columns; all if not given.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.to_polars().to_dicts())
        """
        import polars

        return polars.DataFrame(self._table().view(texts(cols)) if cols else self)

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
            return f"{head}\n{self.to_string(cols=visible(self.column_names))}"
        except DHError as error:
            return f"{head}, which cannot be read: {error}"

    def _repr_html_(self) -> str:
        from ..html import preview

        return preview(self._table())


def _tuple_class(tuple_name: str, names: Sequence[str]) -> Any:
    try:
        return namedtuple(tuple_name, names)
    except ValueError as error:
        hint = "rename the column, or read it with iter_dict or iter_chunk_dict"
        raise DHError(error, f"these columns make no named tuple: {error}\n  hint: {hint}") from error


def _rows_of(arrays: Sequence[_native.Array]) -> Iterable[tuple[Any, ...]]:
    return zip(*(array.to_list() for array in arrays))


def visible(names: Sequence[str]) -> list[str]:
    """The columns that are for reading, not for formatting others."""
    return [name for name in names if not name.endswith(_FORMAT_SUFFIXES)]
