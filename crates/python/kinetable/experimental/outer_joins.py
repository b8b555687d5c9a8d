"""Outer joins: pairs of rows with the same key, and the rows that have no match."""

from __future__ import annotations

from .. import _kinetable as _native
from .._texts import Texts, texts
from ..table import Table

__all__ = ["full_outer_join", "left_outer_join"]


def left_outer_join(l_table: Table, r_table: Table, on: Texts = None, joins: Texts = None) -> Table:
    """A row for each pair of rows with the same key, and for each left row without a match.

    Rows come in the order of the left rows and, for one left row, in that of the right rows; without a match, right
    columns are null. The result of live tables follows both.

    Args:
        l_table: The left table.
        r_table: The right table.
        on: Key columns: ``"A"``, ``"Left = Right"``; none for all pairs.
        joins: Columns of the right table: ``"A"``, ``"New = Right"``; all but the keys if none is named.

    Returns:
        All columns of the left table and those added.

    Raises:
        DHError: If a column is missing, key types differ, or names clash.

    Example:
        from kinetable import new_table
        from kinetable.column import long_col, string_col
        from kinetable.experimental.outer_joins import left_outer_join
        people = new_table([string_col("Name", ["Ada", "Bob", "Cy"]), long_col("Team", [1, 2, 3])])
        tasks = new_table([long_col("Team", [2, 1, 1]), string_col("Task", ["test", "plan", "write"])])
        print(left_outer_join(people, tasks, on="Team").to_string())
    """
    return Table(_native.left_outer_join(l_table._native, r_table._native, texts(on), texts(joins)))


def full_outer_join(l_table: Table, r_table: Table, on: Texts = None, joins: Texts = None) -> Table:
    """A row for each pair of rows with the same key, and for each row of either table without a match.

    Right rows without a match come last, in their order; there the left key columns show their keys, and other left
    columns are null.

    Args:
        l_table: The left table.
        r_table: The right table.
        on: Key columns: ``"A"``, ``"Left = Right"``; none for all pairs.
        joins: Columns of the right table: ``"A"``, ``"New = Right"``; all but the keys if none is named.

    Returns:
        All columns of the left table and those added.

    Raises:
        DHError: If a column is missing, key types differ, or names clash.

    Example:
        from kinetable import new_table
        from kinetable.column import long_col, string_col
        from kinetable.experimental.outer_joins import full_outer_join
        people = new_table([string_col("Name", ["Ada", "Bob"]), long_col("Team", [1, 2])])
        tasks = new_table([long_col("Team", [2, 9]), string_col("Task", ["test", "plan"])])
        print(full_outer_join(people, tasks, on="Team").to_string())
    """
    return Table(_native.full_outer_join(l_table._native, r_table._native, texts(on), texts(joins)))
