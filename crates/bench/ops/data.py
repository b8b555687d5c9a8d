"""The data of the bench: the same for every engine, from a fixed seed, made once and kept as Parquet files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 20_261_126
INTEGER_KEYS = 1_000
TEXT_KEYS = 500
MANY_KEYS = 1_000_000
START = 1_700_000_000_000_000_000
BATCH = 5_000_000


def make(folder: Path, rows: int) -> Path:
    """Makes the files for so many rows, unless they are there; gives their folder."""
    folder = folder / f"ops-{rows}"
    done = folder / "done"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(SEED)
        _facts(folder / "facts.parquet", rows, random)
        _write(folder / "keys.parquet", _keys(random))
        _write(folder / "marks.parquet", _marks(max(rows // 5, 1), rows, random))
        done.touch()
    return folder


def _facts(path: Path, rows: int, random: np.random.Generator) -> None:
    names = pa.array([f"SYM{number:03}" for number in range(TEXT_KEYS)])
    writer = None
    for start in range(0, rows, BATCH):
        count = min(BATCH, rows - start)
        batch = pa.table(
            {
                "T": _times(start, count, 1_000),
                "K": random.integers(0, INTEGER_KEYS, count),
                "S": names.take(pa.array(random.integers(0, TEXT_KEYS, count))),
                "D": random.integers(0, 10, count),
                "M": random.integers(0, MANY_KEYS, count),
                "Q": random.integers(1, 1_000, count),
                "V": random.random(count),
                "W": random.normal(0, 100, count),
            }
        )
        writer = writer or pq.ParquetWriter(path, batch.schema, compression="lz4")
        writer.write_table(batch, row_group_size=1 << 20)
    if writer is not None:
        writer.close()


def _keys(random: np.random.Generator) -> pa.Table:
    return pa.table({"M": random.permutation(MANY_KEYS), "R": random.random(MANY_KEYS)})


def _marks(count: int, rows: int, random: np.random.Generator) -> pa.Table:
    every = max(rows // count, 1) * 1_000
    return pa.table(
        {
            "T": _times(0, count, every),
            "K": random.integers(0, INTEGER_KEYS, count),
            "P": random.random(count),
        }
    )


def _times(first: int, count: int, step: int) -> pa.Array:
    nanos = START + (first + np.arange(count, dtype=np.int64)) * step
    return pa.array(nanos, pa.timestamp("ns", "UTC"))


def _write(path: Path, table: pa.Table) -> None:
    pq.write_table(table, path, compression="lz4", row_group_size=1 << 20)
