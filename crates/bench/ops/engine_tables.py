"""The cases for Kinetable and Deephaven, which have one API."""

from __future__ import annotations

from typing import Any

import numpy as np
from cases import Skip


class Tables:
    """Cases over three tables; `modules` has the engine's `agg` and, if there is one, `updateby`."""

    def __init__(self, facts: Any, keys: Any, marks: Any, agg: Any, updateby: Any) -> None:
        """Takes tables whose columns lie in memory."""
        self.facts, self.keys, self.marks = facts, keys, marks
        self.agg, self.updateby = agg, updateby
        self.million = facts.head(1_000_000).select(["V"])

    def where_number(self) -> Any:
        return self.facts.where(["V > 0.5", "Q < 500"])

    def where_text(self) -> Any:
        return self.facts.where("S == `SYM042`")

    def where_function(self) -> Any:
        return self.facts.where("S.contains(`42`)")

    def update(self) -> Any:
        return self.facts.update(["A = V * 2 + W", "B = V - W", "C = Q * 3"])

    def _sums(self, by: str) -> Any:
        return self.facts.agg_by([self.agg.sum_("Total = V"), self.agg.count_("Rows")], by)

    def sum_1k(self) -> Any:
        return self._sums("K")

    def sum_text(self) -> Any:
        return self._sums("S")

    def sum_1m(self) -> Any:
        return self._sums("M")

    def agg_six(self) -> Any:
        agg = self.agg
        six = [
            agg.sum_("Total = V"),
            agg.avg("Mean = W"),
            agg.min_("Least = V"),
            agg.max_("Most = W"),
            agg.std("Spread = W"),
            agg.count_("Rows"),
        ]
        return self.facts.agg_by(six, ["S", "D"])

    def last_1m(self) -> Any:
        return self.facts.view(["M", "V", "W"]).last_by("M")

    def median(self) -> Any:
        return self.facts.view(["K", "V"]).median_by("K")

    def sort_double(self) -> Any:
        return self.facts.sort("V")

    def sort_two(self) -> Any:
        return self.facts.sort(["S", "V"])

    def natural_join(self) -> Any:
        return self.facts.natural_join(self.keys, "M", "R")

    def aj(self) -> Any:
        return _of(self.facts, "aj")(self.marks, ["K", "T"], "P")

    def update_by(self) -> Any:
        by = self.updateby
        if by is None:
            raise Skip("no update_by yet")
        ops = [
            by.ema_tick(50, "Ema = V"),
            by.rolling_sum_tick("Rolling = V", rev_ticks=100),
            by.cum_sum("Running = V"),
        ]
        return _of(self.facts, "update_by")(ops, "K")

    def distinct(self) -> Any:
        return self.facts.select_distinct("M")

    def ungroup(self) -> Any:
        return _of(self.facts.view(["K", "Q", "V"]).group_by("K"), "ungroup")()

    def python(self) -> Any:
        def scaled(value: float) -> float:
            return value * 2.0 + 1.0

        return self.million.update("F = scaled(V)")


class Whole:
    """The case of a function of whole arrays, for engines that have such."""

    def numpy(self) -> Any:
        def rooted(values: np.ndarray) -> np.ndarray:
            return np.sqrt(values) * 2.0

        return self.facts.update("F = (double)rooted(V)")


def _of(table: Any, name: str) -> Any:
    method = getattr(table, name, None)
    if method is None:
        raise Skip(f"no {name} yet")
    return method
