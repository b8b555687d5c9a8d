"""Copies taken when another table ticks."""

from __future__ import annotations

import pytest
from conftest import wait_until
from kinetable import DHError, dtypes, input_table, new_table, time_table
from kinetable.column import int_col, string_col


def rows(table):
    return [tuple(row.values()) for row in table.snapshot().iter_dict()]


def tables():
    source = input_table({"K": dtypes.string, "V": dtypes.int32}, key_cols="K")
    trigger = input_table({"Tick": dtypes.int32, "Note": dtypes.string})
    return source, trigger


def put(source, **values):
    source.add(new_table([string_col("K", list(values)), int_col("V", list(values.values()))]))


def tick(trigger, number, note="-"):
    trigger.add(new_table([int_col("Tick", [number]), string_col("Note", [note])]))


def test_a_copy_is_taken_at_each_tick():
    source, trigger = tables()
    copy = source.snapshot_when(trigger)
    put(source, a=1)
    assert copy.size == 0 and copy.column_names == ["K", "V", "Tick", "Note"]
    tick(trigger, 1)
    assert rows(copy) == [("a", 1, 1, "-")]
    put(source, a=2, b=3)
    assert rows(copy) == [("a", 1, 1, "-")]
    tick(trigger, 2, "again")
    assert rows(copy) == [("a", 2, 2, "again"), ("b", 3, 2, "again")]


def test_the_first_copy_may_be_taken_at_once_and_stamps_chosen():
    source, trigger = tables()
    put(source, a=1)
    copy = source.snapshot_when(trigger, stamp_cols=["At = Tick"], initial=True)
    assert rows(copy) == [("a", 1, None)]
    tick(trigger, 5)
    assert rows(copy) == [("a", 1, 5)]


def test_incremental_copies_stamp_what_changed():
    source, trigger = tables()
    copy = source.snapshot_when(trigger, stamp_cols="Tick", incremental=True, initial=True)
    put(source, a=1, b=2)
    tick(trigger, 1)
    put(source, b=3, c=4)
    tick(trigger, 2)
    assert rows(copy) == [("a", 1, 1), ("b", 3, 2), ("c", 4, 2)]
    source.delete(new_table([string_col("K", ["a"])]))
    tick(trigger, 3)
    assert rows(copy) == [("b", 3, 2), ("c", 4, 2)]


def test_histories_append_copies():
    source, trigger = tables()
    put(source, a=1)
    copy = source.snapshot_when(trigger, stamp_cols="Tick", history=True)
    assert copy.column_names == ["Tick", "K", "V"] and copy.attributes()["AppendOnly"] is True
    tick(trigger, 1)
    put(source, a=2, b=3)
    trigger.add(new_table([int_col("Tick", [2, 3]), string_col("Note", ["x", "y"])]))
    assert rows(copy) == [(1, "a", 1), (2, "a", 2), (2, "b", 3), (3, "a", 2), (3, "b", 3)]


def test_a_time_table_is_a_trigger():
    source, _ = tables()
    copies = [source.snapshot_when(time_table("PT0.02S", blink_table=blink)) for blink in (False, True)]
    put(source, a=1)
    wait_until(lambda: all(copy.size == 1 for copy in copies))
    stamps = [rows(copy)[0][2] for copy in copies]
    wait_until(lambda: all(rows(copy)[0][2] > stamp for copy, stamp in zip(copies, stamps)))


def test_mistakes_are_told():
    source, trigger = tables()
    with pytest.raises(DHError, match="history cannot be combined with initial and incremental"):
        source.snapshot_when(trigger, history=True, initial=True, incremental=True)
    with pytest.raises(DHError, match="Column name conflicts: V"):
        source.snapshot_when(trigger, stamp_cols="V = Tick")
    with pytest.raises(DHError, match='no column "Nothing"'):
        source.snapshot_when(trigger, stamp_cols="Nothing")
