"""Arrow, pandas, Polars and NumPy, in and out."""

from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from kinetable import DHError, arrow, empty_table, new_table
from kinetable import numpy as knp
from kinetable import pandas as kpd
from kinetable import polars as kpl

MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone.utc)


@pytest.fixture
def table():
    return new_table({"I": [1, None], "D": [0.5, None], "S": ["ü" * 20, None], "B": [True, None], "T": [MOMENT, None]})


def rows(table):
    return [tuple(row.values()) for row in table.iter_dict()]


def test_arrow_out_and_back(table):
    out = arrow.to_arrow(table)
    assert out.schema.types == [pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.timestamp("ns", "UTC")]
    metadata = {b"deephaven:type": b"java.lang.String", b"deephaven:isSortable": b"true"}
    assert out.schema.field("S").metadata == metadata
    assert out["I"].to_pylist() == [1, None]
    assert rows(arrow.to_table(out)) == rows(table)
    assert arrow.to_arrow(table, ["S", "I"]).column_names == ["S", "I"]
    assert table.to_arrow("D").num_columns == 1


def test_arrow_types_find_their_columns():
    source = pa.table(
        {
            "u8": pa.array([200, None], pa.uint8()),
            "u16": pa.array([65, None], pa.uint16()),
            "u32": pa.array([2**31, None], pa.uint32()),
            "f16": pa.array([np.float16(0.5), None], pa.float16()),
            "large": pa.array(["a", None], pa.large_string()),
            "dict": pa.array(["a", None]).dictionary_encode(),
            "ms": pa.array([MOMENT.replace(microsecond=0), None], pa.timestamp("ms")),
            "zone": pa.array([MOMENT, None], pa.timestamp("us", "Europe/Berlin")),
            "date": pa.array([dt.date(2026, 1, 2), None], pa.date64()),
            "time": pa.array([dt.time(1, 2, 3), None], pa.time32("s")),
            "duration": pa.array([dt.timedelta(seconds=2), None], pa.duration("us")),
            "decimal": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(10, 2)),
            "list": pa.array([[1, 2], None], pa.large_list(pa.int32())),
            "bytes": pa.array([b"\x00\x01", None], pa.binary()),
        }
    )
    table = arrow.to_table(source)
    assert [c.data_type.name for c in table.columns] == [
        "short", "char", "long", "float", "String", "String", "Instant", "Instant", "LocalDate", "LocalTime",
        "Duration", "BigDecimal", "int[]", "byte[]",
    ]  # fmt: skip
    assert rows(table) == [
        (200, 65, 2**31, 0.5, "a", "a", MOMENT.replace(microsecond=0), MOMENT, dt.date(2026, 1, 2), dt.time(1, 2, 3),
         dt.timedelta(seconds=2), decimal.Decimal("1.50"), [1, 2], b"\x00\x01"),
        (None,) * 14,
    ]  # fmt: skip
    assert table.to_arrow()["list"].to_pylist() == [[1, 2], None]


def test_unsigned_values_of_64_bits_are_big_integers():
    table = arrow.to_table(pa.table({"big": pa.array([2**64 - 1, None], pa.uint64())}))
    assert table.columns[0].data_type.name == "BigInteger"
    assert rows(table) == [(2**64 - 1,), (None,)]


def test_nothing_is_copied_where_the_layouts_agree():
    numbers = pa.array(range(1_000), pa.int64())
    texts = pa.array([f"a text of some length, number {x}" for x in range(1_000)], pa.string_view())
    table = arrow.to_table(pa.table({"n": numbers, "s": texts}))
    back = pa.table(table)
    assert back["n"].chunk(0).buffers()[1].address == numbers.buffers()[1].address
    assert back["s"].chunk(0).buffers()[2].address == texts.buffers()[2].address
    frame = pl.DataFrame({"n": pl.Series(range(1_000), dtype=pl.Float64)})
    assert column_address(arrow.to_table(frame)) == frame["n"].to_arrow().buffers()[1].address
    frame = pd.DataFrame({"n": np.arange(1_000.0)})
    assert column_address(kpd.to_table(frame)) == frame["n"].to_numpy().ctypes.data
    assert arrow.to_arrow(table, ["n"])["n"].chunk(0).buffers()[1].address == numbers.buffers()[1].address


def column_address(table):
    return pa.table(table)["n"].chunk(0).buffers()[1].address


def test_the_stream_is_read_by_all():
    import duckdb

    held = new_table({"A": [1, 2, None], "S": ["x", None, "a text that is longer than twelve bytes"]})
    assert rows(kpl.to_table(pl.from_arrow(held))) == rows(held)
    assert duckdb.from_arrow(pa.table(held)).fetchall() == rows(held)
    assert duckdb.sql("SELECT sum(A), count(S) FROM held").fetchall() == [(3, 2)]
    assert rows(arrow.to_table(duckdb.sql("SELECT * FROM held").to_arrow_table())) == rows(held)


def test_polars_in_and_out(table):
    frame = kpl.to_polars(table, ["S", "I"])
    assert frame.columns == ["S", "I"] and frame["I"].to_list() == [1, None]
    assert rows(kpl.to_table(frame, ["I"])) == [(1,), (None,)]
    assert rows(kpl.to_table(frame.lazy().filter(pl.col("I") == 1))) == [("ü" * 20, 1)]
    source = pl.DataFrame({"c": pl.Series(["a", None], dtype=pl.Categorical), "l": [[1, None], None], "d": [dt.date(2024, 1, 2), None]})
    assert rows(kpl.to_table(source)) == [("a", [1, None], dt.date(2024, 1, 2)), (None, None, None)]
    with pytest.raises(DHError, match='called "X"'):
        kpl.to_table(frame, ["X"])


def test_columns_of_pandas_objects(table):
    frame = pd.DataFrame({"o": pd.Series([1, 2], dtype="object"), "s": ["a", None], "c": pd.Categorical(["x", "y"])})
    inferred = kpd.to_table(frame)
    assert [column.data_type.name for column in inferred.columns] == ["long", "String", "String"]
    assert rows(inferred) == [(1, "a", "x"), (2, None, "y")]
    moments = pd.DataFrame({"t": pd.to_datetime(["2024-01-01", None]), "z": pd.to_datetime(["2024-01-01", None], utc=True)})
    assert [column.data_type.name for column in kpd.to_table(moments).columns] == ["Instant", "Instant"]
    assert kpd.to_table(pd.DataFrame({"a": pd.Series([], dtype="int64")})).size == 0


def test_tables_without_rows_keep_their_types(table):
    empty = table.where("I == 7")
    for back in (arrow.to_table(arrow.to_arrow(empty)), kpl.to_table(kpl.to_polars(empty)), kpd.to_table(kpd.to_pandas(empty))):
        assert [c.data_type.name for c in back.columns] == [c.data_type.name for c in table.columns]
        assert back.size == 0


def test_tables_without_a_column_type_are_an_error():
    with pytest.raises(DHError, match='column "m": .* have no column type'):
        arrow.to_table(pa.table({"m": pa.array([{"a": 1}])}))


def test_the_capsule_interface_both_ways(table):
    assert pa.table(table)["S"].type == pa.string_view()
    assert rows(arrow.to_table(pl.DataFrame({"x": [1, None], "y": ["a", "b"]}))) == [(1, "a"), (None, "b")]
    assert new_table({"P": pl.Series([1, 2]), "A": pa.array(["x", "y"]), "N": np.array([1.5, 2.5])}).size == 2


def test_large_tables_stream_in_batches():
    table = empty_table(200_000).update(["X = ii", "Y = X % 7"])
    out = pa.table(table)
    assert out.num_rows == 200_000 and out["X"].num_chunks > 1
    assert out["Y"].to_numpy().sum() == sum(i % 7 for i in range(200_000))


def test_pandas_out_and_back(table):
    frame = kpd.to_pandas(table)
    assert [str(dtype) for dtype in frame.dtypes][:4] == ["Int64", "Float64", "string", "boolean"]
    assert str(frame.dtypes["T"]) == "datetime64[ns, UTC]"
    assert frame["I"][0] == 1 and frame["I"][1] is pd.NA
    assert frame["T"][0] == pd.Timestamp(MOMENT)
    assert rows(kpd.to_table(frame)) == rows(table)
    assert str(kpd.to_pandas(table, ["I"], dtype_backend="pyarrow").dtypes["I"]) == "int64[pyarrow]"
    assert kpd.to_pandas(table, ["D"], dtype_backend=None)["D"].dtype == np.float64
    assert list(table.to_pandas(["S"]).columns) == ["S"]


def test_polars_out(table):
    frame = table.to_polars()
    assert frame.schema == {
        "I": pl.Int64, "D": pl.Float64, "S": pl.String, "B": pl.Boolean, "T": pl.Datetime("ns", "UTC"),
    }  # fmt: skip
    assert frame["S"].to_list() == ["ü" * 20, None]
    assert table.to_polars("I").width == 1


def test_numpy_out_and_back():
    table = new_table({"A": [1.0, 2.0], "B": [3.0, None]})
    matrix = knp.to_numpy(table)
    assert matrix.tolist()[0] == [1.0, 3.0] and np.isnan(matrix[1, 1])
    assert rows(knp.to_table(np.array([[1, 2], [3, 4]]), ["X", "Y"])) == [(1, 2), (3, 4)]
    assert rows(knp.to_table(np.array([1, 2], dtype="i2"), ["X"])) == [(1,), (2,)]
    with pytest.raises(DHError, match="several types: double, long"):
        knp.to_numpy(new_table({"A": [1.0], "B": [3]}))
    with pytest.raises(DHError, match="2 columns, but 1 names"):
        knp.to_table(np.zeros((3, 2)), ["X"])


def test_numpy_over_the_same_memory_outlives_the_table():
    column = next(empty_table(1_000).update("X = ii").iter_chunk_dict("X", chunk_size=1_000))["X"]
    assert not column.flags.owndata and not column.flags.writeable
    assert column.tolist() == list(range(1_000))


def test_python_functions_run_while_another_library_reads():
    def plus_one(x: int) -> int:
        return x + 1

    table = empty_table(100_000).update_view(["X = ii", "Y = plus_one(X)"])
    assert pl.DataFrame(table)["Y"].sum() == sum(range(1, 100_001))
    assert pa.table(table)["Y"][99_999].as_py() == 100_000
