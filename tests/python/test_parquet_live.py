"""Directories that grow under a table."""

from __future__ import annotations

import os
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kinetable import DHError, dtypes, parquet
from kinetable import _kinetable as native
from kinetable.column import ColumnType, col_def


def put(path, values):
    """A file that appears whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"V": values}), path.with_suffix(".new"))
    os.rename(path.with_suffix(".new"), path)


def wait(condition):
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit, "it did not come about"
        time.sleep(0.01)


def test_new_files_become_rows(tmp_path):
    put(tmp_path / "Day=1/a.parquet", [1, 2])
    table = parquet.read(tmp_path, is_refreshing=True, refresh_interval_ms=20)
    assert table.is_refreshing
    late = table.where("Day > 1")
    total = table.view("V").sum_by()
    assert (table.size, late.size) == (2, 0)
    put(tmp_path / "Day=2/a.parquet", [3, 4, 5])
    wait(lambda: table.size == 5)
    assert [row["V"] for row in late.iter_dict()] == [3, 4, 5]
    assert next(total.iter_dict())["V"] == 15
    assert late.where("V = 4").size == 1


def test_half_a_file_waits(tmp_path):
    put(tmp_path / "a.parquet", [1])
    table = parquet.read(tmp_path, is_refreshing=True, refresh_interval_ms=20)
    whole = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "b.parquet").write_bytes(whole[:-3])
    assert table.size == 1
    # What comes after it is found, so it was looked at.
    put(tmp_path / "c.parquet", [3])
    wait(lambda: table.size == 2)
    assert not table.is_failed
    (tmp_path / "b.parquet").write_bytes(whole)
    wait(lambda: table.size == 3)


def test_a_file_that_goes_fails_the_table(tmp_path):
    put(tmp_path / "a.parquet", [1])
    table = parquet.read(tmp_path, is_refreshing=True, refresh_interval_ms=20)
    assert table.size == 1
    (tmp_path / "a.parquet").unlink()
    wait(lambda: table.is_failed)
    with pytest.raises(DHError, match="a.parquet"):
        table.update("W = V")


def test_an_empty_directory_with_a_definition(tmp_path):
    definition = [col_def("Day", dtypes.int32, column_type=ColumnType.PARTITIONING), col_def("V", dtypes.long)]
    with pytest.raises(DHError, match="no .parquet file"):
        parquet.read(tmp_path, is_refreshing=True)
    table = parquet.read(tmp_path, is_refreshing=True, table_definition=definition, refresh_interval_ms=20)
    assert table.size == 0
    put(tmp_path / "Day=3/a.parquet", [7])
    wait(lambda: table.size == 1)
    assert list(table.iter_dict()) == [{"Day": 3, "V": 7}]


def test_pages_that_a_filter_rules_out_are_not_read(tmp_path):
    pq.write_table(
        pa.table({"V": range(400_000), "W": range(400_000)}), tmp_path / "a.parquet", write_page_index=True,
        data_page_size=20_000, use_dictionary=False, compression="none",
    )  # fmt: skip
    table = parquet.read(tmp_path / "a.parquet")
    assert [row["W"] for row in table.where("V = 123_456").iter_dict()] == [123_456]
    counts = native.parquet_counts(table._native)
    assert counts["pages_ruled_out"] > 50 and counts["pages_read"] <= 4, counts
    assert counts["bytes_read"] < 200_000, counts
