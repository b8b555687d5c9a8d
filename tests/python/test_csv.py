"""CSV: as this package reads and writes it, and as others do."""

from __future__ import annotations

import datetime as dt
import gzip
import math

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest
from kinetable import DHError, _progress, csv, dtypes, empty_table, input_table, new_table, read_csv, write_csv

MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone.utc)
TEXTS = ["plain", 'say "hi"', "a,b", "line\nbreak", "crlf\r\n", " blanks ", "ü€😀", None]

COLUMNS = {
    "B": [True, False, None, True, False, True, False, None],
    "I": [1, -2, 3, 2**31 - 1, 5, 6, 7, None],
    "L": [2**40, -(2**62), 3, 4, 5, 6, 7, None],
    "D": [0.1, 1e300, -2.5, math.inf, -math.inf, math.nan, 1e-7, None],
    "T": [MOMENT, MOMENT + dt.timedelta(days=1), *[MOMENT] * 5, None],
    "S": TEXTS,
}


def rows(table):
    return [tuple(row.values()) for row in table.iter_dict()]


def same(left, right):
    """Rows that are equal, where NaN is NaN."""
    return repr(left) == repr(right)


def types(table):
    return [column.data_type.name for column in table.columns]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file.csv"


def test_types_and_names(path):
    path.write_text("b c,1x,a,a,ch,t,day\ntrue,1,1.5,4294967296,x,2024-03-01 00:00:00Z,2024-03-01\n,,,,,,\n")
    table = read_csv(path)
    assert table.column_names == ["b_c", "column_1x", "a", "a2", "ch", "t", "day"]
    assert types(table) == ["boolean", "int", "double", "long", "char", "Instant", "String"]
    assert rows(table)[1] == (None,) * 7
    assert rows(table)[0][4:] == (ord("x"), dt.datetime(2024, 3, 1, tzinfo=dt.timezone.utc), "2024-03-01")
    assert not table.is_refreshing


def test_every_argument(path):
    path.write_text("# said before\n;no;\nskipped;0\n' x ';1\n\ny\nz;3;4\nmore;5\n")
    header = {"Text": dtypes.string, "Count": dtypes.short}
    table = csv.read(
        path, header=header, headless=True, header_row=2, skip_rows=1, num_rows=3, ignore_empty_lines=True,
        allow_missing_columns=True, ignore_excess_columns=True, delimiter=";", quote="'",
        ignore_surrounding_spaces=False, trim=True,
    )  # fmt: skip
    assert types(table) == ["String", "short"]
    assert rows(table) == [("x", 1), ("y", None), ("z", 3)]


def test_what_is_wrong_is_told_with_its_place(path):
    path.write_text("a,b\n1,2\n3\n")
    with pytest.raises(DHError, match=r'file.csv", line 3: the line has 1 cell, but there are 2 columns: "3"'):
        read_csv(path)
    path.write_text("a,b\n1,2\n\n3,x y\n")
    with pytest.raises(DHError, match=r'file.csv", line 4, column "B": "x y" is no double'):
        read_csv(path, {"A": dtypes.int32, "B": dtypes.double}, ignore_empty_lines=True)
    with pytest.raises(DHError, match="header names 1 columns"):
        read_csv(path, {"A": dtypes.int32})
    with pytest.raises(DHError, match="nothing.csv"):
        read_csv(path.parent / "nothing.csv")
    with pytest.raises(DHError, match="one ASCII character"):
        read_csv(path, delimiter="||")
    with pytest.raises(DHError, match="one of kinetable.dtypes"):
        read_csv(path, {"A": int})
    with pytest.raises(DHError, match="num_rows is -1"):
        read_csv(path, num_rows=-1)


def test_what_is_written_comes_back(path):
    table = new_table(COLUMNS)
    write_csv(table, path)
    back = read_csv(path)
    assert types(back) == ["boolean", "int", "long", "double", "Instant", "String"]
    assert same(rows(back), rows(table))
    write_csv(table, path, cols=["S", "I"])
    assert read_csv(path).column_names == ["S", "I"]
    write_csv(new_table({"S": ["", None]}), path)
    assert path.read_bytes() == b'S\n""\n\n' and rows(read_csv(path)) == [("",), (None,)]
    with pytest.raises(DHError, match='no column "X"'):
        write_csv(table, path, cols=["X"])


def test_tables_without_rows(path):
    write_csv(new_table(COLUMNS).where("I == 0"), path)
    assert path.read_text() == "B,I,L,D,T,S\n"
    table = read_csv(path)
    assert table.size == 0 and types(table) == ["String"] * 6


def test_live_tables_write_what_they_are(path):
    live = input_table({"X": dtypes.int32})
    live.add(new_table({"X": [1, 2]}).update_view("X = (int)X"))
    write_csv(live.update_view("Y = X * 2"), path)
    assert path.read_text() == "X,Y\n1,2\n2,4\n"


def test_packed_files(path):
    path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert rows(read_csv(path)) == [(1, 2)]


def test_a_large_file_is_read_in_parts(path):
    table = empty_table(200_000).update(["X = ii", "Y = X * 0.25", "S = `text ` + X", "C = X == 199_999 ? `wide` : `n`"])
    write_csv(table, path)
    back = read_csv(path)
    assert types(back) == ["int", "double", "String", "String"]
    assert back.view("X = (long)X").where("X != ii").size == 0
    assert back.where("S != `text ` + X || Y != X * 0.25").size == 0


def test_others_read_what_is_written(path):
    table = new_table(COLUMNS)
    write_csv(table, path)
    frame = pd.read_csv(path, keep_default_na=False, na_values={name: ["", "NaN"] for name in "BILDT"})
    assert frame["S"].tolist() == [text or "" for text in TEXTS]
    assert frame["D"][3] == math.inf and frame["D"][1] == 1e300
    assert pd.to_datetime(frame["T"])[0] == pd.Timestamp(MOMENT)
    frame = pl.read_csv(path, try_parse_dates=True)
    assert frame["S"].to_list() == TEXTS
    assert frame["B"].to_list() == COLUMNS["B"] and frame["L"].to_list() == COLUMNS["L"]
    found = pa_csv.read_csv(path, parse_options=pa_csv.ParseOptions(newlines_in_values=True))
    assert found["D"].to_pylist()[:5] == COLUMNS["D"][:5] and found["I"].to_pylist() == COLUMNS["I"]
    found = duckdb.sql(f"SELECT * FROM read_csv('{path}', header=true)").fetchall()
    assert [row[5] for row in found] == TEXTS
    assert [row[1] for row in found] == COLUMNS["I"]


@pytest.mark.parametrize("writer", ["pandas", "polars", "pyarrow", "duckdb"])
def test_what_others_write_is_read(path, writer):
    columns = {**COLUMNS, "D": [0.1, 1e300, -2.5, math.inf, -math.inf, 3.0, 1e-7, None]}
    frame = pl.DataFrame(columns)
    if writer == "pandas":
        pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in columns.items()}).to_csv(path, index=False)
    elif writer == "polars":
        frame.write_csv(path)
    elif writer == "pyarrow":
        pa_csv.write_csv(frame.to_arrow(), path)
    else:
        duckdb.sql(f"SET TimeZone='UTC'; COPY frame TO '{path}' (HEADER)")
    # They do not put blanks in quotes.
    table = read_csv(path, ignore_surrounding_spaces=False)
    assert types(table) == ["boolean", "int", "long", "double", "Instant", "String"]
    assert rows(table) == rows(new_table(columns))


def test_numbers_of_others_that_are_not_finite(path):
    path.write_text("a,b\nnan,inf\nNaN,-inf\n,Infinity\n")
    table = read_csv(path)
    assert types(table) == ["double", "double"]
    assert same(rows(table), [(math.nan, math.inf), (math.nan, -math.inf), (None, math.inf)])


def test_arrow_types_that_have_a_text(path):
    source = pa.table({"day": [dt.date(2024, 2, 29)], "list": [[1, None]], "bytes": [b"\x00\xff"], "time": [dt.time(1, 2, 3)]})
    write_csv(new_table({name: source[name] for name in source.column_names}), path)
    assert path.read_text() == 'day,list,bytes,time\n2024-02-29,"[1,null]",AP8=,01:02:03\n'
    with pytest.raises(DHError, match='column "O"'):
        write_csv(empty_table(1).update("O = thing()"), path)


def test_long_calls_show_how_far_they_are(capsys, monkeypatch):
    monkeypatch.setattr(_progress, "_QUIET", 0.0)
    monkeypatch.setattr(_progress, "_is_seen", lambda: True)
    with _progress.Bar("reading x.csv") as show:
        show(1, 4)
    shown = capsys.readouterr().err
    assert "reading x.csv [#######......................." in shown and " 25%" in shown
    assert shown.endswith("\r")


def thing():
    return object()
