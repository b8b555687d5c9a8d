# A ticking table, what is aggregated from it, and a listener.
import threading

from deephaven import agg, empty_table, ring_table, time_table
from deephaven.stream import blink_to_append_only
from deephaven.table_listener import listen

ticks = time_table("PT0.01S", blink_table=True).update(
    ["N = epochMillis(Timestamp) / 10", "Side = (long)N % 2 == 0 ? `buy` : `sell`", "Size = 1 + (long)N % 5"]
)
assert ticks.is_blink and ticks.is_refreshing

# Aggregations of a blink table go on over all that ever came.
totals = ticks.agg_by([agg.count_("Count"), agg.sum_("Volume = Size")], by="Side")
latest = ticks.last_by("Side")
history = blink_to_append_only(ticks)
newest = ring_table(history, 5)
first = ticks.head(3)

seen = []
enough = threading.Event()


def on_update(update, is_replay):
    added = update.added(["N", "Side"])
    seen.extend(added["Side"])
    if len(seen) >= 6:
        enough.set()


handle = listen(history, on_update)
assert enough.wait(60)
handle.stop()

while history.size < 8:
    history.await_update(1000)
assert totals.size == 2 and latest.size == 2
assert newest.size == 5 and first.size == 3
assert [row["N"] for row in first.iter_dict("N")] == sorted(row["N"] for row in first.iter_dict("N"))
assert set(seen) == {"buy", "sell"}

frozen = totals.snapshot()
assert not frozen.is_refreshing and frozen.size == 2

joined = history.natural_join(
    empty_table(2).update(["Side = i == 0 ? `buy` : `sell`", "Sign = i == 0 ? 1 : -1"]), "Side"
)
assert joined.is_refreshing and "Sign" in joined.column_names
