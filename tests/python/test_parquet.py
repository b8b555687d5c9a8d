"""Parquet in and out, and that opening reads no values."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kinetable import DHError, new_table, parquet
from kinetable import _kinetable as native


def test_write_and_read(tmp_path):
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone.utc)
    table = new_table({"I": [1, None], "S": ["a", None], "D": [0.5, None], "T": [moment, None], "B": [True, None]})
    path = tmp_path / "table.parquet"
    parquet.write(table, path)
    assert list(parquet.read(path).iter_dict()) == list(table.iter_dict())
    assert pq.read_table(path).schema.types == [
        pa.int64(), pa.string(), pa.float64(), pa.timestamp("ns", "UTC"), pa.bool_(),
    ]  # fmt: skip
    parquet.write(table, path, compression_codec_name="ZSTD")
    assert pq.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"
    with pytest.raises(DHError, match="BOGUS"):
        parquet.write(table, path, compression_codec_name="BOGUS")


def test_partitions_are_text_unless_all_are_numbers(tmp_path):
    for day, number in (("2026-01-01", 1), ("2026-01-02", 2)):
        directory = tmp_path / f"Date={day}" / f"Part={number}"
        directory.mkdir(parents=True)
        pq.write_table(pa.table({"V": [number * 10]}), directory / "data.parquet")
    table = parquet.read(tmp_path)
    assert [(c.name, c.data_type.name) for c in table.columns] == [("Date", "String"), ("Part", "int"), ("V", "long")]
    assert list(table.where("Date > `2026-01-01`").iter_dict()) == [{"Date": "2026-01-02", "Part": 2, "V": 20}]


def test_opening_a_history_opens_one_file_and_where_opens_only_its_partitions(history):
    table = parquet.read(history)
    assert native.parquet_counts(table._native)["files_opened"] <= 1
    assert table.memory_bytes() < 2_000_000
    assert table.column_names == ["Date", "Timestamp", "ServiceName", "Value"]
    assert table.columns[0].data_type.name == "String"
    first_day = "2026-09-24"
    week = table.where(["Date >= first_day"])
    assert native.parquet_counts(week._native)["files"] == 7
    assert week.size == 7 * 8640 * 4
    assert native.parquet_counts(table._native)["files_opened"] <= 8
    assert native.parquet_counts(table._native)["rows_decoded"] == 0
    expected = pq.read_table(history, filters=[("Date", ">=", first_day)])["Value"].to_numpy().sum()
    assert next(week.view("Value").sum_by().iter_dict())["Value"] == expected


def test_missing_paths_are_told(tmp_path):
    with pytest.raises(DHError, match="nothing-here"):
        parquet.read(tmp_path / "nothing-here")


def test_functions_over_files(tmp_path):
    path = tmp_path / "numbers.parquet"
    pq.write_table(pa.table({"X": np.arange(50_000)}), path)

    def half(x: np.ndarray) -> np.ndarray:
        return x / 2

    table = parquet.read(path).update_view("Y = half(X)").where("Y > 24_990")
    assert [row["Y"] for row in table.iter_dict("Y")] == [x / 2 for x in range(49_981, 50_000)]
