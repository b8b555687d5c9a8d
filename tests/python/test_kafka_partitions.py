"""Which partitions of a topic are read and from where, tables of partitions, and groups."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import confluent_kafka
import numpy as np
import pytest
from conftest import wait_until
from kinetable import DHError, dtypes
from kinetable import kafka_consumer as kc
from kinetable.stream.kafka import consumer as stream_consumer
from kinetable.time import to_j_instant

pytestmark = pytest.mark.broker

SECOND_0 = 1_700_000_000


def texts(broker, topic, **options):
    options.setdefault("offsets", kc.ALL_PARTITIONS_SEEK_TO_BEGINNING)
    options.setdefault("table_type", kc.TableType.append())
    config = broker.config | {"kinetable.partitions.discover.ms": 100} | options.pop("config", {})
    return kc.consume(
        config, topic, key_spec=kc.KeyValueSpec.IGNORE, value_spec=kc.simple_spec("V", dtypes.string), **options
    )


def parts(broker, topic, **options):
    options.setdefault("offsets", kc.ALL_PARTITIONS_SEEK_TO_BEGINNING)
    config = broker.config | {"kinetable.partitions.discover.ms": 100} | options.pop("config", {})
    return kc.consume_to_partitioned_table(
        config, topic, key_spec=kc.KeyValueSpec.IGNORE, value_spec=kc.simple_spec("V", dtypes.string), **options
    )


def put(broker, topic, partition, *values, time=None):
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
    stamp = {} if time is None else {"timestamp": int(time * 1000)}
    for value in values:
        producer.produce(topic, value=value, partition=partition, **stamp)
    assert producer.flush(60) == 0


def values(table):
    return sorted(row["V"] for row in table.iter_dict(["V"]))


def details(table, state):
    return [row["Detail"] for row in table.status.iter_dict() if row["State"] == state]


def test_partitions_that_are_added_are_read(broker, topic):
    broker.create_topic(topic=topic, partitions=2)
    table = texts(broker, topic, offsets=kc.ALL_PARTITIONS_SEEK_TO_END, partitions=kc.ALL_PARTITIONS)
    put(broker, topic, 0, "a")
    broker.add_partitions(topic=topic, partitions=3)
    put(broker, topic, 2, "b", "c")
    wait_until(lambda: values(table) == ["a", "b", "c"])
    wait_until(lambda: details(table, "PARTITION ADDED") == ["partition 2 added, read from offset 0"])
    assert table.stats()["next_offsets"] == {0: 1, 1: 0, 2: 2}
    assert repr(kc.ALL_PARTITIONS) == "ALL"


def test_partitions_can_be_chosen(broker, topic):
    broker.create_topic(topic=topic, partitions=3)
    for partition in range(3):
        put(broker, topic, partition, str(partition))
    listed = texts(broker, topic, partitions=np.array([2, 0]))
    asked = []

    def is_even(partition):
        asked.append(partition)
        return partition % 2 == 0

    chosen = texts(broker, topic, partitions=is_even)
    wait_until(lambda: values(listed) == values(chosen) == ["0", "2"])
    broker.add_partitions(topic=topic, partitions=5)
    put(broker, topic, 3, "3")
    put(broker, topic, 4, "4")
    wait_until(lambda: values(chosen) == ["0", "2", "4"])
    put(broker, topic, 0, "0")
    wait_until(lambda: values(listed) == ["0", "0", "2"])
    assert set(asked) == {0, 1, 2, 3, 4}
    with pytest.raises(DHError, match="no partition 9"):
        texts(broker, topic, partitions=[9])
    with pytest.raises(DHError, match="by zero") as raised:
        texts(broker, topic, partitions=lambda partition: 1 // partition)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_offsets_can_be_times(broker, topic):
    broker.create_topic(topic=topic, partitions=2)
    for second in range(4):
        put(broker, topic, 0, f"a{second}", time=SECOND_0 + second)
        put(broker, topic, 1, f"b{second}", time=SECOND_0 + second + 0.5)
    at = dt.datetime.fromtimestamp(SECOND_0 + 2, dt.timezone.utc)
    late = ["a2", "a3", "b2", "b3"]
    for time in (at, to_j_instant(at), np.datetime64(SECOND_0 + 2, "s"), at.strftime("%Y-%m-%dT%H:%M:%SZ")):
        table = texts(broker, topic, offsets=time)
        wait_until(lambda table=table: values(table) == late)
    table = texts(broker, topic, offsets={-1: at})
    wait_until(lambda: values(table) == late)
    table = texts(broker, topic, offsets={0: at, 1: np.int64(3)})
    wait_until(lambda: values(table) == ["a2", "a3", "b3"])
    with pytest.raises(DHError, match="-7"):
        texts(broker, topic, offsets={0: -7})
    with pytest.raises(DHError):
        texts(broker, topic, offsets={0: "no time at all"})


def test_a_table_for_each_partition(broker, topic):
    broker.create_topic(topic=topic, partitions=2)
    put(broker, topic, 0, "a", "b")
    put(broker, topic, 1, "c")
    table = parts(broker, topic, table_type=kc.TableType.append())
    assert table.key_columns == ["Partition"] and table.constituent_column == "Table"
    assert table.unique_keys and table.constituent_changes_permitted
    assert table.table.is_refreshing
    merged = table.merge()
    wait_until(lambda: values(merged) == ["a", "b", "c"])
    assert values(table.get_constituent(0)) == ["a", "b"]
    assert merged.column_names == ["KafkaPartition", "KafkaOffset", "KafkaTimestamp", "V"]
    last = table.transform(lambda part: part.last_by())
    broker.add_partitions(topic=topic, partitions=4)
    put(broker, topic, 3, "d", "e")
    wait_until(lambda: values(merged) == ["a", "b", "c", "d", "e"])
    keys = table.keys()
    wait_until(lambda: [row["Partition"] for row in keys.iter_dict()] == [0, 1, 2, 3])
    wait_until(lambda: values(last.merge()) == ["b", "c", "e"])
    assert table.get_constituent(2).size == 0
    added = [f"partition {number} added, read from offset 0" for number in (2, 3)]
    wait_until(lambda: details(table, "PARTITION ADDED") == added)
    assert table.errors.size == 0 and table.stats()["rows"] == 5
    table.stop()
    wait_until(lambda: table.stats()["state"] == "STOPPED")


def test_constituents_are_of_the_type_asked_for(broker, topic):
    broker.create_topic(topic=topic, partitions=2)
    put(broker, topic, 0, *"abcde")
    put(broker, topic, 1, *"fg")
    rings = parts(broker, topic, table_type=kc.TableType.ring(3))
    wait_until(lambda: values(rings.merge()) == ["c", "d", "e", "f", "g"])
    blinks = stream_consumer.consume_to_partitioned_table(
        broker.config,
        topic,
        partitions=[1],
        key_spec=kc.KeyValueSpec.IGNORE,
        value_spec=kc.simple_spec("V", dtypes.string),
    )
    blink = blinks.get_constituent(1)
    assert blink.is_blink and blinks.get_constituent(0) is None
    count = blink.count_by("N")
    put(broker, topic, 1, "h", "i")
    wait_until(lambda: [row["N"] for row in count.iter_dict()] == [2])


def test_a_dropped_partition_column_does_not_matter(broker, topic):
    broker.create_topic(topic=topic, partitions=2)
    put(broker, topic, 0, "a")
    put(broker, topic, 1, "b")
    config = {"deephaven.partition.column.name": "", "deephaven.offset.column.name": ""}
    table = parts(broker, topic, table_type=kc.TableType.append(), config=config)
    wait_until(lambda: table.stats()["rows"] == 2 and values(table.merge()) == ["a", "b"])
    assert values(table.get_constituent(1)) == ["b"]


def test_a_member_goes_on_where_the_last_one_stopped(broker, topic):
    broker.create_topic(topic=topic)
    config = {"kinetable.group.mode": "subscribe", "group.id": f"g-{topic}", "kinetable.group.commit.ms": 100}
    put(broker, topic, 0, "a", "b")
    first = texts(broker, topic, config=config)
    wait_until(lambda: values(first) == ["a", "b"])
    wait_until(lambda: details(first, "RUNNING")[-1:] == ["partition 0"])
    first.stop()
    put(broker, topic, 0, "c")
    second = texts(broker, topic, config=config)
    wait_until(lambda: values(second) == ["c"])
    second.stop()
    assert values(first) == ["a", "b"]
    with pytest.raises(DHError, match='lack "group.id"'):
        texts(broker, topic, config={"kinetable.group.mode": "subscribe"})
    with pytest.raises(DHError, match="the group says which are read"):
        texts(broker, topic, config=config, partitions=[0])


def test_duplicates_are_kept_and_first_by_leaves_them_out(broker, topic):
    broker.create_topic(topic=topic)
    for kind in (kc.TableType.append(), kc.TableType.blink()):
        table = texts(broker, topic, table_type=kind, offsets=kc.ALL_PARTITIONS_SEEK_TO_END)
        once = table.first_by("V")
        put(broker, topic, 0, "a", "b", "a")
        wait_until(lambda once=once: values(once) == ["a", "b"])
        put(broker, topic, 0, "b", "c")
        wait_until(lambda once=once: values(once) == ["a", "b", "c"])


MEMBER = """
import sys
from kinetable import dtypes, kafka_consumer as kc
table = kc.consume(
    {"bootstrap.servers": sys.argv[1], "kinetable.group.mode": "subscribe", "group.id": "g-" + sys.argv[2],
     "kinetable.group.commit.ms": 600000},
    sys.argv[2], offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING, key_spec=kc.KeyValueSpec.IGNORE,
    value_spec=kc.simple_spec("V", dtypes.string), table_type=kc.TableType.append(),
)
import time
while table.size < 2:
    time.sleep(0.01)
"""


def test_a_member_leaves_in_good_order_when_its_program_ends(broker, topic):
    broker.create_topic(topic=topic)
    put(broker, topic, 0, "a", "b")
    subprocess.run([sys.executable, "-c", MEMBER, broker.bootstrap, topic], check=True, timeout=300)
    put(broker, topic, 0, "c")
    config = {"kinetable.group.mode": "subscribe", "group.id": f"g-{topic}"}
    table = texts(broker, topic, config=config)
    wait_until(lambda: values(table) == ["c"])
    table.stop()
