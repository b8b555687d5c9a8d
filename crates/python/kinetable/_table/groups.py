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
        """Several aggregations at once, one row a key in the order of first appearance; see `kinetable.agg`.

        Args:
            aggs: The aggregations.
            by: Key columns; without any, the result has one row.
            preserve_empty: Whether keys stay when all of their rows have gone.
        """
        several = [aggs] if isinstance(aggs, Aggregation) else list(aggs)
        specs = [spec._spec() for spec in several]
        return self._made(_native.agg_by(self._native, specs, texts(by), preserve_empty, caller()))

    def agg_all_by(self, agg: Aggregation, by: Texts = None) -> Table:
        """One aggregation over every column that is not a key."""
        return self._made(_native.agg_all_by(self._native, agg._spec(), texts(by), caller()))

    def count_by(self, col: str, by: Texts = None) -> Table:
        """The number of rows of each key, in a column of this name."""
        return self.agg_by(count_(col), by)

    def first_by(self, by: Texts = None) -> Table:
        """The first row of each key."""
        return self.agg_all_by(Aggregation("first"), by)

    def last_by(self, by: Texts = None) -> Table:
        """The last row of each key."""
        return self.agg_all_by(Aggregation("last"), by)

    def sum_by(self, by: Texts = None) -> Table:
        """The sum of every other column, by key."""
        return self.agg_all_by(Aggregation("sum"), by)

    def avg_by(self, by: Texts = None) -> Table:
        """The mean of every other column, by key."""
        return self.agg_all_by(Aggregation("avg"), by)

    def std_by(self, by: Texts = None) -> Table:
        """The sample standard deviation of every other column, by key."""
        return self.agg_all_by(Aggregation("std"), by)

    def var_by(self, by: Texts = None) -> Table:
        """The sample variance of every other column, by key."""
        return self.agg_all_by(Aggregation("var"), by)

    def abs_sum_by(self, by: Texts = None) -> Table:
        """The sum of the absolute values of every other column, by key."""
        return self.agg_all_by(Aggregation("abs_sum"), by)

    def group_by(self, by: Texts = None) -> Table:
        """All values of every other column as an array, by key."""
        return self.agg_all_by(Aggregation("group"), by)

    def weighted_sum_by(self, wcol: str, by: Texts = None) -> Table:
        """The sum of every other column weighted by one, by key."""
        return self._weighted("weighted_sum", wcol, by)

    def weighted_avg_by(self, wcol: str, by: Texts = None) -> Table:
        """The mean of every other column weighted by one, by key."""
        return self._weighted("weighted_avg", wcol, by)

    def _weighted(self, kind: str, wcol: str, by: Texts) -> Table:
        others = [name for name in self.column_names if name != wcol and name not in texts(by)]
        return self.agg_by(Aggregation(kind, others, {"column": wcol}), by)

    def median_by(self, by: Texts = None) -> Table:
        """The median of every other column, by key."""
        return self.agg_all_by(median(), by)

    def min_by(self, by: Texts = None) -> Table:
        """The least value of every other column, by key."""
        return self.agg_all_by(Aggregation("min"), by)

    def max_by(self, by: Texts = None) -> Table:
        """The greatest value of every other column, by key."""
        return self.agg_all_by(Aggregation("max"), by)
