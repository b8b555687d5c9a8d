"""What `Table.agg_by` computes.

Columns are given as ``"Column"`` or ``"New = Column"``. Nulls are left out; a group of nulls only gives null.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Sequence

from ._texts import Texts, texts
from .dherror import DHError


@dataclass(frozen=True)
class Aggregation:
    """One aggregation over some columns."""

    kind: str
    columns: Sequence[str] = ()
    options: dict[str, Any] = field(default_factory=dict)

    def _spec(self) -> tuple[str, list[str], dict[str, Any]]:
        """As the native module takes it."""
        return self.kind, list(self.columns), self.options


def count_(col: str) -> Aggregation:
    """The number of rows, nulls included.

    Args:
        col: The name of the column with the number, a long.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.count_("N"), by="Sym").to_string())
    """
    return Aggregation("count", [col])


def count_where(col: str, filters: Texts) -> Aggregation:
    """The number of rows that pass all filters.

    Args:
        col: The name of the column with the number, a long.
        filters: Conditions, as `Table.where` takes them.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.count_where("Large", "Size > 15"), by="Sym").to_string())
    """
    return Aggregation("count_where", [col], {"column": col, "filters": texts(filters)})


def sum_(cols: Texts = None) -> Aggregation:
    """Sums: long of integers, characters and Booleans, float of floats, double of doubles.

    Null is left out, a group of nulls only gives null, and NaN makes NaN. Sums of floating point are the true sum,
    rounded once, whatever the order of the rows; those of longs wrap around.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.sum_("Total = Size"), by="Sym").to_string())
    """
    return Aggregation("sum", texts(cols))


def abs_sum(cols: Texts = None) -> Aggregation:
    """Sums of the absolute values, of the types of `sum_`.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.abs_sum("Total = Size"), by="Sym").to_string())
    """
    return Aggregation("abs_sum", texts(cols))


def avg(cols: Texts = None) -> Aggregation:
    """Means, as double. Null is left out, and a group of nulls only gives null.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.avg("Mean = Size"), by="Sym").to_string())
    """
    return Aggregation("avg", texts(cols))


def std(cols: Texts = None) -> Aggregation:
    """Sample standard deviations, as double; NaN of one value.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.std("Deviation = Size"), by="Sym").to_string())
    """
    return Aggregation("std", texts(cols))


def var(cols: Texts = None) -> Aggregation:
    """Sample variances, as double; NaN of one value.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.var("Variance = Size"), by="Sym").to_string())
    """
    return Aggregation("var", texts(cols))


def min_(cols: Texts = None) -> Aggregation:
    """Least values, of any type that has an order. Null is left out, and NaN makes NaN.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.min_("Least = Size"), by="Sym").to_string())
    """
    return Aggregation("min", texts(cols))


def max_(cols: Texts = None) -> Aggregation:
    """Greatest values, of any type that has an order. Null is left out, and NaN makes NaN.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.max_("Greatest = Size"), by="Sym").to_string())
    """
    return Aggregation("max", texts(cols))


def first(cols: Texts = None) -> Aggregation:
    """Values of the first row, null too.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.first("First = Size"), by="Sym").to_string())
    """
    return Aggregation("first", texts(cols))


def last(cols: Texts = None) -> Aggregation:
    """Values of the last row, null too.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.last("Last = Size"), by="Sym").to_string())
    """
    return Aggregation("last", texts(cols))


def sorted_first(order_by: str, cols: Texts = None) -> Aggregation:
    """Values of the row with the least value of another column; of several such rows, the first.

    Args:
        order_by: The other column.
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col, int_col, string_col
        prices = double_col("Price", [1.5, 2.5, 3.5])
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30]), prices])
        print(t.agg_by(agg.sorted_first("Price", "Size"), by="Sym").to_string())
    """
    return Aggregation("sorted_first", texts(cols), {"column": order_by})


def sorted_last(order_by: str, cols: Texts = None) -> Aggregation:
    """Values of the row with the greatest value of another column; of several such rows, the last.

    Args:
        order_by: The other column.
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col, int_col, string_col
        prices = double_col("Price", [1.5, 2.5, 3.5])
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30]), prices])
        print(t.agg_by(agg.sorted_last("Price", "Size"), by="Sym").to_string())
    """
    return Aggregation("sorted_last", texts(cols), {"column": order_by})


def median(cols: Texts = None, average_evenly_divided: bool = True) -> Aggregation:
    """Medians. Null is left out.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.
        average_evenly_divided: Whether the median of an even number of values is the mean of the middle two, so that
            medians of ints and longs are doubles; otherwise it is the upper one, and the type stays.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.median("Middle = Size"), by="Sym").to_string())
    """
    return pct(0.5, cols, average_evenly_divided)


def pct(percentile: float, cols: Texts = None, average_evenly_divided: bool = False) -> Aggregation:
    """Percentiles: the values below which a share of the others lies. Null is left out.

    Args:
        percentile: The share, from 0 to 1.
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.
        average_evenly_divided: Whether a percentile that falls between two values is their mean.

    Raises:
        DHError: if the share is not from 0 to 1.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.pct(0.9, "High = Size"), by="Sym").to_string())
    """
    if not 0 <= percentile <= 1:
        raise DHError(message=f"a percentile is from 0 to 1, but this is {percentile}")
    return Aggregation("pct", texts(cols), {"percentile": percentile, "average": average_evenly_divided})


def count_distinct(cols: Texts = None, count_nulls: bool = False) -> Aggregation:
    """The number of different values, a long; null of a group of nulls only.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.
        count_nulls: Whether null counts as a value.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.count_distinct("Sizes = Size"), by="Sym").to_string())
    """
    return Aggregation("count_distinct", texts(cols), {"nulls": count_nulls})


def distinct(cols: Texts = None, include_nulls: bool = False) -> Aggregation:
    """The different values as an array, in the order of their first appearance.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.
        include_nulls: Whether null is one of them.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.distinct("Sizes = Size"), by="Sym").to_string())
    """
    return Aggregation("distinct", texts(cols), {"nulls": include_nulls})


def unique(cols: Texts = None, include_nulls: bool = False) -> Aggregation:
    """The one value that all rows have; null if they have several.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.
        include_nulls: Whether null counts as a value, so that null and another are several.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.unique("Size"), by="Sym").to_string())
    """
    return Aggregation("unique", texts(cols), {"nulls": include_nulls})


def weighted_avg(wcol: str, cols: Texts = None) -> Aggregation:
    """Means weighted by another column, as double.

    Args:
        wcol: The column of weights.
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col, int_col, string_col
        prices = double_col("Price", [1.5, 2.5, 3.5])
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30]), prices])
        print(t.agg_by(agg.weighted_avg("Size", "Mean = Price"), by="Sym").to_string())
    """
    return Aggregation("weighted_avg", texts(cols), {"column": wcol})


def weighted_sum(wcol: str, cols: Texts = None) -> Aggregation:
    """Sums weighted by another column: long if both are of integers, else double.

    Args:
        wcol: The column of weights.
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col, int_col, string_col
        prices = double_col("Price", [1.5, 2.5, 3.5])
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30]), prices])
        print(t.agg_by(agg.weighted_sum("Size", "Value = Price"), by="Sym").to_string())
    """
    return Aggregation("weighted_sum", texts(cols), {"column": wcol})


def group(cols: Texts = None) -> Aggregation:
    """All values as an array, in the order of the rows.

    Args:
        cols: ``"Column"``, ``"New = Column"``; none for `Table.agg_all_by`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
        print(t.agg_by(agg.group("Sizes = Size"), by="Sym").to_string())
    """
    return Aggregation("group", texts(cols))
