"""Columns: chosen, computed, renamed, moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _kinetable as _native
from .._scope import caller
from .._serial import with_marks
from .._texts import Texts, texts
from .about import About

if TYPE_CHECKING:
    from ..table import Table


class Columns(About):
    """Columns of a table."""

    def view(self, formulas: Texts) -> Table:
        """Only these columns; formulas are computed when they are read, and nothing is stored.

        The choice for formulas that are cheap, or of which few rows are looked at.

        Args:
            formulas: One or more texts: ``"New = expression"``, ``"New = Old"``, ``"Column"``. Later ones see the
                columns of earlier ones.

        Raises:
            DHError: if a formula is wrong, naming the place in it.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.view(["A", "C = A * B"]).to_string())
        """
        return self._made(_native.view(self._native, texts(formulas), caller()))

    def update_view(self, formulas: Texts) -> Table:
        """All columns and these, which are computed when they are read; nothing is stored.

        The choice for formulas that are cheap, or of which few rows are looked at.

        Args:
            formulas: One or more texts: ``"New = expression"``, ``"New = Old"``, ``"Column"``. Later ones see the
                columns of earlier ones.

        Raises:
            DHError: if a formula is wrong, naming the place in it.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.update_view("C = A * B").to_string())
        """
        return self._made(_native.update_view(self._native, texts(formulas), caller()))

    def update(self, formulas: Texts) -> Table:
        """All columns and these, which are computed once, and again for rows that change, and stored.

        The choice for formulas that are dear and read often. On a live table a cell that fails later is null, and
        recorded.

        Args:
            formulas: One or more texts: ``"New = expression"``, ``"New = Old"``, ``"Column"``. Later ones see the
                columns of earlier ones.

        Raises:
            DHError: if a formula is wrong, naming the place in it, or fails on a row that is there.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            scale = 100
            print(t.update(["C = A * scale", "D = C + B"]).to_string())
        """
        computed = texts(formulas)
        return self._made(_native.update(self._native, computed, with_marks(computed, caller())))

    def select(self, formulas: Texts = None) -> Table:
        """Only these columns, computed once and stored.

        Args:
            formulas: One or more texts or `Selectable`: ``"New = expression"``, ``"New = Old"``, ``"Column"``. All if
                none is given: a copy that reads nothing of what this table is made of.

        Raises:
            DHError: if a formula is wrong, naming the place in it, or fails on a row that is there.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.select(["A", "C = A * B"]).to_string())
        """
        chosen = texts(formulas) or self.column_names
        return self._made(_native.select(self._native, chosen, with_marks(chosen, caller())))

    def lazy_update(self, formulas: Texts) -> Table:
        """All columns and these, computed when first read, once for each combination of the values they use.

        The choice for formulas that are dear and whose inputs repeat.

        Args:
            formulas: One or more texts: ``"New = expression"``, ``"New = Old"``, ``"Column"``. Later ones see the
                columns of earlier ones.

        Raises:
            DHError: if a formula is wrong, naming the place in it.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            def describe(sym) -> str:
                return f"instrument {sym}"
            print(t.lazy_update("Name = describe(Sym)").to_string())
        """
        return self._made(_native.lazy_update(self._native, texts(formulas), caller()))

    def select_distinct(self, formulas: Texts = None) -> Table:
        """The different rows of these columns, in the order of their first appearance.

        Of a blink table: of all rows that ever came.

        Args:
            formulas: One or more texts: ``"Column"``, ``"New = expression"``. All columns if none is given.

        Raises:
            DHError: if a formula is wrong.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.select_distinct("Sym").to_string())
        """
        return self._made(_native.select_distinct(self._native, texts(formulas) or self.column_names, caller()))

    def drop_columns(self, cols: Texts) -> Table:
        """All columns but these.

        Args:
            cols: Names of columns.

        Raises:
            DHError: if there is no column of a name.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.drop_columns("B").to_string())
        """
        return self._made(_native.drop_columns(self._native, texts(cols)))

    def rename_columns(self, cols: Texts) -> Table:
        """The same columns under other names, all at once, so that two can swap.

        Args:
            cols: ``"New = Old"``, one or more. A column that has a new name already is dropped.

        Raises:
            DHError: if there is no column of an old name.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.rename_columns(["A = B", "B = A"]).to_string())
        """
        return self._made(_native.rename_columns(self._native, texts(cols)))

    def move_columns(self, idx: int, cols: Texts) -> Table:
        """The same columns, with these beginning at an index.

        Args:
            idx: The index, from 0.
            cols: ``"Column"``, or ``"New = Old"`` to rename it too.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.move_columns(0, ["B"]).to_string())
        """
        return self._made(_native.move_columns(self._native, idx, texts(cols)))

    def move_columns_up(self, cols: Texts) -> Table:
        """The same columns, with these first.

        Args:
            cols: ``"Column"``, or ``"New = Old"`` to rename it too.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.move_columns_up("B").to_string())
        """
        return self.move_columns(0, cols)

    def move_columns_down(self, cols: Texts) -> Table:
        """The same columns, with these last.

        Args:
            cols: ``"Column"``, or ``"New = Old"`` to rename it too.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.move_columns_down("A").to_string())
        """
        return self._made(_native.move_columns_down(self._native, texts(cols)))
