"""Formats that a table has itself, as the web app gets them (decision 0074)."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.request import urlopen

import kinetable
import kinetable.parquet
import pyarrow as pa
import pyarrow.parquet as pq
import pydeephaven
import test_web_tables
from kinetable.server import Server
from test_web_tables import Page

# A server that lets everybody in, with a page.
names, server, page = test_web_tables.names, test_web_tables.server, test_web_tables.page
PLAIN = {"first": 0, "n": 10, "cols": None}


def test_the_schema_says_where_formats_are_and_cells_come_for_the_window(
    page: Page, names: dict[str, Any]
) -> None:
    table = kinetable.empty_table(1000).update(["X = i", "P = i / 4.0", "T = '2026-05-01T00:00:00Z' + i * SECOND"])
    table = table.format_columns(["P = Decimal(`#,##0.00`)", "T = Date(`HH:mm`)", "P = heatmap(P, 0, 10, RED, BLUE)"])
    names["t"] = table.format_row_where("X % 2 == 0", "`#ffd0d0`")
    page.say("open", sub=1, table="t", **PLAIN)
    columns = {column["name"]: column for column in page.wait("schema", sub=1)["columns"]}
    row = "__ROW__TABLE_STYLE_FORMAT"
    assert list(columns) == ["X", "P", "T"]
    assert columns["X"]["styles"] == [row] and "number" not in columns["X"]
    assert columns["P"]["styles"] == ["P__TABLE_STYLE_FORMAT", row]
    assert columns["P"]["number"] == "P__TABLE_NUMBER_FORMAT"
    assert columns["T"]["date"] == "T__TABLE_DATE_FORMAT"
    snap = page.wait("snap", sub=1)
    cells = snap["batch"].to_pydict()
    assert snap["batch"].column_names[:4] == ["X", "P", "T", row]
    assert len(cells[row]) == 10 and cells[row][:2] == [0x01FFD0D0_01000000, 0]
    assert cells["P__TABLE_STYLE_FORMAT"][0] == 0x01FF0000_01E0E0E0
    assert set(cells["P__TABLE_NUMBER_FORMAT"]) == {"#,##0.00"} and set(cells["T__TABLE_DATE_FORMAT"]) == {"HH:mm"}
    page.vps[1] = 1
    page.say("viewport", sub=1, vp=1, first=501, n=2, cols=["X", row])
    assert page.wait("snap", vp=1)["batch"].to_pydict() == {"X": [501, 502], row: [0, 0x01FFD0D0_01000000]}


def test_formats_stay_with_columns_that_are_selected_and_are_listed_nowhere(
    page: Page, server: Server, names: dict[str, Any]
) -> None:
    table = kinetable.empty_table(10).update(["X = i", "P = -i"])
    names["t"] = table.format_columns(["X = RED", "P = BLUE", "X = Decimal(`0.0`)"])
    # What is listed is looked at once a second.
    while "t" not in page.tables:
        page.wait("vars")
    assert page.tables["t"]["columns"] == 2
    ops = [{"where": "X > 2"}, {"sort": [["P", "asc"]]}, {"select": ["X"]}]
    page.say("open", sub=1, table="t", ops=ops, **PLAIN)
    (column,) = page.wait("schema", sub=1)["columns"]
    assert (column["styles"], column["number"]) == (["X__TABLE_STYLE_FORMAT"], "X__TABLE_NUMBER_FORMAT")
    page.wait("snap", sub=1)
    assert page.pages[1][0] == [9, 0x01FF0000_01E0E0E0, "0.0"]
    page.say("export", id=5, sub=1, format="csv", cols=None)
    url = page.wait("exported", id=5)["url"]
    with urlopen(f"http://127.0.0.1:{server.port}{url}", timeout=60) as answer:
        assert answer.read().decode().splitlines()[:2] == ["X", "9"]
    page.say("open", sub=2, table="t", ops=[{"by": {"keys": ["X"], "aggs": [["count", "N"]]}}], **PLAIN)
    assert [column["name"] for column in page.wait("schema", sub=2)["columns"]] == ["X", "N"]


def test_a_format_that_fails_takes_colours_and_not_cells(page: Page, names: dict[str, Any]) -> None:
    table = kinetable.empty_table(4).update(["X = i", "S = i == 3 ? null : `a`"])
    names["t"] = table.format_columns("X = S.startsWith(`a`) ? RED : BLUE")
    page.say("open", sub=1, table="t", first=0, n=3, cols=None)
    assert "failed" not in page.wait("snap", sub=1)
    assert page.pages[1][0] == [0, "a", 0x01FF0000_01E0E0E0]
    page.vps[1] = 1
    page.say("viewport", sub=1, vp=1, first=1, n=3, cols=None)
    failed = page.wait("snap", vp=1)["failed"]
    assert list(failed) == ["X__TABLE_STYLE_FORMAT"] and "this condition is null" in failed["X__TABLE_STYLE_FORMAT"]
    assert page.pages[1] == [[1, "a", None], [2, "a", None], [3, None, None]]


def test_a_column_that_is_only_called_like_a_format_says_nothing(page: Page, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(2).update(["X = i", "X__TABLE_STYLE_FORMAT = `red`"])
    page.say("open", sub=1, table="t", **PLAIN)
    (column,) = page.wait("schema", sub=1)["columns"]
    assert "styles" not in column
    page.wait("snap", sub=1)
    assert page.pages[1] == [[0], [1]]
    # A page may write formats too; what is wrong in one is said with its place.
    ops = [{"custom": ["X__TABLE_STYLE_FORMAT = Pirce > 1 ? 5 : 0"]}]
    page.say("ops", sub=1, vp=1, ops=ops, **PLAIN)
    error = page.wait("error", sub=1)
    assert (error["op"], error["from"], error["to"]) == (0, 24, 29)


def test_an_aggregation_that_is_refused_is_named(page: Page, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(4).update(["X = i", "S = `a`"])
    aggs = [["count", "N"], ["sum", "A", "X"], ["sum", "B", "S"]]
    for sub, op in ((1, {"by": {"keys": ["X"], "aggs": aggs}}), (2, {"rollup": {"keys": ["X"], "aggs": aggs, "open": 1}})):
        page.say("open", sub=sub, table="t", ops=[{"where": "X > 0"}, op], **PLAIN)
        error = page.wait("error", sub=sub)
        assert (error["op"], error["formula"], error["from"], error["to"]) == (1, 2, 0, 1), error
    missing = [{"by": {"keys": [], "aggs": [["sum", "A", "Nothing"]]}}]
    page.say("open", sub=3, table="t", ops=missing, **PLAIN)
    error = page.wait("error", sub=3)
    assert (error["formula"], error["from"], error["to"]) == (0, 0, 7)


def test_partitioning_columns_are_marked(page: Page, server: Server, names: dict[str, Any], tmp_path: Path) -> None:
    for part in ("a", "b"):
        folder = tmp_path / f"Part={part}"
        folder.mkdir()
        pq.write_table(pa.table({"X": [1, 2]}), folder / "rows.parquet")
    names["files"] = kinetable.parquet.read(str(tmp_path))
    names["parts"] = kinetable.empty_table(4).update(["X = i", "S = `a` + i % 2"]).partition_by("S")
    names["plain"] = kinetable.empty_table(1).update("Part = i")
    expected = {"files": ["Part"], "parts": ["S"], "plain": []}
    for sub, (name, marked) in enumerate(expected.items(), 1):
        page.say("open", sub=sub, table=name, **PLAIN)
        columns = page.wait("schema", sub=sub)["columns"]
        assert [column["name"] for column in columns if column.get("partitioning")] == marked, name
    # A filter changes nothing of what the columns are.
    page.say("ops", sub=1, vp=1, ops=[{"where": "X > 1"}], **PLAIN)
    assert page.wait("schema", sub=1)["columns"][0]["partitioning"] is True
    assert names["files"].meta_table.where("IsPartitioning").size == 1
    session = pydeephaven.Session(host="127.0.0.1", port=server.port)
    said = session.open_table("files").schema.field("Part").metadata
    assert said[b"deephaven:isPartitioning"] == b"true"
    assert b"deephaven:isPartitioning" not in session.open_table("plain").schema.field("Part").metadata
    session.close()
