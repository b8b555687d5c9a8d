"""Listeners of one table and of several."""

from __future__ import annotations

import pytest
from conftest import wait_until
from kinetable import DHError, dtypes, input_table, new_table
from kinetable.column import int_col, string_col
from kinetable.stream.table_publisher import table_publisher
from kinetable.table_listener import (
    MergedListener,
    MergedListenerHandle,
    TableListenerHandle,
    listen,
    merged_listen,
)


def keyed():
    return input_table({"K": dtypes.string, "V": dtypes.int32}, key_cols="K")


def put(table, **values):
    table.add(new_table([string_col("K", list(values)), int_col("V", list(values.values()))]))


def test_an_update_has_all_its_parts():
    table, told = keyed(), []
    put(table, a=1, b=2, c=3)
    handle = listen(table, lambda update, _: told.append(update), dependencies=[table], description="parts")
    put(table, a=10, d=4)
    table.delete(new_table([string_col("K", ["b"])]))
    wait_until(lambda: len(told) == 2)
    handle.stop()
    first, second = told
    assert first.added("K")["K"].tolist() == ["d"]
    assert first.modified_columns == ["V"]
    assert (first.modified_prev()["V"].tolist(), first.modified()["V"].tolist()) == ([1], [10])
    assert first.removed()["K"].tolist() == [] and first.shifted == []
    assert second.removed(["V", "K"])["V"].tolist() == [2]
    assert str(second) == "TableUpdate(0 added, 1 removed, 0 modified)"
    flat = table.flatten()
    handle = listen(flat, lambda update, _: told.append(update))
    table.delete(new_table([string_col("K", ["a"])]))
    wait_until(lambda: len(told) == 3)
    handle.stop()
    assert told[2].shifted == [(1, 3, -1)]


def test_updates_come_in_chunks():
    table, told = input_table({"X": dtypes.int32}), []
    handle = listen(table, lambda update, _: told.append(update))
    table.add(new_table([int_col("X", list(range(10)))]))
    wait_until(lambda: told)
    handle.stop()
    assert [chunk["X"].tolist() for chunk in told[0].added_chunks(4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    for chunks in (told[0].removed_chunks(4), told[0].modified_chunks(4), told[0].modified_prev_chunks(4)):
        assert list(chunks) == []


def test_several_tables_are_told_of_together():
    a, told = keyed(), []
    counted, untouched = a.count_by("N"), keyed()
    handle = merged_listen([a, counted, untouched], lambda updates, replay: told.append((updates, replay)))
    put(a, x=1)
    put(a, x=2)
    wait_until(lambda: len(told) == 2)
    handle.stop()
    (first, replay), (second, _) = told
    assert not replay and list(first) == [a, counted, untouched] and first[untouched] is None
    assert first[a].added("V")["V"].tolist() == [1] and first[counted].added()["N"].tolist() == [1]
    assert second[a].modified("V")["V"].tolist() == [2] and second[counted] is None


def test_a_merged_replay_has_the_rows_of_all():
    a, b, told = keyed(), new_table({"X": [1, 2]}), []

    class Kept(MergedListener):
        def on_update(self, updates, is_replay):
            told.append((updates, is_replay))

    put(a, x=1, y=2)
    handle = MergedListenerHandle([a, b], Kept())
    handle.start(do_replay=True)
    with pytest.raises(RuntimeError):
        handle.start()
    wait_until(lambda: told)
    put(a, z=3)
    wait_until(lambda: len(told) == 2)
    handle.stop()
    (first, replay), (second, later) = told
    assert replay and not later
    assert first[a].added("V")["V"].tolist() == [1, 2] and first[b].added("X")["X"].tolist() == [1, 2]
    assert second[a].added("V")["V"].tolist() == [3] and second[b] is None


def test_every_cycle_is_told_of_once_while_listeners_are_made():
    table, seen, handles = input_table({"X": dtypes.int32}), [], []
    other = table.update("Y = X")
    for number in range(30):
        if number % 10 == 5:
            told = []
            seen.append((number, told))
            handles.append(merged_listen([table, other], lambda updates, _, told=told: told.append(updates), True))
        table.add(new_table([int_col("X", [number])]))
    wait_until(lambda: all(sum(len(u[other].added()["Y"]) for u in told) == 30 for _, told in seen))
    for handle in handles:
        handle.stop()
    for _, told in seen:
        assert [y for updates in told for y in updates[other].added()["Y"].tolist()] == list(range(30))


def test_failures_reach_on_error():
    blink, publisher = table_publisher("p", {"X": dtypes.int32})
    errors = []
    one = listen(blink, lambda update, _: None, on_error=errors.append)
    both = merged_listen([blink, keyed()], lambda updates, _: None, on_error=errors.append)
    publisher.publish_failure(RuntimeError("gone"))
    wait_until(lambda: len(errors) == 2)
    assert all("gone" in str(error) for error in errors)
    one.stop()
    both.stop()


def test_a_table_that_has_failed_takes_no_listener():
    blink, publisher = table_publisher("p", {"X": dtypes.int32})
    publisher.publish_failure(RuntimeError("gone"))
    wait_until(lambda: blink.is_failed)
    for start in (
        lambda: listen(blink, lambda update, _: None),
        lambda: merged_listen([blink, keyed()], lambda updates, _: None),
        blink.await_update,
    ):
        with pytest.raises(DHError, match="the table has failed.*gone"):
            start()


def test_mistakes_are_told():
    with pytest.raises(DHError, match="no table"):
        merged_listen([], lambda updates, _: None)
    with pytest.raises(DHError, match="MergedListener"):
        merged_listen([keyed()], 1)
    with pytest.raises(DHError, match="TableListener"):
        TableListenerHandle(keyed(), 1)
