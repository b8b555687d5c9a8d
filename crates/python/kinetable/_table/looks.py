"""Looks: colours, formats and layout, as hidden columns that a user interface reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _kinetable as _native
from .._scope import caller
from .base import TableBase

if TYPE_CHECKING:
    from ..table import Table


class Looks(TableBase):
    """How a table looks."""

    def format_column_where(self, col: str, cond: str, formula: str) -> Table:
        """Colours a column where a condition holds, for who looks at the table.

        The colour is in a hidden column, ``<col>__TABLE_STYLE_FORMAT``, which is computed when it is read.

        Args:
            col: The column.
            cond: A condition, as `Table.where` takes it.
            formula: A colour: its name (``RED``, ``DEEP_GREEN``), ``"`#ff8000`"``, or a formula that gives one.

        Raises:
            DHError: if there is no such column, or a formula is wrong.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.format_column_where("Size", "Size > 20", "RED").column_names)
        """
        return self._made(_native.format_column_where(self._native, col, cond, formula, caller()))

    def format_row_where(self, cond: str, formula: str) -> Table:
        """Colours whole rows where a condition holds, for who looks at the table.

        The colour is in a hidden column, ``__ROW__TABLE_STYLE_FORMAT``, which is computed when it is read.

        Args:
            cond: A condition, as `Table.where` takes it.
            formula: A colour: its name (``RED``, ``DEEP_GREEN``), ``"`#ff8000`"``, or a formula that gives one.

        Raises:
            DHError: if a formula is wrong.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.format_row_where("Size > 20", "DEEP_GREEN").column_names)
        """
        return self._made(_native.format_row_where(self._native, cond, formula, caller()))
