"""The same trades, kept and not kept.

A topic of trades is read twice, from one million records back: as an append table, which keeps every row, and as a
blink table, which keeps only the rows of the latest cycle. The same aggregation on both must give the same result, to
the last bit, while the memory of the one grows and of the other does not.

    python examples/append_vs_blink.py --bootstrap localhost:9092 --registry http://localhost:8081
"""

from __future__ import annotations

import argparse
import time

from kinetable import Table, agg, merge
from kinetable import kafka_consumer as kc
from kinetable.table_listener import TableUpdate, listen
from kinetable.update_graph import exclusive_lock

KEYS = ["Exchange", "Instrument"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bootstrap", required=True, help="the broker, HOST:PORT")
    parser.add_argument("--registry", required=True, help="the schema registry's URL")
    parser.add_argument("--topic", default="crypto.trades")
    parser.add_argument("--back", type=int, default=1_000_000, help="records to step back")
    parser.add_argument("--seconds", type=float, help="end after so long; without it Ctrl-C ends")
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two reports")
    return parser.parse_args()


def open_trades(args: argparse.Namespace, offsets: dict[int, int], table_type: kc.TableType) -> kc.ConsumedTable:
    config = {"bootstrap.servers": args.bootstrap, "schema.registry.url": args.registry}
    value = kc.avro_spec(f"{args.topic}-value")
    return kc.consume(config, args.topic, None, offsets, kc.KeyValueSpec.IGNORE, value, table_type)


def find_start(args: argparse.Namespace) -> dict[int, int]:
    """Where to start in the first partition: so many records before the newest."""
    size_offset = args.back
    newest = open_trades(args, kc.ALL_PARTITIONS_SEEK_TO_END, kc.TableType.blink()).view("KafkaOffset").last_by()
    while newest.size == 0:
        newest.await_update(1_000)
    start = newest.snapshot().view("Start = max(0, KafkaOffset - size_offset)")
    return {0: next(start.iter_dict())["Start"]}


def open_twice(
    args: argparse.Namespace, start: dict[int, int]
) -> tuple[kc.ConsumedTable, Table, kc.ConsumedTable, Table]:
    """The trades kept and not kept, each with its totals."""
    append = open_trades(args, start, kc.TableType.append())
    with exclusive_lock(append):  # no cycle's rows pass before the totals take them in
        blink = open_trades(args, start, kc.TableType.blink())
        blink_totals = aggregate(blink)
    return append, aggregate(append), blink, blink_totals


def aggregate(trades: Table) -> Table:
    totals = trades.agg_by([agg.count_("Trade_Count"), agg.sum_("Total_Size = Size")], by=KEYS)
    return totals.sort(KEYS).format_column_where("Instrument", "Instrument.startsWith(`BTC`)", "IVORY")


def compare(append: Table, blink: Table, append_totals: Table, blink_totals: Table) -> Table:
    """One row: how far both have read, and the greatest difference of any group, all of one step."""
    differences = append_totals.natural_join(
        blink_totals, on=KEYS, joins=["Blink_Count = Trade_Count", "Blink_Size = Total_Size"]
    ).view(
        [
            "One = 1",
            "Count_Diff = abs(Trade_Count - replaceIfNull(Blink_Count, 0L))",
            "Size_Diff = abs(Total_Size - replaceIfNull(Blink_Size, 0.0))",
        ]
    )
    worst = differences.agg_by([agg.count_("Groups"), agg.max_(["Count_Diff", "Size_Diff"])], by="One")
    read = append.view(["One = 1", "Append_Offset = KafkaOffset"]).max_by("One")
    read_too = blink.view(["One = 1", "Blink_Offset = KafkaOffset"]).max_by("One")
    return worst.natural_join(read, on="One").natural_join(read_too, on="One").drop_columns("One")


class Verdict:
    """Counts the steps at which both sources had read to the same offset, and those at which a group differed then."""

    def __init__(self) -> None:
        self.compared = 0
        self.differed = 0

    def look(self, update: TableUpdate, is_replay: bool) -> None:
        for rows in (update.added(), update.modified()):
            self.compared += len(rows["Count_Diff"])
            self.differed += int(((rows["Count_Diff"] != 0) | (rows["Size_Diff"] != 0)).sum())


def main() -> int:
    args = arguments()
    start = find_start(args)
    print(f"reading {args.topic} twice from offset {start[0]:,}")
    append, append_totals, blink, blink_totals = open_twice(args, start)
    row_counts = merge(
        [
            append.count_by("Rows").view(["Source = `append`", "Rows"]),
            blink.remove_blink().count_by("Rows").view(["Source = `blink, this cycle`", "Rows"]),
        ]
    )
    comparison = compare(append, blink, append_totals, blink_totals)
    verdict = Verdict()
    same_offset = comparison.where(["Append_Offset == Blink_Offset", "Blink_Offset >= 0"])
    handle = listen(same_offset, verdict.look, do_replay=True)
    ends_at = time.monotonic() + args.seconds if args.seconds else None
    try:
        while ends_at is None or time.monotonic() < ends_at:
            time.sleep(args.every)
            report(append, blink, append_totals, row_counts, comparison, verdict)
    except KeyboardInterrupt:
        pass
    handle.stop()
    return 1 if verdict.differed or not verdict.compared else 0


def report(
    append: kc.ConsumedTable,
    blink: kc.ConsumedTable,
    totals: Table,
    row_counts: Table,
    comparison: Table,
    verdict: Verdict,
) -> None:
    print(f"\n{totals.to_string(5, cols=[*KEYS, 'Trade_Count', 'Total_Size'])}")
    print(row_counts.to_string())
    print(comparison.to_string())
    for name, table in (("append", append), ("blink", blink)):
        stats = table.stats()
        figures = f"{stats['rows']:>12,} rows, {table.memory_bytes():>14,} bytes, lag {stats['lag']}"
        print(f"{name:>6}: {figures}, {stats['state']}")
    print(f"same offset at {verdict.compared} steps; a group differed at {verdict.differed} of them", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
