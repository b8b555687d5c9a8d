"""Joins of several tables at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Sequence, Union

from . import _kinetable as _native
from ._texts import Texts, texts
from .dherror import DHError

if TYPE_CHECKING:
    from .table import Table


class MultiJoinInput:
    """One table of a `multi_join`: its keys, and the columns that it adds.

    Example:
        from kinetable import new_table
        from kinetable.column import long_col
        from kinetable.table import MultiJoinInput, multi_join
        first = new_table([long_col("Id", [1, 2]), long_col("A", [10, 20])])
        second = new_table([long_col("Number", [2, 3]), long_col("B", [200, 300])])
        inputs = [MultiJoinInput(first, "Id"), MultiJoinInput(second, "Id = Number", "B")]
        print(multi_join(inputs).table.to_string())
    """

    def __init__(self, table: Table, on: Texts, joins: Texts = None) -> None:
        """Describes an input.

        Args:
            table: The table, in which no two rows have the same key.
            on: Key columns: ``"A"``, ``"Key = A"``; the names of keys are those of all inputs.
            joins: Columns to add: ``"A"``, ``"New = A"``; all but the keys if none is named.
        """
        self.table = table
        self.on = texts(on)
        self.joins = texts(joins)


MultiJoinInputs = Union["Table", Sequence["Table"], MultiJoinInput, Sequence[MultiJoinInput]]


class MultiJoinTable:
    """What `multi_join` makes; `table` is the result."""

    def __init__(self, input: MultiJoinInputs, on: Texts = None) -> None:
        """Joins tables; see `multi_join`."""
        several: list[Any] = list(input) if isinstance(input, (list, tuple)) else [input]
        if any(isinstance(each, MultiJoinInput) for each in several):
            if on is not None:
                message = "multi_join: keys are given beside inputs that have their own"
                raise DHError(message=f"{message}\n  hint: leave `on` out, or give tables")
        inputs = [each if isinstance(each, MultiJoinInput) else MultiJoinInput(each, on) for each in several]
        from .table import Table

        self._table = Table(_native.multi_join([(each.table._native, each.on, each.joins) for each in inputs]))

    @property
    def table(self) -> Table:
        """The result: one row a key."""
        return self._table


def multi_join(input: MultiJoinInputs, on: Texts = None) -> MultiJoinTable:
    """One row for each key that any of several tables has, with the columns of each table's row.

    Keys come in the order of the first table's rows, then those that only the second has in its order, and so on. A
    table that has no row of a key gives null. The result of live tables follows all of them, and fails when a table
    gets a second row of a key.

    Args:
        input: Tables, or inputs with keys and columns of their own.
        on: Key columns of all tables, if tables are given: ``"A"``; none if each has one row at most.

    Returns:
        An object whose ``table`` is the result.

    Raises:
        DHError: If there is no table, a column is missing, key types or names differ, names clash, or a key is there
            twice in one table.

    Example:
        from kinetable import new_table
        from kinetable.column import long_col, string_col
        from kinetable.table import multi_join
        a = new_table([string_col("Sym", ["x", "y"]), long_col("A", [1, 2])])
        b = new_table([string_col("Sym", ["y", "z"]), long_col("B", [3, 4])])
        c = new_table([string_col("Sym", ["z", "x"]), long_col("C", [5, 6])])
        print(multi_join([a, b, c], on="Sym").table.to_string())
    """
    return MultiJoinTable(input, on)
