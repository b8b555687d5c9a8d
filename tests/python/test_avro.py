"""Avro in and out, with fastavro and Confluent's client on the other side."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import json
import struct
import uuid

import confluent_kafka
import fastavro
import pytest
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from conftest import wait_until
from kinetable import DHError, dtypes, empty_table, new_table
from kinetable import kafka_consumer as kc
from kinetable import kafka_producer as kp
from test_kafka import read_back, rows

pytestmark = pytest.mark.broker

IGNORE = kc.KeyValueSpec.IGNORE
UTC = dt.timezone.utc
MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def record(*fields, name="R"):
    return {"type": "record", "name": name, "fields": [{"name": name, "type": kind} for name, kind in fields]}


def logical(kind, name, **more):
    return {"type": kind, "logicalType": name, **more}


def value_of(topic):
    return SerializationContext(topic, MessageField.VALUE)


def put(broker, topic, schema, *values):
    """Puts in records by Confluent's serializer, which registers the schema."""
    serialize = AvroSerializer(SchemaRegistryClient({"url": broker.registry}), json.dumps(schema))
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
    for value in values:
        producer.produce(topic, value=serialize(value, value_of(topic)))
    assert producer.flush(60) == 0


def put_bytes(broker, topic, *values):
    broker.produce(topic=topic, records=[{"value_hex": value.hex()} for value in values])


def consume(broker, topic, spec, **config):
    return kc.consume(
        {**broker.config, **config},
        topic,
        offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
        key_spec=IGNORE,
        value_spec=spec,
        table_type=kc.TableType.append(),
    )


def encode(schema, value):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), value)
    return out.getvalue()


TYPES = record(
    ("B", "boolean"), ("I", "int"), ("L", "long"), ("F", "float"), ("D", "double"), ("S", "string"), ("Raw", "bytes"),
    ("Fix", {"type": "fixed", "name": "Fix", "size": 2}),
    ("E", {"type": "enum", "name": "E", "symbols": ["X", "Y"]}),
    ("Date", logical("int", "date")),
    ("Ms", logical("int", "time-millis")),
    ("Us", logical("long", "time-micros")),
    ("TsMs", logical("long", "timestamp-millis")),
    ("TsUs", logical("long", "timestamp-micros")),
    ("Local", logical("long", "local-timestamp-micros")),
    ("Price", logical("bytes", "decimal", precision=9, scale=2)),
    ("Id", logical("string", "uuid")),
    ("List", {"type": "array", "items": "double"}),
    ("Words", {"type": "array", "items": ["null", "string"]}),
    ("Times", {"type": "array", "items": logical("long", "timestamp-millis")}),
    ("Flags", {"type": "array", "items": "boolean"}),
    ("Map", {"type": "map", "values": "int"}),
    ("Either", ["int", "string"]),
    ("Maybe", ["null", "long"]),
    ("N", record(("P", "string"), ("Deep", record(("Q", "int"), name="Deep")), name="N")),
)  # fmt: skip
ROW = {
    "B": True, "I": -1, "L": 2**40, "F": 0.5, "D": 0.1, "S": "ü", "Raw": b"\x00\xff", "Fix": b"ab", "E": "Y",
    "Date": dt.date(2024, 2, 29), "Ms": dt.time(1, 2, 3, 4000), "Us": dt.time(1, 2, 3, 4),
    "TsMs": MOMENT.replace(microsecond=678000), "TsUs": MOMENT, "Local": MOMENT.replace(tzinfo=None),
    "Price": decimal.Decimal("-123.45"), "Id": uuid.UUID(int=5), "List": [0.5, 1.0], "Words": ["a", None],
    "Times": [MOMENT.replace(microsecond=0)], "Flags": [True, False], "Map": {"k": 1}, "Either": "s", "Maybe": None,
    "N": {"P": "p", "Deep": {"Q": 7}},
}  # fmt: skip


def test_every_type_written_by_fastavro(broker, topic):
    broker.create_topic(topic=topic)
    put(broker, topic, TYPES, ROW, {**ROW, "Maybe": 3, "Either": 4})
    table = consume(broker, topic, kc.avro_spec(f"{topic}-value"))
    wait_until(lambda: table.size == 2)
    first, second = (dict(row) for row in table.iter_dict())
    expected = {name: value for name, value in ROW.items() if name not in ("N", "Map", "Either", "Id")}
    for name, value in expected.items():
        shown = list(first[name]) if isinstance(value, list) else first[name]
        assert shown == value, name
    assert (first["Map"], first["Either"], first["Id"]) == ('{"k":1}', '"s"', str(ROW["Id"]))
    assert (first["N__P"], first["N__Deep__Q"]) == ("p", 7)
    assert (second["Maybe"], second["Either"]) == (3, "4")
    kinds = {column.name: column.data_type.name for column in table.columns}
    assert [kinds[name] for name in ("Date", "Us", "TsMs", "Local", "Price", "Times", "Flags")] == [
        "LocalDate", "LocalTime", "Instant", "LocalDateTime", "BigDecimal", "Instant[]", "boolean[]",
    ]  # fmt: skip


def test_a_new_field_is_told_and_a_schema_that_does_not_fit_is_set_aside(broker, topic):
    broker.create_topic(topic=topic)
    put(broker, topic, record(("A", "int")), {"A": 1})
    table = consume(broker, topic, kc.avro_spec(f"{topic}-value"))
    wait_until(lambda: table.size == 1)
    client = SchemaRegistryClient({"url": broker.registry})
    newer, other = record(("A", "int"), ("New", "string")), record(("A", "string"))
    kinds = enumerate([newer, other])
    ids = [client.register_schema(f"{topic}-{n}", Schema(json.dumps(schema))) for n, schema in kinds]
    bodies = [encode(newer, {"A": 2, "New": "x"}), encode(other, {"A": "two"})]
    put_bytes(broker, topic, *(struct.pack(">bI", 0, number) + body for number, body in zip(ids, bodies)))
    wait_until(lambda: table.size == 2 and table.errors.size == 1)
    reason = next(table.errors.iter_dict())["Reason"]
    assert f"schema {ids[1]}" in reason and 'field "A": string cannot be read as int' in reason
    wait_until(lambda: {"SCHEMA CHANGED", "ATTENTION"} <= {row["State"] for row in table.status.iter_dict()})
    events = {row["State"]: row["Detail"] for row in table.status.iter_dict()}
    assert events["SCHEMA CHANGED"] == f'value: field "New" of schema {ids[0]} is available, not selected'
    assert "expected" in events["ATTENTION"] and "found" in events["ATTENTION"]


def test_single_objects_and_bare_records(broker, topic):
    broker.create_topic(topic=topic)
    schema = record(("A", "int"), ("B", "string"))
    client = SchemaRegistryClient({"url": broker.registry})
    subject = f"{topic}-value"
    client.register_schema(subject, Schema(json.dumps(record(("A", "int")))))
    client.set_compatibility(subject, "NONE")
    client.register_schema(subject, Schema(json.dumps(schema)))

    def framed(kind, value):
        canonical = fastavro.schema.to_parsing_canonical_form(kind)
        return b"\xc3\x01" + bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO")) + encode(kind, value)

    put_bytes(broker, topic, framed(schema, {"A": 1, "B": "x"}), framed(record(("A", "int")), {"A": 2}))
    put_bytes(broker, topic, framed(record(("A", "long")), {"A": 3}))
    table = consume(broker, topic, kc.avro_spec(subject, schema_version="1"))
    wait_until(lambda: table.size == 2 and table.errors.size == 1)
    assert rows(table, "A") == [(1,), (2,)]
    assert "fingerprint" in next(table.errors.iter_dict())["Reason"]
    bare = topic + ".bare"
    broker.create_topic(topic=bare)
    put_bytes(broker, bare, encode(schema, {"A": 4, "B": "y"}))
    table = consume(broker, bare, kc.avro_spec(json.dumps(schema)), **{"kinetable.avro.framing": "none"})
    wait_until(lambda: table.size == 1)
    assert rows(table, "A", "B") == [(4, "y")]


def test_schemas_that_refer_to_other_subjects(broker, topic):
    broker.create_topic(topic=topic)
    client = SchemaRegistryClient({"url": broker.registry})
    within = {"type": "record", "name": "In", "namespace": "n", "fields": [{"name": "x", "type": "int"}]}
    outer = {"type": "record", "name": "Out", "namespace": "n", "fields": [{"name": "a", "type": "n.In"}]}
    client.register_schema(f"{topic}-in", Schema(json.dumps(within)))
    references = [SchemaReference("n.In", f"{topic}-in", 1)]
    serialize = AvroSerializer(client, Schema(json.dumps(outer), "AVRO", references))
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
    producer.produce(topic, value=serialize({"a": {"x": 5}}, value_of(topic)))
    assert producer.flush(60) == 0
    table = consume(broker, topic, kc.avro_spec(f"{topic}-value"))
    wait_until(lambda: table.size == 1)
    assert rows(table, "a__x") == [(5,)]


def test_several_registries_and_none(broker, topic):
    broker.create_topic(topic=topic)
    put(broker, topic, record(("A", "int")), {"A": 1})
    spec = kc.avro_spec(f"{topic}-value")
    table = consume(broker, topic, spec, **{"schema.registry.url": f"http://127.0.0.1:1,{broker.registry}"})
    wait_until(lambda: table.size == 1)
    for url, message in [("http://127.0.0.1:1", "does not answer"), ("ftp://x", "http or https")]:
        with pytest.raises(DHError, match=message):
            consume(broker, topic, spec, **{"schema.registry.url": url})
    with pytest.raises(DHError, match="not understood"):
        consume(broker, topic, spec, **{"schema.registry.ssl.nonsense": "x"})
    with pytest.raises(DHError, match="version \"9\".*40402"):
        consume(broker, topic, kc.avro_spec(f"{topic}-value", schema_version="9"))


def test_simple_types_by_class_and_by_name(broker, topic):
    broker.create_topic(topic=topic)
    some = uuid.uuid4()
    broker.put(topic, str(some), "no uuid")
    by_class = {"value.deserializer": "org.apache.kafka.common.serialization.UUIDDeserializer"}
    table = consume(broker, topic, kc.KeyValueSpec.FROM_PROPERTIES, **by_class)
    wait_until(lambda: table.size == 1 and table.errors.size == 1)
    assert rows(table, "KafkaValue") == [(str(some),)]
    table = consume(broker, topic, kc.simple_spec("U", dtypes.DType("UUID", "java.util.UUID")))
    wait_until(lambda: table.size == 1)
    raw = consume(broker, topic, kc.simple_spec("V", dtypes.DType("ByteBuffer", "java.nio.ByteBuffer")))
    wait_until(lambda: raw.size == 2)
    assert rows(raw, "V")[1] == (b"no uuid",)
    with pytest.raises(DHError, match='unable to find the type for column "KafkaValue"'):
        consume(broker, topic, kc.KeyValueSpec.FROM_PROPERTIES)
    with pytest.raises(DHError, match="cannot decode"):
        consume(broker, topic, kc.simple_spec("V", dtypes.Instant))


def read_avro(broker, topic, count):
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": broker.registry}))
    return [value and deserialize(value, value_of(topic)) for _, value, *_ in read_back(broker, topic, count)]


def test_a_table_is_published_with_its_schema(broker, topic):
    broker.create_topic(topic=topic)
    table = empty_table(2).update([
        "Sym = i == 0 ? `A` : null", "B = (byte)i", "S = (short)i", "C = 'x'", "I = i", "L = ii", "F = 0.5f", "D = 0.25",
        "Flag = i == 0", "At = parseInstant(`2026-01-02T03:04:05.678901Z`)", "Day = parseLocalDate(`2024-02-29`)",
        "Time = parseLocalTime(`01:02:03`)",
    ])  # fmt: skip
    spec = kp.avro_spec(f"{topic}-value", publish_schema=True, schema_namespace="shop", timestamp_field="Sent")
    before = dt.datetime.now(UTC)
    kp.produce(table, broker.config, topic, IGNORE, spec)()
    first, second = read_avro(broker, topic, 2)
    assert before - dt.timedelta(seconds=1) <= first.pop("Sent") <= dt.datetime.now(UTC) + dt.timedelta(seconds=1)
    assert first == {
        "Sym": "A", "B": 0, "S": 0, "C": 120, "I": 0, "L": 0, "F": 0.5, "D": 0.25, "Flag": True, "At": MOMENT,
        "Day": dt.date(2024, 2, 29), "Time": dt.time(1, 2, 3),
    }  # fmt: skip
    assert second["Sym"] is None and second["L"] == 1
    latest = SchemaRegistryClient({"url": broker.registry}).get_latest_version(f"{topic}-value")
    schema = json.loads(latest.schema.schema_str)
    assert schema["namespace"] == "shop"
    assert schema["fields"][1]["type"] == ["null", {"type": "int", "dhType": "byte"}]
    back = consume(broker, topic, kc.avro_spec(f"{topic}-value"))
    wait_until(lambda: back.size == 2)
    names = [column.name for column in table.columns]
    assert rows(back, *names) == rows(table, *names)
    assert [column.data_type for column in back.columns if column.name in names] == [c.data_type for c in table.columns]


def test_a_table_is_published_with_a_schema_that_is_there(broker, topic):
    broker.create_topic(topic=topic)
    schema = {
        "type": "record", "name": "R", "fields": [
            {"name": "symbol", "type": "string"},
            {"name": "kind", "type": {"type": "enum", "name": "K", "symbols": ["BUY", "SELL"]}},
            {"name": "price", "type": ["null", logical("bytes", "decimal", precision=9, scale=3)]},
            {"name": "N", "type": ["null", record(("P", ["null", "long"]), name="I")]},
            {"name": "note", "type": "string", "default": "none"},
            {"name": "list", "type": {"type": "array", "items": "int"}},
        ],
    }  # fmt: skip
    client = SchemaRegistryClient({"url": broker.registry})
    client.register_schema(f"{topic}-value", Schema(json.dumps(schema)))
    table = new_table({"Sym": ["a", "b", None], "kind": ["BUY", "HOLD", "SELL"], "N__P": [None, 1, 2], "Extra": [1, 2, 3]})
    spec = kp.avro_spec(f"{topic}-value", field_to_col_mapping={"symbol": "Sym"})
    with pytest.raises(DHError, match='field "price" .* neither a column nor a default'):
        kp.produce(table, broker.config, topic, IGNORE, spec)
    unknown = kp.avro_spec(json.dumps(record(("kind", "string"))), field_to_col_mapping={"nope": "Sym"})
    with pytest.raises(DHError, match='no field "nope"'):
        kp.produce(table, broker.config, topic + ".x", IGNORE, unknown)
    with pytest.raises(DHError, match="both given"):
        kp.avro_spec("x", include_only_columns=["A"], exclude_columns=["B"])
    simpler = {**schema, "fields": [field for field in schema["fields"] if field["name"] not in ("price", "list")]}
    client.set_compatibility(f"{topic}-value", "NONE")
    client.register_schema(f"{topic}-value", Schema(json.dumps(simpler)))
    publication = kp.produce(table, broker.config, topic, kp.simple_spec("kind"), spec)
    with pytest.raises(DHError, match="HOLD|is null"):
        publication()
    stats = publication.stats()
    assert (stats["failed"], stats["delivered"]) == (2, 1)
    assert read_avro(broker, topic, 1) == [{"symbol": "a", "kind": "BUY", "N": None, "note": "none"}]


def test_an_inline_schema_is_registered_and_keys_are_avro(broker, topic):
    broker.create_topic(topic=topic)
    table = new_table({"Sym": ["a", "a", "b"], "N": [1, 2, 3]})
    key = kp.avro_spec(json.dumps(record(("Sym", "string"), name="K")))
    value = kp.avro_spec(json.dumps(record(("N", ["null", "long"]))))
    kp.produce(table, broker.config, topic, key, value, last_by_key_columns=True)()
    client = SchemaRegistryClient({"url": broker.registry})
    assert {f"{topic}-key", f"{topic}-value"} <= set(client.get_subjects())
    assert read_avro(broker, topic, 2) == [{"N": 2}, {"N": 3}]
    with pytest.raises(DHError, match="no registry"):
        kp.produce(table, {"bootstrap.servers": broker.bootstrap}, topic, IGNORE, value)
    bare = {"bootstrap.servers": broker.bootstrap, "kinetable.avro.framing": "single_object"}
    kp.produce(table, bare, topic, IGNORE, value)()
    framed = [value for _, value, *_ in read_back(broker, topic, 5)][2:]
    assert all(value[:2] == b"\xc3\x01" for value in framed)
    schema = fastavro.parse_schema(record(("N", ["null", "long"])))
    read = [fastavro.schemaless_reader(io.BytesIO(value[10:]), schema) for value in framed]
    assert read == [{"N": n} for n in (1, 2, 3)]
