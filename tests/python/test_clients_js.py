"""Deephaven's client for browsers, unmodified, under Node: by WebSocket and by grpc-web. See ``tests/interop/js``."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Iterator

import foreign
import kinetable
import pandas
import pytest
from kinetable.plot import Figure
from kinetable.server import Server

pytestmark = pytest.mark.js

KEY = "io.deephaven.authentication.psk.PskAuthenticationHandler"
START = """
from kinetable import dtypes, input_table, new_table
from kinetable.column import long_col, string_col
orders = input_table({"K": dtypes.string, "V": dtypes.int64}, key_cols="K")
entries = input_table({"K": dtypes.string, "V": dtypes.int64}, key_cols="K")
def put(pairs):
    orders.add(new_table([string_col("K", list(pairs)), long_col("V", list(pairs.values()))]))
def take(keys):
    orders.delete(new_table([string_col("K", keys)]))
put({"a": 10, "b": 20, "c": 30, "d": 40})
"""


def variables() -> dict[str, Any]:
    """What the script of the server made."""
    trades = kinetable.empty_table(60).update(
        [
            "Id = i",
            "Symbol = i % 4 == 0 ? `A` : i % 4 == 1 ? `B` : i % 4 == 2 ? `C` : `D`",
            "Side = i % 3 == 0 ? `sell` : `buy`",
            "Price = i == 40 ? null : 1.5 * i",
        ]
    )
    trades = trades.with_attributes({"TableDescription": "all trades"}).layout_hints(front="Symbol")
    people = kinetable.new_table({"Id": [1, 2, 3, 4], "Boss": [None, 1, 1, 3], "Name": ["a", "b", "c", "d"]})
    kinds = kinetable.empty_table(2).view(
        [
            "Flag = ii == 0 ? null : true",
            "Tiny = ii == 0 ? (byte)null : (byte)-7",
            "Small = ii == 0 ? (short)null : (short)-300",
            "Whole = ii == 0 ? (int)null : 70000",
            "Long = ii == 0 ? (long)null : 9007199254740993L",
            "Letter = ii == 0 ? (char)null : 'x'",
            "Single = ii == 0 ? (float)null : (float)1.5",
            "Double = ii == 0 ? (double)null : 2.25",
            "Text = ii == 0 ? null : `é☃`",
            "At = ii == 0 ? null : parseInstant(`2024-06-15T10:00:00.123456789Z`)",
            "Day = ii == 0 ? null : parseLocalDate(`2024-02-29`)",
            "Time = ii == 0 ? null : parseLocalTime(`12:34:56.789`)",
        ]
    )
    formats = ["Id = Id == 1 ? RED : NO_FORMATTING", "Id = Decimal(`0.00`)"]
    names: dict[str, Any] = {
        "__name__": "__main__",
        "trades": trades,
        "kinds": kinds,
        "people": people,
        "staff": people.tree("Id", "Boss"),
        "venues": kinetable.new_table({"Symbol": ["A", "B", "C", "D"], "Venue": ["x", "y", "z", "w"]}),
        "book": kinetable.empty_table(3).view(["At = i * 2", "Quote = i * 10"]),
        "lists": kinetable.empty_table(6).view(["G = i % 2", "V = i"]).group_by("G"),
        "painted": kinetable.empty_table(3).view("Id = i").format_columns(formats),
        "frame": pandas.DataFrame({"a": [1, 2]}),
        "chart": Figure().chart_title(title="Prices").plot_xy(series_name="S", t=trades, x="Id", y="Price").show(),
    }
    exec(START, names)
    return names


@pytest.fixture(scope="module", params=["websocket", "grpc-web"])
def tour(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the steps found, by their names."""
    foreign.needs("node")
    module = foreign.browser_client()
    files = tmp_path_factory.mktemp("files")
    with Server(port=0, auth="psk=secret", console=True, variables=variables(), files=files) as server:
        program = ["node", "--experimental-websocket", "--no-warnings", foreign.INTEROP / "js" / "tour.mjs"]
        done = subprocess.run(
            [*map(str, program), f"http://127.0.0.1:{server.port}", request.param, "secret"],
            capture_output=True,
            encoding="utf-8",
            timeout=850,
            env={"DH_CORE": str(module), "PATH": foreign.path()},
        )
        assert done.returncode == 0, done.stderr
        yield {line["step"]: line for line in map(json.loads, _json_lines(done.stdout))}


def _json_lines(text: str) -> list[str]:
    """The lines of the program; the library prints others."""
    return [line for line in text.splitlines() if line.startswith('{"step":')]


def found(tour: dict[str, Any], step: str) -> Any:
    """What a step found; why it failed, if it did."""
    assert "failed" not in tour[step], f"{step}: {tour[step]['failed']}"
    return tour[step]["found"]


def test_what_the_server_says_of_itself(tour: dict[str, Any]) -> None:
    assert found(tour, "server") == {"duration": "300000", "version": "42.7", "doors": KEY, "heap": True}
    assert "wrongToken" in tour and "failed" not in tour["wrongToken"]


def test_a_table_is_described(tour: dict[str, Any]) -> None:
    assert found(tour, "about") == {
        "size": 60,
        "live": False,
        "columns": [
            ["Id", "int", True],
            ["Symbol", "java.lang.String", True],
            ["Side", "java.lang.String", True],
            ["Price", "double", True],
        ],
        "description": "all trades",
        "hints": ["Symbol"],
    }


def trade(row: int) -> list[Any]:
    """A row of the table."""
    return [row, "ABCD"[row % 4], "buy" if row % 3 else "sell", 1.5 * row]


def test_viewports(tour: dict[str, Any]) -> None:
    assert found(tour, "viewports") == {
        "first": [trade(0), trade(1), trade(2)],
        "later": [trade(57), trade(58), trade(59)],
        "columns": [["C", 10], ["D", 11]],
        "beyond": [],
    }


def test_cells_of_every_type(tour: dict[str, Any]) -> None:
    shown = found(tour, "kinds")
    boxed = [f"java.time.{name}" for name in ("Instant", "LocalDate", "LocalTime")]
    plain = ["byte", "short", "int", "long", "char", "float", "double", "java.lang.String"]
    assert shown["types"] == ["java.lang.Boolean", *plain, *boxed]
    times = ["1718445600123456789", "2024-02-29", "12:34:56.789000000"]
    # The client has characters as numbers, and longs as texts where a number of JavaScript would not be exact.
    cells = [True, -7, -300, 70000, "9007199254740993", ord("x"), 1.5, 2.25, "é☃", *times]
    assert shown["rows"] == [[None] * 12, cells]


def test_sorts(tour: dict[str, Any]) -> None:
    assert found(tour, "sorts") == {
        "two": [trade(3), trade(7), trade(11)],
        "reversed": [trade(59), trade(58)],
        "none": [trade(0), trade(1)],
    }


def test_filters(tour: dict[str, Any]) -> None:
    assert found(tour, "filters") == {
        "greater": [58, 59],
        "between": [5, 6, 7],
        "either": [1, 59],
        "not": [57, 58, 59],
        "among": [3, 4],
        "text": [0, 4],
        "ignoringCase": [0, 4],
        "containing": [1, 5],
        "matching": [2, 3, 6],
        "empty": [40],
        "search": [59],
        "called": [2, 6],
        "sizeWithout": 60,
    }


def test_custom_columns(tour: dict[str, Any]) -> None:
    def row(number: int) -> list[Any]:
        worth = 1.5 * number * number
        return [*trade(number), worth, 2 * worth]

    shown = found(tour, "customColumns")
    assert shown["columns"] == ["Id", "Symbol", "Side", "Price", "Worth", "Twice"]
    assert shown["with2"] == [row(2), row(3)]
    # More than 1000 are those from row 19 on, but for the one without a price.
    assert shown["filtered"] == [row(59), row(58)] and shown["size"] == 40


def test_totals(tour: dict[str, Any]) -> None:
    assert found(tour, "totals") == {
        "plain": {
            "columns": [
                *("Id__Sum", "Id__Avg", "Price__Max", "Price__Min", "Symbol__Unique", "Symbol__CountDistinct"),
                "Id__Count",
            ],
            "rows": [["1770", 29.5, 88.5, 0, None, "4", "60"]],
        },
        "filtered": {"columns": ["Id", "Price"], "rows": [["45", 67.5]]},
        "grand": {"columns": ["Id", "Price"], "rows": [["1770", 2655 - 60]]},
        "by": {
            "columns": ["Symbol", "Id", "Price"],
            "rows": [["A", "12", 18], ["B", "15", 22.5], ["C", "8", 12], ["D", "10", 15]],
        },
    }


def test_distinct_rows_statistics_and_rows_sought(tour: dict[str, Any]) -> None:
    shown = found(tour, "reductions")
    assert shown["distinct"] == ["A", "B", "C", "D"]
    statistics = dict(shown["statistics"])
    assert (statistics["COUNT"], statistics["SUM"], statistics["MAX"], statistics["AVG"]) == ("60", "1770", 59, 29.5)
    assert shown["symbols"] == [[symbol, 15] for symbol in "ABCD"]
    assert (shown["seek"], shown["seekBack"], shown["seekNothing"]) == (3, 7, -1)
    assert shown["copy"] == 60 and shown["frozen"] == [60, False]


def test_joins(tour: dict[str, Any]) -> None:
    shown = found(tour, "joins")
    venues = [[*trade(row), "xyzw"[row % 4]] for row in range(5)]
    assert shown["natural"] == shown["exact"] == shown["cross"] == venues
    for name, quotes in {
        "asOf": [0, 0, 10, 10, 20],
        "asOfBefore": [None, 0, 0, 10, 10],
        "asOfReverse": [0, 10, 10, 20, 20],
        "asOfAfter": [10, 10, 20, 20, None],
    }.items():
        assert shown[name] == [[*trade(row), quote] for row, quote in enumerate(quotes)], name
    assert "Conflicting column names [Price]" in shown["duplicates"]


def test_partitions(tour: dict[str, Any]) -> None:
    assert found(tour, "partitions") == {
        "keys": ["A", "B", "C", "D"],
        "size": 4,
        "part": [15, [trade(1), trade(5)]],
        "merged": 60,
        "nothing": None,
    }


def test_tables_that_a_page_makes(tour: dict[str, Any]) -> None:
    first = [[1, "x"], [2, None], [3, "z"]]
    assert found(tour, "made") == {"fresh": first, "merged": [*first, [4, "w"]], "bound": 3, "empty": 5}


def test_lists_and_formats(tour: dict[str, Any]) -> None:
    assert found(tour, "arrays") == {"types": ["int", "int[]"], "rows": [[0, "[0, 2, 4]"], [1, "[1, 3, 5]"]]}
    shown = found(tour, "formats")
    assert shown["columns"] == ["Id"] and shown["rows"] == [[0], [1], [2]] and shown["numbers"] == ["0.00"] * 3
    assert [colour[0] for colour in shown["colours"]] == [None, "#ff0000", None]


def test_errors_have_their_message(tour: dict[str, Any]) -> None:
    shown = found(tour, "errors")
    assert shown["formula"].startswith('no column or variable is called "Nope"\n  Z = Nope * 2\n')
    assert shown["filter"].startswith('a value of type String has no method "nothing"')


def test_ticks_in_a_sorted_viewport(tour: dict[str, Any]) -> None:
    a, b, c, d, e = ["a", "60"], ["b", "20"], ["c", "30"], ["d", "40"], ["e", "50"]
    assert found(tour, "ticks") == {
        "before": [d, c, b],
        "came": [e, d, c],
        "changed": [a, e, d],
        "gone": [e, d, c],
        "size": 4,
        "moved": [c, b],
    }
    assert found(tour, "sizes") == {"before": 4, "after": 4}


def test_a_subscription_to_all_rows(tour: dict[str, Any]) -> None:
    first = [["a", "10"], ["b", "20"], ["c", "30"], ["d", "40"]]
    changed = [["a", "10"], ["b", "21"], *first[2:]]
    assert found(tour, "subscription") == {
        "first": first,
        "changed": [*changed, ["f", "70"]],
        "last": changed,
        "seen": {"added": 5, "modified": 1, "removed": 1},
    }


def test_input_tables(tour: dict[str, Any]) -> None:
    assert found(tour, "inputTables") == {
        "keys": ["K"],
        "values": ["V"],
        "added": [["x", "1"], ["y", "2"]],
        "third": [["x", "1"], ["y", "2"], ["z", None]],
        "upserted": [["x", "9"], ["y", "2"], ["z", None]],
        "deleted": [["x", "9"], ["z", None]],
        "refused": 'Error: column "Q" is not one of the table that is added to hint: its columns: K, V',
        "notInput": "Table is not an InputTable",
    }


def test_variables_come_and_go(tour: dict[str, Any]) -> None:
    shown = found(tour, "fields")
    others = {"chart": "Figure", "frame": "pandas.DataFrame", "staff": "HierarchicalTable"}
    assert {name: kind for _, kind, name in shown["first"] if kind != "Table"} == others
    assert {"trades", "orders", "from_a_page"} <= {name for _, _, name in shown["first"]}
    assert shown["later"] == [[change, "Table", "fleeting"] for change in ("created", "updated", "removed")]


def group(depth: int, is_open: bool, total: int, symbol: str | None = None, side: str | None = None) -> list[Any]:
    """A row of the rollup that has no price."""
    return [depth, is_open, True, symbol, side, str(total)]


def test_rollups(tour: dict[str, Any]) -> None:
    shown = found(tour, "rollup")
    names = [name for name, _ in shown["columns"]]
    assert names[:3] == ["Symbol", "Side", "Id"]
    ours = {key: [row[:6] for row in shown[key]] for key in ("first", "opened", "shut", "none", "sorted")}
    symbols = [group(2, False, total, symbol) for symbol, total in zip("ABCD", (420, 435, 450, 465))]
    inner = [group(3, False, 120, "A", "sell"), group(3, False, 300, "A", "buy")]
    assert ours["first"] == ours["shut"] == [group(1, True, 1770), *symbols]
    assert ours["opened"] == [group(1, True, 1770), group(2, True, 420, "A"), *inner, *symbols[1:]]
    assert shown["size"] == 7 and shown["whole"] == 1 + 4 + 8 + 60
    assert ours["none"] == [group(1, False, 1770)]
    assert ours["sorted"] == [group(1, True, 1770), *reversed(symbols)]


def test_a_rollup_that_ticks(tour: dict[str, Any]) -> None:
    shown = found(tour, "rollupThatTicks")

    def rows(key: str) -> dict[str | None, str]:
        return {row[3]: row[4] for row in shown[key]}

    first = {None: "100", "a": "10", "b": "20", "c": "30", "d": "40"}
    assert rows("first") == first and rows("later") == {**first, None: "1000", "k": "900"}


def test_trees(tour: dict[str, Any]) -> None:
    shown = found(tour, "tree")

    def row(depth: int, is_open: bool, has_more: bool, *cells: Any) -> list[Any]:
        return [depth, is_open, has_more, *cells]

    b, c = row(2, False, False, "2", "1", "b"), row(2, False, True, "3", "1", "c")
    assert shown["first"] == found(tour, "treeMade") == [row(1, False, True, "1", None, "a")]
    assert shown["opened"] == [row(1, True, True, "1", None, "a"), b, c]
    below = [row(2, True, True, "3", "1", "c"), row(3, False, False, "4", "3", "d")]
    deeper = [row(1, True, True, "1", None, "a"), b, *below]
    assert shown["deeper"] == shown["restored"] == deeper and shown["isOpen"] == [True, False, True]


def test_the_console(tour: dict[str, Any]) -> None:
    shown = found(tour, "commands")
    assert shown["created"] == [["Table", "numbers"]] and shown["rows"] == [[0], [1], [2]]
    assert shown["error"].startswith("line 2: 1 / 0\nZeroDivisionError: division by zero\n")
    assert found(tour, "log") == ["STDOUT", "printed by a command"]
    editor = found(tour, "editor")
    assert editor["methods"] == ["update", "update_by", "update_graph", "update_view"]
    assert editor["changed"] == ["where", "where_in", "where_not_in", "where_one_of"]


def test_objects_files_and_what_is_shared(tour: dict[str, Any]) -> None:
    shown = found(tour, "objects")
    assert shown["frame"] == [["1"], ["2"]] and shown["title"] == "Prices" and shown["series"] == ["S"]
    files = found(tour, "storage")
    assert files["listed"] == [["file", "one.py", 9]] and files["text"] == "print(1)\n"
    assert "does not exist" in files["missing"]
    assert found(tour, "shared") == 60
