"""Live tables: time tables, what is told of them, and what a slow or failing listener does."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from conftest import wait_until
from kinetable import DHError, agg, merge, new_table, ring_table, time_table
from kinetable.stream import blink_to_append_only
from kinetable.table_listener import TableListener, TableListenerHandle, listen


def test_time_tables_tick():
    ticking = time_table("PT0.02S")
    assert ticking.is_refreshing and not ticking.is_blink
    assert ticking.await_update(60_000)
    wait_until(lambda: ticking.size >= 5)
    stamps = ticking.snapshot().to_arrow()["Timestamp"].to_numpy()
    assert (np.diff(stamps.astype("i8")) == 20_000_000).all()
    assert ticking.attributes()["AppendOnly"] is True


def test_operations_on_live_tables_are_live():
    ticking = time_table("PT0.01S").update("N = ii")
    counted = ticking.agg_by([agg.count_("Rows"), agg.sum_("Sum = N")])
    last = ticking.last_by().view("N")
    row = wait_until(lambda: next((row for row in counted.iter_dict() if row["Rows"] > 10), None))
    assert row["Sum"] == row["Rows"] * (row["Rows"] - 1) // 2
    wait_until(lambda: next(last.iter_dict())["N"] >= 10)
    assert not counted.snapshot().is_refreshing


def test_blink_append_and_ring():
    blink = time_table("PT0.01S", blink_table=True)
    assert blink.is_blink and not blink.remove_blink().is_blink
    appended, total, ring = blink_to_append_only(blink), blink.count_by("N"), ring_table(blink, 3)

    def has_let_go() -> bool:
        before = appended.size
        return before > 10 and blink.size < before

    wait_until(has_let_go)
    wait_until(lambda: next(total.iter_dict())["N"] > 10 and ring.size == 3)


def test_merge_of_live_and_static():
    merged = merge([time_table("PT0.01S").view("X = 1L"), new_table({"X": [7]})])
    wait_until(lambda: merged.size > 3)
    assert list(merged.snapshot().iter_dict())[-1] == {"X": 7}


def test_await_update_times_out_on_a_static_table():
    started = time.monotonic()
    assert not new_table({"X": [1]}).await_update(50)
    assert time.monotonic() - started >= 0.05


def test_listeners_are_told_of_every_update_in_order():
    ticking = time_table("PT0.01S").update("N = ii")
    wait_until(lambda: ticking.size > 3)
    told, replays = [], []

    def on_update(update, is_replay):
        replays.append(is_replay)
        told.extend(update.added("N")["N"].tolist())
        assert list(update.added()) == ["Timestamp", "N"]
        assert len(update.removed("N")["N"]) == 0 and update.modified_columns == []

    handle = listen(ticking, on_update, do_replay=True)
    wait_until(lambda: len(told) > 20)
    handle.stop()
    stopped_at = len(told)
    assert told == list(range(stopped_at))
    assert replays[0] and not any(replays[1:])
    ticking.await_update(1_000)
    assert len(told) == stopped_at


def test_listeners_see_old_and_new_values():
    counted = time_table("PT0.01S").count_by("N")
    pairs = []
    handle = listen(
        counted,
        lambda update, _: pairs.append(
            (update.modified_prev("N")["N"], update.modified("N")["N"], update.modified_columns)
        ),
    )
    wait_until(lambda: sum(len(new) for _, new, _ in pairs) > 5)
    handle.stop()
    changes = [(old[0], new[0]) for old, new, _ in pairs if len(new)]
    assert all(old < new for old, new in changes)
    assert all(new == next_old for (_, new), (next_old, _) in zip(changes, changes[1:]))
    assert all(columns == ["N"] for _, new, columns in pairs if len(new))


def test_a_slow_listener_holds_nothing_up():
    ticking = time_table("PT0.01S")
    release = threading.Event()
    handle = listen(ticking, lambda update, _: release.wait(60))
    wait_until(lambda: handle.backlog > 5)
    before = ticking.size
    wait_until(lambda: ticking.size > before + 5)
    release.set()
    wait_until(lambda: handle.backlog < 3)
    handle.stop()


def test_a_listener_that_raises_is_told_and_stops():
    ticking = time_table("PT0.01S")
    calls, errors = [], []

    def on_update(update, _):
        calls.append(update)
        raise ValueError("mine")

    handle = listen(ticking, on_update, on_error=errors.append)
    wait_until(lambda: errors)
    ticking.await_update(1_000)
    ticking.await_update(1_000)
    assert len(calls) == 1 and isinstance(errors[0], ValueError)
    handle.stop()


def test_listener_classes_and_handles():
    class Counter(TableListener):
        count = 0

        def on_update(self, update, is_replay):
            self.count += 1

    counter = Counter()
    handle = TableListenerHandle(time_table("PT0.01S"), counter)
    assert counter.count == 0
    handle.start()
    with pytest.raises(RuntimeError):
        handle.start()
    wait_until(lambda: counter.count > 2)
    handle.stop()
    with pytest.raises(DHError, match="a listener is a function"):
        listen(time_table("PT1S"), "nothing")


def test_a_listener_may_stop_itself():
    handles, calls = [], []

    def once(update, _):
        calls.append(update)
        wait_until(lambda: handles)
        handles[0].stop()

    ticking = time_table("PT0.01S")
    handles.append(listen(ticking, once))
    wait_until(lambda: calls)
    ticking.await_update(1_000)
    ticking.await_update(1_000)
    assert len(calls) == 1


def test_python_functions_on_live_tables_do_not_deadlock():
    def slow(x: int) -> int:
        time.sleep(0.001)
        return x

    # A row takes less than its time, also where the interpreter is handed over slowly.
    ticking = time_table("PT0.02S").update(["N = ii", "M = slow(N)"])
    readers = [threading.Thread(target=lambda: [ticking.size for _ in range(200)]) for _ in range(3)]
    for reader in readers:
        reader.start()
    wait_until(lambda: ticking.size > 50)
    assert ticking.memory_bytes() > 0
    for reader in readers:
        reader.join(60)
        assert not reader.is_alive()
    made = ticking.where("M % 2 = 0").count_by("Even")
    wait_until(lambda: next(made.iter_dict())["Even"] > 30, 120)


def test_a_bad_cell_on_a_live_table_is_null_and_recorded():
    def fragile(x: int) -> float:
        return 1 / (x - 5)

    ticking = time_table("PT0.01S").update(["N = ii", "F = fragile(N)"])
    wait_until(lambda: ticking.size > 8)
    values = [row["F"] for row in ticking.snapshot().iter_dict("F")]
    assert values[5] is None and values[4] == -1.0 and values[6] == 1.0
    assert not ticking.is_failed
    error = next(ticking.errors.snapshot().iter_dict())
    assert ticking.errors.size == 1 and "ZeroDivisionError" in error["Message"]


def test_period_texts():
    with pytest.raises(DHError, match="500ms"):
        time_table("500ms")
    assert time_table(10_000_000).is_refreshing
