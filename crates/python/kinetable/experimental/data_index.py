"""Which rows have which keys, as a table.

Deephaven's operations look for such an index and are quicker for it. Here none does: grouping and joins keep hash
tables of their own, which they make from the columns when they start. An index is for reading: it says which keys
there are and in which rows.
"""

from __future__ import annotations

from typing import Optional
from weakref import WeakKeyDictionary

from .._texts import Texts, texts
from ..dherror import DHError
from ..table import Table

__all__ = ["DataIndex", "data_index", "has_data_index"]

_ROW_KEYS = "RowKeys"


class DataIndex:
    """The keys of a table with their rows. Made by `data_index`."""

    def __init__(self, table: Table, key_cols: list[str]) -> None:
        """For this module only."""
        self._source = table
        self._keys = key_cols
        self._table: Optional[Table] = None

    @property
    def keys(self) -> list[str]:
        """The key columns."""
        return list(self._keys)

    @property
    def table(self) -> Table:
        """The key columns, and ``RowKeys``: the row keys of each key, an array of ``long``. Live if the table is.

        It is made when it is first asked for.

        Raises:
            DHError: If the table is live and its rows can go or move, so that row keys do not stay, or has a column
                ``k``.
        """
        if self._table is None:
            if "k" in self._source.column_names:
                raise DHError(message='column "k" hides the row keys that an index lists; rename it first')
            columns = [*self._keys, f"{_ROW_KEYS} = k"]
            self._table = self._source.view(columns).group_by(self._keys)
        return self._table


_indexes: WeakKeyDictionary[Table, dict[tuple[str, ...], DataIndex]] = WeakKeyDictionary()


def data_index(table: Table, key_cols: Texts, create_if_absent: bool = True) -> Optional[DataIndex]:
    """The index of a table by key columns.

    Args:
        table: The table.
        key_cols: The key columns, in any order.
        create_if_absent: Whether to make it if there is none.

    Returns:
        The index; ``None`` if there is none and none is to be made.

    Raises:
        DHError: If there are no key columns, or one is missing.

    Example:
        from kinetable import new_table
        from kinetable.column import string_col
        from kinetable.experimental.data_index import data_index
        t = new_table([string_col("Sym", ["A", "B", "A"])])
        print(data_index(t, "Sym").table.to_string())
    """
    keys = _checked(table, key_cols)
    known = _indexes.setdefault(table, {})
    found = known.get(tuple(sorted(keys)))
    if found is None and create_if_absent:
        found = known[tuple(sorted(keys))] = DataIndex(_copy(table), keys)
    return found


def has_data_index(table: Table, key_cols: Texts) -> bool:
    """Whether `data_index` has made an index of this table object by these columns.

    Args:
        table: The table.
        key_cols: The key columns, in any order.

    Returns:
        Whether there is one.

    Raises:
        DHError: If there are no key columns, or one is missing.

    Example:
        from kinetable import empty_table
        from kinetable.experimental.data_index import data_index, has_data_index
        t = empty_table(3).update("K = i % 2")
        before = has_data_index(t, "K")
        data_index(t, "K")
        print(before, has_data_index(t, "K"))
    """
    return data_index(table, key_cols, create_if_absent=False) is not None


def _checked(table: Table, key_cols: Texts) -> list[str]:
    keys = texts(key_cols)
    if not keys:
        raise DHError(message="a data index needs key columns")
    missing = [key for key in keys if key not in table.column_names]
    if missing:
        raise DHError(message=f'no column "{missing[0]}"\n  hint: columns: {", ".join(table.column_names)}')
    return keys


def _copy(table: Table) -> Table:
    """Another object for the same table, so that an index does not keep the one it is found by."""
    return Table(table._native)
