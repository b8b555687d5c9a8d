# Tables that a script writes: rows as they come, keyed rows, blink rows from a function of one's own.
import threading

from deephaven import DynamicTableWriter, agg, dtypes, input_table, merge, new_table
from deephaven.column import double_col, string_col
from deephaven.execution_context import get_exec_ctx, make_user_exec_ctx
from deephaven.liveness_scope import liveness_scope
from deephaven.stream.table_publisher import table_publisher
from deephaven.table_listener import merged_listen
from deephaven.update_graph import exclusive_lock, shared_lock


def wait(table, rows):
    # The last update may come between the look and the wait.
    while table.size < rows:
        table.await_update(1_000)


writer = DynamicTableWriter({"Sym": dtypes.string, "Size": dtypes.int32})
written = writer.table
totals = written.agg_by(agg.sum_("Total = Size"), by="Sym")
writer.write_row("A", 1)
writer.write_row("B", 2)
writer.write_row("A", None)
wait(written, 3)
writer.close()
assert [tuple(row.values()) for row in totals.iter_dict()] == [("A", 1), ("B", 2)]

limits = input_table({"Sym": dtypes.string, "Limit": dtypes.double}, key_cols="Sym")
limits.add(new_table([string_col("Sym", ["A", "B"]), double_col("Limit", [1.0, 2.0])]))
limits.add(new_table([string_col("Sym", ["A"]), double_col("Limit", [9.0])]))
assert [tuple(row.values()) for row in limits.iter_dict()] == [("A", 9.0), ("B", 2.0)]
assert (limits.key_names, limits.value_names) == (["Sym"], ["Limit"])
limits.delete(new_table([string_col("Sym", ["B"])]))
assert limits.size == 1

blink, publisher = table_publisher("events", {"Kind": dtypes.string, "Value": dtypes.double})
latest = blink.last_by("Kind")
publisher.add(new_table([string_col("Kind", ["x", "y", "x"]), double_col("Value", [1.0, 2.0, 3.0])]))
wait(latest, 2)
assert [tuple(row.values()) for row in latest.iter_dict()] == [("x", 3.0), ("y", 2.0)]
assert publisher.is_alive

told = threading.Event()


def on_both(updates, is_replay):
    if any(update is not None for update in updates.values()):
        told.set()


handle = merged_listen([limits, latest], on_both)
publisher.add(new_table([string_col("Kind", ["z"]), double_col("Value", [4.0])]))
assert told.wait(60)
handle.stop()

with exclusive_lock(limits.update_graph):
    assert limits.size == 1
with shared_lock(limits):
    assert merge([limits, limits]).size == 2
with make_user_exec_ctx():
    assert get_exec_ctx().update_graph is not None
with liveness_scope() as scope:
    kept = latest.where("Value > 1")
    scope.preserve(kept)
assert kept.size == 3
