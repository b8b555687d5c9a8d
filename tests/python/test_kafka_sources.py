"""How Kafka sources tell that they fare badly: the tables of sources, and the policies for a topic that is not what it was."""

from __future__ import annotations

import pytest
from conftest import wait_until
from kinetable import DHError, dtypes, new_table
from kinetable import kafka_consumer as kc
from kinetable import kafka_producer as kp
from kinetable.column import string_col
from kinetable.stream.kafka import source_partitions, sources

pytestmark = pytest.mark.broker


def texts(broker, topic, **settings):
    return kc.consume(
        {**broker.config, **settings},
        topic,
        offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
        key_spec=kc.KeyValueSpec.IGNORE,
        value_spec=kc.simple_spec("V", dtypes.string),
        table_type=kc.TableType.append(),
    )


def row(table):
    return next(iter(table.source.iter_dict()), {})


def column(table, name):
    return [cells[name] for cells in table.iter_dict()]


def test_each_source_has_a_row(broker, topic):
    broker.create_topic(topic=topic, partitions=2)
    broker.produce(topic=topic, records=[{"value": "a", "partition": 1}, {"value": "b", "partition": 1}])
    table = texts(broker, topic)
    again = texts(broker, topic)
    assert (table.source_name, again.source_name) == (topic, f"{topic}#2")
    wanted = {"Kind": "consumer", "Topic": topic, "State": "RUNNING", "Partitions": 2, "Rows": 2, "Lag": 0}
    wait_until(lambda: wanted.items() <= row(table).items())
    wait_until(lambda: column(table.source_partitions, "Offset") == [0, 2])
    wait_until(lambda: column(table.source_partitions, "HighWaterMark") == [0, 2])
    # Both are looked at once a second, one after the other.
    wait_until(lambda: {topic, f"{topic}#2"} <= set(column(sources(), "Source")))
    second = source_partitions().where(f"Source = `{topic}#2`")
    wait_until(lambda: column(second, "Partition") == [0, 1])
    table.stop()
    wait_until(lambda: row(table)["State"] == "STOPPED")
    wait_until(lambda: row(again).get("State") == "RUNNING")


def test_a_fault_is_told(own_broker, topic):
    broker = own_broker()
    broker.create_topic(topic=topic)
    broker.put(topic, "kept")
    table = texts(broker, topic)
    wait_until(lambda: table.size == 1)
    broker.kill9()
    degraded = wait_until(lambda: (found := row(table)).get("State") == "DEGRADED" and found)
    assert degraded["LastError"].startswith("no broker since ")
    assert table.size == 1
    broker.restart()
    running = wait_until(lambda: (found := row(table))["State"] == "RUNNING" and found)
    assert running["Retries"] > 0


def test_a_topic_made_anew_waits_for_a_word(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, "1", "2")
    table = texts(broker, topic)
    wait_until(lambda: table.size == 2)
    wait_until(lambda: row(table).get("TopicId"))
    broker.delete_topic(topic=topic)
    wait_until(lambda: row(table)["State"] == "TOPIC MISSING")
    wait_until(lambda: broker.create_topic(topic=topic)["created"])
    wait_until(lambda: row(table)["State"] == "TOPIC RECREATED")
    broker.put(topic, "new 1", "new 2", "new 3")
    assert table.size == 2
    table.resume()
    wait_until(lambda: column(table, "V") == ["1", "2", "new 1", "new 2", "new 3"])
    wait_until(lambda: row(table)["Incarnation"] == 2)


def test_a_policy_must_be_one_there_is(broker, topic):
    broker.create_topic(topic=topic)
    with pytest.raises(DHError, match="earliest, latest, fail"):
        texts(broker, topic, **{"kinetable.on.gap": "ignore"})


def test_a_record_on_which_a_formula_fails_is_a_null_that_is_listed(broker, topic):
    def half(text: str) -> int:
        return int(text) // 2

    broker.create_topic(topic=topic)
    broker.put(topic, "10")
    table = texts(broker, topic)
    wait_until(lambda: table.size == 1)
    halves = table.update("Half = half(V)")
    broker.put(topic, "poison", "30")
    wait_until(lambda: halves.size == 3)
    assert column(halves, "Half") == [5, None, 15]
    errors = halves.errors
    wait_until(lambda: errors.size == 1)
    assert column(errors, "Column") == ["Half"]
    wait_until(lambda: row(table).get("State") == "RUNNING")


def test_a_publication_has_a_row_too(broker, topic):
    broker.create_topic(topic=topic)
    source = new_table([string_col("V", ["a", "b"])])
    publication = kp.produce(source, broker.config, topic, kp.KeyValueSpec.IGNORE, kp.simple_spec("V"))
    publication.flush()
    stats = publication.stats()
    assert (stats["state"], stats["delivered"], stats["lag"], stats["bytes"], stats["failed"]) == ("RUNNING", 2, 0, 2, 0)
    shown = sources().where(f"Source = `{topic}`")

    def row():
        return next(shown.iter_dict(), {})

    wanted = {"Kind": "producer", "State": "RUNNING", "Rows": 2, "Lag": 0, "Errors": 0}
    wanted |= dict.fromkeys(["Partitions", "Offset", "TopicId", "LastError"])
    wait_until(lambda: wanted.items() <= row().items())
    publication()
    wait_until(lambda: row()["State"] == "STOPPED")


def test_a_function_gives_publications_tokens(broker, topic):
    broker.create_topic(topic=topic)
    asked = []

    def refuse(config):
        asked.append(config)
        raise RuntimeError("no token today")

    config = broker.config | {
        "security.protocol": "sasl_plaintext",
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.oauthbearer.config": "for=tests",
        "kinetable.connect.timeout.ms": 5_000,
        "oauth_cb": refuse,
    }
    source = new_table([string_col("V", ["a"])])
    with pytest.raises(DHError, match="no token today"):
        kp.produce(source, config, topic, kp.KeyValueSpec.IGNORE, kp.simple_spec("V"))
    assert asked[0] == "for=tests"
