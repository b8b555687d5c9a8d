"""Joins: columns of other tables beside the rows of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _kinetable as _native
from .._texts import Texts, texts
from .base import TableBase
from .kinds import NaturalJoinType

if TYPE_CHECKING:
    from ..table import Table


class Joins(TableBase):
    """Joins with other tables."""

    def natural_join(
        self,
        table: Table,
        on: Texts,
        joins: Texts = None,
        type: NaturalJoinType = NaturalJoinType.ERROR_ON_DUPLICATE,
    ) -> Table:
        """All rows with columns of the right row of the same key: null without a match, an error with several.

        Null keys match null keys, and NaN matches NaN. Both tables may be live.

        Args:
            table: The right table.
            on: Key columns: ``"Key"``, ``"Left = Right"``; several as a list, or between commas.
            joins: Columns of the right table: ``"Column"``, ``"New = Right"``; all but the keys if none is named.
            type: What to do when several right rows match.

        Raises:
            DHError: if a column is missing, key types differ, names clash, or there are several matches and `type` does
                not say which counts. On a live table a second match fails the result later.

        Example:
            from kinetable import new_table
            from kinetable.column import double_col, int_col, string_col
            trades = new_table([string_col("Sym", ["A", "B", "C"]), int_col("Size", [10, 20, 30])])
            prices = new_table([string_col("Name", ["A", "B", "C"]), double_col("Price", [1.5, 2.5, 3.5])])
            print(trades.natural_join(prices.head(2), on="Sym = Name", joins="Price").to_string())
        """
        policy = type.name.lower()
        return self._made(_native.natural_join(self._native, table._native, texts(on), texts(joins), policy))

    def exact_join(self, table: Table, on: Texts, joins: Texts = None) -> Table:
        """All rows with columns of the right row of the same key, of which there must be exactly one.

        Args:
            table: The right table.
            on: Key columns: ``"Key"``, ``"Left = Right"``; several as a list, or between commas.
            joins: Columns of the right table: ``"Column"``, ``"New = Right"``; all but the keys if none is named.

        Raises:
            DHError: if a row has no match or several, a column is missing, key types differ, or names clash.

        Example:
            from kinetable import new_table
            from kinetable.column import double_col, int_col, string_col
            trades = new_table([string_col("Sym", ["A", "B", "C"]), int_col("Size", [10, 20, 30])])
            prices = new_table([string_col("Name", ["A", "B", "C"]), double_col("Price", [1.5, 2.5, 3.5])])
            print(trades.exact_join(prices, on="Sym = Name", joins="Price").to_string())
        """
        return self.natural_join(table, on, joins, NaturalJoinType.EXACTLY_ONE_MATCH)
