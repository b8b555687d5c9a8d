"""Groups: one row for each combination of key values, or some."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Optional, Sequence, Union

from .. import _kinetable as _native
from .._scope import caller
from .._texts import Texts, texts
from ..agg import Aggregation, count_, median, weighted_avg, weighted_sum
from ..dherror import DHError
from .about import About
from .kinds import NewColumnBehaviorType

if TYPE_CHECKING:
    from ..table import Table

Aggregations = Union[Aggregation, Sequence[Aggregation]]


class Groups(About):
    """Aggregations of a table."""

    def agg_by(
        self, aggs: Aggregations, by: Texts = None, preserve_empty: bool = False, initial_groups: Optional[Table] = None
    ) -> Table:
        """Several aggregations at once: one row a key, in the order of first appearance; see `kinetable.agg`.

        The result of a live table is live. A key whose rows are all gone goes, and comes last if it appears again. A
        blink
        table is aggregated over every row that it ever had since this was called.

        Args:
            aggs: The aggregations.
            by: Key columns: names, not formulas. Without any, the result has one row; none if the table is empty.
            preserve_empty: Whether keys stay when all of their rows are gone; without key columns, whether there is a
                row when
                the table is empty.
            initial_groups: A table with the key columns: its keys come first, in its order, as it is now. Those
                without rows
                are there only with `preserve_empty`.

        Raises:
            DHError: If a column is missing or of a type that its aggregation does not support, or two results have one
                name.

        Example:
            from kinetable import agg, new_table
            from kinetable.column import double_col, int_col, string_col
            t = new_table([
                string_col("Sym", ["A", "B", "A"]), double_col("Price", [1.0, 2.0, 4.0]), int_col("Size", [10, 20, 30])
            ])
            print(t.agg_by([agg.count_("Trades"), agg.sum_("Size"), agg.last("Price")], by="Sym").to_string())
        """
        several = _several(aggs)
        if any(spec.kind == "partition" for spec in several):
            from .parts import with_parts

            return with_parts(self._table(), several, texts(by), preserve_empty, initial_groups)
        initial = None if initial_groups is None else initial_groups._native
        native = _native.agg_by(
            self._native, [spec._spec() for spec in several], texts(by), preserve_empty, initial, caller()
        )
        return self._made(native)

    def agg_all_by(self, agg: Aggregation, by: Texts = None) -> Table:
        """One aggregation over every column that is not a key.

        Args:
            agg: An aggregation without columns. Not `agg.count_`, `agg.count_where` or `agg.partition`, which are not
                over columns; a
                `agg.formula` needs its `formula_param`.
            by: Key columns.

        Raises:
            DHError: If a column is of a type that the aggregation does not support.

        Example:
            from kinetable import agg, new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, 3]), int_col("Y", [4, 5, 6])])
            print(t.agg_all_by(agg.max_(), by="Sym").to_string())
        """
        if agg.is_formula and agg.options["parameter"] is not None and not agg.columns:
            others = [name for name in self.column_names if name not in texts(by)]
            return self.agg_by(replace(agg, columns=others), by)
        return self._made(_native.agg_all_by(self._native, agg._spec(), texts(by), caller()))

    def count_by(self, col: str, by: Texts = None) -> Table:
        """The number of rows of each key.

        Args:
            col: The name of the result, of type ``long``.
            by: Key columns; without any, one row.

        Example:
            from kinetable import new_table
            from kinetable.column import string_col
            t = new_table([string_col("Sym", ["A", "B", "A"])])
            print(t.count_by("Rows", by="Sym").to_string())
        """
        return self.agg_by(count_(col), by)

    def first_by(self, by: Texts = None) -> Table:
        """The first row of each key; of a blink table the first that ever came.

        Args:
            by: Key columns; without any, the first row of all.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, 3])])
            print(t.first_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("first"), by)

    def last_by(self, by: Texts = None) -> Table:
        """The last row of each key; of a blink table the last that came: its current state.

        Args:
            by: Key columns; without any, the last row of all.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, 3])])
            print(t.last_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("last"), by)

    def head_by(self, num_rows: int, by: Texts = None) -> Table:
        """The first rows of each key. Keys in the order of first appearance; key columns first.

        Args:
            num_rows: How many rows a key.
            by: Key columns; without any, the first rows of all.

        Raises:
            DHError: If `num_rows` is negative, a column is missing, or the table is a blink table.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A", "A"]), int_col("X", [1, 2, 3, 4])])
            print(t.head_by(2, by="Sym").to_string())
        """
        return self._made(_native.head_by(self._native, _count(num_rows), texts(by)))

    def tail_by(self, num_rows: int, by: Texts = None) -> Table:
        """The last rows of each key. Keys in the order of first appearance; key columns first.

        Args:
            num_rows: How many rows a key.
            by: Key columns; without any, the last rows of all.

        Raises:
            DHError: If `num_rows` is negative, a column is missing, or the table is a blink table.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A", "A"]), int_col("X", [1, 2, 3, 4])])
            print(t.tail_by(2, by="Sym").to_string())
        """
        return self._made(_native.tail_by(self._native, _count(num_rows), texts(by)))

    def sum_by(self, by: Texts = None) -> Table:
        """The sum of every other column, by key: ``long`` of integers, chars and Booleans, else of the same type.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If another column is not of numbers or Booleans.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, 3])])
            print(t.sum_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("sum"), by)

    def abs_sum_by(self, by: Texts = None) -> Table:
        """The sum of the absolute values of every other column, by key.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If another column is not of numbers or Booleans.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, -3])])
            print(t.abs_sum_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("abs_sum"), by)

    def avg_by(self, by: Texts = None) -> Table:
        """The mean of every other column, by key, as ``double``.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If another column is not of numbers.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, 4])])
            print(t.avg_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("avg"), by)

    def std_by(self, by: Texts = None) -> Table:
        """The sample standard deviation of every other column, by key, as ``double``; NaN of one value.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If another column is not of numbers.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            print(new_table([int_col("X", [1, 2, 3])]).std_by().to_string())
        """
        return self.agg_all_by(Aggregation("std"), by)

    def var_by(self, by: Texts = None) -> Table:
        """The sample variance of every other column, by key, as ``double``; NaN of one value.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If another column is not of numbers.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            print(new_table([int_col("X", [1, 3, 5])]).var_by().to_string())
        """
        return self.agg_all_by(Aggregation("var"), by)

    def median_by(self, by: Texts = None) -> Table:
        """The median of every other column, by key; of an even number of values the mean of the middle two.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If another column is of a type without an order.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            print(new_table([int_col("X", [1, 2, 10, 3])]).median_by().to_string())
        """
        return self.agg_all_by(median(), by)

    def min_by(self, by: Texts = None) -> Table:
        """The least value of every other column, by key.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If another column is of a type without an order.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [3, 2, 1])])
            print(t.min_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("min"), by)

    def max_by(self, by: Texts = None) -> Table:
        """The greatest value of every other column, by key.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If another column is of a type without an order.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, 3])])
            print(t.max_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("max"), by)

    def weighted_sum_by(self, wcol: str, by: Texts = None) -> Table:
        """The sum of every other column weighted by one, by key: ``long`` when both are integers, else ``double``.

        Args:
            wcol: The column of weights.
            by: Key columns; without any, one row.

        Raises:
            DHError: If a column is not of numbers.

        Example:
            from kinetable import new_table
            from kinetable.column import double_col, int_col
            t = new_table([int_col("Size", [1, 3]), double_col("Price", [10.0, 20.0])])
            print(t.weighted_sum_by("Size").to_string())
        """
        return self.agg_all_by(weighted_sum(wcol), by)

    def weighted_avg_by(self, wcol: str, by: Texts = None) -> Table:
        """The mean of every other column weighted by one, by key, as ``double``.

        Args:
            wcol: The column of weights.
            by: Key columns; without any, one row.

        Raises:
            DHError: If a column is not of numbers.

        Example:
            from kinetable import new_table
            from kinetable.column import double_col, int_col
            t = new_table([int_col("Size", [1, 3]), double_col("Price", [10.0, 20.0])])
            print(t.weighted_avg_by("Size").to_string())
        """
        return self.agg_all_by(weighted_avg(wcol), by)

    def group_by(self, by: Texts = None) -> Table:
        """All values of every other column as an array, by key.

        When rows of a key change its arrays are replaced, which costs the rows of the key.

        Args:
            by: Key columns; without any, one row.

        Raises:
            DHError: If the table is a blink table.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, 3])])
            print(t.group_by("Sym").to_string())
        """
        return self.agg_all_by(Aggregation("group"), by)

    def ungroup(self, cols: Texts = None) -> Table:
        """A row for each element of the arrays of a row; the other columns repeat their value.

        A row whose arrays are null or empty gives no row. Texts are not arrays. A table without arrays is given back
        as it is.

        Args:
            cols: Columns of arrays; all of them if none is named. The others stay arrays.

        Raises:
            DHError: If a column holds no arrays, or the arrays of a row differ in length.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("X", [1, 2, 3])])
            print(t.group_by("Sym").ungroup().to_string())
        """
        return self._made(_native.ungroup(self._native, texts(cols)))


def keyed_transpose(
    table: Table,
    aggs: Aggregations,
    row_by_cols: Texts,
    col_by_cols: Texts,
    initial_groups: Optional[Table] = None,
    new_column_behavior: NewColumnBehaviorType = NewColumnBehaviorType.FAIL,
) -> Table:
    """Aggregations with the values of some key columns as columns: a pivot.

    A column is named by its value, or ``column_<value>`` where that is no legal name; with several aggregations the
    name of the
    result comes before, as in ``Sum_A``; values of several columns are joined by ``_``. A cell without rows is null.
    Which
    columns there are is settled when this is called.

    Args:
        table: The table.
        aggs: The aggregations.
        row_by_cols: Columns whose values are the rows.
        col_by_cols: Columns whose values become columns.
        initial_groups: A table with the columns of both: rows and columns that are there from the start, and stay.
        new_column_behavior: What happens when a row comes with a value for which there is no column.

    Returns:
        A table with a row for each combination of values of `row_by_cols`, in the order of first appearance.

    Raises:
        DHError: If there are no row or column keys, or the aggregations are wrong.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import string_col
        from kinetable.table import keyed_transpose
        t = new_table([string_col("Day", ["Mon", "Mon", "Tue"]), string_col("Level", ["INFO", "WARN", "INFO"])])
        print(keyed_transpose(t, agg.count_("Count"), "Day", "Level").to_string())
    """
    rows, columns = texts(row_by_cols), texts(col_by_cols)
    specs = [spec._spec() for spec in _several(aggs)]
    initial = None if initial_groups is None else initial_groups._native
    ignore = new_column_behavior is NewColumnBehaviorType.IGNORE
    native = _native.keyed_transpose(table._native, specs, (rows, columns), initial, ignore, caller())
    return table._made(native)


def _several(aggs: Aggregations) -> list[Aggregation]:
    return [aggs] if isinstance(aggs, Aggregation) else list(aggs)


def _count(num_rows: int) -> int:
    if num_rows < 0:
        raise DHError(message=f"num_rows is {num_rows}, but must not be negative")
    return num_rows
