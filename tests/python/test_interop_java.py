"""What Java's own clients of Kafka, Avro and Protobuf write is read equal, and what is written here they read equal."""

from __future__ import annotations

import decimal
import json
import pathlib
import struct
import subprocess

import pyarrow as pa
import pytest
from broker_process import find_binary
from confluent_kafka.schema_registry import SchemaRegistryClient
from conftest import wait_until
from google.protobuf import descriptor_pb2, text_format
from kinetable import arrow
from kinetable import kafka_consumer as kc
from kinetable import kafka_producer as kp

pytestmark = [pytest.mark.broker, pytest.mark.java]

SOURCES = pathlib.Path(__file__).resolve().parents[1] / "interop" / "java"
COUNT = 400
IGNORE = kc.KeyValueSpec.IGNORE


@pytest.fixture(scope="session")
def java(tmp_path_factory, broker):
    """Runs the Java program on the broker; gives the lines it prints, as JSON."""
    found = subprocess.run([find_binary(), "jars"], check=True, stdout=subprocess.PIPE)
    jars = f"{json.loads(found.stdout)['jars']}/*"
    classes = tmp_path_factory.mktemp("classes")
    sources = sorted(SOURCES.glob("*.java"))
    subprocess.run(["javac", "-Xlint:all", "-Werror", "-cp", jars, "-d", classes, *sources], check=True)
    program = ["java", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{classes}:{jars}", "Interop"]

    def run(command, topic, count, *arguments):
        asked = [command, broker.bootstrap, broker.registry, topic, count, *arguments]
        done = subprocess.run([*program, *map(str, asked)], capture_output=True, encoding="utf-8", timeout=300)
        assert done.returncode == 0, done.stderr
        return [parsed(line) for line in done.stdout.splitlines()]

    return run


def parsed(text):
    """JSON, with numbers as they are written."""
    return json.loads(text, parse_float=decimal.Decimal)


def cells(table, names):
    """The cells of columns as the Java program shows them: times in nanoseconds, bits of floats, hexadecimal bytes."""
    read = arrow.to_arrow(table, names)
    return {name: [shown(cell, read[name].type) for cell in plain(read[name]).to_pylist()] for name in names}


def plain(column):
    return column.cast(numeric(column.type))


def numeric(kind):
    """The type with numbers in place of times, which Python has no nanoseconds for."""
    if pa.types.is_list(kind):
        return pa.list_(numeric(kind.value_type))
    is_time = pa.types.is_timestamp(kind) or pa.types.is_time64(kind) or pa.types.is_duration(kind)
    return pa.int64() if is_time else kind


def shown(cell, kind):
    if cell is None:
        return None
    if pa.types.is_list(kind):
        return [shown(item, kind.value_type) for item in cell]
    if pa.types.is_floating(kind):
        single = pa.types.is_float32(kind)
        bits = struct.unpack(">i", struct.pack(">f", cell)) if single else struct.unpack(">q", struct.pack(">d", cell))
        return "NaN" if cell != cell else f"{'f32' if single else 'f64'}:{bits[0]}"
    if pa.types.is_binary(kind):
        return cell.hex()
    if pa.types.is_decimal(kind):
        return format(cell, "f")
    return cell.isoformat() if pa.types.is_date(kind) else cell


def is_same(cell, expected):
    """Whether a cell is as expected; a mapping says what the JSON in it is."""
    if isinstance(expected, dict):
        return cell is not None and is_same_json(parsed(cell), expected["json"])
    if isinstance(expected, list):
        return isinstance(cell, list) and len(cell) == len(expected) and all(map(is_same, cell, expected))
    return type(cell) is type(expected) and cell == expected


def is_same_json(found, expected):
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(is_same_json(found[key], expected[key]) for key in expected)
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(is_same_json, found, expected))
    if isinstance(expected, (int, decimal.Decimal)) and not isinstance(expected, bool):
        # Both are the shortest text of a floating number; of zeros the sign counts.
        is_number = isinstance(found, (int, decimal.Decimal)) and not isinstance(found, bool)
        return is_number and found == expected and is_negative(found) == is_negative(expected)
    return type(found) is type(expected) and found == expected


def is_negative(number):
    return decimal.Decimal(number).is_signed()


def check(table, lines):
    """A table has just the columns and cells of the Java program's lines."""
    names = [column.name for column in table.columns if not column.name.startswith("Kafka")]
    assert names == list(lines[0])
    same(cells(table, names), lines, names)


def same(found, lines, names):
    """Fails with the first difference of each column."""
    wrong = []
    for name in names:
        rows = enumerate(zip(found[name], lines, strict=True))
        differing = (row for row, (cell, line) in rows if not is_same(cell, line[name]))
        row = next(differing, None)
        if row is not None:
            wrong.append(f"column {name}, row {row}: {found[name][row]!r}, but Java has {lines[row][name]!r}")
    assert not wrong, "\n".join(wrong)


def consume(broker, topic, spec, count):
    table = kc.consume(
        broker.config,
        topic,
        offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
        key_spec=IGNORE,
        value_spec=spec,
        table_type=kc.TableType.append(),
    )
    wait_until(lambda: table.size + table.errors.size >= count, 60, f"{count} records of {topic}")
    assert [row["Reason"] for row in table.errors.iter_dict()] == []
    return table


def publish(table, broker, topic, spec, codec="none"):
    broker.create_topic(topic=topic)
    kp.produce(table, {**broker.config, "compression.type": codec}, topic, IGNORE, spec)()


def check_written(written, lines):
    """Java has read what its lines said before, in the columns it has now."""
    names = list(written[0])
    same({name: [line[name] for line in written] for name in names}, lines, names)


def simple(lines):
    """Columns that hold no JSON, which can be written."""
    is_json = lambda cell: isinstance(cell, dict) or (isinstance(cell, list) and any(map(is_json, cell)))  # noqa: E731
    return [name for name in lines[0] if not any(is_json(line[name]) for line in lines)]


@pytest.mark.parametrize("codec", ["none", "gzip", "zstd"])
def test_avro_of_java_and_back(java, broker, topic, codec):
    """Java's records of every type and logical type; then all of them that can be written, read by Java."""
    broker.create_topic(topic=topic)
    path = SOURCES / "rich.avsc"
    lines = java("avro-write", topic, COUNT, codec, len(codec), path, path)
    table = consume(broker, topic, kc.avro_spec(f"{topic}-value"), COUNT)
    check(table, lines)
    names = [name for name in simple(lines) if name != "nothing"]
    schema = only(json.loads(path.read_text()), names)
    publish(table.view(names), broker, f"{topic}.back", kp.avro_spec(json.dumps(schema)), codec)
    written = java("avro-read", f"{topic}.back", COUNT)
    assert list(written[0]) == names and len(names) == 69
    check_written(written, lines)


def only(record, names, path=""):
    """The schema of a record with only those fields that are named, or have named ones within them."""
    fields = []
    for field in record["fields"]:
        kind, name = field["type"], path + field["name"]
        if isinstance(kind, dict) and kind["type"] == "record":
            kind = only(kind, names, f"{name}__")
        if name in names or any(known.startswith(f"{name}__") for known in names):
            fields.append({**field, "type": kind})
    return {**record, "fields": fields}


def test_avro_of_an_older_schema(java, broker, topic, tmp_path):
    """Java's records of a schema and of the one before it, read by the newer; Java says what they are then."""
    broker.create_topic(topic=topic)
    old, new, newest = SOURCES / "old.avsc", SOURCES / "new.avsc", tmp_path / "newest.avsc"
    # The embedded registry takes no default of a duration.
    newest.write_text(json.dumps(without_default(json.loads(new.read_text()), "newPeriod")))
    lines = java("avro-write", topic, COUNT, "none", 1, old, new)
    SchemaRegistryClient({"url": broker.registry}).set_compatibility(f"{topic}-value", "NONE")
    lines += java("avro-write", topic, COUNT, "none", 2, newest, new)
    check(consume(broker, topic, kc.avro_spec(new.read_text()), 2 * COUNT), lines)


def without_default(record, name):
    for field in record["fields"]:
        if field["name"] == name:
            del field["default"]
    return record


def test_avro_of_a_schema_made_from_a_table(java, broker, topic):
    """The schema that a table is published with is understood by Java; it has times to the microsecond."""
    broker.create_topic(topic=topic)
    path = SOURCES / "rich.avsc"
    lines = java("avro-write", topic, COUNT, "none", 7, path, path)
    table = consume(broker, topic, kc.avro_spec(f"{topic}-value"), COUNT)
    finer = {"nothing", "atNs", "localNs", "N__Deep__at", "maybeN__Deep__at"}
    names = [name for name in simple(lines) if name not in finer]
    spec = kp.avro_spec(f"{topic}.back-value", publish_schema=True, schema_namespace="shop.back")
    publish(table.view(names), broker, f"{topic}.back", spec)
    written = java("avro-read", f"{topic}.back", COUNT)
    assert list(written[0]) == names
    check_written(written, lines)


def descriptor(name):
    """A compiled file, as protoc would give it."""
    file = text_format.Parse((SOURCES / f"{name}.txtpb").read_text(), descriptor_pb2.FileDescriptorProto())
    return file.SerializeToString()


@pytest.mark.parametrize("codec", ["snappy", "lz4"])
def test_protobuf_of_java_and_back(java, broker, topic, codec):
    """Java's messages of every type, behind their schema's id; then all of them that can be written, read by Java."""
    broker.create_topic(topic=topic)
    text, proto = SOURCES / "rich.txtpb", SOURCES / "rich.proto"
    lines = java("protobuf-write", topic, COUNT, codec, len(codec), text, "Rich", proto)
    message = {"schema_message_name": "shop.Rich"}
    table = consume(broker, topic, kc.protobuf_spec(f"{topic}-value", **message), COUNT)
    check(table, lines)
    names = simple(lines)
    publish(table.view(names), broker, f"{topic}.back", kp.protobuf_spec(f"{topic}-value", **message), codec)
    written = java("protobuf-read", f"{topic}.back", COUNT, text, "Rich", "framed")
    check_written([{name: line[name] for name in names} for line in written], lines)


@pytest.mark.parametrize(("name", "message"), [("rich", "Rich"), ("classic", "Order")])
def test_protobuf_alone(java, broker, topic, name, message):
    """Messages without a frame, of the third version of Protobuf and of the second, by text and by descriptor."""
    broker.create_topic(topic=topic)
    text = SOURCES / f"{name}.txtpb"
    lines = java("protobuf-write", topic, COUNT, "none", 9, text, message, "alone")
    proto, compiled = {"proto": (SOURCES / f"{name}.proto").read_text()}, {"descriptor": descriptor(name)}
    for number, source in enumerate([proto, compiled]):
        table = consume(broker, topic, kc.protobuf_spec(schema_message_name=message, **source), COUNT)
        check(table, lines)
        names, back = simple(lines), f"{topic}.{number}"
        publish(table.view(names), broker, back, kp.protobuf_spec(schema_message_name=message, **source))
        written = java("protobuf-read", back, COUNT, text, message, "alone")
        check_written([{name: line[name] for name in names} for line in written], lines)
