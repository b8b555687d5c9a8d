"""Operations of pages: groups, statistics, charts, hierarchies; what is kept up to date is what is made anew (0067)."""

from __future__ import annotations

import math
import random
import time
from typing import Any, Iterator

import kinetable
import numpy
import pytest
from kinetable import dtypes as dht
from kinetable.server import Server
from test_web_tables import Page

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    return {}


@pytest.fixture
def page(names: dict[str, Any]) -> Iterator[Page]:
    """A page of a server that lets everybody in."""
    with Server(port=0, auth="anonymous", variables=names) as server:
        one = Page(server)
        assert {"m4", "by", "stats", "rollup"} <= set(one.wait("welcome")["features"])
        yield one
        one.close()


class Asked:
    """Numbers of subscriptions."""

    def __init__(self, page: Page) -> None:
        """None yet."""
        self.page = page
        self.sub = 0

    def rows(self, table: str, *ops: dict[str, Any]) -> list[tuple[Any, ...]]:
        """All rows of a table with operations, made anew."""
        self.open(table, *ops)
        rows = self.now(self.sub)
        self.page.say("close", sub=self.sub)
        return rows

    def open(self, table: str, *ops: dict[str, Any], cols: Any = None) -> dict[str, Any]:
        """Follows it; the schema."""
        self.sub += 1
        self.page.say("open", sub=self.sub, table=table, ops=list(ops), first=0, n=5000, cols=cols, max_hz=60)
        while True:
            message = self.page.hear()
            if message.get("sub") == self.sub and message["type"] in ("schema", "error"):
                break
        assert message["type"] == "schema", message
        self.page.wait("snap", sub=self.sub)
        return message

    def now(self, sub: int) -> list[tuple[Any, ...]]:
        """The rows that a subscription shows."""
        return [tuple(plain(cell) for cell in row) for row in self.page.pages[sub]]

    def refused(self, table: str, *ops: dict[str, Any]) -> dict[str, Any]:
        """The error of operations."""
        self.sub += 1
        self.page.say("open", sub=self.sub, table=table, ops=list(ops), first=0, n=5, cols=None)
        return self.page.wait("error", sub=self.sub)


def plain(cell: Any) -> Any:
    """A cell that can be compared: NaN is itself, zeros are one, times are ns, doubles have twelve digits."""
    if isinstance(cell, float):
        return "NaN" if math.isnan(cell) else float(f"{cell:.12g}") + 0.0
    if hasattr(cell, "timestamp"):
        return getattr(cell, "value", None) or round(cell.timestamp() * 1e6) * 1000
    return cell


@pytest.fixture
def asked(page: Page) -> Asked:
    """What the page asks."""
    return Asked(page)


def test_groups_distinct_rows_and_statistics(asked: Asked, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(10).update(
        ["Sym = i % 2 == 0 ? `a` : `b`", "X = i", "Y = i == 3 ? NULL_DOUBLE : i / 2.0"]
    )
    aggs = [
        ["sum", "Total", "X"],
        ["count", "N"],
        ["avg", "Mean", "Y"],
        ["distinct", "D", "Sym"],
        ["unique", "U", "Sym"],
    ]
    assert asked.rows("t", {"by": {"keys": ["Sym"], "aggs": aggs}}) == [
        ("a", 20, 5, 2.0, 1, "a"),
        ("b", 25, 5, 2.75, 1, "b"),
    ]
    assert asked.rows("t", {"by": {"keys": [], "aggs": aggs}}) == [(None if False else 45, 10, 2.33333333333, 2, None)]
    assert asked.rows("t", {"where": "X < 0"}, {"by": {"keys": [], "aggs": [["count", "N"], ["max", "M", "X"]]}}) == [
        (0, None)
    ]
    assert asked.rows("t", {"distinct": ["Sym"]}, {"sort": [["Sym", "desc"]]}) == [("b",), ("a",)]
    asked.open("t", {"stats": {"column": "Y", "distinct": True}})
    assert asked.page.columns[asked.sub] == ["Rows", "Nulls", "Distinct", "Min", "Max", "Sum", "Avg", "Std"]
    values = [i / 2 for i in range(10) if i != 3]
    expected = (10, 1, 9, 0.0, 4.5, 21.0, plain(21 / 9), plain(numpy.std(values, ddof=1)))
    assert asked.now(asked.sub) == [expected]
    asked.open("t", {"stats": {"column": "Sym"}})
    assert asked.page.columns[asked.sub] == ["Rows", "Nulls", "Min", "Max"]
    assert asked.now(asked.sub) == [(10, 0, "a", "b")]
    assert asked.rows("t", {"where": "X < 0"}, {"stats": {"column": "Y", "distinct": True}})[0][:4] == (0, 0, None, None)
    for op, word in (
        ({"by": {"keys": ["Sym"], "aggs": [["dance", "N", "X"]]}}, "dance"),
        ({"by": {"keys": ["Sym"], "aggs": []}}, "aggs"),
        ({"by": {"keys": ["Smy"], "aggs": [["count", "N"]]}}, "Smy"),
        ({"by": {"keys": [], "aggs": [["sum", "N = 1", "X"]]}}, "N = 1"),
        ({"distinct": ["X + 1"]}, "X + 1"),
        ({"stats": {"column": "Z"}}, "Z"),
        ({"bins": {"x": "Sym", "n": 5}}, "Sym"),
        ({"bins": {"x": "X", "n": 0}}, "n is 0"),
        ({"m4": {"x": "X", "ys": ["Sym"], "px": 5}}, "Sym"),
        ({"m4": {"x": "X", "ys": [], "px": 5}}, "ys"),
        ({"m4": {"x": "X", "ys": ["Y"], "px": 5, "from": "9", "to": "1"}}, "none"),
        ({"ohlc": {"x": "X", "y": "Y", "every": "5"}}, "X"),
    ):
        error = asked.refused("t", {"where": "true"}, op)
        assert error["op"] == 1 and word in error["message"], error


def test_bins_have_one_width_and_edges(asked: Asked, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(11).update(
        ["X = (double)i", "K = i % 2 == 0 ? `e` : `o`", "T = epochNanosToInstant(i * 1000000000L)"]
    )
    rows = asked.rows("t", {"bins": {"x": "X", "n": 5}})
    assert rows == [(0.0, 2.0, 2), (2.0, 4.0, 2), (4.0, 6.0, 2), (6.0, 8.0, 2), (8.0, 10.0, 3)]
    rows = asked.rows("t", {"bins": {"x": "X", "n": 2, "low": "0", "high": "4", "by": ["K"]}})
    assert rows[:2] == [(0.0, 2.0, 1, "e"), (0.0, 2.0, 1, "o")]
    assert rows[-1][:2] == (8.0, 10.0) and sum(row[2] for row in rows) == 11
    times = asked.rows("t", {"bins": {"x": "T", "n": 1}})
    assert times == [(0, 10 * SECOND, 11)]
    odd = [1.5, 1.5, None, float("nan")]
    names["one"] = kinetable.new_table([kinetable.column.double_col("X", odd)])
    assert asked.rows("one", {"bins": {"x": "X", "n": 7}}) == [(1.5, 2.5, 2)]
    names["wild"] = kinetable.new_table([kinetable.column.double_col("X", [0.0, 1.0, float("inf"), -float("inf")])])
    assert [row[2] for row in asked.rows("wild", {"bins": {"x": "X", "n": 2}})] == [1, 1, 1, 1]
    names["none"] = kinetable.empty_table(0).update("X = i")
    assert asked.rows("none", {"bins": {"x": "X", "n": 2}}) == []


def test_bins_and_lines_of_what_longs_and_doubles_can_hardly_hold(asked: Asked, names: dict[str, Any]) -> None:
    day = 86_400 * SECOND
    names["dates"] = kinetable.empty_table(3).update(
        ["D = i == 0 ? '2020-01-01' : i == 1 ? '2021-01-01' : '9999-12-31'", "Y = i"]
    )
    rows = asked.rows("dates", {"bins": {"x": "D", "n": 1000}})
    assert [row[2] for row in rows] == [1, 1, 1]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows) and rows[0][0] == 18_262 * day
    assert all(row[0] < row[1] for row in rows)
    assert len(asked.rows("dates", {"m4": {"x": "D", "ys": ["Y"], "px": 500}})) == 3
    ends = [-(2**63) + 2, -(10**18), 0, 5 * 10**18, 2**63 - 1]
    names["longs"] = kinetable.new_table([kinetable.column.long_col("X", ends)]).update("Y = i")
    rows = asked.rows("longs", {"bins": {"x": "X", "n": 10}})
    assert [row[2] for row in rows] == [1, 1, 1, 1, 1]
    # `rows` has twelve digits of each.
    assert all(low - 1e8 <= end <= high + 1e8 for (low, high, _), end in zip(rows, ends))
    zoomed = asked.rows("longs", {"bins": {"x": "X", "n": 4, "low": str(10**18), "high": str(2 * 10**18)}})
    assert [row[2] for row in zoomed] == [2, 1, 2]
    assert len(asked.rows("longs", {"m4": {"x": "X", "ys": ["Y"], "px": 100}})) == 5
    names["wide"] = kinetable.new_table([kinetable.column.double_col("X", [-1.7e308, 0.0, 1.7e308])]).update("Y = i")
    assert [row[2] for row in asked.rows("wide", {"bins": {"x": "X", "n": 3}})] == [1, 1, 1]
    assert len(asked.rows("wide", {"m4": {"x": "X", "ys": ["Y"], "px": 100}})) == 3


def test_m4_keeps_what_a_line_shows(asked: Asked, names: dict[str, Any]) -> None:
    chance = random.Random(5)
    ys = [chance.choice([chance.random(), 1000 * chance.random(), None, float("nan")]) for _ in range(5000)]
    names["t"] = kinetable.new_table(
        [kinetable.column.long_col("X", list(range(5000))), kinetable.column.double_col("Y", ys)]
    ).update(["T = epochNanosToInstant(1700000000000000000L + X * 1000L)", "K = X % 2 == 0 ? `e` : `o`"])
    rows = asked.rows("t", {"m4": {"x": "X", "ys": ["Y"], "px": 100}})
    assert len(rows) <= 4 * 101 and rows == sorted(rows, key=lambda row: row[0])
    kept = {row[0] for row in rows}
    buckets: dict[int, list[int]] = {}
    for x in range(5000):
        if ys[x] is not None and not math.isnan(ys[x]):
            buckets.setdefault(math.floor(x / (4999 / 100)), []).append(x)
    for there in buckets.values():
        assert {min(there, key=lambda x: ys[x]), max(there, key=lambda x: ys[x])} <= kept
    assert {0, 4999} <= kept
    by = asked.rows("t", {"m4": {"x": "T", "ys": ["Y", "X"], "by": ["K"], "px": 10}})
    assert asked.page.columns[asked.sub] == ["T", "K", "Y", "X"] and {row[1] for row in by} == {"e", "o"}
    begin = START + 1_000_000
    zoomed = asked.rows("t", {"m4": {"x": "T", "ys": ["Y"], "px": 10, "from": str(begin), "to": str(begin + 2000)}})
    assert [row[0] for row in zoomed] == [begin - 1000, begin, begin + 1000, begin + 2000, begin + 3000]
    names["none"] = kinetable.empty_table(0).update(["X = i", "Y = 1.5"])
    assert asked.rows("none", {"m4": {"x": "X", "ys": ["Y"], "px": 10}}) == []
    names["one"] = kinetable.empty_table(3).update(["X = 1.0", "Y = i"])
    assert asked.rows("one", {"m4": {"x": "X", "ys": ["Y"], "px": 10}}) == [(1.0, 0), (1.0, 2)]
    names["dates"] = kinetable.empty_table(40).update(["D = epochDaysToLocalDate((long)i)", "Y = i"])
    assert len(asked.rows("dates", {"m4": {"x": "D", "ys": ["Y"], "px": 4, "from": "10", "to": "20"}})) < 13


def test_candles(asked: Asked, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(120).update(
        ["T = epochNanosToInstant(1700000000000000000L + i * 1000000000L)", "P = (double)((i * 37) % 100)", "S = i"]
    )
    rows = asked.rows("t", {"ohlc": {"x": "T", "y": "P", "volume": "S", "every": str(60 * SECOND)}})
    assert asked.page.columns[asked.sub] == ["Time", "Open", "High", "Low", "Close", "Count", "Volume"]
    first = START - START % (60 * SECOND)
    split = (first + 60 * SECOND - START) // SECOND
    prices = [float((i * 37) % 100) for i in range(split)]
    assert rows[0] == (first, prices[0], max(prices), min(prices), prices[-1], split, sum(range(split)))
    assert sum(row[5] for row in rows) == 120


SPECS: list[dict[str, Any]] = [
    {"distinct": ["K"]},
    {
        "by": {
            "keys": ["K"],
            "aggs": [["sum", "A", "Y"], ["count", "B"], ["median", "C", "Y"], ["std", "D", "X"], ["first", "E", "X"]],
        }
    },
    {
        "by": {
            "keys": [],
            "aggs": [
                ["max", "A", "Y"],
                ["abs_sum", "B", "X"],
                ["var", "C", "X"],
                ["last", "D", "K"],
                ["min", "E", "T"],
            ],
        }
    },
    {"stats": {"column": "Y", "distinct": True}},
    {"stats": {"column": "K", "distinct": True}},
    {"bins": {"x": "Y", "n": 4, "low": "0", "high": "10"}},
    {"bins": {"x": "T", "n": 3, "low": str(START), "high": str(START + 20 * SECOND), "by": ["K"]}},
    {"m4": {"x": "X", "ys": ["Y"], "px": 4, "from": "3", "to": "15"}},
    {"m4": {"x": "T", "ys": ["Y", "X"], "by": ["K"], "px": 5, "from": str(START), "to": str(START + 18 * SECOND)}},
    {"ohlc": {"x": "T", "y": "Y", "volume": "X", "every": str(5 * SECOND), "by": ["K"]}},
    {
        "rollup": {
            "keys": ["K"],
            "aggs": [["sum", "A", "X"], ["count", "B"]],
            "rows": True,
            "open": "all",
            "sort": [["X", "asc"], ["A", "desc"]],
        }
    },
]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_up_to_date_is_what_is_made_anew(asked: Asked, names: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    source = kinetable.input_table(
        {"Id": dht.int32, "X": dht.long, "Y": dht.double, "K": dht.string, "N": dht.long}, key_cols="Id"
    )
    # A sort moves rows, so that keys shift.
    names["t"] = source.sort("N").update_view(
        "T = isNull(N) ? null : epochNanosToInstant(1700000000000000000L + N * 1000000000L)"
    )

    def some() -> None:
        for _ in range(chance.randrange(1, 4)):
            ids = chance.sample(range(25), chance.randrange(1, 7))
            odd = [None, float("nan"), float("inf"), -float("inf"), 0.0, -0.0]
            rows = kinetable.new_table(
                [
                    kinetable.column.int_col("Id", ids),
                    kinetable.column.long_col("X", [chance.choice([None, chance.randrange(20)]) for _ in ids]),
                    kinetable.column.double_col(
                        "Y", [chance.choice([chance.randrange(12) / 1, chance.choice(odd)]) for _ in ids]
                    ),
                    kinetable.column.string_col("K", [chance.choice(["a", "b", "", None]) for _ in ids]),
                    kinetable.column.long_col("N", [chance.choice([None, *range(20)]) for _ in ids]),
                ]
            )
            if chance.random() < 0.6:
                source.add(rows)
            else:
                source.delete(rows.view("Id"))

    if seed:
        some()
    followed = []
    for spec in SPECS:
        asked.open("t", spec)
        followed.append(asked.sub)
    for _ in range(8):
        some()
        # Another name is another table: nothing is shared, so it is made anew.
        names["again"] = names["t"].snapshot()
        for sub, spec in zip(followed, SPECS):
            anew = sorted(asked.rows("again", spec), key=repr)
            end = time.monotonic() + 60
            while sorted(asked.now(sub), key=repr) != anew:
                assert time.monotonic() < end, (spec, sorted(asked.now(sub), key=repr), anew)
                asked.page.hear()


def test_a_rollup_is_opened_and_sorted(asked: Asked, names: dict[str, Any]) -> None:
    names["t"] = kinetable.new_table(
        [
            kinetable.column.string_col("Region", ["EU", "EU", "US", None]),
            kinetable.column.int_col("Desk", [1, 2, 1, 3]),
            kinetable.column.long_col("Size", [10, 20, 30, 40]),
        ]
    )
    spec: dict[str, Any] = {"keys": ["Region", "Desk"], "aggs": [["sum", "Total", "Size"]], "rows": False}

    def shown(open: Any, **more: Any) -> list[tuple[Any, ...]]:
        schema = asked.open(
            "t", {"rollup": {**spec, "open": open, **more}}, cols=["__depth__", "__open__", "Region", "Desk", "Total"]
        )
        assert schema["tree"] is True and schema["keys"] == ["Region", "Desk"]
        assert "__depth__" not in [column["name"] for column in schema["columns"]]
        return asked.now(asked.sub)

    assert shown([]) == [(0, False, None, None, 100)]
    by_total = {"sort": [["Total", "desc"]]}
    assert shown([[]], **by_total) == [
        (0, True, None, None, 100),
        (1, False, None, None, 40),
        (1, False, "EU", None, 30),
        (1, False, "US", None, 30),
    ]
    assert shown([[], ["EU"]], **by_total)[2:5] == [
        (1, True, "EU", None, 30),
        (2, None, "EU", 2, 20),
        (2, None, "EU", 1, 10),
    ]
    assert shown([[], [None]], **by_total)[1:3] == [(1, True, None, None, 40), (2, None, None, 3, 40)]
    assert len(shown("all")) == 8 and len(shown(1)) == 4
    assert len(shown("all", rows=True)) == 12
    for open, word in ((["EU"], "paths"), ([["EU", "x"]], "Desk"), ([["EU", "1", "2"]], "3 keys"), ("some", "open")):
        error = asked.refused("t", {"rollup": {**spec, "open": open}})
        assert word in error["message"] and error["op"] == 0, error


def test_a_tree_is_opened_by_ids(asked: Asked, names: dict[str, Any]) -> None:
    names["t"] = kinetable.new_table(
        [
            kinetable.column.long_col("Id", [1, 2, 3, 4]),
            kinetable.column.long_col("Boss", [None, 1, 1, 3]),
            kinetable.column.string_col("Name", ["ada", "bob", "cy", "dan"]),
        ]
    )

    def shown(open: Any, **more: Any) -> list[tuple[Any, ...]]:
        schema = asked.open(
            "t", {"tree": {"id": "Id", "parent": "Boss", "open": open, **more}}, cols=["__depth__", "__open__", "Name"]
        )
        assert schema["keys"] == ["Id"]
        return asked.now(asked.sub)

    assert shown([]) == [(0, False, "ada")]
    assert shown(["1"], sort=[["Name", "desc"]]) == [(0, True, "ada"), (1, False, "cy"), (1, None, "bob")]
    assert shown("all") == [(0, True, "ada"), (1, None, "bob"), (1, True, "cy"), (2, None, "dan")]
    assert "not a long" in asked.refused("t", {"tree": {"id": "Id", "parent": "Boss", "open": ["x"]}})["message"]


def test_a_mistake_in_a_formula_has_a_place(asked: Asked, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(1).update(["X = i", "S = `a`"])
    error = asked.refused("t", {"where": "X > 0"}, {"where": "S == `\U0001f600` && Pirce > 5"})
    assert (error["op"], error["from"], error["to"]) == (1, 13, 18) and "formula" not in error
    assert "Pirce" in error["message"] and "^" not in error["message"]
    error = asked.refused("t", {"custom": ["A = X + 1", "B = X + `a` * 2"]})
    assert error["op"] == 0 and error["formula"] == 1 and 4 <= error["from"] < error["to"] <= 15
    error = asked.refused("t", {"where": "X >"})
    assert error["code"] == "invalid" and error["from"] <= error["to"] <= 3


def test_levels_and_beginnings_are_shared(asked: Asked, names: dict[str, Any]) -> None:
    calls: list[int] = []

    def slow(x: int) -> int:
        calls.append(x)
        return x

    names["slow"] = slow
    names["t"] = kinetable.empty_table(3).update("X = i")
    names["u"] = names["t"].update("Y = X")
    spec: dict[str, Any] = {"keys": ["Y"], "aggs": [["sum", "A", "X"]]}
    for open in ([], [[]], "all"):
        asked.open("u", {"where": "X >= 0"}, {"rollup": {**spec, "open": open}})
    assert [len(asked.now(sub)) for sub in (1, 2, 3)] == [1, 4, 4]


def test_what_comes_later_lies_in_further_buckets(asked: Asked, names: dict[str, Any]) -> None:
    source = kinetable.input_table({"X": dht.long, "Y": dht.double})
    names["t"] = source

    def add(*xs: int) -> None:
        source.add(
            kinetable.new_table(
                [kinetable.column.long_col("X", list(xs)), kinetable.column.double_col("Y", [float(x) for x in xs])]
            )
        )

    add(0, 100)
    asked.open("t", {"m4": {"x": "X", "ys": ["Y"], "px": 10}})
    asked.open("t", {"bins": {"x": "X", "n": 10}})
    add(105, 115, 1_000_000)
    end = time.monotonic() + 60
    while len(asked.now(1)) < 5 or len(asked.now(2)) < 5:
        assert time.monotonic() < end
        asked.page.hear()
    assert [row[0] for row in asked.now(1)] == [0, 100, 105, 115, 1_000_000]
    assert [row[0] for row in asked.now(2)] == [0.0, 90.0, 100.0, 110.0, 240.0]
