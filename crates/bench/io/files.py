"""`cargo xtask bench io`, the part of files that are read and written whole: CSV, Arrow IPC and JSON lines, beside Polars, DuckDB and pyarrow.

Each reads the same file, and writes the same rows. The best of some rounds counts, and rounds of all engines take turns, so that
none has the quiet minute. Reading is done when all values are in memory: a map of a file is read through.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import time
from typing import Callable

import duckdb
import kinetable
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pa_compute
import pyarrow.csv as pa_csv
from kinetable import arrow, csv, jsonl
from pyarrow import feather

SYMBOLS = ["AAPL", "MSFT", "GOOG", "TSLA", "A longer name of 24 bytes"]
ENGINES = ("kinetable", "polars", "duckdb", "pyarrow")

Case = dict[str, Callable[[], object]]


def frame(rows: int) -> pl.DataFrame:
    """Trades: an integer, a symbol, a price of two digits, a size, a double of all its digits, an instant."""
    random = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "Id": np.arange(rows),
            "Sym": random.choice(SYMBOLS, rows),
            "Price": np.round(random.uniform(1, 1000, rows), 2),
            "Size": random.integers(1, 10_000, rows),
            "X": random.normal(size=rows),
            "T": np.datetime64("2024-01-01", "ns") + np.arange(rows) * 1_000_000,
        }
    )
    return frame.with_columns(pl.col("T").dt.replace_time_zone("UTC"))


def quoted(source: pathlib.Path, target: pathlib.Path) -> None:
    """The same trades with every cell in quotes."""
    duckdb.sql(f"COPY (SELECT * FROM read_csv('{source}', all_varchar=true)) TO '{target}' (HEADER, FORCE_QUOTE *)")


def csv_cases(folder: pathlib.Path, source: pl.DataFrame) -> dict[str, Case]:
    """Reading and writing CSV."""
    plain, quotes, out = folder / "plain.csv", folder / "quoted.csv", folder / "out.csv"
    source.write_csv(plain)
    quoted(plain, quotes)
    table, rows = arrow.to_table(source), source.to_arrow()
    cases: dict[str, Case] = {}
    for path in (plain, quotes):
        cases[f"CSV read, {path.stem}"] = {
            "kinetable": lambda path=path: csv.read(path),
            "polars": lambda path=path: pl.read_csv(path, try_parse_dates=True),
            "duckdb": lambda path=path: duckdb.sql(f"SELECT * FROM read_csv('{path}')").to_arrow_table(),
            "pyarrow": lambda path=path: pa_csv.read_csv(path),
        }
    cases["CSV write"] = {
        "kinetable": lambda: csv.write(table, out),
        "polars": lambda: source.write_csv(out),
        "duckdb": lambda: duckdb.from_arrow(rows).write_csv(str(out)),
        "pyarrow": lambda: pa_csv.write_csv(rows, out),
    }
    return cases


def ipc_cases(folder: pathlib.Path, source: pl.DataFrame) -> dict[str, Case]:
    """Reading and writing Arrow IPC."""
    plain, packed, out = folder / "plain.arrow", folder / "lz4.arrow", folder / "out.arrow"
    table, rows = arrow.to_table(source), source.to_arrow(compat_level=pl.CompatLevel.oldest())
    feather.write_feather(rows, plain, compression="uncompressed")
    feather.write_feather(rows, packed, compression="lz4")
    mapped = table.view(["Id", "Price", "X"])
    return {
        "IPC read": {
            "kinetable": lambda: arrow.read_ipc(plain),
            "polars": lambda: pl.read_ipc(plain),
            "pyarrow": lambda: feather.read_table(plain, memory_map=False),
        },
        "IPC mapped, sum of three columns": {
            "kinetable": lambda: arrow.read_ipc(plain, memory_map=True).view(mapped.column_names).sum_by().size,
            "polars": lambda: pl.scan_ipc(plain).select(pl.col(mapped.column_names).sum()).collect(),
            "pyarrow": lambda: [pa_compute.sum(feather.read_table(plain)[name]) for name in mapped.column_names],
        },
        "IPC read, lz4": {
            "kinetable": lambda: arrow.read_ipc(packed),
            "polars": lambda: pl.read_ipc(packed),
            "pyarrow": lambda: feather.read_table(packed),
        },
        "IPC write": {
            "kinetable": lambda: arrow.write_ipc(table, out),
            "polars": lambda: source.write_ipc(out),
            "pyarrow": lambda: feather.write_feather(rows, out, compression="uncompressed"),
        },
        "IPC write, lz4": {
            "kinetable": lambda: arrow.write_ipc(table, out, compression="lz4"),
            "polars": lambda: source.write_ipc(out, compression="lz4"),
            "pyarrow": lambda: feather.write_feather(rows, out, compression="lz4"),
        },
    }


def jsonl_cases(folder: pathlib.Path, source: pl.DataFrame) -> dict[str, Case]:
    """Reading and writing JSON lines."""
    plain, out = folder / "plain.jsonl", folder / "out.jsonl"
    source.with_columns(pl.col("T").dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ")).write_ndjson(plain)
    table = arrow.to_table(source)
    return {
        "JSON lines read": {
            "kinetable": lambda: jsonl.read(plain),
            "polars": lambda: pl.read_ndjson(plain),
            "duckdb": lambda: duckdb.sql(f"SELECT * FROM read_json('{plain}')").to_arrow_table(),
        },
        "JSON lines write": {
            "kinetable": lambda: jsonl.write(table, out),
            "polars": lambda: source.write_ndjson(out),
        },
    }


def best(case: Case, rounds: int) -> dict[str, tuple[float, float]]:
    """The best time of each engine, in seconds, and its processor time."""
    times: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for engine, run in case.items():
            began, used = time.perf_counter(), time.process_time()
            run()
            took = time.perf_counter() - began, time.process_time() - used
            times[engine] = min(took, times.get(engine, took))
    return times


def main() -> None:
    """Runs all cases and prints a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = options.scratch / "files"
    folder.mkdir(parents=True, exist_ok=True)
    source = frame(options.rows)
    print(f"{options.rows:,} rows, {os.cpu_count()} cores, kinetable {kinetable.__version__}; seconds, best of {options.rounds}/processor seconds")
    print(f"{'case':36}" + "".join(f"{engine:>16}" for engine in ENGINES) + f"{'to the best':>13}")
    for make in (csv_cases, ipc_cases, jsonl_cases):
        for name, case in make(folder, source).items():
            times = best(case, options.rounds)
            peers = [took for engine, (took, _) in times.items() if engine in ("polars", "duckdb")]
            shown = "".join("{:9.3f}/{:6.3f}".format(*times[engine]) if engine in times else " " * 16 for engine in ENGINES)
            print(f"{name:36}{shown}{times['kinetable'][0] / min(peers):12.2f}x", flush=True)


if __name__ == "__main__":
    main()
