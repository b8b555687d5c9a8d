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
        """Colours a column where a condition holds."""
        return self._made(_native.format_column_where(self._native, col, cond, formula, caller()))

    def format_row_where(self, cond: str, formula: str) -> Table:
        """Colours whole rows where a condition holds."""
        return self._made(_native.format_row_where(self._native, cond, formula, caller()))
