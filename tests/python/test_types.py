"""Types, definitions, constants, and what is left of the bridge to Java."""

from __future__ import annotations

import decimal
import pickle

import kinetable
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from kinetable import DHError, arrow, constants, dtypes, empty_table, new_table
from kinetable import numpy as dhnp
from kinetable import pandas as dhpd
from kinetable.calendar import calendar
from kinetable.column import Column, ColumnType, InputColumn, col_def, double_col, int_col, string_col
from kinetable.jcompat import dh_null_to_nan
from kinetable.table import TableDefinition
from kinetable.time import Instant
from pyarrow import feather


def test_types_make_values():
    assert dtypes.int32("5") == 5 and dtypes.double(1) == 1.0 and dtypes.string(1) == "1"
    assert dtypes.Instant("1970-01-01T00:00:00.000000005Z") == Instant(5)
    assert dtypes.char("a") == 97 and dtypes.bool_(1) is True
    assert dtypes.BigDecimal("1.10") == decimal.Decimal("1.10")
    assert dtypes.long_array(["1", 2, None]) == [1, 2, None]
    assert dtypes.long(None) is None
    with pytest.raises(DHError, match="does not fit 8 bits"):
        dtypes.byte(128)


def test_types_of_numpy():
    for name in ("int8", "int16", "int32", "int64", "float32", "float64"):
        assert dtypes.from_np_dtype(np.dtype(name)).np_type == np.dtype(name).str[1:]
    assert dtypes.from_np_dtype("uint16") is dtypes.char
    assert dtypes.from_np_dtype(pd.Int64Dtype()) is dtypes.long
    assert dtypes.from_np_dtype("datetime64[s]") is dtypes.Instant
    with pytest.raises(DHError, match="uint32"):
        dtypes.from_np_dtype("uint32")


def test_arrays_with_values_for_null():
    remap = dtypes.null_remap(dtypes.short)
    made = dtypes.array(dtypes.short, [1, None], remap=remap)
    assert made.tolist() == [1, constants.NULL_SHORT] and made.dtype == np.int16
    assert dtypes.array(dtypes.char, "ab").tolist() == [97, 98]
    assert dtypes.array(dtypes.int32, None) is None
    with pytest.raises(DHError, match="null_remap"):
        dtypes.array(dtypes.int32, [1, None])
    with pytest.raises(DHError, match="String is none"):
        dtypes.null_remap(dtypes.string)


def test_definitions():
    column = col_def("X", dtypes.double_array, column_type=ColumnType.PARTITIONING)
    assert isinstance(column, Column) and column.component_type is dtypes.double
    definition = TableDefinition({"A": dtypes.int32, "X": column})
    assert list(definition) == ["A", "X"] and definition["A"].data_type is dtypes.int32
    assert TableDefinition(definition) == definition == TableDefinition(definition.values())
    assert [tuple(row.values()) for row in definition.table.iter_dict()] == [
        ("A", "int", "Normal", False),
        ("X", "double[]", "Partitioning", True),
    ]


def test_constants_are_null_in_formulas():
    names = ("CHAR", "BYTE", "SHORT", "INT", "LONG", "FLOAT", "DOUBLE")
    table = empty_table(1).update([f"{name} = NULL_{name}" for name in names])
    assert set(next(table.iter_dict()).values()) == {None}
    assert constants.MIN_LONG == -(2**63) + 1 and constants.MAX_CHAR == 65534
    finite = np.float32(constants.MIN_FINITE_FLOAT)
    assert np.nextafter(finite, np.float32(-np.inf)) == np.float32(constants.NULL_FLOAT)


def test_constants_are_null_in_data_and_as_variables_and_results():
    table = new_table([int_col("I", [1, constants.NULL_INT]), double_col("D", [constants.NULL_DOUBLE, 0.5])])
    assert [tuple(row.values()) for row in table.iter_dict()] == [(1, None), (None, 0.5)]
    nothing, like = constants.NULL_LONG, -128

    def made(x: int) -> int:
        return constants.NULL_LONG if x > 1 else x

    computed = empty_table(2).update(["A = nothing", "B = like", "C = made(ii + 1)", "E = ii == 0 ? nothing : ii"])
    assert [tuple(row.values()) for row in computed.iter_dict()] == [(None, -128, 1, None), (None, -128, None, 1)]
    assert computed.definition["A"].data_type is dtypes.long
    assert [row["L"] for row in new_table({"L": [1, constants.NULL_LONG]}).iter_dict()] == [1, None]
    # A number that is merely equal to one of them is a number.
    assert [row["I"] for row in new_table([int_col("I", [-(2**31)])]).iter_dict()] == [-(2**31)]
    assert pickle.loads(pickle.dumps(constants.NULL_INT)) == constants.NULL_INT == -(2**31)


def test_null_to_nan():
    table = new_table([int_col("A", [1, None]), int_col("B", [3, 4])])
    assert np.isnan(dh_null_to_nan(dhnp.to_numpy(table)[:, 0], type_promotion=True)[1])
    plain = np.array([1.5, constants.NULL_DOUBLE])
    assert np.array_equal(dh_null_to_nan(plain), [1.5, np.nan], equal_nan=True)
    assert dh_null_to_nan(np.array([1.5], np.float32)).dtype == np.float32
    with pytest.raises(DHError, match="type_promotion=True"):
        dh_null_to_nan(np.array([1, constants.NULL_INT], np.int32))
    with pytest.raises(DHError, match="arrays of numbers"):
        dh_null_to_nan(np.array(["a"]))


def test_pandas_without_converting_null():
    table = new_table([int_col("I", [1, None]), double_col("D", [None, 1.5]), string_col("S", [None, "a"])])
    frame = dhpd.to_pandas(table, dtype_backend=None, conv_null=False)
    assert frame["I"].tolist() == [1, constants.NULL_INT] and frame["I"].dtype == np.int32
    assert frame["D"].tolist() == [constants.NULL_DOUBLE, 1.5]
    with pytest.raises(DHError, match="dtype_backend=None"):
        dhpd.to_pandas(table, conv_null=False)


def test_decimals():
    numbers = [decimal.Decimal("1.50"), decimal.Decimal("1E+2"), None, 3]
    table = new_table({"A": numbers})
    assert table.definition["A"].data_type is dtypes.BigDecimal
    assert [row["A"] for row in table.iter_dict()] == numbers
    limit = decimal.Decimal("2.5")
    assert [row["A"] for row in table.where("A > limit").iter_dict()] == [100, 3]
    typed = new_table([InputColumn("A", dtypes.BigDecimal, input_data=["0.125", 1, float("nan")])])
    assert [row["A"] for row in typed.iter_dict()] == [decimal.Decimal("0.125"), 1, None]
    with pytest.raises(DHError, match='column "A"'):
        new_table([InputColumn("A", dtypes.BigDecimal, input_data=["much"])])


def test_names_that_make_no_named_tuple():
    table = new_table({"class": [1]})
    with pytest.raises(DHError, match="rename the column"):
        next(table.iter_tuple())
    assert next(table.iter_dict()) == {"class": 1}


def test_old_names_of_kafka_tables():
    kinds = kinetable.kafka_consumer.TableType
    assert (kinds.Append, kinds.Blink, kinds.Stream) == (kinds.append(), kinds.blink(), kinds.blink())
    with pytest.warns(DeprecationWarning):
        assert kinds.stream() == kinds.blink()


def test_business_days_for_numpy():
    nyse = calendar("USNYSE_EXAMPLE")
    days = dhnp.to_np_busdaycalendar(nyse)
    assert days.weekmask.tolist() == [True] * 5 + [False] * 2
    # 2024-07-04 is a holiday, and on the day before business ends early.
    assert np.busday_count("2024-07-01", "2024-07-08", busdaycal=days) == 3
    whole = dhnp.to_np_busdaycalendar(nyse, include_partial=False)
    assert np.busday_count("2024-07-01", "2024-07-08", busdaycal=whole) == 4
    assert dhnp.to_np_busdaycalendar(calendar("UTC")).weekmask.all()


def test_feather(tmp_path):
    feather.write_feather(pa.table({"A": [1, None], "S": ["x", "y"]}), tmp_path / "a.feather")
    assert [tuple(row.values()) for row in arrow.read_feather(str(tmp_path / "a.feather")).iter_dict()] == [
        (1, "x"),
        (None, "y"),
    ]
    with pytest.raises(DHError, match="no.feather"):
        arrow.read_feather(str(tmp_path / "no.feather"))


def test_modules_are_attributes():
    for name in ("agg", "filters", "time", "dtypes", "parquet", "stream", "table_listener", "jcompat", "constants"):
        assert getattr(kinetable, name).__name__ == f"kinetable.{name}"
        assert name in dir(kinetable)
    assert kinetable.kafka_consumer.__name__ == "kinetable.stream.kafka.consumer"
    with pytest.raises(AttributeError, match="no_such"):
        getattr(kinetable, "no_such")  # noqa: B009
    for name in kinetable.__all__:
        assert getattr(kinetable, name) is not None


def test_numbers_that_are_not_finite_print_as_in_formulas():
    text = new_table([double_col("D", [float("nan"), float("inf"), -float("inf")])]).to_string()
    assert [line.strip() for line in text.splitlines()[2:]] == ["NaN", "Infinity", "-Infinity"]
