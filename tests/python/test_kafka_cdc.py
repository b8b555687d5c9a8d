"""Tables of a database from the topics that Debezium writes: Avro envelopes, written by another client."""

from __future__ import annotations

import time

import confluent_kafka
import pytest
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext
from conftest import wait_until
from kinetable import DHError, time_table
from kinetable import kafka_consumer as kc
from kinetable.stream import blink_to_append_only
from kinetable.stream.kafka import cdc
from kinetable.update_graph import exclusive_lock, shared_lock

pytestmark = pytest.mark.broker

KEY = """{
  "type": "record", "name": "Key", "namespace": "mysql.shop.customers", "fields": [{"name": "id", "type": "int"}]
}"""
VALUE = """{
  "type": "record", "name": "Envelope", "namespace": "mysql.shop.customers",
  "fields": [
    {"name": "before", "default": null, "type": ["null", {
      "type": "record", "name": "Value", "fields": [
        {"name": "id", "type": "int"},
        {"name": "name", "type": "string"},
        {"name": "email", "type": ["null", "string"], "default": null},
        {"name": "since", "type": {"type": "int", "logicalType": "date", "connect.name": "io.debezium.time.Date"}}
      ]}]},
    {"name": "after", "type": ["null", "Value"], "default": null},
    {"name": "source", "type": {"type": "record", "name": "Source", "fields": [
      {"name": "version", "type": "string"}, {"name": "pos", "type": "long"}]}},
    {"name": "op", "type": "string"},
    {"name": "ts_ms", "type": ["null", "long"], "default": null}
  ]
}"""


# Of a table that has columns which are called as the envelope's fields are.
TIMED = VALUE.replace('{"name": "name", "type": "string"}', """{"name": "op", "type": "string"},
        {"name": "cdc_op", "type": "string"},
        {"name": "ts_ms", "type": ["null", "long"], "default": null}""").replace(
    '"default": null}\n  ]\n}', '"default": null},\n    {"name": "ts_us", "type": ["null", "long"], "default": null}\n  ]\n}'
)


class Database:
    """A table of customers whose changes go into a topic, as Debezium would write them."""

    def __init__(self, broker, server, envelope=VALUE):
        registry = SchemaRegistryClient({"url": broker.registry})
        self.topic = f"{server}.shop.customers"
        broker.create_topic(topic=self.topic, partitions=2)
        self._sides = [
            (AvroSerializer(registry, schema), SerializationContext(self.topic, field))
            for schema, field in [(KEY, MessageField.KEY), (envelope, MessageField.VALUE)]
        ]
        self._producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
        self._rows = {}

    def _send(self, key, value):
        (key_of, key_place), (value_of, value_place) = self._sides
        payload = None if value is None else value_of(value, value_place)
        self._producer.produce(self.topic, key=key_of({"id": key}, key_place), value=payload)
        assert self._producer.flush(60) == 0

    def put(self, key, name, email=None, op=None):
        self.put_row({"id": key, "name": name, "email": email, "since": 19_000 + key}, op)

    def put_row(self, after, op=None):
        before = self._rows.get(after["id"])
        self._change(after["id"], op or ("u" if before else "c"), before, after)
        self._rows[after["id"]] = after

    def delete(self, key):
        self._change(key, "d", self._rows.pop(key), None)
        self._send(key, None)

    def _change(self, key, op, before, after):
        source = {"version": "3.0", "pos": key}
        self._send(key, {"before": before, "after": after, "source": source, "op": op, "ts_ms": 1_700_000_000_000})

    def truncate(self, key):
        """A change of the whole table, which has no row."""
        self._change(key, "t", None, None)


@pytest.fixture
def database(broker, topic):
    return Database(broker, topic)


def spec(database):
    return cdc.cdc_short_spec(*database.topic.split("."))


def rows(table):
    return sorted(tuple(row.values()) for row in table.iter_dict())


def names(table):
    return sorted((row["id"], row["name"], row["email"]) for row in table.iter_dict())


def test_a_table_of_a_database_is_followed(broker, database):
    database.put(1, "Ada", "ada@example.org", op="r")
    database.put(2, "Bob")
    customers = cdc.consume(broker.config, spec(database))
    assert customers.column_names == ["id", "name", "email", "since"]
    assert not customers.is_blink
    wait_until(lambda: names(customers) == [(1, "Ada", "ada@example.org"), (2, "Bob", None)])
    database.put(3, "Cleo")
    database.put(2, "Bob", "bob@example.org")
    database.delete(1)
    database.truncate(1)
    wait_until(lambda: names(customers) == [(2, "Bob", "bob@example.org"), (3, "Cleo", None)])
    database.put(1, "Ada again")
    wait_until(lambda: names(customers)[0] == (1, "Ada again", None))
    assert [str(row["since"]) for row in customers.where("id == 3").iter_dict()] == ["2022-01-11"]
    assert customers.errors.size == 0
    assert customers.stats()["rows"] == 8


def test_the_changes_themselves(broker, database):
    database.put(1, "Ada")
    database.put(1, "Ada L.")
    database.delete(1)
    with exclusive_lock(None):  # no changes pass before they are kept
        changes = cdc.consume(broker.config, spec(database), stream_table=True, cols_to_drop=["since"])
        kept = blink_to_append_only(changes)
    assert changes.is_blink
    assert changes.column_names == ["id", "name", "email", "op"]
    wait_until(lambda: kept.size == 3)
    assert [tuple(row.values()) for row in kept.view(["id", "op", "name"]).iter_dict()] == [
        (1, "c", "Ada"),
        (1, "u", "Ada L."),
        (1, "d", None),
    ]


def test_columns_may_be_called_as_fields_of_the_envelope_are(broker, topic):
    database = Database(broker, topic, TIMED)
    row = {"id": 1, "email": None, "since": 19_000, "cdc_op": "?"}
    database.put_row({**row, "op": "sell", "ts_ms": 7})
    database.put_row({**row, "op": "buy", "ts_ms": 8})
    orders = cdc.consume(broker.config, spec(database), cols_to_drop=["email", "since"])
    assert orders.column_names == ["id", "op", "cdc_op", "ts_ms"]
    with exclusive_lock(None):
        changes = cdc.consume(broker.config, spec(database), stream_table=True, cols_to_drop=["email", "since"])
        kept = blink_to_append_only(changes)
    wait_until(lambda: rows(orders) == [(1, "buy", "?", 8)])
    wait_until(lambda: kept.size == 2)
    assert [tuple(row.values()) for row in kept.iter_dict()] == [(1, "sell", "?", 7, "c"), (1, "buy", "?", 8, "u")]
    assert kept.column_names == ["id", "op", "cdc_op", "ts_ms", "cdc_cdc_op"]
    database.delete(1)
    wait_until(lambda: orders.size == 0)


def test_no_change_is_missed_however_long_the_table_takes_to_make(broker, database, monkeypatch):
    database.put(1, "Ada")
    columns, ticking = cdc._columns, time_table("PT0.01s")

    def slowly(*args):
        # Rows of a blink table wait for a second, those of a table of a database until it stands; others tick on.
        cycles = ticking.size
        time.sleep(1.5)
        wait_until(lambda: ticking.size > cycles)
        return columns(*args)

    monkeypatch.setattr(cdc, "_columns", slowly)
    customers = cdc.consume(broker.config, spec(database))
    database.put(2, "Bob")
    wait_until(lambda: names(customers) == [(1, "Ada", None), (2, "Bob", None)])
    monkeypatch.undo()
    with shared_lock(customers):
        again = cdc.consume(broker.config, spec(database))
    wait_until(lambda: again.size == 2)


def test_raw_changes_have_everything(broker, database):
    database.put(7, "Gil")
    database.delete(7)
    raw = cdc.consume_raw(broker.config, spec(database), table_type=kc.TableType.append())
    wait_until(lambda: raw.size == 3)
    shown = raw.view(["id", "op", "before__name", "after__name", "source__pos", "ts_ms"])
    assert [tuple(row.values()) for row in shown.iter_dict()] == [
        (7, "c", None, "Gil", 7, 1_700_000_000_000),
        (7, "d", "Gil", None, 7, 1_700_000_000_000),
        (7, None, None, None, None, None),
    ]
    assert cdc.consume_raw(broker.config, spec(database)).is_blink


def test_specs_and_mistakes(broker, database):
    short = cdc.cdc_short_spec("mysql", "shop", "orders")
    assert short == cdc.cdc_long_spec(
        "mysql.shop.orders", "mysql.shop.orders-key", "latest", "mysql.shop.orders-value", "latest"
    )
    database.put(1, "Ada")
    with pytest.raises(DHError, match='column "id" is of the primary key'):
        cdc.consume(broker.config, spec(database), cols_to_drop=["id"])
    with pytest.raises(DHError, match='no column "nme" to drop'):
        cdc.consume(broker.config, spec(database), cols_to_drop=["nme"])
    key = f"{database.topic}-key"
    other = '{"type": "record", "name": "Other", "fields": [{"name": "x", "type": "int"}]}'
    with pytest.raises(DHError, match='has no fields "after" and "op"'):
        cdc.consume(broker.config, cdc.cdc_long_spec(database.topic, key, "latest", other, "latest"))
