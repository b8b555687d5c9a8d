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
from ._spec import KeyValueSpec
from .consumer import _client

__all__ = ["KeyValueSpec", "Publication", "json_spec", "produce", "simple_spec"]


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
        """What has been published so far."""
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
        kafka_config: Settings of librdkafka.
        topic: The topic; may be ``None`` if `topic_col` is given.
        key_spec: What keys are made of: `simple_spec`, `json_spec` or `KeyValueSpec.IGNORE`.
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
    }
    client = _client(kafka_config)
    return Publication(_native.produce(table._native, client, topic, key_spec._spec(), value_spec._spec(), options))
