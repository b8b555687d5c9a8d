"""Tables that a script writes: row by row, keyed, published, generated, replayed."""

from __future__ import annotations

import threading
import time
import warnings

import pytest
from conftest import wait_until
from kinetable import (
    DHError,
    DynamicTableWriter,
    TableReplayer,
    dtypes,
    empty_table,
    function_generated_table,
    input_table,
    merge_sorted,
    new_table,
    ring_table,
    time_table,
)
from kinetable.column import bool_col, datetime_col, double_col, int_col, string_col
from kinetable.experimental import time_window
from kinetable.filters import incremental_release
from kinetable.stream import add_only_to_blink, blink_to_append_only, stream_to_append_only
from kinetable.stream.table_publisher import table_publisher
from kinetable.table_listener import listen
from kinetable.update_graph import exclusive_lock


def rows(table, *cols):
    """The rows now, as tuples."""
    return [tuple(row.values()) for row in table.snapshot().iter_dict(list(cols) or None)]


def people(**cols):
    """Rows of a name and a size."""
    return new_table([string_col("Name", cols["Name"]), int_col("Size", cols["Size"])])


def test_a_writer_appends_rows():
    with DynamicTableWriter({"S": dtypes.string, "I": dtypes.int32, "D": dtypes.double, "T": dtypes.Instant}) as writer:
        writer.write_row("a", 1, 2, "2024-01-01T00:00:00Z")
        writer.write_row(None, 2.9, None, None)
        writer.write_row("c", float("nan"), 1.5, 0)
    assert writer.table.is_refreshing and writer.table.attributes()["AppendOnly"] is True
    wait_until(lambda: writer.table.size == 3)
    assert rows(writer.table, "S", "I", "D") == [("a", 1, 2.0), (None, 2, None), ("c", None, 1.5)]
    with pytest.raises(DHError, match="closed"):
        writer.write_row("d", 1, 1, None)


def test_a_writer_says_what_does_not_fit():
    writer = DynamicTableWriter({"S": dtypes.string, "I": dtypes.byte})
    with pytest.raises(DHError, match="1 values for a row of 2 columns"):
        writer.write_row("a")
    with pytest.raises(DHError, match='column "I"'):
        writer.write_row("a", "b")
    with pytest.raises(DHError, match='column "I"'):
        writer.write_row("a", 1000)
    with pytest.raises(DHError, match="at least one column"):
        DynamicTableWriter({})
    assert writer.table.size == 0


def test_input_tables_append_at_once():
    table = input_table({"Name": dtypes.string, "Size": dtypes.int32})
    doubled = table.update("Twice = Size * 2")
    for number in range(3):
        table.add(people(Name=["x"], Size=[number]))
        assert table.size == number + 1 and doubled.size == number + 1
    table.add(new_table([int_col("Size", [9]), string_col("Name", ["other order"])]))
    assert rows(table)[-1] == ("other order", 9)
    assert table.key_names == [] and table.value_names == ["Name", "Size"]
    assert table.attributes()["InputTable"] is True and "InputTable" not in doubled.attributes()
    with pytest.raises(DHError, match="doesn't support delete"):
        table.delete(people(Name=["x"], Size=[1]))


def test_keyed_input_tables_keep_the_last_write():
    table = input_table({"Name": dtypes.string, "Size": dtypes.int32}, key_cols="Name")
    total = table.view("Size").sum_by()
    table.add(people(Name=["a", "b", "a"], Size=[1, 2, 3]))
    assert rows(table) == [("a", 3), ("b", 2)]
    table.add(people(Name=["c", "b"], Size=[4, 5]))
    assert rows(table) == [("a", 3), ("b", 5), ("c", 4)]
    table.delete(new_table([string_col("Name", ["a", "nobody"])]))
    assert rows(table) == [("b", 5), ("c", 4)]
    table.add(people(Name=["a", None], Size=[6, 7]))
    assert rows(table) == [("b", 5), ("c", 4), ("a", 6), (None, 7)]
    assert rows(total) == [(22,)]
    assert table.key_names == ["Name"] and table.value_names == ["Size"]


def test_input_tables_begin_with_rows_and_check_what_comes():
    table = input_table(init_table=people(Name=["a", "a"], Size=[1, 2]), key_cols=["Name"])
    assert rows(table) == [("a", 2)]
    with pytest.raises(DHError, match='"Size" is Int64'):
        table.add(new_table({"Name": ["b"], "Size": [1]}))
    with pytest.raises(DHError, match='no column "Size"'):
        table.add(new_table({"Name": ["b"]}))
    with pytest.raises(DHError, match='"Other" is not one'):
        table.add(people(Name=["b"], Size=[1]).update("Other = 1"))
    with pytest.raises(DHError, match='no column "Name"'):
        table.delete(new_table([int_col("Size", [1])]))
    with pytest.raises(DHError, match="either col_defs or init_table"):
        input_table()
    with pytest.raises(DHError, match='no column "Nobody"'):
        input_table({"Name": dtypes.string}, key_cols="Nobody")
    assert rows(table) == [("a", 2)]


def test_asynchronous_writes_tell_when_they_are_there():
    table = input_table({"Name": dtypes.string, "Size": dtypes.int32}, key_cols="Name")
    sizes, errors, done = [], [], threading.Event()
    table.add_async(people(Name=["a"], Size=[1]), on_success=lambda: sizes.append(table.size))
    table.add_async(new_table({"Wrong": [1]}), on_error=errors.append)
    table.delete_async(new_table([string_col("Name", ["a"])]), on_success=done.set)
    assert done.wait(60)
    assert len(sizes) == 1 and isinstance(errors[0], DHError) and table.size == 0


def test_input_does_not_wait_for_itself():
    table = input_table({"Name": dtypes.string, "Size": dtypes.int32})
    with exclusive_lock(table):
        with pytest.raises(DHError, match="holds the lock"):
            table.add(people(Name=["a"], Size=[1]))
        begun = input_table(init_table=people(Name=["a"], Size=[1]))
        assert begun.size == 0
    wait_until(lambda: begun.size == 1 and table.size == 1)


def test_a_publisher_fills_a_blink_table():
    blink, publisher = table_publisher("numbers", {"X": dtypes.int32, "Y": dtypes.double})
    kept, total = blink_to_append_only(blink), blink.count_by("N")
    assert blink.is_blink and publisher.is_alive
    for number in range(5):
        publisher.add(new_table([double_col("Y", [1.5]), int_col("X", [number])]))
    wait_until(lambda: kept.size == 5 and rows(total) == [(5,)])
    assert rows(kept, "X") == [(0,), (1,), (2,), (3,), (4,)]
    with pytest.raises(DHError, match="Int64"):
        publisher.add(new_table({"X": [1], "Y": [1.0]}))
    wait_until(lambda: blink.size == 0, what="the blink table being empty")


def test_a_publisher_fails_its_table():
    blink, publisher = table_publisher("numbers", {"X": dtypes.int32})
    below = blink.count_by("N")
    publisher.publish_failure(ValueError("the feed is gone"))
    wait_until(lambda: below.is_failed)
    assert not publisher.is_alive and "the feed is gone" in blink.failure
    with pytest.raises(DHError, match="the feed is gone") as raised:
        blink.update("Y = X")
    assert isinstance(raised.value.__cause__, ValueError)


def test_flush_and_shutdown_callbacks():
    ended, flushed = threading.Event(), []

    def on_flush(publisher):
        flushed.append(len(flushed))
        publisher.add(new_table([int_col("X", [flushed[-1]])]))

    blink, publisher = table_publisher("numbers", {"X": dtypes.int32}, on_flush, ended.set)
    kept = blink_to_append_only(blink)
    wait_until(lambda: kept.size >= 3)
    numbers = [x for (x,) in rows(kept)]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert not ended.is_set()
    blink = kept = None
    assert ended.wait(60) and not publisher.is_alive
    count, later = len(flushed), []
    other, _ = table_publisher("others", {"X": dtypes.int32}, lambda publisher: later.append(1))
    wait_until(lambda: len(later) > 3)
    assert len(flushed) == count and other.is_blink


def test_a_flush_callback_that_raises_fails_the_table():
    def on_flush(publisher):
        raise ValueError("no data")

    ended = threading.Event()
    blink, _ = table_publisher("numbers", {"X": dtypes.int32}, on_flush, ended.set)
    wait_until(lambda: blink.is_failed)
    assert "no data" in blink.failure and ended.wait(60)


def test_generated_tables_run_again_when_a_source_ticks():
    source = input_table({"X": dtypes.int32})
    runs = []

    def summed(factor, shift=0):
        runs.append(1)
        return source.snapshot().update(f"Y = X * {factor} + {shift}").select("Y")

    made = function_generated_table(summed, source_tables=source, args=(10,), kwargs={"shift": 1})
    assert made.is_refreshing and made.size == 0 and len(runs) == 1
    source.add(new_table([int_col("X", [1, 2])]))
    wait_until(lambda: rows(made) == [(11,), (21,)])
    source.add(new_table([int_col("X", [3])]))
    wait_until(lambda: rows(made) == [(11,), (21,), (31,)])


def test_generated_tables_run_on_a_timer_and_fail_as_values():
    count, may_go = [1], threading.Event()

    def counted():
        if may_go.is_set():
            count[0] += 1
        if count[0] == 4:
            raise ValueError("the fourth")
        return new_table([int_col("N", [count[0]])])

    made = function_generated_table(counted, refresh_interval_ms=20)
    assert rows(made) == [(1,)]
    may_go.set()
    wait_until(lambda: made.is_failed)
    assert "the fourth" in made.failure and next(made.iter_dict()) == {"N": 3}


def test_generated_tables_that_nobody_holds_run_no_more():
    runs = []

    def counted():
        runs.append(1)
        return new_table([int_col("N", [len(runs)])])

    source = input_table({"X": dtypes.int32})
    made = [function_generated_table(counted, refresh_interval_ms=10), function_generated_table(counted, source)]
    total = made[0].count_by("Rows")
    made.clear()
    before = len(runs)
    wait_until(lambda: len(runs) > before + 3, what="a derived table keeping it going")
    del total
    ticks, kind = [], new_table([int_col("N", [1])])
    other = function_generated_table(lambda: ticks.append(1) or kind, refresh_interval_ms=10)

    def stands_still():
        ran, ticked = len(runs), len(ticks)
        wait_until(lambda: len(ticks) > ticked + 10)
        return len(runs) == ran

    wait_until(stands_still)
    source.add(new_table([int_col("X", [1])]))
    assert stands_still() and other.is_refreshing


def test_generated_tables_keep_their_columns():
    kinds = [new_table([int_col("N", [1])]), new_table([string_col("S", ["x"])])]
    made = function_generated_table(lambda: kinds.pop(0), refresh_interval_ms=10)
    wait_until(lambda: made.is_failed)
    assert "returned columns" in made.failure
    with pytest.raises(DHError, match="has to return a table"):
        function_generated_table(lambda: 1, refresh_interval_ms=10)
    with pytest.raises(DHError, match="either source_tables or refresh_interval_ms"):
        function_generated_table(lambda: empty_table(1))


def test_a_replay_lets_rows_out_by_time():
    at = [f"2024-01-01T00:00:0{second}Z" for second in ("0", "0.1", "0.2", "9")]
    past = new_table([datetime_col("T", at), int_col("X", [1, 2, 3, 4])])
    replayer = TableReplayer("2024-01-01T00:00:00Z", "2024-01-01T00:00:05Z")
    live = replayer.add_table(past, "T")
    counted = live.count_by("N")
    assert live.size == 0 and live.is_refreshing
    replayer.start()
    sizes = []
    wait_until(lambda: sizes.append(live.size) or sizes[-1] == 3)
    assert sizes == sorted(sizes)
    wait_until(lambda: rows(counted) == [(3,)])
    with pytest.raises(DHError, match="before the replay is started"):
        replayer.add_table(past, "T")
    replayer.shutdown()
    with pytest.raises(DHError, match="once"):
        replayer.start()
    with pytest.raises(DHError, match="ends before"):
        TableReplayer("2024-01-02T00:00:00Z", "2024-01-01T00:00:00Z")
    with pytest.raises(DHError, match="does not ascend"):
        TableReplayer(0, 1).add_table(past.reverse(), "T")


def test_rows_leave_a_time_window():
    now = time.time_ns()
    table = new_table([datetime_col("T", [now, now - 10**13, now + 10**13, None])])
    assert rows(time_window(table, "T", "PT1H", "New"), "New") == [(True,), (False,), (True,), (None,)]
    window = time_window(table, "T", "PT0.3S", "New")
    news = window.where("New == true").count_by("N")
    wait_until(lambda: rows(news) == [(1,)])
    assert rows(window, "New") == [(False,), (False,), (True,), (None,)]
    with pytest.raises(DHError, match="needs an Instant"):
        time_window(table.update("X = 1"), "X", 1, "New")


def test_rings_and_sorted_merges():
    with pytest.raises(DHError, match="at least 1"):
        ring_table(empty_table(1), 0)
    keyed = input_table({"Name": dtypes.string, "Size": dtypes.int32}, key_cols="Name")
    ring = ring_table(keyed, 2)
    keyed.add(people(Name=["a", "b", "c"], Size=[1, 2, 3]))
    assert rows(ring, "Name") == [("b",), ("c",)]
    keyed.delete(new_table([string_col("Name", ["c"])]))
    assert ring.size == 2
    keyed.add(people(Name=["a"], Size=[2]))
    assert ring.is_failed and "modified" in ring.failure
    odd, even = new_table({"X": [5, 1, None]}), new_table({"X": [2, 5]})
    assert rows(merge_sorted([odd, even], "X")) == [(None,), (1,), (2,), (5,), (5,)]
    with pytest.raises(DHError, match="static tables"):
        merge_sorted([time_table("PT1S")], "Timestamp")


def test_kinds_of_streams():
    source = input_table({"X": dtypes.int32})
    added, told = add_only_to_blink(source), []
    total = added.count_by("N")

    def on_update(update, _):
        told.append((update.added()["X"].tolist(), update.removed()["X"].tolist()))

    handle = listen(added, on_update)
    source.add(new_table([int_col("X", [1, 2])]))
    source.add(new_table([int_col("X", [3])]))
    wait_until(lambda: [3] in [new for new, _ in told])
    handle.stop()
    assert [new for new, _ in told if new] == [[1, 2], [3]] and [1, 2] in [old for _, old in told]
    assert added.is_blink and rows(total) == [(3,)]
    with pytest.raises(DHError, match="never removed or changed"):
        add_only_to_blink(source.count_by("N"))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert not stream_to_append_only(time_table("PT1S", blink_table=True)).is_blink
    assert told[0].category is DeprecationWarning


def test_time_tables_start_where_they_are_told():
    ticking = time_table("PT0.01S", start_time="2024-01-01T00:00:00Z")
    wait_until(lambda: ticking.size > 3)
    first = next(ticking.snapshot().view("N = epochNanos(Timestamp)").iter_dict())["N"]
    assert first == 1_704_067_200_000_000_000
    blink = time_table("PT0.01S", blink_table=True)
    assert blink.is_blink and "AppendOnly" not in blink.attributes()
    for wrong in ("500ms", "PT", 0, "-PT1S"):
        with pytest.raises(DHError):
            time_table(wrong)
    assert new_table([bool_col("B", [True])]).size == 1


def test_rows_are_released_cycle_by_cycle():
    numbers = empty_table(100).update("A = i")
    with exclusive_lock(None):
        released = numbers.where(["A % 2 == 0", incremental_release(5, 7), "A >= 10"])
        counted = released.count_by("N")
        assert released.is_refreshing and released.size < 45
    wait_until(lambda: released.size == 45 and rows(counted) == [(45,)])
    assert [a for (a,) in rows(released)] == list(range(10, 100, 2))
    with pytest.raises(DHError, match="at least 1"):
        incremental_release(1, 0)
    with pytest.raises(DHError, match="never removed or changed"):
        input_table({"A": dtypes.int32}, key_cols="A").where(incremental_release(1, 1))
