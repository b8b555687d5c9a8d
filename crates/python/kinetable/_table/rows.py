"""Rows: filtered, cut, ordered, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence, Union

from .. import _kinetable as _native
from .._scope import caller
from .._texts import Texts, texts
from ..dherror import DHError
from .base import TableBase
from .kinds import SortDirection

if TYPE_CHECKING:
    from ..table import Table


class Rows(TableBase):
    """Rows of a table."""

    def where(self, filters: Texts = None) -> Table:
        """The rows that pass all filters."""
        return self._made(_native.where(self._native, texts(filters), caller()))

    def where_one_of(self, filters: Texts = None) -> Table:
        """The rows that pass at least one filter."""
        return self._made(_native.where_one_of(self._native, texts(filters), caller()))

    def head(self, num_rows: int) -> Table:
        """The first rows; of a blink table the first that ever came."""
        return self._made(_native.head(self._native, _count(num_rows)))

    def tail(self, num_rows: int) -> Table:
        """The last rows; of a blink table the last that came."""
        return self._made(_native.tail(self._native, _count(num_rows)))

    def head_pct(self, pct: float) -> Table:
        """The first rows, as a fraction of all from 0 to 1."""
        return self._made(_native.head_pct(self._native, pct))

    def tail_pct(self, pct: float) -> Table:
        """The last rows, as a fraction of all from 0 to 1."""
        return self._made(_native.tail_pct(self._native, pct))

    def slice(self, start: int, stop: int) -> Table:
        """The rows from one position to before another; negative positions count from the end."""
        return self._made(_native.slice(self._native, start, stop))

    def reverse(self) -> Table:
        """The rows in the opposite order."""
        return self._made(_native.reverse(self._native))

    def sort(self, order_by: Texts, order: Union[SortDirection, Sequence[SortDirection], None] = None) -> Table:
        """The rows ordered by columns, ascending unless `order` says otherwise; rows that are equal keep their order.

        Null is before, and NaN after, all other values.
        """
        names = texts(order_by)
        orders = [SortDirection.ASCENDING] * len(names) if order is None else _orders(order, len(names))
        keys = [(name, direction is SortDirection.DESCENDING) for name, direction in zip(names, orders)]
        return self._made(_native.sort(self._native, keys))

    def sort_descending(self, order_by: Texts) -> Table:
        """The rows ordered by columns, descending."""
        return self.sort(order_by, SortDirection.DESCENDING)

    def snapshot(self) -> Table:
        """A static copy of the rows now."""
        return self._made(_native.snapshot(self._native))

    def coalesce(self) -> Table:
        """The same table; of Parquet files, with the number of rows of each file read."""
        return self._made(_native.coalesce(self._native))

    def flatten(self) -> Table:
        """The same rows under the keys 0 to size - 1."""
        return self._made(_native.flatten(self._native))

    def remove_blink(self) -> Table:
        """The same rows, without the rule that aggregations of a blink table go on over all that ever came."""
        return self._made(_native.remove_blink(self._native))


def _count(num_rows: int) -> int:
    if num_rows < 0:
        raise DHError(message=f"num_rows is {num_rows}, but must not be negative")
    return num_rows


def _orders(order: Union[SortDirection, Sequence[SortDirection]], count: int) -> Sequence[SortDirection]:
    if isinstance(order, SortDirection):
        return [order] * count
    if len(order) != count:
        raise DHError(message=f"{count} columns to sort by, but {len(order)} directions")
    return order
