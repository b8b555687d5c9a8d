"""Tables as the web app looks at them: `rt.v1` (decision 0064), with a page that paints what it is told."""

from __future__ import annotations

import contextlib
import datetime
import json
import random
import struct
import threading
import time
from typing import Any, Iterator

import kinetable
import pyarrow as pa
import pytest
from kinetable import dtypes as dht
from kinetable.server import Server
from test_server_web import Socket

KEYS = {"first", "n", "rows", "total"}


class Page:
    """What a browser keeps of the tables it looks at."""

    def __init__(self, server: Server, **hello: Any) -> None:
        """Connects and says hello."""
        self.socket = Socket(server.port, protocol="", path="rt/v1")
        assert self.socket.status == 101
        self.pages: dict[int, list[list[Any]]] = {}
        self.frames: dict[int, dict[str, Any]] = {}
        self.columns: dict[int, list[str]] = {}
        self.unpainted: list[tuple[int, int]] = []
        self.told: list[dict[str, Any]] = []
        self.tables: dict[str, dict[str, Any]] = {}
        self.vps: dict[int, int] = {}
        self.paints = True
        self.kinds: list[str] = []
        self.say("hello", protocol=1, **hello)

    def say(self, type: str, **members: Any) -> None:
        """Sends a message."""
        self.socket.send(json.dumps({"type": type, **members}).encode(), kind=1)

    def hear(self) -> dict[str, Any]:
        """Takes a message in."""
        kind, data = self.socket.receive()
        if kind == 8:
            return {"type": "closed", "code": struct.unpack(">H", data[:2])[0] if data else 0}
        if kind == 1:
            message: dict[str, Any] = json.loads(data)
        else:
            length = struct.unpack("<I", data[:4])[0]
            message = json.loads(data[4 : 4 + length])
            start = -(-(4 + length) // 8) * 8
            assert set(data[4 + length : start]) <= {0}
            message["batch"] = pa.ipc.open_stream(data[start:]).read_all()
        self._take(message)
        return message

    def wait(self, type: str, **members: Any) -> dict[str, Any]:
        """Takes messages in until one comes that is like this."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            message = self.hear()
            if message["type"] == type and all(message.get(name) == value for name, value in members.items()):
                return message
            assert message["type"] != "closed", message
        raise AssertionError(f"no {type} {members} came")

    def paint(self) -> None:
        """Returns the credits of what was drawn."""
        for sub, seq in self.unpainted:
            self.say("ack", sub=sub, seq=seq)
        self.unpainted.clear()

    def _take(self, message: dict[str, Any]) -> None:
        type = message["type"]
        if type == "vars":
            if message["full"]:
                self.tables.clear()
            for table in message["added"] + message["changed"]:
                self.tables[table["name"]] = table
            for name in message["removed"]:
                del self.tables[name]
        if type not in ("snap", "delta", "size"):
            self.told.append(message)
            return
        self.kinds.append(type)
        sub, vp = message["sub"], message["vp"]
        self.unpainted.append((sub, message["seq"]))
        assert len([one for one, _ in self.unpainted if one == sub]) <= 2, "more frames than credits"
        if vp == self.vps.get(sub, 0):
            self._apply(sub, message)
        if self.paints:
            self.paint()

    def _apply(self, sub: int, message: dict[str, Any]) -> None:
        n = message["n"]
        batch = message.get("batch")
        if message["type"] == "snap":
            self.columns[sub] = batch.column_names
            self.pages[sub] = [list(row) for row in zip(*(column.to_pylist() for column in batch.columns))]
            assert len(self.pages[sub]) == n or not self.columns[sub]
        else:
            before = self.frames[sub]
            assert (message["base"], message["vp"]) == (before["seq"], before["vp"])
            old = self.pages[sub]
            empty = [object()] * len(self.columns[sub])
            moves = message.get("moves")
            page = [list(old[at]) if at < len(old) and not moves else list(empty) for at in range(n)]
            for start, to, count in moves or []:
                for offset in range(count):
                    page[to + offset] = list(old[start + offset])
            taken = 0
            for start, count in message.get("runs", []):
                for row in range(start, start + count):
                    for name in batch.column_names:
                        page[row][self.columns[sub].index(name)] = batch[name][taken].as_py()
                    taken += 1
            assert batch is None or taken == batch.num_rows
            assert all(type(cell) is not object for row in page for cell in row)
            self.pages[sub] = page
        self.frames[sub] = message

    def close(self) -> None:
        """Goes."""
        self.socket.close()


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    return {}


@pytest.fixture
def server(names: dict[str, Any]) -> Iterator[Server]:
    """A server that lets everybody in."""
    with Server(port=0, auth="anonymous", variables=names) as running:
        yield running


@pytest.fixture
def page(server: Server) -> Iterator[Page]:
    """A page that is connected."""
    one = Page(server)
    assert one.wait("welcome")["resumed"] is False
    yield one
    one.close()


def seen(table: kinetable.Table, first: int, n: int, anchor: str = "top") -> list[list[Any]]:
    """What a page of a table holds."""
    rows = table.to_arrow()
    n = min(n, rows.num_rows)
    start = min(first, rows.num_rows - n) if anchor == "top" else max(0, rows.num_rows - first - n)
    return [list(row) for row in zip(*(column.to_pylist() for column in rows.slice(start, n).columns))]


def test_a_table_is_opened_scrolled_and_closed(page: Page, names: dict[str, Any]) -> None:
    names["squares"] = kinetable.empty_table(1000).update(["X = i", "Y = X * X", "S = `s` + X"])
    page.say("open", sub=1, table="squares", first=0, n=10, cols=None)
    schema = page.wait("schema", sub=1)
    assert [(column["name"], column["type"]) for column in schema["columns"]] == [
        ("X", "int"),
        ("Y", "int"),
        ("S", "String"),
    ]
    assert schema["columns"][1]["chars"] == 4 and schema["live"] is False
    snap = page.wait("snap", sub=1)
    assert {key: snap[key] for key in KEYS} == {"first": 0, "n": 10, "rows": 1000, "total": 1000}
    assert page.pages[1] == seen(names["squares"], 0, 10)
    page.vps[1] = 3
    page.say("viewport", sub=1, vp=3, first=995, n=20, cols=["S", "nothing", "X"])
    snap = page.wait("snap", sub=1, vp=3)
    assert (snap["first"], snap["n"]) == (980, 20)
    assert page.columns[1] == ["S", "X"]
    assert page.pages[1][-1] == ["s999", 999]
    page.say("fetch", id=9, sub=1, first=500, n=2, cols=["Y"])
    assert page.wait("page", id=9)["batch"].to_pydict() == {"Y": [250_000, 251_001]}
    page.say("close", sub=1)
    # What is said of it after its end is passed over: it may have ended meanwhile.
    page.say("viewport", sub=1, vp=4, first=0, n=1, cols=None)
    page.say("ops", sub=1, vp=5, ops=[], first=0, n=1, cols=None)
    page.say("rate", sub=1, max_hz=1)
    page.say("open", sub=2, table="nowhere", first=0, n=1, cols=None)
    assert page.wait("error")["code"] == "missing"


def test_operations_make_another_table_and_a_mistake_changes_nothing(page: Page, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(100).update(["X = i % 10", "Y = -i"])
    page.say("open", sub=1, table="t", first=0, n=100, cols=None, ops=[{"where": "X < 2"}, {"sort": [["Y", "abs"]]}])
    page.wait("snap", sub=1)
    assert page.frames[1]["rows"] == 20 and page.frames[1]["total"] == 100
    assert page.pages[1][:3] == [[0, 0], [1, -1], [0, -10]]
    page.vps[1] = 1
    ops = [{"custom": ["Z = X + Y"]}, {"sort": [["X", "desc"], ["Z", "asc"]]}, {"select": ["Z", "X"]}]
    page.say("ops", sub=1, vp=1, ops=ops, first=0, n=2, cols=None)
    page.wait("snap", vp=1)
    assert page.columns[1] == ["Z", "X"] and page.pages[1] == [[-90, 9], [-80, 9]]
    page.vps[1] = 2
    page.say("ops", sub=1, vp=2, ops=[{"where": "X > 1"}, {"where": "Pirce > 1"}], first=0, n=2, cols=None)
    error = page.wait("error", sub=1)
    assert (error["code"], error["op"], error["vp"]) == ("invalid", 1, 2)
    assert "Pirce" in error["message"]
    page.wait("snap", vp=2)
    assert page.pages[1] == [[-90, 9], [-80, 9]]
    page.say("open", sub=2, table="t", first=0, n=1, cols=None, ops=[{"select": ["Q = X"]}])
    assert "Q = X" in page.wait("error", sub=2)["message"]
    page.say("open", sub=3, table="nothing", first=0, n=1, cols=None)
    assert page.wait("error", sub=3)["code"] == "missing"
    page.say("open", sub=1, table="t", first=0, n=1, cols=None)
    assert "open already" in page.wait("error", sub=1)["message"]
    page.say("viewport", sub=1, vp=9, first=0, n=50_000, cols=None)
    assert page.wait("error", sub=1, vp=9)["code"] == "limit"


@pytest.mark.parametrize("seed", range(6))
def test_a_page_made_from_deltas_is_the_tables_page(server: Server, names: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    schema = kinetable.input_table({"Id": dht.int32, "Value": dht.int32, "Text": dht.string}, key_cols="Id")
    names["keyed"] = schema
    shown = {1: schema, 2: schema.sort_descending("Value"), 3: schema.where("Value % 2 = 0").reverse()}
    names.update(one=shown[1], two=shown[2], three=shown[3])
    page = Page(server)
    windows = {1: (0, 12, "top"), 2: (3, 10, "top"), 3: (0, 8, "bottom")}
    for sub, name in ((1, "one"), (2, "two"), (3, "three")):
        first, n, anchor = windows[sub]
        page.say("open", sub=sub, table=name, first=first, n=n, anchor=anchor, cols=None, max_hz=60)
        page.wait("snap", sub=sub)
    for wave in range(25):
        page.paints = chance.random() < 0.7
        for _ in range(chance.randrange(1, 4)):
            ids = chance.sample(range(30), chance.randrange(1, 6))
            rows = kinetable.new_table(
                [
                    kinetable.column.int_col("Id", ids),
                    kinetable.column.int_col("Value", [chance.randrange(20) for _ in ids]),
                    kinetable.column.string_col("Text", [chance.choice(["a", "b", None]) for _ in ids]),
                ]
            )
            if chance.random() < 0.7:
                schema.add(rows)
            else:
                schema.delete(rows.view("Id"))
        if chance.random() < 0.2:
            sub = chance.randrange(1, 4)
            page.vps[sub] = wave + 1
            windows[sub] = (chance.randrange(10), chance.randrange(1, 15), chance.choice(["top", "bottom"]))
            first, n, anchor = windows[sub]
            page.say("viewport", sub=sub, vp=wave + 1, first=first, n=n, anchor=anchor, cols=None)
        page.paint()
        page.paints = True
        end = time.monotonic() + 60
        while any(page.pages[sub] != seen(shown[sub], *windows[sub]) for sub in shown):
            assert time.monotonic() < end, {sub: (page.pages[sub], seen(shown[sub], *windows[sub])) for sub in shown}
            page.hear()
    assert {"snap", "delta"} <= set(page.kinds)
    page.close()


def test_a_page_that_paints_nothing_gets_two_frames_and_then_the_newest(
    page: Page, names: dict[str, Any]
) -> None:
    table = kinetable.input_table({"X": dht.int32})
    names["t"] = table
    page.say("open", sub=1, table="t", first=0, n=100, cols=None, max_hz=60)
    page.wait("snap", sub=1)
    page.paints = False

    def add(number: int) -> None:
        table.add(kinetable.new_table([kinetable.column.int_col("X", [number])]))

    for number in (0, 1):
        add(number)
        while page.frames[1]["seq"] < number + 2:
            page.hear()
    for number in range(2, 20):
        add(number)
    # A second and more: frames would have come meanwhile.
    page.wait("status")
    page.wait("status")
    assert page.frames[1]["seq"] == 3, "a frame came without a credit"
    page.paints = True
    page.paint()
    while len(page.pages[1]) < 20:
        page.hear()
    assert page.pages[1] == [[number] for number in range(20)]
    assert page.frames[1]["seq"] <= 5, "those that were left out came after all"


def test_the_tables_there_are_are_told_as_they_change(page: Page, names: dict[str, Any]) -> None:
    page.wait("vars", full=True)
    assert page.tables == {}
    names["a"] = kinetable.empty_table(2).update("X = i")
    names["text"] = "not a table"
    page.wait("vars")
    assert page.tables.keys() == {"a"}
    before = page.tables["a"]
    assert (before["rows"], before["columns"], before["live"]) == (2, 1, False)
    names["a"] = kinetable.time_table("PT0.1s")
    page.wait("vars")
    assert page.tables["a"]["id"] != before["id"] and page.tables["a"]["live"]
    del names["a"]
    while page.tables:
        page.wait("vars")


def test_the_status_says_how_the_engine_does(page: Page, names: dict[str, Any]) -> None:
    names["t"] = kinetable.time_table("PT0.02s").last_by()
    before = time.time_ns()
    status = page.wait("status")
    # Others may have been on their way.
    while int(status["at"]) < before or status["cycles"] <= 0:
        status = page.wait("status")
    assert status["cycle_ms"] > 0 and status["memory"] > 1 << 20
    assert int(status["at"]) <= time.time_ns()


def test_a_connection_that_was_lost_goes_on(server: Server, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(5).update("X = i")
    page = Page(server)
    resume = page.wait("welcome")["resume"]
    page.say("open", sub=4, table="t", first=1, n=2, cols=None)
    page.wait("snap", sub=4)
    page.close()
    again = Page(server, resume=resume)
    welcome = again.wait("welcome")
    assert welcome["resumed"] is True and welcome["resume"] != resume
    again.wait("snap", sub=4)
    assert again.pages[4] == [[1], [2]] and again.frames[4]["seq"] == 2
    over = Page(server, resume=welcome["resume"])
    assert over.wait("welcome")["resumed"] is True
    while (message := again.hear())["type"] != "closed":
        pass
    assert message["code"] == 4409
    late = Page(server, resume=resume)
    assert late.wait("welcome")["resumed"] is False
    for one in (over, late):
        one.close()


def test_who_may_not_enter_is_told_and_closed(names: dict[str, Any]) -> None:
    with Server(port=0, auth=["psk=secret", "basic=ada:word"], variables=names) as server:
        for hello, user in (({"token": "secret"}, "key"), ({"user": "ada", "token": "word"}, "ada")):
            page = Page(server, **hello)
            assert page.wait("welcome")["user"] == user
            page.close()
        for hello in ({}, {"token": "wrong"}, {"user": "ada", "token": "wrong"}):
            page = Page(server, **hello)
            assert page.hear()["code"] == "unauthenticated"
            assert page.hear() == {"type": "closed", "code": 4401}
        socket = Socket(server.port, protocol="", path="rt/v1", Origin="http://evil.example")
        assert socket.status == 403


def test_messages_that_are_none_end_nothing_else(page: Page, names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(1).update("X = i")
    for text in ("{", "[]", '{"type":"dance"}', '{"type":"open"}', '{"type":"viewport","sub":1,"vp":-1}', '"x"'):
        page.socket.send(text.encode(), kind=1)
        assert page.wait("error")["code"] == "invalid"
    page.socket.send(b"\0\1", kind=2)
    assert page.wait("error")["code"] == "invalid"
    page.say("open", sub=1, table="t", first=0, n=1, cols=None)
    page.wait("snap", sub=1)


def test_a_message_that_is_too_long_ends_the_connection_with_a_word(server: Server) -> None:
    page = Page(server)
    limits = page.wait("welcome")["limits"]
    assert limits["message_bytes"] == 1 << 20 < limits["file_bytes"]
    around = len(json.dumps({"type": "save", "id": 1, "path": "/a", "text": ""}))
    page.say("save", id=1, path="/a", text="x" * (limits["message_bytes"] - around))
    page.wait("error", id=1)

    def send() -> None:
        # Whoever sends more than is read finds the connection reset in the end.
        with contextlib.suppress(OSError):
            page.say("save", id=2, path="/a", text="x" * 3_000_000)

    sending = threading.Thread(target=send)
    sending.start()
    while (message := page.hear())["type"] != "closed":
        assert message.get("id") != 2
    assert message["code"] == 1009
    page.close()
    sending.join(60)


@pytest.mark.parametrize("first_message", ["{}", '{"type":"ack","sub":1,"seq":1}', "nonsense"])
def test_the_first_message_is_hello(server: Server, first_message: str) -> None:
    socket = Socket(server.port, protocol="", path="rt/v1")
    socket.send(first_message.encode(), kind=1)
    kind, data = socket.receive()
    assert kind == 8 and struct.unpack(">H", data[:2])[0] == 4400


def test_cells_of_every_type(page: Page, names: dict[str, Any]) -> None:
    columns = {
        "B": ("true", "boolean", True),
        "By": ("(byte) 7", "byte", 7),
        "C": ("'x'", "char", ord("x")),
        "L": ("9007199254740993L", "long", 9007199254740993),
        "D": ("0.5", "double", 0.5),
        "S": ("`" + "é" * 2000 + "`", "String", "é" * 1024 + "…"),
        "I": ("'2024-01-02T03:04:05.000000006Z'", "Instant", 1704164645000000006),
        "Date": ("'2024-01-02'", "LocalDate", datetime.date(2024, 1, 2)),
        "Big": ("new java.math.BigDecimal(`12.50`)", "BigDecimal", "12.5" + "0" * 17),
        "A": ("repeat(1, 3)", "int[]", "[1, 1, 1]"),
        "N": ("NULL_INT", "int", None),
    }
    names["t"] = kinetable.empty_table(1).update([f"{name} = {formula}" for name, (formula, _, _) in columns.items()])
    page.say("open", sub=1, table="t", first=0, n=1, cols=None)
    schema = page.wait("schema", sub=1)
    snap = page.wait("snap", sub=1)
    kinds = {column["name"]: column["type"] for column in schema["columns"]}
    assert kinds == {name: kind for name, (_, kind, _) in columns.items()}
    cells = {name: snap["batch"][name][0] for name in columns}
    found = {name: cell.value if kinds[name] == "Instant" else cell.as_py() for name, cell in cells.items()}
    assert found == {name: value for name, (_, _, value) in columns.items()}
    assert snap["cut"] == ["S"]
