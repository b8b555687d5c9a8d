"""The ticking client, unmodified: what it is told is what happened."""

from __future__ import annotations

import random
import threading
import time
from typing import Any, Callable, Iterator

import kinetable
import pydeephaven as client
import pytest
from kinetable import dtypes, perfmon
from kinetable.column import int_col, long_col, string_col
from kinetable.server import Server
from kinetable.stream.table_publisher import table_publisher
from pydeephaven_ticking.table_listener import listen

COLUMNS = ("Id", "Name", "Value", "Even", "At")


def until(condition: Callable[[], Any], what: str, seconds: float = 60.0) -> Any:
    """Waits until a condition holds, and gives its value."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.02)
    return found


def lists(columns: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of columns by name."""
    return list(zip(*(columns[name].to_pylist() for name in COLUMNS))) if columns else []


class Subscriber:
    """Keeps the rows that updates lead to, and those that the client itself has."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.rows: dict[int, tuple[Any, ...]] = {}
        self.current: list[tuple[Any, ...]] = []
        self.errors: list[Exception] = []
        self.seen = {"removed": 0, "modified": 0, "added": 0}
        self.lock = threading.Lock()

    def on_update(self, update: Any) -> None:
        """Does what an update says; each row it takes away is the one that is there."""
        try:
            with self.lock:
                self._apply(update)
        except Exception as error:
            self.errors.append(error)

    def _apply(self, update: Any) -> None:
        removed, added = lists(update.removed()), lists(update.added())
        before, after = lists(update.modified_prev()), lists(update.modified())
        for row in removed:
            assert self.rows.pop(row[0]) == row
        for row in added:
            assert row[0] not in self.rows, row
            self.rows[row[0]] = row
        for old, new in zip(before, after):
            assert self.rows[new[0]] == old and old[0] == new[0], (old, new)
            self.rows[new[0]] = new
        for kind, rows in (("removed", removed), ("added", added), ("modified", after)):
            self.seen[kind] += len(rows)
        table = update.update.current
        count = table.get_row_sequence()
        self.current = lists({name: table.get_column_by_name(name, True).get_chunk(count) for name in COLUMNS})
        assert sorted(self.current, key=str) == sorted(self.rows.values(), key=str)

    def is_at(self, expected: list[tuple[Any, ...]]) -> bool:
        """Whether the client has these rows, in this order."""
        with self.lock:
            return self.current == expected


class Served:
    """A table that is written by key, and one made from it that moves rows, both served."""

    def __init__(self) -> None:
        """Serves them."""
        keys = {"Id": dtypes.int64, "Name": dtypes.string, "Value": dtypes.int32}
        self.input = kinetable.input_table(col_defs=keys, key_cols="Id")
        more = ["Even = Value % 2 == 0", "At = epochMillisToInstant((long)Id * 1000)"]
        self.keyed = self.input.update(more)
        self.sorted = self.keyed.sort(["Value", "Id"])
        self.names = {"keyed": self.keyed, "sorted": self.sorted, "flat": self.sorted.flatten()}
        self.server = Server(port=0, auth="anonymous", variables=self.names)
        self.server.start()
        self.random = random.Random(5)

    def change(self) -> None:
        """Writes some rows, and deletes others."""
        ids = sorted(self.random.sample(range(60), self.random.randint(1, 9)))
        values = [self.random.choice([None, *range(6)]) for _ in ids]
        names = [None if number % 7 == 0 else f"row {number} {self.random.randint(0, 9)}" for number in ids]
        columns = [long_col("Id", ids), string_col("Name", names), int_col("Value", values)]
        self.input.add(kinetable.new_table(columns))
        if self.random.random() < 0.5:
            gone = sorted(self.random.sample(range(60), 4))
            self.input.delete(kinetable.new_table([long_col("Id", gone)]))

    def rows(self, name: str) -> list[tuple[Any, ...]]:
        """The rows of a served table now."""
        columns = kinetable.arrow.to_arrow(self.names[name])
        return list(zip(*(columns.column(column).to_pylist() for column in COLUMNS)))


@pytest.fixture
def served() -> Iterator[Served]:
    """Tables that are served."""
    served = Served()
    yield served
    served.server.stop()


@pytest.mark.parametrize("name", ["keyed", "sorted", "flat"])
def test_the_ticking_client_sees_adds_removes_changes_and_moves(served: Served, name: str):
    for _ in range(5):
        served.change()
    with client.Session(port=served.server.port) as session:
        subscriber = Subscriber()
        handle = listen(session.open_table(name), subscriber.on_update, subscriber.errors.append)
        handle.start()
        try:
            until(lambda: subscriber.errors or subscriber.current, "the client has no rows")
            # A client that is slow is told of several cycles at once: changes go on until it has seen each kind.
            for round in range(5_000):
                served.change()
                if round % 4 == 0:
                    time.sleep(0.05)
                if subscriber.errors or (round >= 60 and min(subscriber.seen.values()) > 0):
                    break
            until(lambda: subscriber.errors or subscriber.is_at(served.rows(name)), "the client has other rows")
            assert not subscriber.errors, subscriber.errors
            assert min(subscriber.seen.values()) > 0, subscriber.seen
        finally:
            handle.stop()


def test_the_ticking_client_sees_each_row_of_a_blink_table(served: Served):
    columns = [dtypes.int64, dtypes.string, dtypes.int32, dtypes.bool_, dtypes.Instant]
    served.names["blink"], publish = table_publisher("rows", dict(zip(COLUMNS, columns)))
    seen: list[int] = []
    subscribers = perfmon.subscribers()

    def has_begun(number: Any) -> bool:
        return any(row["Node"] == number and row["Messages"] > 0 for row in subscribers.iter_dict())

    with client.Session(port=served.server.port) as session:
        ticks = lambda update: seen.extend(row[0] for row in lists(update.added()))
        handle = listen(session.open_table("blink"), ticks)
        handle.start()
        try:
            formulas = ["Id = ii + FIRST", "Name = `x`", "Value = (int)ii", "Even = true", "At = epochNanosToInstant(ii)"]
            # Rows of a blink table are of their cycle: who comes later does not see them.
            until(lambda: has_begun(perfmon.node(served.names["blink"])), "it is not subscribed")
            for first in range(0, 100, 10):
                rows = kinetable.empty_table(10).update([text.replace("FIRST", str(first)) for text in formulas])
                publish.add(rows)
                time.sleep(0.02)
            until(lambda: len(seen) >= 100, f"{len(seen)} rows were told")
            assert seen == list(range(100))
        finally:
            handle.stop()
