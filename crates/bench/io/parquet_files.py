"""Parquet: open, scan of two of ten columns, filter with pruning, write; beside Polars and DuckDB.

Each is run in this process, one after the other, best of so many; files are in the page cache. Prints a line of JSON
each.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import tempfile
import time
from typing import Any, Callable

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from kinetable import arrow, parquet

FILES = 8


def data(rows: int) -> pa.Table:
    """Ten columns: an ascending time, four longs, three doubles, two texts of which one repeats."""
    rng = np.random.default_rng(7)
    columns: dict[str, Any] = {"Time": pa.array(np.arange(rows) * 1_000_000, pa.timestamp("ns", "UTC"))}
    for name in ("A", "B", "C", "D"):
        columns[name] = rng.integers(0, 1_000_000, rows)
    for name in ("X", "Y", "Z"):
        columns[name] = rng.normal(size=rows)
    symbols = np.array([f"SYM{number:03}" for number in range(500)])
    columns["Sym"] = pa.array(symbols[rng.integers(0, 500, rows)])
    columns["Id"] = pa.array([f"{number:012x}" for number in rng.integers(0, 2**40, rows)])
    return pa.table(columns)


def best(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """The shortest time of so many, in seconds, and what was found."""
    took, found = [], None
    for _ in range(times):
        begun = time.perf_counter()
        found = work()
        took.append(time.perf_counter() - begun)
    return min(took), found


def row(table: Any) -> tuple[Any, ...]:
    return tuple(next(table.iter_dict()).values())


def cases(folder: pathlib.Path, source: pa.Table) -> dict[str, dict[str, Callable[[], Any]]]:
    """What is measured: name, engine, work. Engines of a case find the same."""
    pattern = f"{folder}/*.parquet"
    low = source["Time"][int(len(source) * 0.9)].value
    until = low + 1_000_000 * (len(source) // 1_000)
    bounds = f"Time >= make_timestamptz({low // 1000}) and Time < make_timestamptz({until // 1000})"
    moment = [pl.lit(value, dtype=pl.Datetime("ns", "UTC")) for value in (low, until)]
    window = [f"Time >= epochNanosToInstant({low}L)", f"Time < epochNanosToInstant({until}L)"]
    value = source["Id"][len(source) // 2].as_py()
    ours = arrow.to_table(source)
    theirs = pl.from_arrow(source)
    memory = duckdb.connect()
    memory.register("source", source)
    memory.sql("create table held as select * from source")
    memory.sql("set TimeZone = 'UTC'")
    out = folder.parent
    return {
        "open": {
            "kinetable": lambda: len(parquet.read(folder).columns),
            "polars": lambda: len(pl.scan_parquet(pattern).collect_schema()),
            "duckdb": lambda: len(duckdb.sql(f"select * from '{pattern}'").columns),
        },
        "scan two of ten": {
            "kinetable": lambda: row(parquet.read(folder).view(["A", "X"]).sum_by()),
            "polars": lambda: pl.scan_parquet(pattern).select(pl.col("A", "X").sum()).collect().row(0),
            "duckdb": lambda: duckdb.sql(f"select sum(A), sum(X) from '{pattern}'").fetchall()[0],
        },
        "filter of a thousandth, sorted column": {
            "kinetable": lambda: row(parquet.read(folder).where(window).view(["A", "X"]).sum_by()),
            "polars": lambda: (
                pl.scan_parquet(pattern)
                .filter((pl.col("Time") >= moment[0]) & (pl.col("Time") < moment[1]))
                .select(pl.col("A", "X").sum())
                .collect()
                .row(0)
            ),
            "duckdb": lambda: memory.sql(f"select sum(A), sum(X) from '{pattern}' where {bounds}").fetchall()[0],
        },
        "filter of one, unsorted column": {
            "kinetable": lambda: row(parquet.read(folder).where(f"Id = `{value}`").view(["A", "X"]).sum_by()),
            "polars": lambda: (
                pl.scan_parquet(pattern).filter(pl.col("Id") == value).select(pl.col("A", "X").sum()).collect().row(0)
            ),
            "duckdb": lambda: duckdb.sql(f"select sum(A), sum(X) from '{pattern}' where Id = '{value}'").fetchall()[0],
        },
        "write, snappy": {
            "kinetable": lambda: parquet.write(ours, out / "ours.parquet"),
            "polars": lambda: theirs.write_parquet(out / "polars.parquet", compression="snappy"),
            "duckdb": lambda: memory.sql(f"copy held to '{out}/duck.parquet' (format parquet, compression snappy)"),
        },
        "write, zstd": {
            "kinetable": lambda: parquet.write(ours, out / "ours.parquet", compression_codec_name="ZSTD"),
            "polars": lambda: theirs.write_parquet(out / "polars.parquet", compression="zstd", compression_level=1),
            "duckdb": lambda: memory.sql(
                f"copy held to '{out}/duck.parquet' (format parquet, compression zstd, compression_level 1)"
            ),
        },
    }


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=4_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    source = data(options.rows)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "data"
        folder.mkdir()
        part = -(-options.rows // FILES)
        for number in range(FILES):
            pq.write_table(
                source.slice(number * part, part), folder / f"{number}.parquet", write_page_index=True,
                row_group_size=250_000,
            )  # fmt: skip
        size = sum(os.path.getsize(path) for path in folder.iterdir())
        print(json.dumps({"rows": options.rows, "files": FILES, "bytes": size, "cores": os.cpu_count()}))
        for name, engines in cases(folder, source).items():
            if options.only not in name:
                continue
            took, found = {}, {}
            for engine, work in engines.items():
                took[engine], found[engine] = best(work, options.times)
            peer = min(took["polars"], took["duckdb"])
            line = {engine: round(seconds * 1e3, 2) for engine, seconds in took.items()}
            print(json.dumps({"case": name, "ms": line, "times the better peer": round(took["kinetable"] / peer, 2)}))
            if name.startswith(("scan", "filter")):
                answers = [found[engine] for engine in engines]
                assert all(answer[0] == answers[0][0] for answer in answers), f"{name}: {answers}"


if __name__ == "__main__":
    main()
