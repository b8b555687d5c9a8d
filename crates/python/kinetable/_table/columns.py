"""Columns: chosen, computed, renamed, moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _kinetable as _native
from .._scope import caller
from .._texts import Texts, texts
from .about import About

if TYPE_CHECKING:
    from ..table import Table


class Columns(About):
    """Columns of a table."""

    def view(self, formulas: Texts) -> Table:
        """Only these columns; formulas are computed when they are read, and nothing is stored."""
        return self._made(_native.view(self._native, texts(formulas), caller()))

    def update_view(self, formulas: Texts) -> Table:
        """All columns and these, which are computed when they are read."""
        return self._made(_native.update_view(self._native, texts(formulas), caller()))

    def update(self, formulas: Texts) -> Table:
        """All columns and these, which are computed once and stored."""
        return self._made(_native.update(self._native, texts(formulas), caller()))

    def select(self, formulas: Texts = None) -> Table:
        """Only these columns, computed once and stored; all columns if none is named."""
        return self._made(_native.select(self._native, texts(formulas) or self.column_names, caller()))

    def lazy_update(self, formulas: Texts) -> Table:
        """All columns and these, computed once for each combination of the values they are made from."""
        return self._made(_native.lazy_update(self._native, texts(formulas), caller()))

    def select_distinct(self, formulas: Texts = None) -> Table:
        """The different rows of these columns, in the order of their first appearance."""
        return self._made(_native.select_distinct(self._native, texts(formulas) or self.column_names, caller()))

    def drop_columns(self, cols: Texts) -> Table:
        """All columns but these."""
        return self._made(_native.drop_columns(self._native, texts(cols)))

    def rename_columns(self, cols: Texts) -> Table:
        """The same columns under other names: ``"New=Old"``."""
        return self._made(_native.rename_columns(self._native, texts(cols)))

    def move_columns(self, idx: int, cols: Texts) -> Table:
        """The same columns, with these at this index; ``"New=Old"`` renames too."""
        return self._made(_native.move_columns(self._native, idx, texts(cols)))

    def move_columns_up(self, cols: Texts) -> Table:
        """The same columns, with these first."""
        return self.move_columns(0, cols)

    def move_columns_down(self, cols: Texts) -> Table:
        """The same columns, with these last."""
        return self._made(_native.move_columns_down(self._native, texts(cols)))
