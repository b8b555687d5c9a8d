"""Arrow IPC, Feather and JSON lines: as this package reads and writes them, and as others do."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import math

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from kinetable import DHError, arrow, dtypes, empty_table, input_table, jsonl, new_table
from pyarrow import feather

MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone.utc)
COLUMNS = {
    "B": [True, None, False],
    "L": [2**62, None, -1],
    "D": [math.nan, None, -math.inf],
    "S": ["ü, \"x\"\n", None, "a text that is longer than twelve bytes"],
    "T": [MOMENT, None, MOMENT],
}


def rows(table):
    return [tuple(row.values()) for row in table.iter_dict()]


def same(left, right):
    """Rows that are equal, where NaN is NaN."""
    return repr(rows(left)) == repr(rows(right))


def types(table):
    return [column.data_type.name for column in table.columns]


@pytest.fixture
def table():
    return new_table(COLUMNS)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
@pytest.mark.parametrize("memory_map", [False, True])
def test_ipc_comes_back(table, tmp_path, stream, compression, memory_map):
    path = tmp_path / "x.arrow"
    arrow.write_ipc(table, path, compression=compression, stream=stream, dictionaries=["S"])
    back = arrow.read_ipc(path, memory_map=memory_map)
    assert types(back) == types(table) and same(back, table)
    opened = pa.ipc.open_stream(path) if stream else pa.ipc.open_file(path)
    assert opened.schema.field("S").type == pa.dictionary(pa.int32(), pa.string())
    assert opened.read_all()["L"].to_pylist() == COLUMNS["L"]


def test_others_read_feather(table, tmp_path):
    path = tmp_path / "x.feather"
    for compression in ("lz4", "zstd", "uncompressed"):
        arrow.write_feather(table, path, compression=compression)
        assert feather.read_table(path)["S"].to_pylist() == COLUMNS["S"]
        assert pl.read_ipc(path)["T"].to_list() == COLUMNS["T"]
        assert pd.read_feather(path)["L"][0] == 2**62
        assert same(arrow.read_feather(path), table)
    arrow.write_feather(table, path, cols=["L"])
    assert arrow.read_feather(path).column_names == ["L"]
    arrow.write_feather(table.where("L == 7"), path)
    assert arrow.read_feather(path).size == 0 and types(arrow.read_feather(path)) == types(table)


def test_what_others_write_is_read(table, tmp_path):
    path = tmp_path / "x.arrow"
    frame = pl.DataFrame(table).with_columns(pl.col("S").cast(pl.Categorical).alias("C"))
    for compression in ("uncompressed", "lz4", "zstd"):
        frame.write_ipc(path, compression=compression)
        assert same(arrow.read_ipc(path), arrow.to_table(frame))
        frame.write_ipc_stream(path, compression=compression)
        assert same(arrow.read_ipc(path), arrow.to_table(frame))
    pd.DataFrame({"a": [1, 2], "s": ["x", None]}).to_feather(path)
    assert rows(arrow.read_feather(path)) == [(1, "x"), (2, None)]
    feather.write_feather(pa.table({"a": [1, 2]}), path, version=1)
    assert rows(arrow.read_feather(path)) == [(1,), (2,)]
    types_of_arrow = pa.table(
        {
            "list": pa.array([[1, None], None], pa.list_(pa.int32())),
            "day": pa.array([dt.date(2024, 2, 29), None]),
            "u64": pa.array([2**64 - 1, None], pa.uint64()),
            "bytes": pa.array([b"\x00", None]),
        }
    )
    feather.write_feather(types_of_arrow, path)
    back = arrow.read_feather(path)
    assert types(back) == ["int[]", "LocalDate", "BigInteger", "byte[]"]
    assert rows(back) == [([1, None], dt.date(2024, 2, 29), 2**64 - 1, b"\x00"), (None,) * 4]


def test_what_cannot_be_read_or_written(table, tmp_path):
    path = tmp_path / "x.arrow"
    with pytest.raises(DHError, match="x.arrow"):
        arrow.read_ipc(path)
    path.write_bytes(b"ARROW1\0\0 and then nothing of use")
    with pytest.raises(DHError, match="not sound"):
        arrow.read_feather(path)
    feather.write_feather(pa.table({"m": [{"a": 1}]}), path)
    with pytest.raises(DHError, match='column "m"'):
        arrow.read_ipc(path)
    with pytest.raises(DHError, match='no compression "snappy"'):
        arrow.write_ipc(table, path, compression="snappy")
    with pytest.raises(DHError, match='no column "X" to write as a dictionary'):
        arrow.write_ipc(table, path, dictionaries=["X"])
    with pytest.raises(DHError, match='no column "X"'):
        arrow.write_ipc(table, path, ["X"])


def test_large_files_of_several_batches(tmp_path):
    path = tmp_path / "x.arrow"
    table = empty_table(300_000).update(["X = ii", "S = X % 3 == 0 ? null : `number ` + X"])
    arrow.write_ipc(table, path, compression="lz4")
    assert pa.ipc.open_file(path).num_record_batches > 1
    for memory_map in (False, True):
        back = arrow.read_ipc(path, memory_map)
        assert back.where("X != ii || (X % 3 != 0 && S != `number ` + X)").size == 0
        assert back.sort_descending("X").head(1).to_arrow()["X"].to_pylist() == [299_999]


def test_json_lines_come_back(table, tmp_path):
    path = tmp_path / "x.jsonl"
    jsonl.write(table, path)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert lines[0] == {"B": True, "L": 2**62, "D": "NaN", "S": COLUMNS["S"][0], "T": "2026-01-02T03:04:05.678901Z"}
    assert lines[1] == dict.fromkeys(COLUMNS)
    header = {"B": dtypes.bool_, "L": dtypes.int64, "D": dtypes.double, "S": dtypes.string, "T": dtypes.Instant}
    assert same(jsonl.read(path, header), table)
    jsonl.write(table, path, cols="L")
    assert rows(jsonl.read(path)) == [(2**62,), (None,), (-1,)]
    live = input_table({"X": dtypes.int64})
    live.add(new_table({"X": [1]}))
    jsonl.write(live, path)
    assert path.read_text() == '{"X":1}\n'


def test_json_lines_of_any_shape(tmp_path):
    path = tmp_path / "x.jsonl.gz"
    lines = [
        {"a": {"b": 1, "c c": "x"}, "list": [1, 2], "odd": [{"x": 1}], "mixed": 1},
        {"list": [0.5, None], "mixed": "text", "t": "2024-03-01T00:00:00+01:00"},
        {},
    ]
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    table = jsonl.read(path)
    assert table.column_names == ["a_b", "a_c_c", "list", "odd", "mixed", "t"]
    assert types(table) == ["long", "String", "double[]", "String", "String", "Instant"]
    moment = dt.datetime(2024, 2, 29, 23, tzinfo=dt.timezone.utc)
    assert rows(table) == [
        (1, "x", [1.0, 2.0], '[{"x":1}]', "1", None),
        (None, None, [0.5, None], None, "text", moment),
        (None,) * 6,
    ]


def test_bad_lines_are_told_by_number(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1}\n{"a": \n\n[]\n{"a": 2}\n')
    with pytest.raises(DHError, match=r'x.jsonl", line 2: '):
        jsonl.read(path)
    with pytest.warns(UserWarning, match=r"2 lines are no records:\n  line 2: .*\n  line 4: "):
        assert rows(jsonl.read(path, on_bad_lines="warn")) == [(1,), (2,)]
    assert jsonl.read(path, on_bad_lines="skip").size == 2
    with pytest.raises(DHError, match="on_bad_lines is 'no'"):
        jsonl.read(path, on_bad_lines="no")


def test_json_lines_of_others_and_for_others(table, tmp_path):
    path = tmp_path / "x.jsonl"
    frame = pl.DataFrame({"a": [1, None], "s": ["ü\"", None], "l": [[1, 2], None], "o": [{"x": 0.5}, {"x": None}]})
    frame.write_ndjson(path)
    back = jsonl.read(path)
    assert back.column_names == ["a", "s", "l", "o_x"] and rows(back) == [(1, 'ü"', [1, 2], 0.5), (None,) * 4]
    jsonl.write(table.view(["L", "S"]), path)
    assert pl.read_ndjson(path)["S"].to_list() == COLUMNS["S"]
    assert [row[0] for row in duckdb.sql(f"SELECT L FROM read_json('{path}')").fetchall()] == COLUMNS["L"]
