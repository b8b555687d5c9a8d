"""Live tables as Kafka topics.

::

    from kinetable import kafka_producer as kp

    stop = kp.produce(
        anomalies,
        {"bootstrap.servers": "localhost:9092"},
        "service.anomalies",
        key_spec=kp.simple_spec("ServiceName"),
        value_spec=kp.json_spec(["Timestamp", "ServiceName", "Value"]),
    )
"""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from ... import _kinetable as _native
from ...dherror import DHError
from ...table import Table
from ._formats import Descriptor, ProtobufProtocol, protobuf_options
from ._spec import KeyValueSpec
from .consumer import _client

__all__ = ["KeyValueSpec", "Publication", "avro_spec", "json_spec", "produce", "protobuf_spec", "simple_spec"]


class Publication:
    """A table that is being published. Call it to stop; keep it, or publishing stops."""

    _keeps_running = True

    def __init__(self, native: _native.Publication) -> None:
        """For this package only."""
        self._native = native

    def __call__(self) -> None:
        """Stops publishing, once everything up to now is with the broker."""
        self._native.stop()

    def flush(self) -> None:
        """Waits until everything up to now is with the broker."""
        self._native.flush()

    def stats(self) -> dict[str, Any]:
        """What has been published so far.

        Returns:
            ``state`` and ``detail`` (``RUNNING``, or what is wrong), ``waiting`` (changes that are no records yet), ``lag`` (rows and
            records that are not with the broker yet), ``queued_bytes`` (of these), ``sent``, ``delivered`` and ``failed`` (records),
            ``bytes`` (of keys and values delivered), ``first_failure``, ``table_failed``.
        """
        return self._native.stats()


def simple_spec(col_name: str) -> KeyValueSpec:
    """The values of one column, in the binary form of Kafka's standard serializers.

    Args:
        col_name: The column.

    Usage:
        from kinetable import kafka_producer as kp
        key = kp.simple_spec("Symbol")
    """
    return KeyValueSpec("simple", (col_name,))


def json_spec(
    include_columns: Optional[Sequence[str]] = None,
    exclude_columns: Optional[Sequence[str]] = None,
    mapping: Optional[Mapping[str, str]] = None,
    nested_delim: Optional[str] = None,
    output_nulls: bool = False,
    timestamp_field: Optional[str] = None,
) -> KeyValueSpec:
    """A JSON object for each row.

    Args:
        include_columns: The columns; all if not given.
        exclude_columns: All columns but these; not together with `include_columns`.
        mapping: Column to the name of its field.
        nested_delim: Text at which field names are split into objects within objects.
        output_nulls: Whether null is written; otherwise the field is left out.
        timestamp_field: A field for the time at which the record is made.

    Usage:
        from kinetable import kafka_producer as kp
        spec = kp.json_spec(include_columns=["Symbol", "Price"], mapping={"Price": "price"})
    """
    if include_columns is not None and exclude_columns is not None:
        raise DHError(message="include_columns and exclude_columns are both given\n  hint: give one of them")
    options = {
        "include": None if include_columns is None else list(include_columns),
        "exclude": None if exclude_columns is None else list(exclude_columns),
        "mapping": dict(mapping or {}),
        "nested_delim": nested_delim,
        "output_nulls": output_nulls,
        "timestamp_field": timestamp_field,
    }
    return KeyValueSpec("json", (options,))


def avro_spec(
    schema: str,
    schema_version: str = "latest",
    field_to_col_mapping: Optional[Mapping[str, str]] = None,
    timestamp_field: Optional[str] = None,
    include_only_columns: Optional[Sequence[str]] = None,
    exclude_columns: Optional[Sequence[str]] = None,
    publish_schema: bool = False,
    schema_namespace: Optional[str] = None,
    column_properties: Optional[Mapping[str, str]] = None,
) -> KeyValueSpec:
    """An Avro record for each row, behind the id that the schema registry has for its schema.

    Each field takes the column that the mapping names, or the column of its own name (``N__P`` for field P of record
    N); a field without a column is its default. A row with a cell that its field cannot hold, such as null where the
    schema has no null, is not published, and told in ``stats()`` of the publication.

    With `publish_schema` the schema is made from the table: all fields may be null; byte, short and char are ints with
    the attribute ``dhType``, Instants are timestamp-micros, dates, times and decimals their logical types.

    Args:
        schema: A subject of the registry; or a schema as JSON, which starts with ``{`` and is registered as
            ``TOPIC-key`` or ``TOPIC-value``. With `publish_schema`: the subject under which the table's is registered.
        schema_version: A version of the subject, or ``latest``.
        field_to_col_mapping: Field to column; other fields take the column of their name.
        timestamp_field: A field for the time at which the record is made.
        include_only_columns: The columns; all if not given.
        exclude_columns: All columns but these; not together with `include_only_columns`.
        publish_schema: Whether to make a schema from the table and register it.
        schema_namespace: The namespace of that schema.
        column_properties: ``"X.precision"`` and ``"X.scale"`` of decimal columns in that schema; otherwise a column's
            own.

    Raises:
        DHError: if both lists of columns are given.

    Usage:
        from kinetable import kafka_producer as kp
        spec = kp.avro_spec("orders-value", publish_schema=True, schema_namespace="shop")
    """
    if include_only_columns is not None and exclude_columns is not None:
        raise DHError(message="include_only_columns and exclude_columns are both given\n  hint: give one of them")
    options = {
        "schema": schema,
        "schema_version": str(schema_version),
        "mapping": dict(field_to_col_mapping or {}),
        "timestamp_field": timestamp_field,
        "include": None if include_only_columns is None else list(include_only_columns),
        "exclude": None if exclude_columns is None else list(exclude_columns),
        "publish": publish_schema,
        "namespace": schema_namespace,
        "column_properties": {key: str(value) for key, value in (column_properties or {}).items()},
    }
    return KeyValueSpec("avro", (options,))


def protobuf_spec(
    schema: Optional[str] = None,
    schema_version: Optional[int] = None,
    schema_message_name: Optional[str] = None,
    field_to_col_mapping: Optional[Mapping[str, str]] = None,
    protocol: Optional[ProtobufProtocol] = None,
    *,
    descriptor: Descriptor = None,
    proto: Optional[str] = None,
    nested_delim: str = "__",
) -> KeyValueSpec:
    """A Protobuf message for each row: each field from the column that reading it would give.

    Null is not written, nor is a default of a field without presence; of the fields of a oneof one may be set. A
    repeated message is written from lists that are equally long. Maps and messages within themselves cannot be written.

    Args:
        schema: A subject of the schema registry.
        schema_version: A version of it; the newest if not given.
        schema_message_name: The message, by its full name or that within its package; the first of the schema if not given.
        field_to_col_mapping: Field, ``outer.inner`` for one of a message within, to column; the others take the column of
            their name, ``outer__inner``, if there is one.
        protocol: What is before the message in a record; `ProtobufProtocol.serdes` with a subject, else
            `ProtobufProtocol.raw`. With `serdes` and without a subject, the schema is registered as ``TOPIC-value``.
        descriptor: A file of ``protoc --include_imports --descriptor_set_out``, or its bytes.
        proto: The text of a ``.proto`` file.
        nested_delim: What stands between the names of a message and of a field in it.

    Raises:
        DHError: if there is not one source of the schema.

    Example:
        from kinetable import kafka_producer as kp
        spec = kp.protobuf_spec(proto='syntax = "proto3"; message Trade { string symbol = 1; double price = 2; }')
        print(spec.kind)
    """
    options = protobuf_options(
        schema, schema_version, schema_message_name, protocol, descriptor, proto, nested_delim
    )
    return KeyValueSpec("protobuf", ({**options, "include": None}, dict(field_to_col_mapping or {})))


def produce(
    table: Table,
    kafka_config: Mapping[str, Any],
    topic: Optional[str],
    key_spec: KeyValueSpec,
    value_spec: KeyValueSpec,
    last_by_key_columns: bool = False,
    publish_initial: bool = True,
    partition: Optional[int] = None,
    topic_col: Optional[str] = None,
    partition_col: Optional[str] = None,
    timestamp_col: Optional[str] = None,
    headers: Optional[Mapping[str, str]] = None,
) -> Publication:
    """Publishes a table to a topic: its rows now, then every change.

    Added and modified rows become records; a removed row becomes a record of its key without a value, except that of
    a blink table only added rows are published.

    Args:
        table: The table.
        kafka_config: Settings of librdkafka. With ``transactional.id`` the records of each cycle are in one transaction:
            who reads with ``read_committed`` sees all of them or none, each once. ``oauth_cb`` may be a function for SASL
            OAUTHBEARER, as of `kafka_consumer.consume`.
        topic: The topic; may be ``None`` if `topic_col` is given.
        key_spec: What keys are made of: `simple_spec`, `json_spec`, `avro_spec` or `KeyValueSpec.IGNORE`.
        value_spec: What values are made of.
        last_by_key_columns: Whether to publish only the last row of each key.
        publish_initial: Whether to publish the rows that are there now.
        partition: The partition of all records; otherwise their keys decide.
        topic_col: A column with the topic of each row.
        partition_col: A column with the partition of each row.
        timestamp_col: A column with the timestamp of each record.
        headers: Header name to the column with its value: text and bytes as they are, other values as text. A row of
            which the value is null has no such header.

    Returns:
        A `Publication`: call it to stop publishing.

    Raises:
        DHError: if a setting, spec or column is wrong, or no broker answers. What goes wrong later is told by ``stats()`` of
            the publication, and by its row of `kinetable.stream.kafka.sources`.

    Publishing never holds up a cycle. What a slow broker has not taken waits as changes of the table and counts toward
    `kafka_consumer.memory_budget`, over which Kafka sources pause.

    Usage:
        from kinetable import kafka_producer as kp
        stop = kp.produce(
            anomalies,
            {"bootstrap.servers": "localhost:9092"},
            "service.anomalies",
            key_spec=kp.simple_spec("ServiceName"),
            value_spec=kp.json_spec(["Timestamp", "ServiceName", "Value"]),
        )
        stop()
    """
    options = {
        "last_by_key_columns": last_by_key_columns,
        "publish_initial": publish_initial,
        "partition": partition,
        "topic_col": topic_col,
        "partition_col": partition_col,
        "timestamp_col": timestamp_col,
        "headers": list((headers or {}).items()),
        "oauth_cb": kafka_config.get("oauth_cb"),
    }
    client = _client(kafka_config)
    return Publication(_native.produce(table._native, client, topic, key_spec._spec(), value_spec._spec(), options))
