"""The engine's own figures, as live tables: what cycles, tables and subscribers cost, and how the process fares.

They are tables like any other: filter them, sort them, look at them in the browser, join them. They are collected
once a second, and only while somebody holds one of them. What is told of is the engine without them: tables of
figures, tables made of those, and cycles in which nothing else changed, are left out.

A live table is a node of the update graph and has a number there, its ``Node``; `node` tells the number of a table.
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from typing import Any, Iterable, Optional, Union

from . import _kinetable as _native
from .column import string_col
from .dherror import DHError
from .table import Table
from .table_factory import new_table

__all__ = [
    "ancestor_dot",
    "cycles",
    "memory",
    "metrics_get_counters",
    "metrics_reset_counters",
    "node",
    "nodes",
    "process_info",
    "process_info_log",
    "process_metrics_log",
    "server_state",
    "server_state_log",
    "sources",
    "subscribers",
    "update_performance_ancestors_log",
    "update_performance_log",
]

_STARTED = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
_PROCESS = str(uuid.uuid4())
_COUNTERS = ("cycles", "cycle nanoseconds", "live tables made")
_before: tuple[int, ...] = (0, 0, 0)


def cycles() -> Table:
    """The newest cycles of the update graph, live: a row each, at least the last 65,536.

    Columns: Cycle (its number), Timestamp (instant: when it began), Nanos (how long it took, in nanoseconds,
    listeners included), ListenerNanos (how long listeners took of that), Nodes (tables that were run), Changed,
    Failed (tables), RowsAdded, RowsRemoved, RowsModified (in all tables together), Slowest (the Node that ran
    longest; null if none ran), SlowestNanos. The first rows are those of cycles before the call: up to 1,024.

    Returns:
        A live table.

    Example:
        from kinetable import perfmon
        slow = perfmon.cycles().where("Nanos > 10_000_000")
        print(slow.is_refreshing)
    """
    return _figures("cycles")


def nodes() -> Table:
    """All live tables that somebody holds, live: a row each.

    Columns: Node (its number; no other table ever has it), Kind (the operation that made it), Parents (the numbers of
    the live tables it is made from), Depth (0: a source), Rows, Columns, Bytes (what it holds of its own, not what it
    shares with its parents; null: not counted yet), Listeners, Runs (how often it was brought up to date; of a
    source, how often it had something), Changes (in how many of these its rows changed), Nanos (how long these took,
    in nanoseconds), RowsAdded, RowsRemoved, RowsModified (since it was made), RowsPerSecond (that changed in the last
    second), Load (the part of the last second in which it ran, 0 to 1), IsFailed, Failure (why).

    RowsPerSecond and Load are null until a second has passed. A node's time includes what it waits for the threads
    that it shares with others. Static tables are not in it: see `memory`.

    Returns:
        A live table.

    Example:
        from kinetable import perfmon, time_table
        ticking = time_table("PT0.1S").update("X = ii * 2")
        nodes = perfmon.nodes()
        print(nodes.where(f"Node = {perfmon.node(ticking)}").view("Kind").to_string())
    """
    return _figures("nodes")


def sources() -> Table:
    """All live tables that are filled from outside of the update graph, live: a row each, whatever fills them.

    Columns: Node, Kind (``append``, ``blink``, ``ring``, ``keep``, ``latest``, ``time_table``, …), Rows, Bytes,
    RowsIn (since it was made), RowsInPerSecond (in the last second; null until one has passed), RowsOut (rows that
    were let go), QueuedRows, QueuedBytes (what waits for the next cycle), Cycles (in how many it changed), Nanos (how
    long it took, in nanoseconds), IsFailed, Failure.

    How Kafka sources fare is told by `kinetable.stream.kafka.sources`.

    Returns:
        A live table.

    Example:
        from kinetable import perfmon, time_table
        ticking = time_table("PT0.1S")
        print(perfmon.sources().where(f"Node = {perfmon.node(ticking)}").view("Kind").to_string())
    """
    return _figures("sources")


def subscribers() -> Table:
    """Who follows tables of this process from outside: a row each.

    They are clients of Barrage, the protocol of Deephaven's clients, and tables that pages of the web app show.

    Columns: Subscriber (its number), Kind (``barrage``, ``page``), User (empty: without a name), Table (the name that
    it was opened by; null: not known), Node (the table, or what a page's sorts and filters made of it; null if it is
    static), Since (instant), Window (rows of its viewport; null: all rows), Cycles (that changed the table since),
    PendingCycles (of these, the ones it was not told of yet), Messages, Bytes (that it took), Step (the cycle whose
    rows it knows), Rows (of which cells went to it), Credits (messages that may still be on their way to a page before
    it has painted one; null: not bounded so).

    A subscriber that is slower than the table gets several cycles in one message: PendingCycles grows, and falls to 0
    with the next message. A page knows what it has painted; with Credits at 0 it is the page that is slow.

    Returns:
        A live table.

    Example:
        from kinetable import perfmon
        print(perfmon.subscribers().is_refreshing)
    """
    return _figures("subscribers")


def node(table: Table) -> Optional[int]:
    """The number of a live table in the tables of this module.

    Args:
        table: The table.

    Returns:
        Its number; None if the table is static.

    Example:
        from kinetable import empty_table, perfmon, time_table
        print(perfmon.node(empty_table(1)), perfmon.node(time_table("PT1S")) is not None)
    """
    return _native.figures_node(table._native)


def memory(table: Table) -> int:
    """What a table, live or static, holds of its own.

    Args:
        table: The table.

    Returns:
        Bytes: of its columns and of what keeps it up to date. What a live table shares with the tables it is made
        from is not counted; a static table does not know what it shares.

    Example:
        from kinetable import empty_table, perfmon
        table = empty_table(1_000).update("X = ii")
        print(perfmon.memory(table) >= 8_000, perfmon.memory(empty_table(1_000)))
    """
    return _native.figures_bytes(table._native)


def update_performance_log() -> Table:
    """What live tables did, second by second, live: a row for each that ran; at least the last 65,536 rows.

    Columns: EntryId (the Node), EntryDescription (its Kind), IntervalStartTime, IntervalEndTime (instants),
    UsageNanos (how long it ran, in nanoseconds), RowsAdded, RowsRemoved, RowsModified, InvocationCount (how often it
    ran), UpdateGraph. The log begins when it is first asked for, and goes on as long as it is held.

    Returns:
        A live table.

    Example:
        from kinetable import agg, perfmon
        log = perfmon.update_performance_log()
        print(log.agg_by(agg.sum_("UsageNanos"), by="EntryId").is_refreshing)
    """
    return _figures("updates")


def update_performance_ancestors_log() -> Table:
    """Which live tables the live tables are made from, live: a row each.

    Columns: UpdateGraph, EntryId (the Node), EntryDescription (its Kind), Ancestors (the EntryIds of the live tables
    that it is directly made from).

    Returns:
        A live table.

    Example:
        from kinetable import perfmon, time_table
        ticking = time_table("PT1S").update("X = ii")
        log = perfmon.update_performance_ancestors_log()
        print(log.where(f"EntryId = {perfmon.node(ticking)}").view("EntryDescription").to_string())
    """
    return _figures("ancestors")


def ancestor_dot(ids: Union[list[int], int], update_perf_log: Table, ancestors_log: Table) -> str:
    """Draws what live tables are made from, as text of Graphviz: ``dot -Tsvg`` makes a picture of it.

    Args:
        ids: EntryIds of the tables, one or several.
        update_perf_log: What `update_performance_log` returns: nodes show how long they ran in it.
        ancestors_log: What `update_performance_ancestors_log` returns.

    Returns:
        A digraph: a node for each of the tables and of all those above them, and an edge from each to those that are
        made from it.

    Raises:
        DHError: if an id is not in `ancestors_log`.

    Example:
        from kinetable import perfmon, time_table
        ticking = time_table("PT1S").update("X = ii")
        log, ancestors = perfmon.update_performance_log(), perfmon.update_performance_ancestors_log()
        print(perfmon.ancestor_dot(perfmon.node(ticking), log, ancestors).startswith("digraph"))
    """
    above = {row["EntryId"]: (row["EntryDescription"], row["Ancestors"]) for row in ancestors_log.iter_dict()}
    used: dict[int, int] = {}
    for row in update_perf_log.iter_dict():
        used[row["EntryId"]] = used.get(row["EntryId"], 0) + row["UsageNanos"]
    found, waiting = set(), [ids] if isinstance(ids, int) else list(ids)
    missing = [one for one in waiting if one not in above]
    if missing:
        raise DHError(
            message=f"there is no live table with the EntryId {missing[0]}\n  hint: perfmon.node(table) tells it"
        )
    while waiting:
        one = waiting.pop()
        if one not in found and one in above:
            found.add(one)
            waiting.extend(above[one][1])
    lines = [f'  {one} [label="{above[one][0]}\\n{one}: {used.get(one, 0) / 1e6:.3f} ms"];' for one in sorted(found)]
    lines += [f"  {parent} -> {one};" for one in sorted(found) for parent in _known(above[one][1], found)]
    return "\n".join(["digraph ancestors {", "  node [shape=box];", *lines, "}"])


def server_state_log() -> Table:
    """How the process fares, second by second, live: at least the last 65,536 rows.

    Columns: IntervalStartTime (instant), IntervalDurationMicros, TotalMemoryMiB (of the machine), FreeMemoryMiB (what
    the machine could still give), UsedMemoryMiB (of this process), IntervalUGPCyclesTimeMicros (how long each cycle
    took, in microseconds), IntervalCpuMicros (processor time of the process, to a hundredth of a second), Threads,
    Handles (open files and sockets). The log begins when it is first asked for, and goes on as long as it is held.

    Returns:
        A live table.

    Example:
        from kinetable import perfmon
        print(perfmon.server_state_log().view(["UsedMemoryMiB", "Threads"]).is_refreshing)
    """
    return _figures("states")


def server_state() -> Table:
    """`server_state_log` in seconds and ratios, live.

    Columns: IntervalStart, IntervalEnd (instants), IntervalSecs, UsedMemMiB, AvailMemMiB, MaxMemMiB (of the machine),
    AvailMemRatio, UsedMemRatio, CpuRatio (1: one core), UGPCycles (how many there were), UGPCycleMaxSecs,
    UGPCycleMedianSecs, UGPCycleMeanSecs (null if there were none), UGPTimeRatio (the part of the time in which a
    cycle ran).

    Returns:
        A live table.

    Example:
        from kinetable import perfmon
        print(perfmon.server_state().view(["UGPCycles", "UGPTimeRatio"]).is_refreshing)
    """
    return server_state_log().view(
        [
            "IntervalStart = IntervalStartTime",
            "IntervalSecs = IntervalDurationMicros / 1e6",
            "IntervalEnd = IntervalStartTime + IntervalDurationMicros * 1000L",
            "UsedMemMiB = UsedMemoryMiB",
            "AvailMemMiB = FreeMemoryMiB",
            "MaxMemMiB = TotalMemoryMiB",
            "AvailMemRatio = FreeMemoryMiB / (double)TotalMemoryMiB",
            "UsedMemRatio = UsedMemoryMiB / (double)TotalMemoryMiB",
            "CpuRatio = IntervalCpuMicros / (double)IntervalDurationMicros",
            "UGPCycles = len(IntervalUGPCyclesTimeMicros)",
            "UGPCycleMaxSecs = max(IntervalUGPCyclesTimeMicros) / 1e6",
            "UGPCycleMedianSecs = median(IntervalUGPCyclesTimeMicros) / 1e6",
            "UGPCycleMeanSecs = avg(IntervalUGPCyclesTimeMicros) / 1e6",
            "UGPTimeRatio = sum(IntervalUGPCyclesTimeMicros) / (double)IntervalDurationMicros",
        ]
    )


def process_metrics_log() -> Table:
    """Samples of the process and of its cycles by name, second by second, live: at least the last 65,536 rows.

    Columns: Timestamp (instant), Name, Interval (its length), Type (``State`` or ``Counter``), N (samples in it),
    Sum, Last, Min, Max, Avg. Names: ``Memory.Resident``, ``Memory.Available`` (bytes), ``Process.CpuNanos``,
    ``Process.Threads``, ``Process.Handles``, ``UpdateGraph.Nodes`` (live tables), ``UpdateGraph.CycleNanos`` and
    ``UpdateGraph.RowsChanged`` (a sample a cycle; no row if there was none).

    Returns:
        A live table.

    Example:
        from kinetable import perfmon
        print(perfmon.process_metrics_log().where("Name = `Memory.Resident`").is_refreshing)
    """
    return _figures("metrics")


def process_info_log() -> Table:
    """What the process is and runs on.

    Columns, all texts: Id (the same in all rows, another one for each process), Type (``process``, ``kinetable``,
    ``python``, ``machine``), Key, Value. Neither the environment nor the command line is in it: they may hold
    secrets.

    Returns:
        A static table.

    Example:
        from kinetable import perfmon
        print(perfmon.process_info_log().where("Type = `python`").view("Key").to_string())
    """
    facts = _facts()
    return new_table(
        [
            string_col("Id", [_PROCESS] * len(facts)),
            string_col("Type", [kind for kind, _, _ in facts]),
            string_col("Key", [key for _, key, _ in facts]),
            string_col("Value", [value for _, _, value in facts]),
        ]
    )


def process_info(proc_id: str, proc_type: str, key: str) -> str:
    """One value of `process_info_log`.

    Args:
        proc_id: The Id of the process.
        proc_type: The Type.
        key: The Key.

    Returns:
        The value.

    Raises:
        DHError: if there is no such row.

    Example:
        from kinetable import perfmon
        process = next(perfmon.process_info_log().iter_dict())["Id"]
        print(perfmon.process_info(process, "kinetable", "version") != "")
    """
    for kind, name, value in _facts():
        if (proc_id, proc_type, key) == (_PROCESS, kind, name):
            return value
    raise DHError(
        message=f'the process has no "{key}" of type "{proc_type}" under the id "{proc_id}"\n'
        "  hint: process_info_log() has all of them"
    )


def metrics_reset_counters() -> None:
    """Lets `metrics_get_counters` count from 0 again. Tables of figures go on as they were.

    Example:
        from kinetable import perfmon
        perfmon.metrics_reset_counters()
        print("cycles" in perfmon.metrics_get_counters())
    """
    global _before
    _before = _native.figures_totals()


def metrics_get_counters() -> str:
    """What the update graph did since the process started, or since `metrics_reset_counters`.

    Returns:
        A line each: cycles, the nanoseconds that they took, live tables made.

    Example:
        from kinetable import perfmon
        print(perfmon.metrics_get_counters().splitlines()[0].split(":")[0])
    """
    counted = zip(_COUNTERS, _native.figures_totals(), _before)
    return "\n".join(f"{name}: {now - before}" for name, now, before in counted)


def _figures(name: str) -> Table:
    return Table(_native.figures(name))


def _known(parents: Iterable[int], found: Any) -> list[int]:
    return sorted({parent for parent in parents if parent in found})


def _facts() -> list[tuple[str, str, str]]:
    return [
        ("process", "pid", str(os.getpid())),
        ("process", "started", _STARTED),
        ("kinetable", "version", _native.__version__),
        ("python", "version", platform.python_version()),
        ("python", "implementation", platform.python_implementation()),
        ("machine", "system", platform.system()),
        ("machine", "release", platform.release()),
        ("machine", "architecture", platform.machine()),
        ("machine", "cores", str(os.cpu_count() or 0)),
        ("machine", "memory", str(_native.figures_machine())),
    ]
