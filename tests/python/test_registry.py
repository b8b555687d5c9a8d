"""The registry, checked by Confluent's own client: ours, or Apicurio where ``KINETABLE_TEST_BROKER`` is ``apache``."""

import json
import os

import pytest
from broker_process import BrokerError, BrokerProcess
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

TRADE = json.dumps(
    {
        "type": "record",
        "name": "Trade",
        "fields": [
            {"name": "Exchange", "type": "string"},
            {"name": "Size", "type": "double"},
            {"name": "Note", "type": ["null", "string"], "default": None},
        ],
    }
)
LONG = json.dumps({"type": "record", "name": "A", "fields": [{"name": "x", "type": "long"}]})
TEXT = json.dumps({"type": "record", "name": "A", "fields": [{"name": "x", "type": "string"}]})
WITH_DEFAULT = json.dumps(
    {
        "type": "record",
        "name": "A",
        "fields": [
            {"name": "x", "type": "long"},
            {"name": "y", "type": "int", "default": 7},
        ],
    }
)
pytestmark = pytest.mark.broker
KIND = os.environ.get("KINETABLE_TEST_BROKER", "embedded")


@pytest.fixture(scope="module")
def broker():
    with BrokerProcess("--registry", KIND) as process:
        # Apicurio checks nothing until it is told to.
        SchemaRegistryClient({"url": process.registry}).set_compatibility(level="BACKWARD")
        yield process


@pytest.fixture
def client(broker):
    return SchemaRegistryClient({"url": broker.registry})


def value_of(topic):
    return SerializationContext(topic, MessageField.VALUE)


def test_a_value_goes_round(client):
    rows = [{"Exchange": "Kraken", "Size": 0.1, "Note": None}, {"Exchange": "é", "Size": -0.0, "Note": "n"}]
    write = AvroSerializer(client, TRADE)
    read = AvroDeserializer(client)
    for row in rows:
        framed = write(row, value_of("round"))
        assert framed[0] == 0
        assert read(framed, value_of("round")) == row
    assert client.get_subjects().count("round-value") == 1


def test_an_old_value_is_read_by_a_new_schema(client):
    framed = AvroSerializer(client, LONG)({"x": 3}, value_of("evolve"))
    AvroSerializer(client, WITH_DEFAULT)({"x": 4, "y": 5}, value_of("evolve"))
    assert AvroDeserializer(client, WITH_DEFAULT)(framed, value_of("evolve")) == {"x": 3, "y": 7}
    assert client.get_versions("evolve-value") == [1, 2]
    assert client.get_latest_version("evolve-value").version == 2


def test_a_serializer_that_may_not_register_looks_up(client):
    client.register_schema("known-value", Schema(LONG, "AVRO"))
    write = AvroSerializer(client, LONG, conf={"auto.register.schemas": False})
    assert write({"x": 1}, value_of("known"))[0] == 0
    newest = AvroSerializer(client, LONG, conf={"auto.register.schemas": False, "use.latest.version": True})
    assert newest({"x": 1}, value_of("known")) == write({"x": 1}, value_of("known"))
    with pytest.raises(SchemaRegistryError) as error:
        write({"x": 1}, value_of("unknown"))
    assert error.value.error_code == 40401


def test_the_same_schema_has_one_number(client):
    first = client.register_schema("one-value", Schema(LONG, "AVRO"))
    assert client.register_schema("one-value", Schema(LONG, "AVRO")) == first
    assert client.lookup_schema("one-value", Schema(LONG, "AVRO")).schema_id == first
    assert json.loads(client.get_schema(first).schema_str) == json.loads(LONG)


def test_codes(client):
    client.register_schema("codes-value", Schema(LONG, "AVRO"))
    for code, call in [
        (40401, lambda: client.get_latest_version("no-such-subject")),
        (40402, lambda: client.get_version("codes-value", 9)),
        (40403, lambda: client.get_schema(999_999)),
        (40403, lambda: client.lookup_schema("codes-value", Schema(TRADE, "AVRO"))),
        (42201, lambda: client.register_schema("codes-value", Schema('{"type":"recrd"}', "AVRO"))),
    ]:
        with pytest.raises(SchemaRegistryError) as error:
            call()
        assert error.value.error_code == code


def is_compatible(client, subject, schema):
    """Apicurio answers with the error that registering the schema would give."""
    try:
        return client.test_compatibility(subject, Schema(schema, "AVRO"))
    except SchemaRegistryError as error:
        assert error.http_status_code == 409
        return False


def test_an_incompatible_schema_is_refused(client):
    client.register_schema("strict-value", Schema(LONG, "AVRO"))
    assert not is_compatible(client, "strict-value", TEXT)
    assert is_compatible(client, "strict-value", WITH_DEFAULT)
    with pytest.raises(SchemaRegistryError) as error:
        client.register_schema("strict-value", Schema(TEXT, "AVRO"))
    assert error.value.http_status_code == 409
    if KIND == "apache":
        return  # There a subject's NONE takes its own rule away, and everybody's stands.
    client.set_compatibility("strict-value", "NONE")
    assert client.get_compatibility("strict-value") == "NONE"
    assert client.register_schema("strict-value", Schema(TEXT, "AVRO")) > 0


def test_the_feeds_own_records_are_read(broker, client):
    broker.produce_trades(count=200, topic="fed")
    records = broker.consume(topic="fed")["records"]
    assert len(records) == 200
    assert {record["value_is"] for record in records} == {"avro"}
    schema = client.get_latest_version("fed-value")
    assert [field["name"] for field in json.loads(schema.schema.schema_str)["fields"]] == [
        "Exchange",
        "Instrument",
        "Price",
        "Size",
        "Timestamp",
    ]


def test_a_refused_command_says_why(broker):
    with pytest.raises(BrokerError, match="no-such-topic"):
        broker.end_offsets(topic="no-such-topic")
