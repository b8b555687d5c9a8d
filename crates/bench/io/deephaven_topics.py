"""Kafka by format in Deephaven: `pip install deephaven-server`, and Java 17.

Takes the line of JSON that `kinetable-bench formats --wait` prints, of a broker and its topics, and reads each topic from the beginning into a
blink table and its aggregation by two keys, several times in one process: it is warm after the first. Prints a line of JSON each.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from importlib.metadata import version
from typing import Any, Callable

from deephaven_server import Server


def rate(consume: Callable[[], Any], records: int) -> float:
    """Rows a second, from the call to the aggregation of the last record."""
    from deephaven import agg
    from deephaven.numpy import to_numpy

    began = time.perf_counter()
    trades = consume()
    groups = trades.agg_by([agg.count_("Trades"), agg.sum_("Size")], by=["Exchange", "Instrument"])
    total = groups.view("Trades").sum_by()
    while True:
        counted = to_numpy(total)
        if len(counted) and counted[0][0] >= records:
            return records / (time.perf_counter() - began)
        time.sleep(0.02)


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("where", type=json.loads, help="the line of the broker")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    heap = os.environ.get("BENCH_DEEPHAVEN_HEAP", "8g")
    arguments = [f"-Xmx{heap}", "-DAuthHandlers=io.deephaven.auth.AnonymousAuthenticationHandler"]
    server = Server(port=int(os.environ.get("BENCH_DEEPHAVEN_PORT", "10042")), jvm_args=arguments)
    server.start()
    from deephaven import dtypes as dht
    from deephaven.stream.kafka import consumer as kc

    where = options.where
    config = {"bootstrap.servers": where["bootstrap"], "schema.registry.url": where["registry"]}
    columns = {"Exchange": dht.string, "Instrument": dht.string, "Price": dht.double, "Size": dht.double}

    def consume(topic: str, value: Any) -> Any:
        return kc.consume(
            config,
            topic,
            key_spec=kc.KeyValueSpec.IGNORE,
            value_spec=value,
            offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
            table_type=kc.TableType.blink(),
        )

    specs = {
        "bench.avro": lambda: kc.avro_spec("bench.avro-value"),
        "bench.json": lambda: kc.json_spec({**columns, "Timestamp": dht.Instant}),
    }
    # The Protobuf messages are without a registry's framing, which it needs.
    for topic, spec in specs.items():
        if topic in where["topics"]:
            rates = [rate(lambda: consume(topic, spec()), where["records"]) for _ in range(options.runs)]
            line = {"engine": f"Deephaven {version('deephaven-server')}", "topic": topic, "rows/s": [round(one) for one in rates]}
            print(json.dumps(line), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
