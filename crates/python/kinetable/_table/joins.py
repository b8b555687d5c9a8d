"""Joins: columns of other tables beside the rows of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence, Union

from .. import _kinetable as _native
from .._texts import Texts, texts
from ..agg import Aggregation
from ..dherror import DHError
from .base import TableBase
from .kinds import NaturalJoinType

if TYPE_CHECKING:
    from ..table import Table


class Joins(TableBase):
    """Joins with other tables.

    Keys are compared as values: null matches null, NaN matches NaN, and -0.0 matches 0.0. Pairs of names are texts,
    ``"Left = Right"`` for keys and ``"New = Right"`` for columns; one text may hold several, between commas. Where key
    columns have two names, the right one is a column of the result too.
    """

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

    def join(self, table: Table, on: Texts = None, joins: Texts = None) -> Table:
        """A row for each pair of a row and a right row with the same key; without keys, for each pair of rows.

        Pairs come in the order of this table's rows and, for one row, in that of the right rows.

        Args:
            table: The right table.
            on: Key columns: ``"A"``, ``"Left = Right"``; none for all pairs.
            joins: Columns of the right table: ``"A"``, ``"New = Right"``; all but the keys if none is named.

        Returns:
            The pairs, with all columns of this table and those added.

        Raises:
            DHError: If a column is missing, key types differ, or names clash.

        Example:
            from kinetable import new_table
            from kinetable.column import long_col, string_col
            people = new_table([string_col("Name", ["Ada", "Bob"]), long_col("Team", [1, 2])])
            tasks = new_table([long_col("Team", [2, 1, 1]), string_col("Task", ["test", "plan", "write"])])
            print(people.join(tasks, on="Team").to_string())
        """
        return self._made(_native.join(self._native, table._native, texts(on), texts(joins)))

    def aj(self, table: Table, on: Texts, joins: Texts = None) -> Table:
        """All rows with columns of the nearest right row at or before: "as of" join.

        Of the right rows with the same exact keys it is the one with the greatest last key that is not greater than
        this row's, and of several the last; null if there is none. Values are compared as they sort: null first, NaN
        last.

        Args:
            table: The right table.
            on: Exact keys as for `natural_join`, if any, and last the key to look back by: ``"Time"`` or
                ``"Time >= RightTime"``, or ``"Time > RightTime"`` for rows before only.
            joins: Columns of the right table: ``"A"``, ``"New = Right"``; all but the keys if none is named.

        Returns:
            The rows of this table with the columns added.

        Raises:
            DHError: If a column is missing, key types differ, or names clash.

        Example:
            from kinetable import new_table
            from kinetable.column import double_col, long_col, string_col
            trades = new_table([string_col("Sym", ["A", "B", "A"]), long_col("Time", [5, 6, 9])])
            quotes = new_table(
                [string_col("Sym", ["A", "A", "B"]), long_col("At", [1, 5, 7]), double_col("Bid", [1.0, 1.5, 2.0])]
            )
            print(trades.aj(quotes, on=["Sym", "Time >= At"]).to_string())
        """
        return self._made(_native.aj(self._native, table._native, texts(on), texts(joins)))

    def raj(self, table: Table, on: Texts, joins: Texts = None) -> Table:
        """All rows with columns of the nearest right row at or after: `aj` that looks ahead.

        Of several nearest right rows it is the first; null if there is none.

        Args:
            table: The right table.
            on: Exact keys as for `natural_join`, if any, and last the key to look ahead by: ``"Time"`` or
                ``"Time <= RightTime"``, or ``"Time < RightTime"`` for rows after only.
            joins: Columns of the right table: ``"A"``, ``"New = Right"``; all but the keys if none is named.

        Returns:
            The rows of this table with the columns added.

        Raises:
            DHError: If a column is missing, key types differ, or names clash.

        Example:
            from kinetable import new_table
            from kinetable.column import long_col, string_col
            orders = new_table([long_col("Time", [3, 8, 12])])
            fills = new_table([long_col("At", [4, 9, 9]), string_col("Fill", ["x", "y", "z"])])
            print(orders.raj(fills, on="Time <= At").to_string())
        """
        return self._made(_native.raj(self._native, table._native, texts(on), texts(joins)))

    def range_join(self, table: Table, on: Texts, aggs: Union[Aggregation, Sequence[Aggregation]]) -> Table:
        """All rows with arrays of the right rows that lie between two values of the row. Static tables only.

        Right rows whose value is null or NaN are in no range. A start or end that is null is no bound; a range with a
        NaN, or whose start is after its end, gives null; a range without rows gives an empty array.

        Args:
            table: The right table.
            on: Exact keys as for `natural_join`, if any, and last the range: ``"Start <= Value <= End"``, with ``<`` in
                place of ``<=`` to leave the bound out; ``"<- Start <= Value …"`` takes the last row before too if
                none is at the start, and ``"… Value <= End ->"`` the first one after if none is at the end.
            aggs: What to make of the rows: `agg.group` only.

        Returns:
            The rows of this table with the arrays added.

        Raises:
            DHError: If a table is live, a column is missing, types differ, names clash, or an aggregation is another
                one.

        Example:
            from kinetable import agg, new_table
            from kinetable.column import long_col
            windows = new_table([long_col("From", [1, 4]), long_col("To", [3, 9])])
            events = new_table([long_col("At", [2, 3, 5]), long_col("Value", [20, 30, 50])])
            print(windows.range_join(events, on="From <= At <= To", aggs=agg.group("Value")).to_string())
        """
        several = [aggs] if isinstance(aggs, Aggregation) else list(aggs)
        others = [spec.kind for spec in several if spec.kind != "group"]
        if others or not several:
            what = f"it cannot compute {others[0]}" if others else "there is no aggregation"
            raise DHError(message=f"range_join: {what}\n  hint: use agg.group, and then a formula of the array")
        groups = [column for spec in several for column in spec.columns]
        if not groups:
            raise DHError(
                message='range_join: agg.group names no column\n  hint: name columns: agg.group("New = Right")'
            )
        return self._made(_native.range_join(self._native, table._native, texts(on), groups))

    def where_in(self, filter_table: Table, cols: Texts) -> Table:
        """The rows whose key is in another table.

        When the other table changes, rows come and go with the keys.

        Args:
            filter_table: The table of keys.
            cols: Key columns: ``"A"``, ``"Here = There"``.

        Returns:
            The rows, with the columns of this table.

        Raises:
            DHError: If a column is missing, or key types differ.

        Example:
            from kinetable import new_table
            from kinetable.column import string_col
            all_names = new_table([string_col("Name", ["a", "b", "c", "b"])])
            wanted = new_table([string_col("Want", ["b", "c"])])
            print(all_names.where_in(wanted, "Name = Want").to_string())
        """
        return self._made(_native.where_in(self._native, filter_table._native, texts(cols)))

    def where_not_in(self, filter_table: Table, cols: Texts) -> Table:
        """The rows whose key is not in another table.

        Args:
            filter_table: The table of keys.
            cols: Key columns: ``"A"``, ``"Here = There"``.

        Returns:
            The rows, with the columns of this table.

        Raises:
            DHError: If a column is missing, or key types differ.

        Example:
            from kinetable import new_table
            from kinetable.column import string_col
            all_names = new_table([string_col("Name", ["a", "b", "c", "b"])])
            unwanted = new_table([string_col("Name", ["b"])])
            print(all_names.where_not_in(unwanted, "Name").to_string())
        """
        return self._made(_native.where_not_in(self._native, filter_table._native, texts(cols)))
