"""The engine's own figures: tables that really change, with the sums of what was done, and no figures of figures."""

from __future__ import annotations

import gc
import os
import pathlib
from typing import Any

import pytest
from conftest import wait_until
from kinetable import (
    DHError,
    SortDirection,
    Table,
    agg,
    dtypes,
    empty_table,
    input_table,
    new_table,
    perfmon,
    time_table,
)
from kinetable.column import long_col


def rows(table: Table) -> list[dict[str, Any]]:
    return list(table.iter_dict())


def of(table: Table, live: Table) -> dict[str, Any]:
    """The row of a live table, as soon as it has one: another test may have asked for the figures a moment ago."""
    return wait_until(lambda: found(table, live))


def found(table: Table, live: Table) -> dict[str, Any]:
    """The row of a live table, empty if it has none."""
    number = perfmon.node(live)
    return next((row for row in rows(table) if row["Node"] == number), {})


def numbers(*values: int) -> Table:
    return new_table([long_col("X", list(values))])


def test_nodes_tell_what_each_table_did():
    table = input_table({"X": dtypes.int64})
    even = table.where("X % 2 == 0")
    total = even.agg_by([agg.sum_("X")])
    nodes = perfmon.nodes()
    assert of(nodes, table)["Kind"] == "append" and of(nodes, even)["Parents"] == [perfmon.node(table)]
    assert [of(nodes, one)["Kind"] for one in (even, total)] == ["where", "agg_by"]
    for first in (0, 10):
        table.add(numbers(*range(first, first + 10)))
    wait_until(lambda: of(nodes, table)["RowsAdded"] == 20 and of(nodes, even)["RowsAdded"] == 10)
    row = wait_until(lambda: (found := of(nodes, total))["RowsAdded"] and found)
    assert (row["Rows"], row["RowsAdded"], row["RowsModified"] <= 2, row["RowsRemoved"]) == (1, 1, True, 0)
    assert row["Nanos"] > 0 and row["Runs"] >= row["Changes"] >= 1 and not row["IsFailed"]
    assert perfmon.memory(table) >= 160
    wait_until(lambda: of(nodes, table)["Bytes"] > 0)


def test_a_table_goes_from_the_nodes_when_nobody_holds_it():
    ticking = time_table("PT0.01S")
    below = ticking.update("N = ii")
    nodes = perfmon.nodes()
    number = perfmon.node(below)
    assert of(nodes, below)
    del below
    gc.collect()
    wait_until(lambda: all(row["Node"] != number for row in rows(nodes)))
    assert of(nodes, ticking)


def test_a_failed_table_says_why():
    table = input_table({"X": dtypes.int64})
    sorted_ = table.assert_sorted("X", SortDirection.ASCENDING)
    nodes = perfmon.nodes()
    assert not of(nodes, sorted_)["IsFailed"]
    table.add(numbers(2, 1))
    failed = wait_until(lambda: (found := of(nodes, sorted_))["IsFailed"] and found)
    assert failed["Failure"] and not of(nodes, table)["IsFailed"]


def test_cycles_tell_what_each_cycle_did():
    cycles = perfmon.cycles()
    before = {row["Cycle"] for row in rows(cycles)}
    table = input_table({"X": dtypes.int64})
    copy = table.update("Y = X + 1")
    table.add(numbers(1, 2, 3))
    wait_until(lambda: copy.size == 3)

    def added() -> list[dict[str, Any]]:
        return [row for row in rows(cycles) if row["Cycle"] not in before and row["RowsAdded"]]

    # Both tables got three rows, in one cycle.
    wait_until(lambda: any(row["RowsAdded"] >= 6 and row["Changed"] >= 2 for row in added()))
    row = max(added(), key=lambda row: row["RowsAdded"])
    assert row["Nanos"] >= row["SlowestNanos"] > 0 and row["Failed"] == 0 and row["Slowest"] is not None


def test_sources_tell_what_came_and_what_waits():
    table = input_table({"X": dtypes.int64})
    blink = time_table("PT0.01S", blink_table=True)
    sources = perfmon.sources()
    table.add(numbers(*range(7)))
    wait_until(lambda: of(sources, table)["RowsIn"] == 7)
    wait_until(lambda: of(sources, blink)["RowsOut"] > 0 and of(sources, blink)["RowsInPerSecond"] > 10)
    row = of(sources, table)
    assert (row["Kind"], row["QueuedRows"], row["Rows"]) == ("append", 0, 7)
    assert not found(sources, table.where("X > 1"))


def test_the_log_of_updates_has_what_ran():
    table = input_table({"X": dtypes.int64})
    double = table.update("Y = X * 2")
    log, ancestors = perfmon.update_performance_log(), perfmon.update_performance_ancestors_log()
    number = perfmon.node(double)

    def added() -> int:
        return sum(row["RowsAdded"] for row in rows(log) if row["EntryId"] == number)

    table.add(numbers(1, 2))
    # What is added once this interval is told is told of another one.
    wait_until(lambda: added() == 2)
    table.add(numbers(3))
    wait_until(lambda: added() == 3)
    mine = [row for row in rows(log) if row["EntryId"] == number]
    assert len(mine) == 2 and all(row["UsageNanos"] > 0 and row["InvocationCount"] >= 1 for row in mine)
    assert all(row["IntervalEndTime"] > row["IntervalStartTime"] for row in mine)
    text = perfmon.ancestor_dot(number, log, ancestors)
    assert text.startswith("digraph") and f"{perfmon.node(table)} -> {number};" in text and "append" in text
    assert f"{number} ->" not in text
    with pytest.raises(DHError, match="no live table with the EntryId 999999999"):
        perfmon.ancestor_dot([number, 999_999_999], log, ancestors)


def test_figures_are_not_measured():
    held = [perfmon.nodes(), perfmon.cycles(), perfmon.update_performance_log()]
    held.append(held[0].where("Rows > 0").sort("Rows"))
    # Once a table that was made after them is told in both, they would have been too.
    table = input_table({"X": dtypes.int64})
    table.add(numbers(1))
    wait_until(lambda: found(held[0], table))
    wait_until(lambda: any(row["EntryId"] == perfmon.node(table) for row in rows(held[2])))
    mine = {perfmon.node(table) for table in held}
    assert None not in mine and not mine & {row["Node"] for row in rows(held[0])}
    assert not mine & {row["EntryId"] for row in rows(held[2])}


def test_the_thread_that_collects_is_there_while_a_table_is_held():
    gc.collect()
    tables = [perfmon.server_state_log(), perfmon.process_metrics_log()]
    wait_until(lambda: tables[0].size > 0)
    wait_until(lambda: collecting() == 1)
    tables.clear()
    gc.collect()
    wait_until(lambda: collecting() == 0)


def collecting() -> int:
    def name(task: pathlib.Path) -> str:
        try:
            return (task / "comm").read_text().strip()
        except OSError:
            return ""  # It ended meanwhile.

    return sum(name(task) == "kinetable-figur" for task in pathlib.Path("/proc/self/task").iterdir())


def test_the_state_of_the_process():
    ticking = time_table("PT0.02S").update("N = ii")
    state, log = perfmon.server_state(), perfmon.server_state_log()
    wait_until(lambda: state.size >= 2 and log.size >= 2)

    def told(row: dict[str, Any]) -> bool:
        # Of a cycle that began in another interval all its time is told in the one in which it ended.
        return row["UGPCycles"] >= 10 and 0 < row["UGPTimeRatio"] <= 1

    row = wait_until(lambda: next((row for row in reversed(rows(state)) if told(row)), None), 120)
    logged = rows(log)[-1]
    assert 0 < row["UsedMemMiB"] < row["MaxMemMiB"] and 0 < row["AvailMemRatio"] < 1
    assert row["UGPCycleMaxSecs"] >= row["UGPCycleMedianSecs"]
    assert row["IntervalSecs"] > 0 and row["IntervalEnd"] > row["IntervalStart"]
    assert logged["Threads"] >= 2 and logged["Handles"] >= 3 and logged["FreeMemoryMiB"] > 0
    assert ticking.size > 0


def test_metrics_by_name():
    ticking = time_table("PT0.02S")
    log = perfmon.process_metrics_log()

    def last(name: str, count: int) -> Any:
        return next((row for row in reversed(rows(log)) if row["Name"] == name and row["N"] >= count), None)

    cycles = wait_until(lambda: last("UpdateGraph.CycleNanos", 10), 120)
    memory = wait_until(lambda: last("Memory.Resident", 1))
    assert cycles["Min"] <= cycles["Avg"] <= cycles["Max"] <= cycles["Sum"]
    assert memory["N"] == 1 and memory["Sum"] == memory["Last"] > 1 << 20 and ticking.size > 0


def test_counters_begin_again():
    perfmon.metrics_reset_counters()
    tables = [time_table("PT10S") for _ in range(3)]
    counted = dict(line.split(": ") for line in perfmon.metrics_get_counters().splitlines())
    assert int(counted["live tables made"]) == len(tables) and int(counted["cycles"]) >= 0


def test_what_the_process_is():
    info = perfmon.process_info_log()
    row = next(row for row in rows(info) if row["Key"] == "pid")
    assert row["Value"] == str(os.getpid()) and not info.is_refreshing
    assert perfmon.process_info(row["Id"], "process", "pid") == row["Value"]
    with pytest.raises(DHError, match='no "colour" of type "process"'):
        perfmon.process_info(row["Id"], "process", "colour")


def test_static_tables_have_memory_and_no_number():
    table = empty_table(1_000).update("X = ii")
    assert perfmon.node(table) is None and perfmon.memory(table) >= 8_000
    assert perfmon.memory(empty_table(1_000)) == 0


def test_what_cannot_be_meant_is_not_there():
    for name in ("query_performance_log", "query_operation_performance", "query_update_performance"):
        assert not hasattr(perfmon, name)


def test_subscribers_are_told_apart_and_go():
    pytest.importorskip("pydeephaven_ticking")
    import pydeephaven
    from kinetable.server import Server
    from pydeephaven_ticking.table_listener import listen

    ticking = time_table("PT0.02S")
    subscribers = perfmon.subscribers()
    server = Server(port=0, auth="anonymous", variables={"ticking": ticking})
    server.start()
    session = pydeephaven.Session(host="127.0.0.1", port=server.port)
    table = session.open_table("ticking")
    handle = listen(table, lambda update: None)
    handle.start()
    first = wait_until(lambda: (row := found(subscribers, ticking)).get("Messages", 0) > 2 and row)
    wait_until(lambda: subscribers.size == 1)
    assert (first["Kind"], first["Node"], first["Window"]) == ("barrage", perfmon.node(ticking), None)
    assert first["Bytes"] > 0 and first["Cycles"] >= first["PendingCycles"]
    is_further = lambda row: row["Step"] > first["Step"] and row["Cycles"] > first["Cycles"]  # noqa: E731
    wait_until(lambda: is_further(found(subscribers, ticking)))
    handle.stop()
    session.close()
    wait_until(lambda: subscribers.size == 0)
    server.stop()


def test_pages_are_subscribers_too():
    from kinetable.server import Server
    from test_web_tables import Page

    ticking = time_table("PT0.02S").update("X = ii")
    subscribers = perfmon.subscribers()
    with Server(port=0, auth="anonymous", variables={"ticking": ticking}) as server:
        page = Page(server)
        page.say("open", sub=1, table="ticking", first=0, n=7, anchor="bottom", cols=None, max_hz=60)
        seen = lambda: next(iter(rows(subscribers)), None)  # noqa: E731
        page.wait("snap", sub=1)

        def told(holds):
            """The row, once it is so; what comes meanwhile is heard."""
            return wait_until(lambda: (page.hear(), (row := seen()) and holds(row) and row)[1])

        row = told(lambda row: row["Messages"] > 3 and row["Step"] > 0 and row["Rows"] > 3)
        assert (row["Kind"], row["Table"], row["Window"]) == ("page", "ticking", 7)
        assert row["Node"] == perfmon.node(ticking) and row["Bytes"] > 0
        page.paints = False
        # Once cycles wait, the last frame for a credit is counted.
        stuck = told(lambda row: row["Credits"] == 0 and row["PendingCycles"] > 5)
        later = wait_until(lambda: (row := seen())["PendingCycles"] > stuck["PendingCycles"] + 20 and row)
        assert later["Messages"] == stuck["Messages"] and later["Step"] == stuck["Step"]
        page.paints = True
        page.paint()
        told(lambda row: row["Step"] > stuck["Step"] and row["Credits"] > 0)
        page.say("close", sub=1)
        wait_until(lambda: subscribers.size == 0)
        page.close()
