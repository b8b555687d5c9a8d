"""What others write is read equal, and what is written here others read equal: PyArrow, Polars and DuckDB."""

from __future__ import annotations

import datetime as dt
import decimal
import math

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kinetable import DHError, arrow, dtypes, empty_table, new_table, parquet
from kinetable.column import ColumnType, byte_col, char_col, col_def, datetime_col, float_col, int_col, short_col
from kinetable.parquet import ColumnInstruction, ParquetFileLayout, RowGroupInfo, UnsignedLongTarget

CODECS = ["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "LZ4_RAW", "ZSTD"]
MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone.utc)


def every_type() -> pa.Table:
    """A column of each type that all three know, with nulls, and NaN where there is one."""
    return pa.table(
        {
            "bool": pa.array([True, None, False]),
            "i8": pa.array([-128, None, 127], pa.int8()),
            "i16": pa.array([-32768, None, 32767], pa.int16()),
            "i32": pa.array([-(2**31), None, 2**31 - 1], pa.int32()),
            "i64": pa.array([-(2**63), None, 2**63 - 1], pa.int64()),
            "f32": pa.array([1.5, None, float("nan")], pa.float32()),
            "f64": pa.array([-0.0, None, float("inf")], pa.float64()),
            "text": pa.array(["", None, "ü" * 40]),
            "bytes": pa.array([b"", None, b"\x00\xff" * 20]),
            "instant": pa.array(
                [MOMENT, None, dt.datetime(1969, 12, 31, tzinfo=dt.timezone.utc)], pa.timestamp("ns", "UTC")
            ),
            "date": pa.array([dt.date(1969, 1, 1), None, dt.date(2026, 1, 2)]),
            "time": pa.array([1, None, 86_399_999_999_000], pa.time64("ns")),
            "decimal": pa.array([decimal.Decimal("-1.50"), None, decimal.Decimal("99999999.99")], pa.decimal128(10, 2)),
            "list": pa.array([[1, None, 3], None, []], pa.list_(pa.int64())),
            "texts": pa.array([["a", None], None, []], pa.list_(pa.string())),
            "nested": pa.array([[[1], None, []], None, []], pa.list_(pa.list_(pa.int32()))),
        }
    )


def same(left: pa.Table, right: pa.Table) -> None:
    """Equal in names and values; NaN is NaN, and -0.0 is not 0.0."""
    assert left.column_names == right.column_names
    for name in left.column_names:
        one, other = left[name].to_pylist(), right[name].to_pylist()
        assert repr(one) == repr(other), name


def out(table) -> pa.Table:
    return arrow.to_arrow(table)


@pytest.mark.parametrize("codec", CODECS)
def test_pyarrow_reads_what_is_written(tmp_path, codec):
    source = every_type()
    table = arrow.to_table(source.drop_columns(["nested"]))
    parquet.write(table, tmp_path / "a.parquet", compression_codec_name=codec)
    back = pq.read_table(tmp_path / "a.parquet")
    same(back, source.drop_columns(["nested"]))
    assert back.schema.types == source.drop_columns(["nested"]).schema.types
    file = pq.ParquetFile(tmp_path / "a.parquet").metadata
    assert file.row_group(0).column(4).compression == {"LZ4_RAW": "LZ4"}.get(codec, codec)


def test_polars_and_duckdb_read_what_is_written(tmp_path):
    source = every_type().drop_columns(["nested", "time"])
    path = tmp_path / "a.parquet"
    parquet.write(arrow.to_table(source), path)
    same(pl.read_parquet(path).to_arrow().cast(source.schema), source)
    found = duckdb.sql(f"select * from '{path}'").to_arrow_table()
    for name in source.column_names:
        one, other = found[name].to_pylist(), source[name].to_pylist()
        if name == "instant":
            one = [value and value.astimezone(dt.timezone.utc) for value in one]
        assert repr(one) == repr(other) or one == other, name


@pytest.mark.parametrize("codec", [*CODECS, "LZ4"])
def test_files_of_pyarrow(tmp_path, codec):
    source = every_type()
    for options in (
        {"version": "1.0", "data_page_version": "1.0"},
        {"data_page_version": "2.0", "write_page_index": True, "row_group_size": 2},
        {"use_dictionary": False, "store_schema": False},
    ):
        if options.get("version") == "1.0":
            options = {**options, "coerce_timestamps": "us", "allow_truncated_timestamps": True}
        compression = {"LZ4_RAW": "lz4", "LZ4": "lz4", "UNCOMPRESSED": "none"}.get(codec, codec.lower())
        path = tmp_path / "a.parquet"
        pq.write_table(source, path, compression=compression, **options)
        table = parquet.read(path)
        assert [c.data_type.name for c in table.columns][:11] == [
            "boolean", "byte", "short", "int", "long", "float", "double", "String", "byte[]", "Instant", "LocalDate",
        ]  # fmt: skip
        same(out(table.drop_columns("nested")), source.drop_columns(["nested"]))
        assert out(table.view("nested"))["nested"].to_pylist() == source["nested"].to_pylist()


def test_files_of_polars_and_duckdb(tmp_path):
    source = every_type().drop_columns(["nested", "time", "bytes"])
    polars, duck = tmp_path / "polars.parquet", tmp_path / "duck.parquet"
    pl.from_arrow(source).write_parquet(polars)
    same(out(parquet.read(polars)), source)
    duckdb.sql(f"copy (select * from source) to '{duck}' (format parquet)")
    table = parquet.read(duck)
    for name in source.column_names:
        assert repr(out(table)[name].to_pylist()) == repr(source[name].to_pylist()), name


def test_types_that_become_another(tmp_path):
    source = pa.table(
        {
            "u8": pa.array([200, None], pa.uint8()),
            "u16": pa.array([65, None], pa.uint16()),
            "u32": pa.array([2**32 - 1, None], pa.uint32()),
            "u64": pa.array([2**64 - 1, None], pa.uint64()),
            "dictionary": pa.array(["a", None]).dictionary_encode(),
            "zone": pa.array([MOMENT, None], pa.timestamp("us", "Europe/Berlin")),
            "plain": pa.array([MOMENT.replace(tzinfo=None), None], pa.timestamp("ms")),
            "time32": pa.array([dt.time(1, 2, 3), None], pa.time32("ms")),
            "fixed": pa.array([b"abc", None], pa.binary(3)),
            "wide": pa.array([decimal.Decimal("1.5"), None], pa.decimal256(50, 1)),
            "duration": pa.array([dt.timedelta(seconds=2), None], pa.duration("us")),
        }
    )
    pq.write_table(source, tmp_path / "a.parquet")
    table = parquet.read(tmp_path / "a.parquet")
    assert [c.data_type.name for c in table.columns][:6] == ["short", "char", "long", "BigInteger", "String", "Instant"]
    row = next(table.drop_columns("wide").iter_dict())
    assert (row["u8"], row["u32"], row["u64"], row["dictionary"]) == (200, 2**32 - 1, 2**64 - 1, "a")
    values = out(table.view(["zone", "duration", "fixed"])).to_pylist()[0]
    assert values == {"zone": MOMENT, "duration": dt.timedelta(seconds=2), "fixed": b"abc"}
    pq.write_table(source.select(["zone"]), tmp_path / "old.parquet", use_deprecated_int96_timestamps=True)
    assert out(parquet.read(tmp_path / "old.parquet"))["zone"].to_pylist() == [MOMENT, None]


def test_unsigned_longs(tmp_path):
    pq.write_table(pa.table({"u": pa.array([7, None, 2**64 - 1], pa.uint64())}), tmp_path / "a.parquet")

    def read(target):
        how = [ColumnInstruction(column_name="u", unsigned_long_target=target)]
        return [row["u"] for row in parquet.read(tmp_path / "a.parquet", how).iter_dict()]

    assert read(UnsignedLongTarget.BIG_INTEGER) == [7, None, 2**64 - 1]
    assert read(UnsignedLongTarget.SIGNED_LONG) == [7, None, -1]
    with pytest.raises(DHError, match='"u"'):
        read(UnsignedLongTarget.LONG)


def test_types_of_columns_written_and_read_again(tmp_path):
    table = new_table(
        [
            byte_col("B", [1, None]),
            short_col("S", [2, None]),
            char_col("C", ["x", None]),
            int_col("I", [3, None]),
            float_col("F", [0.5, None]),
            datetime_col("T", [MOMENT, None]),
        ]
    )
    zoned = "Z = toZonedDateTime(T, 'America/New_York')"
    table = table.update(["P = 'P1M2D'", "D = 'PT2S'", "L = '2026-01-02'", "K = '03:04:05'", zoned])
    parquet.write(table, tmp_path / "a.parquet")
    back = parquet.read(tmp_path / "a.parquet")
    assert [(c.name, c.data_type.name) for c in back.columns] == [(c.name, c.data_type.name) for c in table.columns]
    assert back.to_string() == table.to_string()
    types = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "a.parquet")}
    assert types["B"] == "int8" and types["C"] == "uint16" and types["T"] == "timestamp[ns, tz=UTC]"
    assert types["L"] == "date32[day]" and types["K"] == "time64[ns]" and types["P"] == "string"


def test_big_decimals_have_the_digits_they_need(tmp_path):
    table = empty_table(2).update(["Big = new BigInteger(`12345678901234567890`)", "Price = new BigDecimal(`1.25`)"])
    parquet.write(table, tmp_path / "a.parquet")
    assert pq.read_schema(tmp_path / "a.parquet").types == [pa.decimal128(20, 0), pa.decimal128(3, 2)]
    assert pl.read_parquet(tmp_path / "a.parquet")["Price"].to_list() == [decimal.Decimal("1.25")] * 2
    back = parquet.read(tmp_path / "a.parquet")
    assert [c.data_type.name for c in back.columns] == ["BigInteger", "BigDecimal"]
    assert list(back.iter_dict()) == list(table.iter_dict())


def test_structs_are_told_and_their_fields_read(tmp_path):
    source = pa.table({"s": [{"a": 1, "b": {"c": "x"}}, None, {"a": 3, "b": None}], "v": [1, 2, 3]})
    pq.write_table(source, tmp_path / "a.parquet")
    table = parquet.read(tmp_path / "a.parquet")
    assert [row["v"] for row in table.view("v").iter_dict()] == [1, 2, 3]
    with pytest.raises(DHError, match='"s"'):
        table.to_string()
    fields = [ColumnInstruction("a", "s.a"), ColumnInstruction("c", "s.b.c")]
    table = parquet.read(tmp_path / "a.parquet", fields).drop_columns("s")
    assert list(table.iter_dict()) == [
        {"v": 1, "a": 1, "c": "x"},
        {"v": 2, "a": None, "c": None},
        {"v": 3, "a": 3, "c": None},
    ]


def test_empty_tables_and_empty_lists(tmp_path):
    table = arrow.to_table(every_type().drop_columns(["nested"]).slice(0, 0))
    parquet.write(table, tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0
    assert pl.read_parquet(tmp_path / "a.parquet").height == 0
    assert duckdb.sql(f"select count(*) from '{tmp_path}/a.parquet'").fetchall() == [(0,)]
    assert out(parquet.read(tmp_path / "a.parquet")).schema.types == out(table).schema.types


def test_lists_of_groups(tmp_path):
    table = empty_table(10).update(["K = i % 3", "V = i", "T = `t` + i"]).group_by("K")
    parquet.write(table, tmp_path / "a.parquet")
    assert pq.read_table(tmp_path / "a.parquet")["V"].to_pylist() == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]]
    assert list(parquet.read(tmp_path / "a.parquet").ungroup().iter_dict()) == list(table.ungroup().iter_dict())
    assert pl.read_parquet(tmp_path / "a.parquet")["T"].to_list()[2] == ["t2", "t5", "t8"]


def test_partitions_are_read_by_others(tmp_path):
    table = new_table({"Date": ["2026-01-01", "2026-01-02", None], "Part": [1, 2, 2], "V": [1.0, 2.0, math.nan]})
    definition = [
        col_def("Date", dtypes.string, column_type=ColumnType.PARTITIONING),
        col_def("Part", dtypes.long, column_type=ColumnType.PARTITIONING),
        col_def("V", dtypes.double),
    ]
    parquet.write_partitioned(table, tmp_path / "t", definition, base_name="part-{i}", generate_metadata_files=True)
    names = {str(path.relative_to(tmp_path / "t")) for path in (tmp_path / "t").rglob("*.parquet")}
    assert names == {
        "Date=2026-01-01/Part=1/part-0.parquet",
        "Date=2026-01-02/Part=2/part-1.parquet",
        "Date=__HIVE_DEFAULT_PARTITION__/Part=2/part-2.parquet",
    }
    found = pq.read_table(tmp_path / "t", partitioning="hive").to_pylist()
    assert sorted(str(row["Date"]) for row in found) == ["2026-01-01", "2026-01-02", "None"]
    assert duckdb.sql(
        f"select sum(Part) from read_parquet('{tmp_path}/t/**/*.parquet', hive_partitioning=true)"
    ).fetchall() == [(5,)]
    assert (
        pl.scan_parquet(tmp_path / "t" / "**/*.parquet", hive_partitioning=True).select(pl.len()).collect().item() == 3
    )
    described = pq.ParquetDataset(tmp_path / "t")
    assert described.schema.names[-2:] == ["Date", "Part"] or "V" in described.schema.names
    assert pq.read_metadata(tmp_path / "t" / "_metadata").num_rows == 3
    back = parquet.read(tmp_path / "t", file_layout=ParquetFileLayout.METADATA_PARTITIONED)
    assert [c.data_type.name for c in back.columns] == ["String", "long", "double"]
    assert [row["Date"] for row in back.iter_dict()] == [None, "2026-01-01", "2026-01-02"]
    plain = parquet.read(tmp_path / "t", file_layout=ParquetFileLayout.KV_PARTITIONED)
    assert [c.data_type.name for c in plain.columns] == ["String", "int", "double"]
    typed = parquet.read(tmp_path / "t", file_layout="key_value", table_definition=definition)
    assert [c.data_type.name for c in typed.columns] == ["String", "long", "double"]


def test_metadata_of_pyarrow(tmp_path):
    source = pa.table({"K": ["a", "b", "a"], "V": [1, 2, 3]})
    collected: list = []
    pq.write_to_dataset(source, tmp_path / "t", ["K"], metadata_collector=collected)
    pq.write_metadata(pa.schema([("V", pa.int64())]), tmp_path / "t" / "_metadata", metadata_collector=collected)
    table = parquet.read(tmp_path / "t")
    assert sorted((row["K"], row["V"]) for row in table.iter_dict()) == [("a", 1), ("a", 3), ("b", 2)]


def test_partitioned_tables(tmp_path):
    source = empty_table(12).update(["K = `k` + i % 3", "Day = i % 2", "V = i"])
    parquet.write_partitioned(source.partition_by(["K", "Day"]), tmp_path / "a", base_name="{partitions}")
    assert (tmp_path / "a/K=k0/Day=0/K=k0_Day=0.parquet").exists()
    parquet.write_partitioned(source.partition_by("K", drop_keys=True), tmp_path / "b")
    for name in ("a", "b"):
        found = sorted((row["K"], row["V"]) for row in parquet.read(tmp_path / name).iter_dict())
        assert found == sorted((row["K"], row["V"]) for row in source.iter_dict())
    with pytest.raises(DHError, match="PARTITIONING"):
        parquet.write_partitioned(source, tmp_path / "c")


def test_row_groups(tmp_path):
    table = empty_table(1000).update(["K = (int)(i / 300)", "V = i"])

    def groups(info):
        parquet.write(table, tmp_path / "a.parquet", row_group_info=info)
        file = pq.ParquetFile(tmp_path / "a.parquet").metadata
        return [file.row_group(number).num_rows for number in range(file.num_row_groups)]

    assert groups(RowGroupInfo.single_group()) == [1000]
    assert groups(RowGroupInfo.max_groups(3)) == [333, 333, 334]
    assert groups(RowGroupInfo.max_rows(600)) == [600, 400]
    assert groups(RowGroupInfo.by_groups(["K"])) == [300, 300, 300, 100]
    assert groups(RowGroupInfo.by_groups(["K"], 200)) == [200, 100] * 3 + [100]
    with pytest.raises(DHError, match="sort"):
        parquet.write(table.update("K = i % 2"), tmp_path / "b.parquet", row_group_info=RowGroupInfo.by_groups(["K"]))


def test_settings_of_columns(tmp_path):
    table = empty_table(30_000).update(["Id = `id-` + i", "Few = `f` + i % 5", "V = i"])
    path = tmp_path / "a.parquet"
    parquet.write(
        table,
        path,
        col_instructions=[ColumnInstruction("V", "value"), ColumnInstruction("Few", use_dictionary=True)],
        max_dictionary_keys=100,
        index_columns=[["Id"]],
        target_page_size=8_192,
    )
    chunks = {chunk["path_in_schema"]: chunk for chunk in pq.read_metadata(path).to_dict()["row_groups"][0]["columns"]}
    assert "value" in chunks and "RLE_DICTIONARY" not in chunks["Id"]["encodings"]
    assert "RLE_DICTIONARY" in chunks["Few"]["encodings"]
    back = parquet.read(path, [ColumnInstruction("V", "value")])
    assert back.column_names == ["Id", "Few", "V"]
    assert [row["V"] for row in back.where("Id = `id-777`").iter_dict()] == [777]
    with pytest.raises(DHError, match='"Nope"'):
        parquet.write(table, path, index_columns=[["Nope"]])
    with pytest.raises(DHError, match="LZO"):
        parquet.write(table, path, compression_codec_name="LZO")
    with pytest.raises(DHError, match="codec"):
        parquet.write(table, path, col_instructions=[ColumnInstruction("V", codec_name="x.Y")])
    parquet.write(table, path, {"V": dtypes.int32})
    assert pq.read_schema(path).names == ["V"]
    with pytest.raises(DHError, match='"V" is int'):
        parquet.write(table, path, {"V": dtypes.long})


def test_files_of_differing_columns(tmp_path):
    one = pa.array([1], pa.int32())
    pq.write_table(pa.table({"A": one, "B": ["x"]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"A": one, "C": [9]}), tmp_path / "2.parquet")
    assert list(parquet.read(tmp_path).iter_dict()) == [{"A": 1, "B": "x"}, {"A": 1, "B": None}]
    definition = {"A": dtypes.double, "B": dtypes.string, "C": dtypes.long}
    assert [row["C"] for row in parquet.read(tmp_path, table_definition=definition).iter_dict()] == [None, 9]
    pq.write_table(pa.table({"A": ["text"]}), tmp_path / "3.parquet")
    with pytest.raises(DHError, match="3.parquet"):
        assert parquet.read(tmp_path).size


def test_objects_are_refused(tmp_path):
    def thing(value: int) -> object:
        return {value}

    table = new_table({"V": [1, 2]}).update("Thing = thing(V)")
    with pytest.raises(DHError, match='"Thing"'):
        parquet.write(table, tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


def test_delete(tmp_path):
    table = empty_table(1).update("V = i")
    parquet.batch_write(
        [table, table], [tmp_path / "t/a.parquet", tmp_path / "t/b.parquet"], generate_metadata_files=True
    )
    assert (tmp_path / "t/_metadata").exists()
    parquet.delete(tmp_path / "t")
    assert not (tmp_path / "t").exists()
    with pytest.raises(DHError):
        parquet.delete(tmp_path / "t")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/letter.txt").write_text("dear")
    with pytest.raises(DHError, match="letter.txt"):
        parquet.delete(tmp_path / "mine")


def test_numbers_stay_what_they_are_in_bulk(tmp_path):
    rng = np.random.default_rng(3)
    source = pa.table(
        {
            "d": rng.normal(size=200_000),
            "i": rng.integers(0, 100, 200_000),
            "s": rng.integers(0, 500, 200_000).astype(str),
        }
    )
    parquet.write(arrow.to_table(source), tmp_path / "a.parquet", row_group_info=RowGroupInfo.max_groups(3))
    assert pq.read_table(tmp_path / "a.parquet").equals(source)
    assert out(parquet.read(tmp_path / "a.parquet")).equals(
        source.cast(out(parquet.read(tmp_path / "a.parquet")).schema)
    )
