"""DuckDB: tables in memory, every result a temporary table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from cases import Skip

NAME = "DuckDB"


def version() -> str:
    return duckdb.__version__


def load(folder: Path) -> "Cases":
    return Cases(folder)


class Cases:
    """Each case as a query."""

    def __init__(self, folder: Path) -> None:
        """Copies the files into tables."""
        self.db = duckdb.connect()
        for name in ("facts", "keys", "marks"):
            self.db.execute(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{folder / name}.parquet')")
        self.db.execute("CREATE TABLE million AS SELECT V FROM facts LIMIT 1000000")
        self._functions()

    def _functions(self) -> None:
        def scaled(value: float) -> float:
            return value * 2.0 + 1.0

        def rooted(values: Any) -> Any:
            import pyarrow as pa

            return pa.array(np.sqrt(values.to_numpy()) * 2.0)

        self.db.create_function("scaled", scaled, ["DOUBLE"], "DOUBLE")
        self.db.create_function("rooted", rooted, ["DOUBLE"], "DOUBLE", type="arrow")

    def _made(self, query: str) -> Any:
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE made AS {query}")
        return None

    def where_number(self) -> Any:
        return self._made("SELECT * FROM facts WHERE V > 0.5 AND Q < 500")

    def where_text(self) -> Any:
        return self._made("SELECT * FROM facts WHERE S = 'SYM042'")

    def where_function(self) -> Any:
        return self._made("SELECT * FROM facts WHERE contains(S, '42')")

    def update(self) -> Any:
        return self._made("SELECT V * 2 + W AS A, V - W AS B, Q * 3 AS C FROM facts")

    def sum_1k(self) -> Any:
        return self._made("SELECT K, sum(V), count(*) AS Rows FROM facts GROUP BY K")

    def sum_text(self) -> Any:
        return self._made("SELECT S, sum(V), count(*) AS Rows FROM facts GROUP BY S")

    def sum_1m(self) -> Any:
        return self._made("SELECT M, sum(V), count(*) AS Rows FROM facts GROUP BY M")

    def agg_six(self) -> Any:
        six = "sum(V), avg(W), min(V), max(W), stddev_samp(W), count(*) AS Rows"
        return self._made(f"SELECT S, D, {six} FROM facts GROUP BY S, D")

    def last_1m(self) -> Any:
        return self._made("SELECT M, arg_max(V, rowid), arg_max(W, rowid) FROM facts GROUP BY M")

    def median(self) -> Any:
        return self._made("SELECT K, median(V) FROM facts GROUP BY K")

    def sort_double(self) -> Any:
        return self._made("SELECT * FROM facts ORDER BY V")

    def sort_two(self) -> Any:
        return self._made("SELECT * FROM facts ORDER BY S, V")

    def natural_join(self) -> Any:
        return self._made("SELECT facts.*, R FROM facts LEFT JOIN keys USING (M)")

    def aj(self) -> Any:
        on = "facts.K = marks.K AND facts.T >= marks.T"
        return self._made(f"SELECT facts.*, P FROM facts ASOF LEFT JOIN marks ON {on}")

    def update_by(self) -> Any:
        raise Skip("has no EMA")

    def distinct(self) -> Any:
        return self._made("SELECT DISTINCT M FROM facts")

    def ungroup(self) -> Any:
        lists = "SELECT K, list(Q) AS Q, list(V) AS V FROM facts GROUP BY K"
        return self._made(f"SELECT K, unnest(Q) AS Q, unnest(V) AS V FROM ({lists})")

    def python(self) -> Any:
        return self._made("SELECT V, scaled(V) AS F FROM million")

    def numpy(self) -> Any:
        return self._made("SELECT rooted(V) AS F FROM facts")
