"""Groups: one row for each combination of key values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence, Union

from .. import _kinetable as _native
from .._scope import caller
from .._texts import Texts, texts
from ..agg import Aggregation, count_, median
from .about import About

if TYPE_CHECKING:
    from ..table import Table

Aggregations = Union[Aggregation, Sequence[Aggregation]]


class Groups(About):
    """Aggregations of a table."""

    def agg_by(self, aggs: Aggregations, by: Texts = None, preserve_empty: bool = False) -> Table:
        """Several aggregations at once: one row for each key.

        The keys are in the order of their first appearance. Of a blink table, all rows that ever came count.

        Args:
            aggs: The aggregations; `kinetable.agg` makes them.
            by: Key columns; without any, the result has one row, and no row while this table is empty.
            preserve_empty: Whether keys stay when all of their rows have gone.

        Raises:
            DHError: if a column is missing, has a type without this aggregation, or two results have one name.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            from kinetable import agg
            print(t.agg_by([agg.count_("N"), agg.sum_("Total = Size"), agg.last("Size")], by="Sym").to_string())
        """
        several = [aggs] if isinstance(aggs, Aggregation) else list(aggs)
        specs = [spec._spec() for spec in several]
        return self._made(_native.agg_by(self._native, specs, texts(by), preserve_empty, caller()))

    def agg_all_by(self, agg: Aggregation, by: Texts = None) -> Table:
        """One aggregation of every column that is not a key.

        Args:
            agg: An aggregation that is made without columns.
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if a column is missing, or has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            from kinetable import agg
            print(t.agg_all_by(agg.max_(), by="Sym").to_string())
        """
        return self._made(_native.agg_all_by(self._native, agg._spec(), texts(by), caller()))

    def count_by(self, col: str, by: Texts = None) -> Table:
        """The number of rows of each key.

        Args:
            col: The name of the column with the number.
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such key column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.count_by("N", by="Sym").to_string())
        """
        return self.agg_by(count_(col), by)

    def first_by(self, by: Texts = None) -> Table:
        """The first row of each key.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.first_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("first"), by)

    def last_by(self, by: Texts = None) -> Table:
        """The last row of each key.

        Of a blink table: the latest row of each key that ever came, which is how a stream of changes becomes what holds
        now.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.last_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("last"), by)

    def sum_by(self, by: Texts = None) -> Table:
        """The sum of every other column, by key; of doubles the true sum, rounded once, whatever the order of the rows.

        The keys are in the order of their first appearance. Null values are left out, and a key without any other value
        has null.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column that is no key has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.sum_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("sum"), by)

    def avg_by(self, by: Texts = None) -> Table:
        """The mean of every other column, by key, as double.

        The keys are in the order of their first appearance. Null values are left out, and a key without any other value
        has null.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column that is no key has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.avg_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("avg"), by)

    def std_by(self, by: Texts = None) -> Table:
        """The sample standard deviation of every other column, by key, as double; NaN of one value.

        The keys are in the order of their first appearance. Null values are left out, and a key without any other value
        has null.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column that is no key has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.std_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("std"), by)

    def var_by(self, by: Texts = None) -> Table:
        """The sample variance of every other column, by key, as double; NaN of one value.

        The keys are in the order of their first appearance. Null values are left out, and a key without any other value
        has null.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column that is no key has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.var_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("var"), by)

    def abs_sum_by(self, by: Texts = None) -> Table:
        """The sum of the absolute values of every other column, by key.

        The keys are in the order of their first appearance. Null values are left out, and a key without any other value
        has null.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column that is no key has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.abs_sum_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("abs_sum"), by)

    def group_by(self, by: Texts = None) -> Table:
        """All values of every other column as an array, by key.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or the table is a blink table.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.group_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("group"), by)

    def weighted_sum_by(self, wcol: str, by: Texts = None) -> Table:
        """The sum of every other column weighted by one, by key: long if both are integers, else double.

        Args:
            wcol: The column of weights.
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column is not of numbers.

        Example:
            from kinetable import new_table
            from kinetable.column import double_col, int_col, string_col
            sizes = int_col("Size", [1, 2, 3])
            t = new_table([string_col("Sym", ["A", "B", "A"]), sizes, double_col("Price", [10, 20, 30])])
            print(t.weighted_sum_by("Size", "Sym").to_string())
        """
        return self._weighted("weighted_sum", wcol, by)

    def weighted_avg_by(self, wcol: str, by: Texts = None) -> Table:
        """The mean of every other column weighted by one, by key, as double.

        Args:
            wcol: The column of weights.
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column is not of numbers.

        Example:
            from kinetable import new_table
            from kinetable.column import double_col, int_col, string_col
            sizes = int_col("Size", [1, 2, 3])
            t = new_table([string_col("Sym", ["A", "B", "A"]), sizes, double_col("Price", [10, 20, 30])])
            print(t.weighted_avg_by("Size", "Sym").to_string())
        """
        return self._weighted("weighted_avg", wcol, by)

    def _weighted(self, kind: str, wcol: str, by: Texts) -> Table:
        others = [name for name in self.column_names if name != wcol and name not in texts(by)]
        return self.agg_by(Aggregation(kind, others, {"column": wcol}), by)

    def median_by(self, by: Texts = None) -> Table:
        """The median of every other column, by key; of an even number of values, the mean of the middle two.

        The keys are in the order of their first appearance. Null values are left out, and a key without any other value
        has null.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column that is no key has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.median_by("Sym").to_string())
        """
        return self.agg_all_by(median(), by)

    def min_by(self, by: Texts = None) -> Table:
        """The least value of every other column, by key.

        The keys are in the order of their first appearance. Null values are left out, and a key without any other value
        has null.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column that is no key has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.min_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("min"), by)

    def max_by(self, by: Texts = None) -> Table:
        """The greatest value of every other column, by key.

        The keys are in the order of their first appearance. Null values are left out, and a key without any other value
        has null.

        Args:
            by: Key columns; without any, the result has one row.

        Raises:
            DHError: if there is no such column, or a column that is no key has a type without this aggregation.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.max_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("max"), by)
