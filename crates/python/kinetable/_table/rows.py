"""Rows: filtered, cut, ordered, kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Sequence, Union

from .. import _kinetable as _native
from .._scope import caller
from .._serial import with_marks
from .._texts import Texts, texts
from ..dherror import DHError
from .base import TableBase
from .kinds import SortDirection, orders

if TYPE_CHECKING:
    from ..table import Table


_RELEASE = re.compile(r"incremental_release\((\d+), (\d+)\)")
"""What `kinetable.filters.incremental_release` makes: no condition on a row."""


class Rows(TableBase):
    """Rows of a table."""

    def where(self, filters: Texts = None) -> Table:
        """The rows that pass all filters.

        A comparison takes null as less than everything; NaN is equal to nothing. Files and row groups of a Parquet
        table in which no row can pass are not opened.

        Args:
            filters: Conditions, as texts (``"Size > 10"``, ``"Sym in `A`, `B`"``, any Boolean formula) or as
                `kinetable.filters.Filter`; all rows if none is given.

        Raises:
            DHError: if a condition is wrong, naming the place in it, or is neither true nor false on a row that is
                there.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            small = ["A", "C"]
            print(t.where(["Size > 10", "Sym in small"]).to_string())
        """
        several = texts(filters)
        names, native, conditions = with_marks(several, caller()), self._native, []
        for condition in several:
            release = _RELEASE.fullmatch(condition)
            if release is None:
                conditions.append(condition)
                continue
            passed = _native.where(native, conditions, names)
            native, conditions = _native.release(passed, *map(int, release.groups())), []
        return self._made(_native.where(native, conditions, names))

    def where_one_of(self, filters: Texts = None) -> Table:
        """The rows that pass at least one filter.

        Args:
            filters: Conditions, as texts (``"Size > 10"``, ``"Sym in `A`, `B`"``, any Boolean formula) or as
                `kinetable.filters.Filter`; all rows if none is given.

        Raises:
            DHError: if a condition is wrong, naming the place in it, or is neither true nor false on a row that is
                there.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.where_one_of(["Size > 20", "Sym == `B`"]).to_string())
        """
        conditions = texts(filters)
        return self._made(_native.where_one_of(self._native, conditions, with_marks(conditions, caller())))

    def head(self, num_rows: int) -> Table:
        """The first rows; of a blink table the first that ever came.

        Args:
            num_rows: How many, at most.

        Raises:
            DHError: if the number is negative.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.head(2).to_string())
        """
        return self._made(_native.head(self._native, _count(num_rows)))

    def tail(self, num_rows: int) -> Table:
        """The last rows; of a blink table the last that came.

        Args:
            num_rows: How many, at most.

        Raises:
            DHError: if the number is negative.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.tail(2).to_string())
        """
        return self._made(_native.tail(self._native, _count(num_rows)))

    def head_pct(self, pct: float) -> Table:
        """The first rows, as a fraction of all.

        Args:
            pct: From 0 to 1; the number of rows is rounded up.

        Raises:
            DHError: if the fraction is not from 0 to 1, or the table is a blink table.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.head_pct(0.5).to_string())
        """
        return self._made(_native.head_pct(self._native, pct))

    def tail_pct(self, pct: float) -> Table:
        """The last rows, as a fraction of all.

        Args:
            pct: From 0 to 1; the number of rows is rounded up.

        Raises:
            DHError: if the fraction is not from 0 to 1, or the table is a blink table.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.tail_pct(0.5).to_string())
        """
        return self._made(_native.tail_pct(self._native, pct))

    def slice(self, start: int, stop: int) -> Table:
        """The rows from one position to before another.

        Args:
            start: The first position; a negative one counts from the end.
            stop: The position after the last; a negative one counts from the end.

        Raises:
            DHError: if the table is a blink table.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.slice(1, 3).to_string())
            print(t.slice(-1, 3).to_string())
        """
        return self._made(_native.slice(self._native, start, stop))

    def slice_pct(self, start_pct: float, end_pct: float) -> Table:
        """The rows between two fractions of all.

        Args:
            start_pct: Where they start: a fraction from 0 to 1; the position is rounded down.
            end_pct: Before where they end.

        Raises:
            DHError: If the fractions are not from 0 to 1 or do not ascend, or the table is a blink table.

        Example:
            from kinetable import empty_table
            print(empty_table(10).update("X = i").slice_pct(0.2, 0.5).to_string())
        """
        return self._made(_native.slice_pct(self._native, start_pct, end_pct))

    def reverse(self) -> Table:
        """The rows in the opposite order.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.reverse().to_string())
        """
        return self._made(_native.reverse(self._native))

    def sort(self, order_by: Texts, order: Union[SortDirection, Sequence[SortDirection], None] = None) -> Table:
        """The rows ordered by columns; rows that are equal keep their order.

        Null is before, and NaN after, all other values; descending, it is the other way round.

        Args:
            order_by: The columns, the most important first.
            order: One direction for all, or one for each; ascending if not given.

        Raises:
            DHError: if there is no such column, its values have no order, or there are more or fewer directions than
                columns.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            from kinetable import SortDirection
            print(t.sort(["Sym", "Size"], [SortDirection.ASCENDING, SortDirection.DESCENDING]).to_string())
        """
        names = texts(order_by)
        directions = zip(names, orders(order, len(names)))
        keys = [(name, direction is SortDirection.DESCENDING) for name, direction in directions]
        return self._made(_native.sort(self._native, keys))

    def sort_descending(self, order_by: Texts) -> Table:
        """The rows ordered by columns, the greatest values first; rows that are equal keep their order.

        Args:
            order_by: The columns, the most important first.

        Raises:
            DHError: if there is no such column, or its values have no order.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.sort_descending("Size").to_string())
        """
        return self.sort(order_by, SortDirection.DESCENDING)

    def snapshot(self) -> Table:
        """A static copy of the rows now.

        Raises:
            DHError: if the table has failed, or a formula fails on a row.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.snapshot().is_refreshing)
        """
        return self._made(_native.snapshot(self._native))

    def coalesce(self) -> Table:
        """The same table; of Parquet files, with the number of rows of each file read.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.coalesce().size)
        """
        return self._made(_native.coalesce(self._native))

    def flatten(self) -> Table:
        """The same rows under the row keys 0 to size - 1.

        Row keys are what ``k`` is in formulas; most scripts never see them.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.where("A > 1").flatten().update("Key = k").to_string())
        """
        return self._made(_native.flatten(self._native))

    def remove_blink(self) -> Table:
        """The same rows, without the rule that aggregations of a blink table go on over all that ever came.

        What is aggregated from the result is of the rows of the latest cycle.

        Example:
            from kinetable import time_table
            ticks = time_table("PT1S", blink_table=True)
            print(ticks.is_blink, ticks.remove_blink().is_blink)
        """
        return self._made(_native.remove_blink(self._native))


def _count(num_rows: int) -> int:
    if num_rows < 0:
        raise DHError(message=f"num_rows is {num_rows}, but must not be negative")
    return num_rows
