"""Polars."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

NAME = "Polars"


def version() -> str:
    return pl.__version__


def load(folder: Path) -> "Cases":
    def table(name: str) -> pl.DataFrame:
        return pl.read_parquet(folder / f"{name}.parquet").rechunk()

    return Cases(table("facts"), table("keys"), table("marks"))


class Cases:
    """Each case as a lazy query that is collected: Polars at its best."""

    def __init__(self, facts: pl.DataFrame, keys: pl.DataFrame, marks: pl.DataFrame) -> None:
        """Takes frames whose columns lie in memory."""
        self.facts, self.keys, self.marks = facts, keys, marks
        self.million = facts.head(1_000_000).select("V")

    def where_number(self) -> Any:
        return self.facts.filter((pl.col("V") > 0.5) & (pl.col("Q") < 500))

    def where_text(self) -> Any:
        return self.facts.filter(pl.col("S") == "SYM042")

    def where_function(self) -> Any:
        return self.facts.filter(pl.col("S").str.contains("42", literal=True))

    def update(self) -> Any:
        value, other = pl.col("V"), pl.col("W")
        return self.facts.with_columns(A=value * 2 + other, B=value - other, C=pl.col("Q") * 3)

    def _sums(self, by: str) -> Any:
        return self.facts.lazy().group_by(by).agg(pl.col("V").sum(), pl.len().alias("Rows")).collect()

    def sum_1k(self) -> Any:
        return self._sums("K")

    def sum_text(self) -> Any:
        return self._sums("S")

    def sum_1m(self) -> Any:
        return self._sums("M")

    def agg_six(self) -> Any:
        value, other = pl.col("V"), pl.col("W")
        six = [
            value.sum().alias("Total"),
            other.mean().alias("Mean"),
            value.min().alias("Least"),
            other.max().alias("Most"),
            other.std().alias("Spread"),
            pl.len().alias("Rows"),
        ]
        return self.facts.lazy().group_by("S", "D").agg(six).collect()

    def last_1m(self) -> Any:
        return self.facts.lazy().group_by("M").agg(pl.col("V", "W").last()).collect()

    def median(self) -> Any:
        return self.facts.lazy().group_by("K").agg(pl.col("V").median()).collect()

    def sort_double(self) -> Any:
        return self.facts.sort("V", maintain_order=True)

    def sort_two(self) -> Any:
        return self.facts.sort("S", "V", maintain_order=True)

    def natural_join(self) -> Any:
        return self.facts.join(self.keys, on="M", how="left", maintain_order="left")

    def aj(self) -> Any:
        return self.facts.join_asof(self.marks, on="T", by="K", check_sortedness=False)

    def update_by(self) -> Any:
        value = pl.col("V")
        columns = [
            value.ewm_mean(alpha=1 - math.exp(-1 / 50), adjust=False).over("K").alias("Ema"),
            value.rolling_sum(100, min_samples=1).over("K").alias("Rolling"),
            value.cum_sum().over("K").alias("Running"),
        ]
        return self.facts.with_columns(columns)

    def distinct(self) -> Any:
        return self.facts.select("M").unique()

    def ungroup(self) -> Any:
        return self.facts.select("K", "Q", "V").group_by("K").agg("Q", "V").explode("Q", "V")

    def python(self) -> Any:
        def scaled(value: float) -> float:
            return value * 2.0 + 1.0

        return self.million.with_columns(F=pl.col("V").map_elements(scaled, return_dtype=pl.Float64))

    def numpy(self) -> Any:
        def rooted(values: Any) -> Any:
            return np.sqrt(values.to_numpy()) * 2.0

        return self.facts.with_columns(F=pl.col("V").map_batches(rooted, return_dtype=pl.Float64))
