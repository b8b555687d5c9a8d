"""What `Table.agg_by` computes.

Columns are given as ``"Column"`` or ``"New = Column"``; without columns an aggregation is for `Table.agg_all_by`, which
applies it to every column that is not a key. Null values are left out, and the result of a group that has only nulls is
null, unless an aggregation says otherwise. A NaN in a group makes its sum, mean, minimum, maximum and spread NaN,
until it
leaves the group. ``-0.0`` and ``0.0`` are one value; so are all NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional, Sequence

from ._texts import Texts, texts


@dataclass(frozen=True)
class Aggregation:
    """One aggregation over some columns. Made by the functions of this module."""

    kind: str
    columns: Sequence[str] = ()
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def is_formula(self) -> bool:
        """Whether it was made by `formula`."""
        return self.kind == "formula"

    def _spec(self) -> tuple[str, list[str], dict[str, Any]]:
        """As the native module takes it."""
        return self.kind, list(self.columns), self.options


def count_(col: str) -> Aggregation:
    """The number of rows, nulls included.

    Args:
        col: The name of the result, of type ``long``.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import string_col
        t = new_table([string_col("Sym", ["A", "B", "A"])])
        print(t.agg_by(agg.count_("Rows"), by="Sym").to_string())
    """
    return Aggregation("count", [col])


def count_where(col: str, filters: Texts) -> Aggregation:
    """The number of rows that pass all filters.

    Args:
        col: The name of the result, of type ``long``.
        filters: One condition or several, as for `Table.where`. A condition that is null is not passed.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), double_col("Price", [1.0, 2.0, 3.0])])
        print(t.agg_by(agg.count_where("Dear", "Price > 1.5"), by="Sym").to_string())
    """
    return Aggregation("count_where", [col], {"column": col, "filters": texts(filters)})


def sum_(cols: Texts = None) -> Aggregation:
    """Sums: ``long`` of integers, chars and Booleans (how many are true), else of the type of the column.

    The sum of floating point numbers is the true sum, rounded once: it does not depend on the order in which rows came,
    and when a row goes it is as if it had never been there. Sums of ``long`` wrap around on overflow.

    Args:
        cols: Columns of numbers or Booleans.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [1, None, 3])])
        print(t.agg_by(agg.sum_("Total = Size"), by="Sym").to_string())
    """
    return Aggregation("sum", texts(cols))


def abs_sum(cols: Texts = None) -> Aggregation:
    """Sums of the absolute values, of the types of `sum_`.

    Args:
        cols: Columns of numbers or Booleans.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col
        t = new_table([int_col("Change", [1, -2, 3])])
        print(t.agg_by(agg.abs_sum("Moved = Change")).to_string())
    """
    return Aggregation("abs_sum", texts(cols))


def avg(cols: Texts = None) -> Aggregation:
    """Means, as ``double``: the true sum over the count, rounded once.

    Args:
        cols: Columns of numbers.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col
        t = new_table([int_col("Size", [1, 2, None])])
        print(t.agg_by(agg.avg("Mean = Size")).to_string())
    """
    return Aggregation("avg", texts(cols))


def std(cols: Texts = None) -> Aggregation:
    """Sample standard deviations, as ``double``; NaN for one value.

    Args:
        cols: Columns of numbers.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col
        t = new_table([int_col("Size", [2, 4, 6])])
        print(t.agg_by(agg.std("Spread = Size")).to_string())
    """
    return Aggregation("std", texts(cols))


def var(cols: Texts = None) -> Aggregation:
    """Sample variances, as ``double``; NaN for one value.

    They are computed from exact sums and rounded once, so that they do not drift as rows come and go.

    Args:
        cols: Columns of numbers.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col
        t = new_table([int_col("Size", [2, 4, 6])])
        print(t.agg_by(agg.var("Variance = Size")).to_string())
    """
    return Aggregation("var", texts(cols))


def min_(cols: Texts = None) -> Aggregation:
    """Least values, of the type of the column; NaN if a value is.

    Args:
        cols: Columns of numbers, texts, times, chars or Booleans.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import string_col
        t = new_table([string_col("Sym", ["B", "A", None])])
        print(t.agg_by(agg.min_("First = Sym")).to_string())
    """
    return Aggregation("min", texts(cols))


def max_(cols: Texts = None) -> Aggregation:
    """Greatest values, of the type of the column; NaN if a value is.

    Args:
        cols: Columns of numbers, texts, times, chars or Booleans.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col
        t = new_table([double_col("Price", [1.5, None, 2.5])])
        print(t.agg_by(agg.max_("High = Price")).to_string())
    """
    return Aggregation("max", texts(cols))


def first(cols: Texts = None) -> Aggregation:
    """Values of the first row, null or not.

    Args:
        cols: Columns of any type.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col
        t = new_table([double_col("Price", [1.5, 2.5])])
        print(t.agg_by(agg.first("Open = Price")).to_string())
    """
    return Aggregation("first", texts(cols))


def last(cols: Texts = None) -> Aggregation:
    """Values of the last row, null or not.

    Args:
        cols: Columns of any type.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col
        t = new_table([double_col("Price", [1.5, 2.5])])
        print(t.agg_by(agg.last("Close = Price")).to_string())
    """
    return Aggregation("last", texts(cols))


def sorted_first(order_by: str, cols: Texts = None) -> Aggregation:
    """Values of the row with the least `order_by`; of equal ones, the first.

    Args:
        order_by: A column with an order; null is least of all.
        cols: Columns of any type.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([int_col("Age", [5, 3, 4]), string_col("Name", ["x", "y", "z"])])
        print(t.agg_by(agg.sorted_first("Age", "Youngest = Name")).to_string())
    """
    return Aggregation("sorted_first", texts(cols), {"column": order_by})


def sorted_last(order_by: str, cols: Texts = None) -> Aggregation:
    """Values of the row with the greatest `order_by`; of equal ones, the last.

    Args:
        order_by: A column with an order; NaN is greatest of all.
        cols: Columns of any type.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([int_col("Age", [5, 3, 4]), string_col("Name", ["x", "y", "z"])])
        print(t.agg_by(agg.sorted_last("Age", "Oldest = Name")).to_string())
    """
    return Aggregation("sorted_last", texts(cols), {"column": order_by})


def median(cols: Texts = None, average_evenly_divided: bool = True) -> Aggregation:
    """Medians.

    Args:
        cols: Columns with an order.
        average_evenly_divided: Of an even number of values, whether the result is the mean of the middle two
            (``double`` of
            ``int`` and ``long``) or the upper one. Types without arithmetic give the upper one.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col
        t = new_table([int_col("Size", [4, 1, 3, 2])])
        print(t.agg_by(agg.median("Middle = Size")).to_string())
    """
    return pct(0.5, cols, average_evenly_divided)


def pct(percentile: float, cols: Texts = None, average_evenly_divided: bool = False) -> Aggregation:
    """Percentiles: of n values in ascending order the one at (n - 1) * percentile, rounded half up.

    Args:
        percentile: From 0 to 1.
        cols: Columns with an order.
        average_evenly_divided: Whether a place in the middle of two values gives their mean.

    Raises:
        ValueError: If the percentile is not from 0 to 1.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col
        t = new_table([int_col("Size", [4, 1, 3, 2])])
        print(t.agg_by([agg.pct(0.25, "Low = Size"), agg.pct(0.99, "High = Size")]).to_string())
    """
    if not 0 <= percentile <= 1:
        raise ValueError(f"a percentile is from 0 to 1, but this is {percentile}")
    return Aggregation("pct", texts(cols), {"percentile": percentile, "average": average_evenly_divided})


def count_distinct(cols: Texts = None, count_nulls: bool = False) -> Aggregation:
    """The number of different values, as ``long``.

    Args:
        cols: Columns of any type.
        count_nulls: Whether null counts as one. If it does not, a group that has only nulls gives null, not 0.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import string_col
        t = new_table([string_col("Sym", ["A", "B", "A", None])])
        print(t.agg_by(agg.count_distinct("Syms = Sym")).to_string())
    """
    return Aggregation("count_distinct", texts(cols), {"nulls": count_nulls})


def distinct(cols: Texts = None, include_nulls: bool = False) -> Aggregation:
    """The different values as an array, in the order of their first rows.

    Args:
        cols: Columns of any type.
        include_nulls: Whether null is one of them. If it is not, a group that has only nulls gives null.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import string_col
        t = new_table([string_col("Sym", ["B", "A", "B", None])])
        print(t.agg_by(agg.distinct("Syms = Sym")).to_string())
    """
    return Aggregation("distinct", texts(cols), {"nulls": include_nulls})


def unique(cols: Texts = None, include_nulls: bool = False, non_unique_sentinel: Any = None) -> Aggregation:
    """The one value that the rows have; null if there is none.

    Args:
        cols: Columns of any type.
        include_nulls: Whether null is a value like others.
        non_unique_sentinel: The result where there is more than one value: a value of the type of the columns.
            ``None`` is
            null.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Venue", [7, 8, 9])])
        print(t.agg_by(agg.unique("Venue", non_unique_sentinel=-1), by="Sym").to_string())
    """
    return Aggregation("unique", texts(cols), {"nulls": include_nulls, "sentinel": non_unique_sentinel})


def weighted_avg(wcol: str, cols: Texts = None) -> Aggregation:
    """Means weighted by a column, as ``double``, over the rows where neither is null.

    Args:
        wcol: The column of weights.
        cols: Columns of numbers.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col, int_col
        t = new_table([int_col("Size", [1, 3]), double_col("Price", [10.0, 20.0])])
        print(t.agg_by(agg.weighted_avg("Size", "Vwap = Price")).to_string())
    """
    return Aggregation("weighted_avg", texts(cols), {"column": wcol})


def weighted_sum(wcol: str, cols: Texts = None) -> Aggregation:
    """Sums weighted by a column: ``long`` when both are integers, else ``double``.

    Args:
        wcol: The column of weights.
        cols: Columns of numbers.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col, int_col
        t = new_table([int_col("Size", [1, 3]), double_col("Price", [10.0, 20.0])])
        print(t.agg_by(agg.weighted_sum("Size", "Value = Price")).to_string())
    """
    return Aggregation("weighted_sum", texts(cols), {"column": wcol})


def group(cols: Texts = None) -> Aggregation:
    """All values as an array, in the order of the rows, nulls included. Not of a blink table.

    Args:
        cols: Columns of any type.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [1, 2, 3])])
        print(t.agg_by(agg.group("Sizes = Size"), by="Sym").to_string())
    """
    return Aggregation("group", texts(cols))


def formula(
    formula: str, formula_param: Optional[str] = None, cols: Texts = None, reaggregating: bool = False
) -> Aggregation:
    """What a formula makes of the rows of each group.

    In the formula a column is the array of its values in the group, in row order: ``sum(Price) / count(Price)``. Key
    columns are single values (null of a key that `preserve_empty` keeps without rows). Only groups whose rows change
    are computed anew, which costs their rows. Not of a blink table.

    Args:
        formula: ``"Out = expression"``; or, with `formula_param`, an expression that is applied to one column after
            the other.
        formula_param: The name in the expression that stands for a column.
        cols: With `formula_param`, the columns.
        reaggregating: Whether a rollup applies the formula to the results below it rather than to the rows. Elsewhere
            it
            changes nothing.

    Raises:
        ValueError: If there are columns without a `formula_param`.

    Example:
        from kinetable import agg, new_table
        from kinetable.column import double_col, int_col, string_col
        t = new_table([
            string_col("Sym", ["A", "B", "A"]), double_col("Price", [1.0, 2.0, 4.0]), int_col("Size", [10, 20, 30])
        ])
        print(t.agg_by([
            agg.formula("Vwap = sum(Price * Size) / sum(Size)"),
            agg.formula("max(x) - min(x)", "x", ["PriceRange = Price", "SizeRange = Size"]),
        ], by="Sym").to_string())
    """
    columns = texts(cols)
    if formula_param is None and columns:
        raise ValueError("the formula is applied to columns, but has no formula_param that stands for them")
    options = {"formula": formula, "parameter": formula_param, "reaggregating": reaggregating}
    return Aggregation("formula", columns, options)


def partition(col: str, include_by_columns: bool = True) -> Aggregation:
    """The rows of each group as a table of their own; not of blink tables.

    Args:
        col: The column of the tables.
        include_by_columns: Whether these tables have the key columns.

    Returns:
        The aggregation; a cell of its column is a `Table`.

    Example:
        from kinetable import agg, new_table
        t = new_table({"K": ["a", "b", "a"], "X": [1, 2, 3]}).agg_by([agg.count_("N"), agg.partition("Part")], "K")
        print(next(t.iter_dict())["Part"].to_string())
    """
    return Aggregation("partition", [col], {"drop_keys": not include_by_columns})
