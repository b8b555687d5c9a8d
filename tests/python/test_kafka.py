"""Topics as tables and tables as topics, on a real broker with a real registry."""

from __future__ import annotations

import json
import struct
import time

import confluent_kafka
import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from conftest import wait_until
from kinetable import DHError, agg, dtypes, merge, new_table, time_table
from kinetable import kafka_consumer as kc
from kinetable import kafka_producer as kp
from kinetable.liveness_scope import liveness_scope
from kinetable.stream.kafka import topics
from kinetable.update_graph import exclusive_lock

pytestmark = pytest.mark.broker

IGNORE = kc.KeyValueSpec.IGNORE
BEGINNING = kc.ALL_PARTITIONS_SEEK_TO_BEGINNING


def read_back(broker, topic, count):
    """Records of a topic by a client that has nothing to do with ours: (key, value, partition, timestamp)."""
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": broker.bootstrap, "group.id": f"check-{topic}", "auto.offset.reset": "earliest"}
    )
    parts = wait_until(lambda: consumer.list_topics(topic, timeout=60).topics[topic].partitions, what=f"topic {topic}")
    consumer.assign([confluent_kafka.TopicPartition(topic, part, confluent_kafka.OFFSET_BEGINNING) for part in parts])
    records = []

    def poll():
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            records.append((message.key(), message.value(), message.partition(), message.timestamp()[1]))
        return len(records) >= count

    wait_until(poll, 60, f"{count} records of {topic}")
    consumer.close()
    return records


def rows(table, *columns):
    return [tuple(row.values()) for row in table.iter_dict(list(columns) or None)]


def json_table(broker, topic, table_type=None, **options):
    spec = kc.json_spec({"Sym": dtypes.string, "Size": dtypes.long})
    options.setdefault("offsets", BEGINNING)
    return kc.consume(
        broker.config,
        topic,
        key_spec=IGNORE,
        value_spec=spec,
        table_type=table_type or kc.TableType.append(),
        **options,
    )


def test_json_append(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, {"Sym": "A", "Size": 1}, {"Sym": None, "Size": 2, "Other": []}, {})
    table = json_table(broker, topic)
    assert table.is_refreshing and not table.is_blink
    wait_until(lambda: table.size == 3)
    assert table.column_names == ["KafkaPartition", "KafkaOffset", "KafkaTimestamp", "Sym", "Size"]
    assert rows(table, "KafkaPartition", "KafkaOffset", "Sym", "Size") == [
        (0, 0, "A", 1),
        (0, 1, None, 2),
        (0, 2, None, None),
    ]
    broker.put(topic, {"Sym": "B", "Size": 9})
    wait_until(lambda: table.size == 4)
    assert rows(table, "Sym")[-1] == ("B",)


def test_json_mapping_and_pointers(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, {"a": {"b": 5}, "n": "x"})
    spec = kc.json_spec({"B": dtypes.int32, "Name": dtypes.string}, mapping={"/a/b": "B", "n": "Name"})
    table = kc.consume(
        broker.config, topic, offsets=BEGINNING, key_spec=IGNORE, value_spec=spec, table_type=kc.TableType.append()
    )
    wait_until(lambda: table.size == 1)
    assert rows(table, "B", "Name") == [(5, "x")]


def test_blink_accumulates_and_ring_keeps_the_newest(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, *({"Sym": "A", "Size": n} for n in range(10)))
    with exclusive_lock(None):  # no rows pass before they are counted
        blink = json_table(broker, topic, kc.TableType.blink())
        total = blink.agg_by([agg.count_("N"), agg.sum_("Size")], by="Sym")
    ring = json_table(broker, topic, kc.TableType.ring(3))
    assert blink.is_blink
    wait_until(lambda: rows(total) == [("A", 10, 45)])
    wait_until(lambda: rows(ring, "Size") == [(7,), (8,), (9,)])
    wait_until(lambda: blink.size == 0)
    assert rows(total) == [("A", 10, 45)]


def test_first_rows_of_blink_tables_wait_for_users(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, *({"Sym": "A", "Size": n} for n in range(10)))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        opened = time.monotonic()
        blink = json_table(broker, topic, kc.TableType.blink())
        wait_until(lambda: blink.stats()["rows"] == 10)
        time.sleep(0.1)
        large = blink.where("Size > 4")
        time.sleep(0.1)
        counted = merge([blink.agg_by(agg.count_("N")), large.agg_by(agg.count_("N"))])
        was_in_time = time.monotonic() - opened < 0.9
        if was_in_time:
            wait_until(lambda: rows(counted) == [(10,), (5,)])
            return
    pytest.skip("this machine is too busy to make two tables in a second")


def test_first_rows_of_blink_tables_wait_a_second_only(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, {"Sym": "A", "Size": 1})
    alone = json_table(broker, topic, kc.TableType.blink())
    wait_until(lambda: alone.stats()["rows"] == 1 and alone.stats()["queued_rows"] == 0)
    told = json_table(broker, topic, kc.TableType.blink())
    # Its row may have come and gone before anybody waits.
    wait_until(lambda: told.await_update(1_000) or (told.stats()["rows"] == 1 and told.stats()["queued_rows"] == 0))


def test_avro_with_registry_written_by_another_client(broker, topic):
    schema = {
        "type": "record", "name": "R",
        "fields": [
            {"name": "Text", "type": "string"},
            {"name": "Maybe", "type": ["null", "double"]},
            {"name": "At", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        ],
    }  # fmt: skip
    broker.create_topic(topic=topic)
    serialize = AvroSerializer(SchemaRegistryClient({"url": broker.registry}), json.dumps(schema))
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
    for n, maybe in enumerate([0.5, None]):
        value = {"Text": f"t{n}", "Maybe": maybe, "At": 1_700_000_000_123 + n}
        producer.produce(topic, key=f"k{n}", value=serialize(value, SerializationContext(topic, MessageField.VALUE)))
    assert producer.flush(60) == 0
    table = kc.consume(
        broker.config, topic, offsets=BEGINNING, key_spec=kc.simple_spec("Key", dtypes.string),
        value_spec=kc.avro_spec(f"{topic}-value", mapping={"Text": "Name"}), table_type=kc.TableType.append(),
    )  # fmt: skip
    wait_until(lambda: table.size == 2)
    assert rows(table.update_view("Ms = epochMillis(At)"), "Key", "Name", "Maybe", "Ms") == [
        ("k0", "t0", 0.5, 1_700_000_000_123), ("k1", "t1", None, 1_700_000_000_124),
    ]  # fmt: skip


def test_simple_keys_and_values_and_extra_columns(broker, topic):
    broker.create_topic(topic=topic)
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
    producer.produce(topic, key=struct.pack(">q", 7), value=struct.pack(">d", 0.25), timestamp=1_700_000_000_000)
    producer.produce(topic, key=None, value=None)
    assert producer.flush(60) == 0
    config = {
        **broker.config, "deephaven.key.column.name": "K", "deephaven.key.column.type": "long",
        "deephaven.partition.column.name": "", "deephaven.valuebytes.column.name": "Bytes",
    }  # fmt: skip
    table = kc.consume(
        config,
        topic,
        offsets=BEGINNING,
        value_spec=kc.simple_spec("V", dtypes.double),
        table_type=kc.TableType.append(),
    )
    wait_until(lambda: table.size == 2)
    assert table.column_names == ["KafkaOffset", "KafkaTimestamp", "Bytes", "K", "V"]
    assert rows(table, "K", "V", "Bytes")[0] == (7, 0.25, 8)
    assert rows(table, "K", "V")[1] == (None, None)


def test_offsets_and_partitions(broker, topic):
    broker.create_topic(topic=topic, partitions=2)
    for partition in (0, 1):
        records = [{"value": json.dumps({"Size": n}), "partition": partition} for n in range(5)]
        broker.produce(topic=topic, records=records)
    third = json_table(broker, topic, offsets={0: 3, 1: kc.SEEK_TO_BEGINNING})
    wait_until(lambda: third.size == 7)
    only = json_table(broker, topic, partitions=[1], offsets={1: 4})
    wait_until(lambda: only.size == 1)
    assert rows(only, "KafkaPartition", "KafkaOffset") == [(1, 4)]
    end = json_table(broker, topic, offsets=kc.ALL_PARTITIONS_SEEK_TO_END)
    broker.produce(topic=topic, records=[{"value": json.dumps({"Size": 99}), "partition": 0}])
    wait_until(lambda: end.size == 1)
    assert rows(end, "Size") == [(99,)]
    rest = json_table(broker, topic, offsets={-1: kc.SEEK_TO_BEGINNING, 0: 3})
    wait_until(lambda: rest.size == 8)
    assert sorted(rows(rest, "KafkaPartition", "KafkaOffset"))[:4] == [(0, 3), (0, 4), (0, 5), (1, 0)]


def test_mistakes_raise_at_once(broker, topic):
    broker.create_topic(topic=topic)
    with pytest.raises(DHError, match="can't ignore both key and value"):
        kc.consume(broker.config, topic, key_spec=IGNORE, value_spec=IGNORE)
    with pytest.raises(DHError, match="no-such-topic"):
        json_table(broker, "no-such-topic")
    with pytest.raises(DHError, match="no-such-subject"):
        kc.consume(broker.config, topic, key_spec=IGNORE, value_spec=kc.avro_spec("no-such-subject"))
    with pytest.raises(DHError, match="is no type"):
        kc.json_spec({"X": int})
    with pytest.raises(DHError, match="KafkaKey"):
        kc.consume(broker.config, topic, value_spec=kc.simple_spec("V", dtypes.string))


def test_garbage_goes_to_errors_and_the_rest_goes_on(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, {"Sym": "A", "Size": 1}, "not json", {"Sym": "B", "Size": "much"}, {"Sym": "C", "Size": 3})
    table = json_table(broker, topic)
    wait_until(lambda: table.size == 2 and table.errors.size == 2)
    assert rows(table, "Sym") == [("A",), ("C",)]
    first = next(table.errors.iter_dict())
    assert (first["Topic"], first["Partition"], first["Offset"], first["Side"]) == (topic, 0, 1, "value")
    assert first["Raw"] == b"not json" and first["Reason"]
    assert not table.is_failed


def test_status_stats_and_stop(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, {"Sym": "A", "Size": 1})
    table = json_table(broker, topic)
    wait_until(lambda: table.stats()["lag"] == 0 and table.size == 1)
    stats = table.stats()
    assert stats["rows"] == 1 and stats["errors"] == 0 and stats["next_offsets"] == {0: 1}
    wait_until(lambda: "RUNNING" in [row["State"] for row in table.status.iter_dict()])
    table.stop()
    broker.put(topic, {"Sym": "B", "Size": 2})
    assert not table.await_update(500)
    assert rows(table, "Sym") == [("A",)]


def test_topics(broker, topic):
    broker.create_topic(topic=topic)
    wait_until(lambda: topic in topics(broker.config))


def test_produce_json_and_read_it_back(broker, topic):
    broker.create_topic(topic=topic)
    table = new_table({"Sym": ["A", "B"], "Size": [1, None], "Px": [0.5, 2.0]})
    spec = kp.json_spec(exclude_columns=["Px"], mapping={"Size": "size"})
    stop = kp.produce(table, broker.config, topic, kp.simple_spec("Sym"), spec)
    stop()
    assert [(key, json.loads(value)) for key, value, *_ in read_back(broker, topic, 2)] == [
        (b"A", {"Sym": "A", "size": 1}), (b"B", {"Sym": "B"}),
    ]  # fmt: skip


def test_produce_a_live_table(broker, topic):
    broker.create_topic(topic=topic)
    ticking = time_table("PT0.01S").view("N = ii")
    stop = kp.produce(ticking, broker.config, topic, IGNORE, kp.json_spec(["N"], output_nulls=True))
    wait_until(lambda: ticking.size > 10)
    stop()
    values = [json.loads(value)["N"] for _, value, *_ in read_back(broker, topic, 10)]
    assert values == list(range(len(values)))


def test_produce_updates_and_tombstones(broker, topic):
    broker.create_topic(topic=topic)
    source = json_table(broker, (broker.create_topic(topic=topic + ".in"), topic + ".in")[1])
    last = source.last_by("Sym").where("Size > 0").view(["Sym", "Size"])
    stop = kp.produce(last, broker.config, topic, kp.simple_spec("Sym"), kp.json_spec(["Size"]))
    for size in (1, 2, 0):
        broker.put(topic + ".in", {"Sym": "A", "Size": size})
        wait_until(lambda wanted=size: rows(source, "Size")[-1:] == [(wanted,)])
    stop()
    assert [(key, value and json.loads(value)) for key, value, *_ in read_back(broker, topic, 3)] == [
        (b"A", {"Size": 1}), (b"A", {"Size": 2}), (b"A", None),
    ]  # fmt: skip


def test_produce_to_columns_partitions_and_timestamps(broker, topic):
    broker.create_topic(topic=topic, partitions=2)
    table = new_table({"V": ["x"], "P": [1], "T": ["2026-01-02T00:00:00Z"]}).view(
        ["V", "P = (int)P", f"Topic = `{topic}`", "T = parseInstant(T)"]
    )
    stop = kp.produce(
        table, broker.config, None, IGNORE, kp.simple_spec("V"), topic_col="Topic", partition_col="P", timestamp_col="T"
    )
    stop()
    assert read_back(broker, topic, 1) == [(None, b"x", 1, 1_767_312_000_000)]


def test_mistakes_of_producing(broker, topic):
    table = new_table({"A": [1]})
    with pytest.raises(DHError):
        kp.produce(table, broker.config, topic, IGNORE, IGNORE)
    with pytest.raises(DHError, match="Nope"):
        kp.produce(table, broker.config, topic, IGNORE, kp.json_spec(["Nope"]))
    with pytest.raises(DHError, match="both given"):
        kp.json_spec(["A"], ["A"])


def test_a_type_that_is_none_is_named():
    with pytest.raises(DHError, match='(?s)column "V" is .*dtypes'):
        kc.simple_spec("V", "string")


def test_a_scope_releases_a_topic_but_not_what_was_made_of_it(broker, topic):
    broker.put(topic, {"Sym": "A", "Size": 1})
    with liveness_scope() as scope:
        table = json_table(broker, topic)
        counted = table.count_by("N")
        scope.preserve(counted)
    for use in (lambda: table.size, lambda: table.errors, table.stats):
        with pytest.raises(DHError, match="released"):
            use()
    wait_until(lambda: rows(counted) == [(1,)])
    broker.put(topic, {"Sym": "B", "Size": 2})
    wait_until(lambda: rows(counted) == [(2,)])
