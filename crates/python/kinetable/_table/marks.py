"""Marks that travel with a table: attributes, keys, orders. None changes a row."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Optional

from .. import _kinetable as _native
from .._texts import Texts, texts
from ..dherror import DHError
from .about import About
from .kinds import SortDirection

if TYPE_CHECKING:
    from ..table import Table


class Marks(About):
    """Marks of a table."""

    def with_attributes(self, attrs: dict[str, Any]) -> Table:
        """The same rows, with attributes set.

        Args:
            attrs: Names and values. Texts, Booleans and numbers are kept, as text (``True`` comes back as ``True``).

        Raises:
            DHError: if a value is anything else, or the attribute says how the table changes (``BlinkTable``,
                ``AddOnly``, ``AppendOnly``).

        Example:
            from kinetable import empty_table
            print(empty_table(1).with_attributes({"Source": "desk 7"}).attributes()["Source"])
        """
        return self._made(
            _native.with_attributes(self._native, {name: _text(name, value) for name, value in attrs.items()})
        )

    def without_attributes(self, attrs: Texts) -> Table:
        """The same rows, without attributes; without ``BlinkTable``, the table is as `remove_blink` makes it.

        Args:
            attrs: Names; those that are not set do no harm.

        Example:
            from kinetable import empty_table
            print("Source" in empty_table(1).with_attributes({"Source": "x"}).without_attributes("Source").attributes())
        """
        return self._made(_native.without_attributes(self._native, texts(attrs)))

    def with_keys(self, cols: Texts) -> Table:
        """The same rows, marked as having these key columns (the attribute ``keyColumns``).

        Args:
            cols: Columns; together they need not be unique.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import empty_table
            print(empty_table(2).update("Id = i").with_keys("Id").attributes()["keyColumns"])
        """
        return self.with_attributes({"keyColumns": ",".join(self._known(cols))})

    def with_unique_keys(self, cols: Texts) -> Table:
        """As `with_keys`, also marked as unique (the attribute ``uniqueKeys``); trusted, not tested.

        Args:
            cols: Columns that together tell every row.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import empty_table
            print(empty_table(2).update("Id = i").with_unique_keys("Id").attributes()["uniqueKeys"])
        """
        return self.with_attributes({"keyColumns": ",".join(self._known(cols)), "uniqueKeys": True})

    def restrict_sort_to(self, cols: Texts) -> Table:
        """The same rows, which later may be sorted by these columns only: for columns that are dear to sort by.

        Args:
            cols: Columns; none forbids every sort.

        Raises:
            DHError: if there is no such column. A sort by another column raises later.

        Example:
            from kinetable import DHError, empty_table
            t = empty_table(2).update(["A = i", "B = -i"]).restrict_sort_to("A")
            try:
                t.sort("B")
            except DHError as error:
                print(error)
        """
        return self._made(_native.restrict_sort_to(self._native, texts(cols)))

    def with_order_for_column(self, col_name: str, order: SortDirection = SortDirection.ASCENDING) -> Table:
        """The same rows, marked as ordered by a column (the attribute ``SortedColumns``); trusted, not tested.

        Args:
            col_name: The column.
            order: Its order.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import empty_table
            print(empty_table(2).update("A = i").with_order_for_column("A").attributes()["SortedColumns"])
        """
        native = _native.with_order_for_column(self._native, col_name, order is SortDirection.DESCENDING)
        return self._made(native)

    def assert_sorted(
        self, col_name: str, order: SortDirection = SortDirection.ASCENDING, description: Optional[str] = None
    ) -> Table:
        """The same rows, tested to be ordered by a column, and marked so; a live result fails once they are not.

        A change costs the rows that were added or modified, not the table.

        Args:
            col_name: The column; null is before, and NaN after, all other values.
            order: Its order.
            description: What is not sorted, for the error.

        Raises:
            DHError: if there is no such column, or rows are out of order now.

        Example:
            from kinetable import DHError, empty_table
            print(empty_table(3).update("A = i").assert_sorted("A").size)
            try:
                empty_table(3).update("A = -i").assert_sorted("A", description="the ids")
            except DHError as error:
                print(error)
        """
        descending = order is SortDirection.DESCENDING
        return self._made(_native.assert_sorted(self._native, col_name, descending, description or "assert_sorted"))

    def _known(self, cols: Texts) -> list[str]:
        """Names of columns, all of which are there."""
        names, own = texts(cols), self.column_names
        for name in names:
            if name not in own:
                raise DHError(message=f'no column "{name}"\n  hint: columns: {", ".join(own)}')
        return names


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    raise DHError(
        message=f'attribute "{name}" is a {type(value).__name__}, but has to be a text, a number or a Boolean'
    )
