"""History, a model of it, and the live feed joined to the model: what is unusual is seen and published as it happens.

The use of services is in Parquet files, one directory a day. The average of the last four weeks by day of week and
second of day is what to expect; live values that are more than 5 % off are anomalies. Exploring and running are the
same code: the formulas that decorate the history decorate the live table.

    python examples/service_use_anomalies.py --bootstrap localhost:9092 --registry http://localhost:8081 --history DIR
"""

from __future__ import annotations

import argparse
import datetime as dt
import time

import numpy as np
from kinetable import Table, dtypes, parquet
from kinetable import kafka_consumer as kc
from kinetable import kafka_producer as kp
from kinetable.stream import blink_to_append_only
from kinetable.table_listener import TableUpdate, listen
from kinetable.update_graph import exclusive_lock
from numpy.typing import NDArray


def secs(ts: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Seconds since the epoch. It takes arrays, so formulas call it once for many rows."""
    return ts.astype("datetime64[s]").astype(np.int64)


DECORATION = [
    "OrdinalDay = (long)(secs(Timestamp) / 86400)",
    "SecondsInDay = secs(Timestamp) % 86400",
    "OrdinalWeek = (long)((OrdinalDay + 3) / 7)",  # the epoch began on a Thursday
    "DayOfWeek = (OrdinalDay + 3) % 7",
]
MOMENT = ["DayOfWeek", "SecondsInDay"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bootstrap", required=True, help="the broker, HOST:PORT")
    parser.add_argument("--registry", required=True, help="the schema registry's URL")
    parser.add_argument("--history", required=True, help="the Parquet directory")
    parser.add_argument("--service", default="checkout", help="the service to watch")
    parser.add_argument("--topic", default="service.use")
    parser.add_argument("--out", default="service.anomalies", help="the topic to publish to")
    parser.add_argument("--seconds", type=float, help="end after so long; without it Ctrl-C ends")
    parser.add_argument("--until-done", action="store_true", help="end when all records of the topic are read")
    return parser.parse_args()


def expectations(directory: str, service: str) -> Table:
    """What to expect at each moment of the week, from the last four weeks."""
    opened = time.perf_counter()
    history = parquet.read(directory)
    print(f"opened {directory} in {1000 * (time.perf_counter() - opened):.1f} ms: {history.memory_bytes():,} bytes")
    newest = dt.date.fromisoformat(next(history.tail(1).iter_dict("Date"))["Date"])
    four_weeks_ago = (newest - dt.timedelta(weeks=4)).isoformat()
    decorated = history.where("ServiceName = service").update_view(DECORATION)
    weekly = decorated.view(["OrdinalWeek", "Value"]).sum_by("OrdinalWeek")
    print(f"requests to {service} by week:\n{weekly.tail(5).to_string()}")
    recent = history.where(["Date > four_weeks_ago", "ServiceName = service"]).update_view(DECORATION)
    return recent.view([*MOMENT, "Predicted = Value"]).avg_by(MOMENT)


def anomalies(live: Table, expected: Table) -> Table:
    """The rows that are more than 5 % off."""
    return (
        live.update_view(DECORATION)
        .natural_join(expected, on=MOMENT, joins="Predicted")
        .update_view(["PredictedDiff = Value - Predicted", "PredictedPct = 100 * Value / Predicted"])
        .where("abs(PredictedPct - 100) > 5")
    )


def settings(args: argparse.Namespace) -> dict[str, str]:
    return {"bootstrap.servers": args.bootstrap, "schema.registry.url": args.registry}


def watch(args: argparse.Namespace, expected: Table) -> tuple[kc.ConsumedTable, Table, Table]:
    """The live topic, the values of the one service in it, and the unusual ones among them."""
    service = args.service
    with exclusive_lock(expected):  # no cycle's rows pass before the append table takes them in
        source = kc.consume(
            settings(args),
            args.topic,
            offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
            key_spec=kc.simple_spec("ServiceName", dtypes.string),
            value_spec=kc.avro_spec(f"{args.topic}-value"),
            table_type=kc.TableType.blink(),
        )
        live = blink_to_append_only(source.where("ServiceName = service"))
    return source, live, anomalies(live, expected)


def tell(update: TableUpdate, is_replay: bool) -> None:
    """Prints anomalies as they appear."""
    rows = update.added(["Timestamp", "ServiceName", "Value", "Predicted", "PredictedPct"])
    for ts, name, value, predicted, pct in zip(*rows.values()):
        print(f"anomaly: {ts}Z {name} {value:,} instead of {predicted:,.0f} ({pct:.1f} %)", flush=True)


def main() -> int:
    args = arguments()
    expected = expectations(args.history, args.service)
    print(f"what to expect at {expected.size:,} moments of the week:\n{expected.to_string(5)}")

    source, live, unusual = watch(args, expected)
    handle = listen(unusual, tell, do_replay=True)
    columns = ["Timestamp", "ServiceName", "Value", "Predicted", "PredictedDiff", "PredictedPct"]
    stop_publishing = kp.produce(
        unusual.view(columns), settings(args), args.out, kp.simple_spec("ServiceName"), kp.json_spec(columns)
    )
    ends_at = time.monotonic() + args.seconds if args.seconds else None
    try:
        while (ends_at is None or time.monotonic() < ends_at) and not (args.until_done and is_done(source, live)):
            live.await_update(1_000)
    except KeyboardInterrupt:
        pass
    stop_publishing()
    handle.stop()
    print(f"{unusual.size} anomalies among {live.size:,} values, published to {args.out}")
    return 0


def is_done(source: kc.ConsumedTable, live: Table) -> bool:
    """Whether the topic is read to its end, and all of it is in the tables."""
    stats = source.stats()
    return stats["lag"] == 0 and stats["queued_rows"] == 0 and not live.await_update(1_000)


if __name__ == "__main__":
    raise SystemExit(main())
