# Tables that a script writes, copies of them when a clock ticks, and locks.
import threading

from deephaven import DynamicTableWriter, input_table, merge_sorted, new_table, time_table
from deephaven import dtypes as dht
from deephaven.column import int_col, string_col
from deephaven.execution_context import get_exec_ctx, make_user_exec_ctx
from deephaven.experimental import time_window
from deephaven.liveness_scope import liveness_scope
from deephaven.stream.table_publisher import TablePublisher, table_publisher
from deephaven.table import table_diff
from deephaven.table_listener import merged_listen
from deephaven.update_graph import exclusive_lock, shared_lock

writer = DynamicTableWriter({"Numbers": dht.int32, "Words": dht.string})
for number, word in ((1, "Testing"), (2, "Dynamic"), (3, "Table")):
    writer.write_row(number, word)
written = writer.table
while written.size < 3:
    written.await_update(1000)
writer.close()

prices = input_table(col_defs={"Symbol": dht.string, "Price": dht.int32}, key_cols="Symbol")
prices.add(new_table([string_col("Symbol", ["A", "B"]), int_col("Price", [10, 20])]))
prices.add(new_table([string_col("Symbol", ["A"]), int_col("Price", [11])]))
prices.delete(new_table([string_col("Symbol", ["B"])]))
assert [row["Price"] for row in prices.iter_dict()] == [11]

clock = time_table("PT0.02S")
copies = prices.snapshot_when(trigger_table=clock, stamp_cols="Stamp = Timestamp", history=True)
while copies.size < 2:
    copies.await_update(1000)
assert copies.column_names == ["Stamp", "Symbol", "Price"]

blink, publisher = table_publisher("numbers", {"X": dht.int32})
assert isinstance(publisher, TablePublisher)
total = blink.count_by("Count")
both = threading.Event()
handle = merged_listen([blink, total], lambda updates, is_replay: both.set() if all(updates.values()) else None)
publisher.add(new_table([int_col("X", [1, 2, 3])]))
assert both.wait(60)
handle.stop()

with exclusive_lock(clock):
    before = clock.size
    doubled = clock.update("Twice = ii * 2")
    assert clock.size == before == doubled.size
with shared_lock(clock):
    assert table_diff(clock.view("Timestamp"), clock.view("Timestamp")) == ""

context = make_user_exec_ctx()


def on_a_thread():
    with context:
        results.append(written.update("Y = Numbers + offset"))


offset, results = 5, []
thread = threading.Thread(target=on_a_thread)
thread.start()
thread.join()
assert [row["Y"] for row in results[0].iter_dict()] == [6, 7, 8]
assert get_exec_ctx().update_graph == clock.update_graph

with liveness_scope() as scope:
    recent = time_window(clock, "Timestamp", 10**9, "IsRecent")
    kept = recent.where("IsRecent")
    scope.preserve(kept)
kept.await_update(1000)
assert kept.size > 0

odd, even = new_table([int_col("X", [1, 3])]), new_table([int_col("X", [2, 4])])
assert [row["X"] for row in merge_sorted([odd, even], "X").iter_dict()] == [1, 2, 3, 4]
