"""Protobuf, JSON shapes and headers, against Google's and Confluent's own libraries."""

from __future__ import annotations

import datetime
import itertools
import json

import confluent_kafka
import pytest
from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer, ProtobufSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from conftest import wait_until
from google.protobuf import (  # noqa: F401
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    message_factory,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
from kinetable import DHError, dtypes, new_table
from kinetable import json as kj
from kinetable import kafka_consumer as kc
from kinetable import kafka_producer as kp
from kinetable.column import double_col, long_col, string_col
from kinetable.json import jackson
from kinetable.stream.kafka import header

pytestmark = pytest.mark.broker

PROTO = """
syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
enum Side { NONE = 0; BUY = 1; SELL = 2; }
message Other { int32 x = 1; }
message Order {
  string symbol = 1;
  optional double price = 2;
  int64 size = 3;
  Side side = 4;
  message Party { string name = 1; repeated string tags = 2; }
  Party buyer = 5;
  repeated Party legs = 6;
  map<string, int32> counts = 7;
  google.protobuf.Timestamp at = 8;
  google.protobuf.Int64Value limit = 9;
  oneof route { string venue = 10; uint32 desk = 11; }
  repeated sint32 marks = 12;
  uint64 id = 13;
}
"""


def _field(name, number, kind, type_name=None, repeated=False, oneof=None, optional=False):
    field = descriptor_pb2.FieldDescriptorProto(name=name, number=number)
    field.type = getattr(field, f"TYPE_{kind}")
    field.label = field.LABEL_REPEATED if repeated else field.LABEL_OPTIONAL
    if type_name:
        field.type_name = type_name
    if oneof is not None:
        field.oneof_index = oneof
    field.proto3_optional = optional
    return field


def _file():
    """The schema above as protoc would compile it."""
    file = descriptor_pb2.FileDescriptorProto(name="shop.proto", package="shop", syntax="proto3")
    file.dependency.extend(["google/protobuf/timestamp.proto", "google/protobuf/wrappers.proto"])
    side = file.enum_type.add(name="Side")
    for number, name in enumerate(["NONE", "BUY", "SELL"]):
        side.value.add(name=name, number=number)
    file.message_type.add(name="Other").field.append(_field("x", 1, "INT32"))
    order = file.message_type.add(name="Order")
    order.field.extend(
        [
            _field("symbol", 1, "STRING"),
            _field("price", 2, "DOUBLE", oneof=1, optional=True),
            _field("size", 3, "INT64"),
            _field("side", 4, "ENUM", ".shop.Side"),
            _field("buyer", 5, "MESSAGE", ".shop.Order.Party"),
            _field("legs", 6, "MESSAGE", ".shop.Order.Party", repeated=True),
            _field("counts", 7, "MESSAGE", ".shop.Order.CountsEntry", repeated=True),
            _field("at", 8, "MESSAGE", ".google.protobuf.Timestamp"),
            _field("limit", 9, "MESSAGE", ".google.protobuf.Int64Value"),
            _field("venue", 10, "STRING", oneof=0),
            _field("desk", 11, "UINT32", oneof=0),
            _field("marks", 12, "SINT32", repeated=True),
            _field("id", 13, "UINT64"),
        ]
    )
    order.oneof_decl.add(name="route")
    order.oneof_decl.add(name="_price")
    party = order.nested_type.add(name="Party")
    party.field.extend([_field("name", 1, "STRING"), _field("tags", 2, "STRING", repeated=True)])
    entry = order.nested_type.add(name="CountsEntry")
    entry.options.map_entry = True
    entry.field.extend([_field("key", 1, "STRING"), _field("value", 2, "INT32")])
    return file


_POOL = descriptor_pool.Default()
_POOL.Add(_file())
Order = message_factory.GetMessageClass(_POOL.FindMessageTypeByName("shop.Order"))
Other = message_factory.GetMessageClass(_POOL.FindMessageTypeByName("shop.Other"))

AT = datetime.datetime(2024, 1, 2, 3, 4, 5, 250_000, tzinfo=datetime.timezone.utc)


def orders():
    full = Order(symbol="A", price=0.0, size=-5, side=2, venue="X", marks=[1, -2, 3], id=2**64 - 1)
    full.buyer.name = "b"
    full.buyer.tags.extend(["t", "u"])
    full.legs.add(name="l1")
    full.legs.add(name="l2", tags=["v"])
    full.counts["z"], full.counts["a"] = 1, 2
    full.at.FromDatetime(AT)
    full.limit.value = 0
    return [full, Order(symbol="B", desk=4_000_000_000), Order()]


@pytest.fixture
def topic(broker, request):
    name = f"{request.node.name}-{next(_numbers)}"
    broker.create_topic(topic=name)
    return name


_numbers = itertools.count()


def send(broker, topic, values, headers=None):
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
    for value in values:
        producer.produce(topic, value=value, partition=0, headers=headers)
    assert producer.flush(60) == 0


def consume(broker, topic, spec, rows, **config):
    table = kc.consume(
        {**broker.config, **config},
        topic,
        offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
        key_spec=kc.KeyValueSpec.IGNORE,
        value_spec=spec,
        table_type=kc.TableType.append(),
    )
    wait_until(lambda: table.size + table.errors.size >= rows, 60, f"{rows} records")
    return table


def check_orders(table):
    names = [column.name for column in table.columns][3:]
    assert names == [
        "symbol", "price", "size", "side", "buyer__name", "buyer__tags", "legs__name", "legs__tags", "counts", "at",
        "limit", "venue", "desk", "marks", "id",
    ]  # fmt: skip
    rows = list(table.view(names).iter_dict())
    first, second, third = rows
    assert (first["symbol"], first["price"], first["size"], first["side"]) == ("A", 0.0, -5, "SELL")
    assert (first["buyer__name"], list(first["buyer__tags"])) == ("b", ["t", "u"])
    assert list(first["legs__name"]) == ["l1", "l2"]
    assert [json.loads(tags) for tags in first["legs__tags"]] == [[], ["v"]]
    assert json.loads(first["counts"]) == {"a": 2, "z": 1}
    assert (first["limit"], first["venue"], first["desk"], first["id"]) == (0, "X", None, -1)
    assert list(first["marks"]) == [1, -2, 3]
    assert (second["venue"], second["desk"], second["limit"]) == (None, 4_000_000_000, None)
    assert (third["symbol"], third["price"], third["size"], third["side"]) == ("", None, 0, "NONE")
    assert (third["buyer__name"], third["at"], list(third["marks"])) == (None, None, [])
    seconds = list(table.view("S = epochNanos(at)").iter_dict())
    assert seconds[0]["S"] == int(AT.timestamp() * 1_000_000) * 1000


def test_bare_messages_by_text_and_by_descriptors(broker, topic, tmp_path):
    send(broker, topic, [order.SerializeToString() for order in orders()])
    message = {"schema_message_name": "Order"}
    check_orders(consume(broker, topic, kc.protobuf_spec(proto=PROTO, **message), 3))
    files = descriptor_pb2.FileDescriptorSet(file=[_file()])
    path = tmp_path / "shop.desc"
    path.write_bytes(files.SerializeToString())
    check_orders(consume(broker, topic, kc.protobuf_spec(descriptor=path, **message), 3))
    own = _file().SerializeToString()
    check_orders(consume(broker, topic, kc.protobuf_spec(descriptor=own, **message), 3))


def test_some_fields_and_other_names(broker, topic):
    send(broker, topic, [order.SerializeToString() for order in orders()] + [b"\xff\xff"])
    spec = kc.protobuf_spec(
        proto=PROTO, schema_message_name="shop.Order", include=["/size", "/buyer/*"], nested_delim="_"
    )
    table = consume(broker, topic, spec, 4)
    assert [column.name for column in table.columns][3:] == ["size", "buyer_name", "buyer_tags"]
    assert (table.size, table.errors.size) == (3, 1)


def test_mistakes_are_told():
    with pytest.raises(DHError, match="Java class"):
        kc.protobuf_spec(message_class="com.shop.Order")
    with pytest.raises(DHError, match="one source"):
        kc.protobuf_spec()
    with pytest.raises(DHError, match="one source"):
        kc.protobuf_spec("orders-value", proto=PROTO)
    with pytest.raises(DHError, match="cannot be read"):
        kc.protobuf_spec(descriptor="/no/such/file")
    with pytest.raises(DHError, match="no provider"):
        kc.object_processor_spec({"a": int})
    with pytest.raises(DHError, match="does not say"):
        kj.json_val({"a": set})
    with pytest.raises(DHError, match="one item"):
        kj.json_val([int, str])
    with pytest.raises(DHError, match="number_format"):
        kj.instant_val(number_format="m")


def test_shapes_of_plain_python(broker, topic):
    shape = {"a": str, "b": int, "c": {"d": float}, "g": (int, str), "l": [{"x": int}], "t": datetime.datetime, "o": object}
    broker.put(
        topic,
        {"a": "x", "b": 1, "c": {"d": 2}, "g": [3, "y"], "l": [{"x": 1}, {}], "t": AT.isoformat(), "o": [{}]},
        {"a": None, "other": 1},
        {"b": "1"},
        {"b": 1.5},
    )
    table = consume(broker, topic, kc.object_processor_spec(jackson.provider(shape)), 4)
    wait_until(lambda: table.size == 2 and table.errors.size == 2, 60, "two rows, two errors")
    names = ["a", "b", "c_d", "g_0", "g_1", "l_x", "t", "o"]
    assert [column.name for column in table.columns][3:] == names
    types = {column.name: column.data_type for column in table.columns}
    assert (types["b"], types["c_d"], types["l_x"], types["t"]) == (
        dtypes.long,
        dtypes.double,
        dtypes.long_array,
        dtypes.Instant,
    )
    first, second = table.view(["a", "b", "c_d", "g_0", "g_1", "l_x", "o"]).iter_dict()
    assert (first["a"], first["b"], first["c_d"], first["g_0"], first["g_1"]) == ("x", 1, 2.0, 3, "y")
    assert (list(first["l_x"]), first["o"]) == ([1, None], "[{}]")
    assert set(second.values()) == {None}
    reasons = [row["Reason"] for row in table.errors.iter_dict()]
    assert 'field "b": text where a number is expected' in reasons[0]
    assert "fraction" in reasons[1]


def test_every_value_of_the_shape_language(broker, topic):
    values = {
        "flag": (kj.bool_val(allow_string=True), "true", True),
        "tiny": (kj.byte_val(), 1, 1),
        "small": (kj.short_val(), 2, 2),
        "whole": (kj.int_val(allow_string=True), "3", 3),
        "wide": (kj.long_val(on_missing=9), None, None),
        "gone": (kj.long_val(on_missing=9), ..., 9),
        "single": (kj.float_val(), 1.5, 1.5),
        "number": (kj.double_val(on_null=-1.0), None, -1.0),
        "text": (kj.string_val(allow_number=True), 7, "7"),
        "any": (kj.any_val(), {"a": [1]}, '{"a":[1]}'),
        "skip": (kj.skip_val(), [1], ...),
    }
    shape = kj.object_val({name: value for name, (value, _, _) in values.items()}, allow_unknown_fields=False)
    broker.put(topic, {name: given for name, (_, given, _) in values.items() if given is not ...})
    table = consume(broker, topic, kc.object_processor_spec(jackson.provider(shape)), 1)
    expected = {name: wanted for name, (_, _, wanted) in values.items() if wanted is not ...}
    assert next(iter(table.view(list(expected)).iter_dict())) == expected


def test_entries_and_variants(broker, topic):
    shape = kj.typed_object_val(
        "type", {"sym": str}, {"trade": {"price": float}, "quote": {"book": kj.object_entries_val(float)}}
    )
    broker.put(
        topic,
        {"type": "trade", "sym": "A", "price": 1},
        {"sym": "B", "type": "quote", "book": {"ask": 2, "bid": 1}},
    )
    table = consume(broker, topic, kc.object_processor_spec(jackson.provider(shape)), 2)
    names = ["type", "sym", "quote_book_Key", "quote_book_Value", "trade_price"]
    assert sorted(column.name for column in table.columns[3:]) == sorted(names)
    first, second = table.view(names).iter_dict()
    assert (first["type"], first["sym"], first["trade_price"], first["quote_book_Key"]) == ("trade", "A", 1.0, None)
    assert (list(second["quote_book_Key"]), list(second["quote_book_Value"])) == (["ask", "bid"], [2.0, 1.0])


def test_headers_in(broker, topic):
    send(broker, topic, [b"x"], headers=[("trace", b"a1"), ("hop", b"x"), ("hop", b"y"), ("raw", b"\xff"), ("no", None)])
    send(broker, topic, [b"y"])
    spec = kc.simple_spec("V", dtypes.string)
    table = consume(broker, topic, spec, 2, **{"deephaven.headers.column.name": "Headers"})
    cells = [row["Headers"] for row in table.view("Headers").iter_dict()]
    assert json.loads(cells[0]) == {"trace": "a1", "hop": ["x", "y"], "raw": {"base64": "/w=="}, "no": None}
    assert cells[1] is None
    assert [header(cells[0], name) for name in ("trace", "hop", "raw", "no", "nope")] == ["a1", "y", None, None, None]
    shown = table.update("Trace = header(Headers, `trace`)").view("Trace")
    assert [row["Trace"] for row in shown.iter_dict()] == ["a1", None]


def test_headers_out(broker, topic):
    source = new_table([string_col("V", ["x", "y"]), string_col("T", ["a", None]), long_col("N", [1, 2])])
    stop = kp.produce(
        source,
        broker.config,
        topic,
        kp.KeyValueSpec.IGNORE,
        kp.simple_spec("V"),
        headers={"trace": "T", "n": "N"},
    )
    stop()
    assert [message.headers() for message in messages(broker, topic, 2)] == [
        [("trace", b"a"), ("n", b"1")],
        [("n", b"2")],
    ]


def messages(broker, topic, count):
    consumer = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": f"check-{topic}"})
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, confluent_kafka.OFFSET_BEGINNING)])
    found = []

    def poll():
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            found.append(message)
        return len(found) >= count

    wait_until(poll, 60, f"{count} records of {topic}")
    consumer.close()
    return found


def test_framed_messages_of_confluent(broker, topic):
    client = SchemaRegistryClient({"url": broker.registry})
    write = ProtobufSerializer(Order, client, {"use.deprecated.format": False})
    context = SerializationContext(topic, MessageField.VALUE)
    send(broker, topic, [write(order, context) for order in orders()])
    other = ProtobufSerializer(Other, client, {"use.deprecated.format": False, "auto.register.schemas": True})
    send(broker, topic, [other(Other(x=1), context), b"\x00\x00\x00\x00\x7f\x00", b"no"])
    table = consume(broker, topic, kc.protobuf_spec(f"{topic}-value", schema_message_name="shop.Order"), 6)
    wait_until(lambda: table.errors.size == 3, 60, "three errors")
    check_orders(table)
    reasons = [row["Reason"] for row in table.errors.iter_dict()]
    assert '"shop.Other"' in reasons[0] and "registry has no schema" in reasons[1] and "begins with" in reasons[2]


def test_schemas_that_import_others(broker, topic):
    client = SchemaRegistryClient({"url": broker.registry})
    money = 'syntax = "proto3"; package m; message Money { int64 units = 1; string currency = 2; }'
    client.register_schema(f"{topic}-money", Schema(money, "PROTOBUF"))
    text = 'syntax = "proto3"; import "m/money.proto"; message Bill { string id = 1; m.Money total = 2; }'
    reference = SchemaReference("m/money.proto", f"{topic}-money", 1)
    client.register_schema(f"{topic}-value", Schema(text, "PROTOBUF", [reference]))
    body = b"\x0a\x01x\x12\x07\x08\x05\x12\x03EUR"
    latest = client.get_latest_version(f"{topic}-value").schema_id
    send(broker, topic, [b"\x00" + latest.to_bytes(4, "big") + b"\x00" + body])
    table = consume(broker, topic, kc.protobuf_spec(f"{topic}-value"), 1)
    row = next(iter(table.view(["id", "total__units", "total__currency"]).iter_dict()))
    assert row == {"id": "x", "total__units": 5, "total__currency": "EUR"}


def table_of_orders():
    source = new_table(
        [
            string_col("symbol", ["A", "B", ""]),
            double_col("price", [0.0, None, -2.5]),
            long_col("n", [-5, 0, 7]),
            string_col("side", ["SELL", "NONE", "7"]),
            string_col("buyer__name", ["b", None, ""]),
            string_col("venue", ["X", None, None]),
            long_col("desk", [None, 4_000_000_000, None]),
            long_col("limit", [0, None, 1]),
            long_col("id", [-1, 1, 0]),
            string_col("more", ["ignored"] * 3),
        ]
    )
    return source.update("at = symbol == `A` ? parseInstant(`2024-01-02T03:04:05.25Z`) : null")


def check_written(found):
    first, second, third = found
    assert (first.symbol, first.HasField("price"), first.price, first.size, first.side) == ("A", True, 0.0, -5, 2)
    assert (first.buyer.name, first.venue, first.HasField("desk"), first.limit.value) == ("b", "X", False, 0)
    assert first.HasField("limit") and first.id == 2**64 - 1
    assert first.at.ToDatetime(datetime.timezone.utc) == AT
    assert (second.HasField("price"), second.HasField("buyer"), second.desk) == (False, False, 4_000_000_000)
    assert not second.HasField("limit") and not second.HasField("at")
    assert (third.symbol, third.price, third.side, third.HasField("buyer"), third.limit.value) == ("", -2.5, 7, True, 1)


def test_messages_out_alone(broker, topic):
    spec = kp.protobuf_spec(proto=PROTO, schema_message_name="Order", field_to_col_mapping={"size": "n"})
    kp.produce(table_of_orders(), broker.config, topic, kp.KeyValueSpec.IGNORE, spec)()
    values = [message.value() for message in messages(broker, topic, 3)]
    check_written([Order.FromString(value) for value in values])
    # Nothing is written that Google's library would leave out.
    assert [Order.FromString(value).SerializeToString(deterministic=True) for value in values] == values


def test_messages_out_behind_their_schema(broker, topic):
    serdes = kc.ProtobufProtocol.serdes()
    options = {"schema_message_name": "Order", "field_to_col_mapping": {"size": "n"}}
    descriptor = _file().SerializeToString()
    for spec in (
        kp.protobuf_spec(descriptor=descriptor, protocol=serdes, **options),
        kp.protobuf_spec(f"{topic}-value", **options),
    ):
        kp.produce(table_of_orders(), broker.config, topic, kp.KeyValueSpec.IGNORE, spec)()
    read = ProtobufDeserializer(Order, {"use.deprecated.format": False})
    context = SerializationContext(topic, MessageField.VALUE)
    found = [read(message.value(), context) for message in messages(broker, topic, 6)]
    check_written(found[:3])
    check_written(found[3:])
    back = consume(broker, topic, kc.protobuf_spec(f"{topic}-value", schema_message_name="Order"), 6)
    assert back.size == 6


def test_what_cannot_be_written_is_told(broker, topic):
    def refusal(table, **options):
        spec = kp.protobuf_spec(proto=PROTO, schema_message_name="Order", **options)
        with pytest.raises(DHError) as told:
            kp.produce(table, broker.config, topic, kp.KeyValueSpec.IGNORE, spec)
        return str(told.value)

    assert "wants Float64" in refusal(new_table([string_col("price", ["x"])]))
    assert "map, which cannot be written" in refusal(new_table([string_col("counts", ["{}"])]))
    assert "no column is a field" in refusal(new_table([string_col("x", ["{}"])]))
    assert 'no field "nope"' in refusal(new_table([string_col("x", ["{}"])]), field_to_col_mapping={"nope": "x"})
    rows = new_table([string_col("venue", ["a", "b", "c"]), long_col("desk", [None, 1, None])])
    spec = kp.protobuf_spec(proto=PROTO, schema_message_name="Order")
    stop = kp.produce(rows, broker.config, topic, kp.KeyValueSpec.IGNORE, spec)
    with pytest.raises(DHError, match="one oneof"):
        stop.flush()
    assert len(messages(broker, topic, 2)) == 2


def test_json_out_nests(broker, topic):
    source = new_table([long_col("a", [1]), string_col("b_c", ["x"]), string_col("b_d_e", [None]), double_col("f", [2.5])])
    spec = kp.json_spec(exclude_columns=["f"], mapping={"a": "n_m"}, nested_delim="_")
    kp.produce(source, broker.config, topic, kp.KeyValueSpec.IGNORE, spec)()
    assert messages(broker, topic, 1)[0].value() == b'{"n":{"m":1},"b":{"c":"x"}}'
    shape = {"n": {"m": int}, "b": {"c": str}}
    table = consume(broker, topic, kc.object_processor_spec(jackson.provider(shape)), 1)
    assert next(iter(table.view(["n_m", "b_c"]).iter_dict())) == {"n_m": 1, "b_c": "x"}
