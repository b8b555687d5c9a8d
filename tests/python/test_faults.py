"""What the outside world does wrong: a killed broker, and garbage in bulk."""

from __future__ import annotations

import pytest
from conftest import wait_until
from kinetable import agg
from kinetable import kafka_consumer as kc
from kinetable.update_graph import exclusive_lock

pytestmark = pytest.mark.broker

TRADES = "crypto.trades"


def consume(broker, table_type):
    return kc.consume(
        broker.config,
        TRADES,
        offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
        key_spec=kc.KeyValueSpec.IGNORE,
        value_spec=kc.avro_spec(f"{TRADES}-value"),
        table_type=table_type,
    )


def offsets_summary(table):
    """Rows, different offsets, first and last offset."""
    summary = table.agg_by(
        [
            agg.count_("N"),
            agg.count_distinct("D = KafkaOffset"),
            agg.min_("A = KafkaOffset"),
            agg.max_("Z = KafkaOffset"),
        ]
    )
    return tuple(next(summary.snapshot().iter_dict(), {"N": 0}).values())


def test_kill_9_and_restart_lose_and_double_nothing(own_broker):
    broker = own_broker("--trades", "50000")
    append = consume(broker, kc.TableType.append())
    with exclusive_lock(append):  # no rows pass before they are counted
        blink = consume(broker, kc.TableType.blink())
        counted = blink.agg_by([agg.count_("N"), agg.max_("Z = KafkaOffset")])
    wait_until(lambda: append.size == 50_000, 180)
    broker.kill9()
    wait_until(lambda: any(row["State"] == "DEGRADED" for row in append.status.iter_dict()), 120)
    broker.restart()
    broker.produce_trades(count=50_000)
    wait_until(lambda: append.size >= 100_000, 240, "all trades after the restart")
    assert offsets_summary(append) == (100_000, 100_000, 0, 99_999)
    wait_until(lambda: next(counted.iter_dict())["N"] >= 100_000, 120)
    assert next(counted.iter_dict()) == {"N": 100_000, "Z": 99_999}
    states = [row["State"] for row in append.status.iter_dict()]
    assert states.index("RUNNING") < states.index("DEGRADED")
    wait_until(lambda: [row["State"] for row in append.status.iter_dict()][-1] == "RUNNING")
    assert not append.is_failed and append.stats()["errors"] == 0


def test_one_percent_garbage_among_two_million(own_broker):
    broker = own_broker()
    planted = broker.produce_trades(count=2_000_000, garbage=0.01)
    bad = {(record["partition"], record["offset"]): record["kind"] for record in planted["garbage"]}
    assert 15_000 < len(bad) < 25_000
    table = consume(broker, kc.TableType.append())
    wait_until(lambda: table.size + table.errors.size >= 2_000_000, 600, "all two million records")
    found = {(row["Partition"], row["Offset"]) for row in table.errors.iter_dict(["Partition", "Offset"])}
    assert found == set(bad)
    assert table.errors.size == len(bad)
    good = 2_000_000 - len(bad)
    rows, different, _, _ = offsets_summary(table)
    assert (rows, different) == (good, good)
    assert all(row["Reason"] for row in table.errors.head(100).iter_dict("Reason"))
