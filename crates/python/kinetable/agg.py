"""What `Table.agg_by` computes.

Columns are given as ``"Column"`` or ``"New = Column"``. Nulls are left out; a group of nulls only gives null.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Sequence

from ._texts import Texts, texts


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
    """The number of rows, in a column of this name."""
    return Aggregation("count", [col])


def count_where(col: str, filters: Texts) -> Aggregation:
    """The number of rows that pass all filters, in a column of this name."""
    return Aggregation("count_where", [col], {"column": col, "filters": texts(filters)})


def sum_(cols: Texts = None) -> Aggregation:
    """Sums; of doubles, independent of the order in which they came."""
    return Aggregation("sum", texts(cols))


def abs_sum(cols: Texts = None) -> Aggregation:
    """Sums of the absolute values."""
    return Aggregation("abs_sum", texts(cols))


def avg(cols: Texts = None) -> Aggregation:
    """Means."""
    return Aggregation("avg", texts(cols))


def std(cols: Texts = None) -> Aggregation:
    """Sample standard deviations; NaN for one value."""
    return Aggregation("std", texts(cols))


def var(cols: Texts = None) -> Aggregation:
    """Sample variances; NaN for one value."""
    return Aggregation("var", texts(cols))


def min_(cols: Texts = None) -> Aggregation:
    """Least values."""
    return Aggregation("min", texts(cols))


def max_(cols: Texts = None) -> Aggregation:
    """Greatest values."""
    return Aggregation("max", texts(cols))


def first(cols: Texts = None) -> Aggregation:
    """Values of the first row."""
    return Aggregation("first", texts(cols))


def last(cols: Texts = None) -> Aggregation:
    """Values of the last row."""
    return Aggregation("last", texts(cols))


def sorted_first(order_by: str, cols: Texts = None) -> Aggregation:
    """Values of the row with the least `order_by`."""
    return Aggregation("sorted_first", texts(cols), {"column": order_by})


def sorted_last(order_by: str, cols: Texts = None) -> Aggregation:
    """Values of the row with the greatest `order_by`."""
    return Aggregation("sorted_last", texts(cols), {"column": order_by})


def median(cols: Texts = None, average_evenly_divided: bool = True) -> Aggregation:
    """Medians; of an even number of values the mean of the middle two, or the upper one."""
    return pct(0.5, cols, average_evenly_divided)


def pct(percentile: float, cols: Texts = None, average_evenly_divided: bool = False) -> Aggregation:
    """Percentiles, from 0 to 1."""
    if not 0 <= percentile <= 1:
        raise ValueError(f"a percentile is from 0 to 1, but this is {percentile}")
    return Aggregation("pct", texts(cols), {"percentile": percentile, "average": average_evenly_divided})


def count_distinct(cols: Texts = None, count_nulls: bool = False) -> Aggregation:
    """The number of different values; null counts as one only if asked."""
    return Aggregation("count_distinct", texts(cols), {"nulls": count_nulls})


def distinct(cols: Texts = None, include_nulls: bool = False) -> Aggregation:
    """The different values as an array, in the order of their first appearance."""
    return Aggregation("distinct", texts(cols), {"nulls": include_nulls})


def unique(cols: Texts = None, include_nulls: bool = False) -> Aggregation:
    """The one value that all rows have; null if they have several."""
    return Aggregation("unique", texts(cols), {"nulls": include_nulls})


def weighted_avg(wcol: str, cols: Texts = None) -> Aggregation:
    """Means weighted by a column."""
    return Aggregation("weighted_avg", texts(cols), {"column": wcol})


def weighted_sum(wcol: str, cols: Texts = None) -> Aggregation:
    """Sums weighted by a column."""
    return Aggregation("weighted_sum", texts(cols), {"column": wcol})


def group(cols: Texts = None) -> Aggregation:
    """All values as an array."""
    return Aggregation("group", texts(cols))
