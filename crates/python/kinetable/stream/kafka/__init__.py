"""Kafka: topics as live tables (`consumer`), live tables as topics (`producer`), tables of a database as live tables (`cdc`)."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional

from ... import _kinetable as _native
from ...table import Table
from .consumer import _client

__all__ = ["header", "source_partitions", "sources", "topics"]


def sources() -> Table:
    """How every Kafka source and sink of this process fares, live: a row each, changed within five seconds of a fault.

    Columns: Source (its name here: the topic's, with a number from the second source of a topic on), Kind (``consumer``
    or ``producer``), Topic, State (``RUNNING``, ``DEGRADED``, ``PAUSED``, ``LAG RISK``, ``TOPIC MISSING``, ``TOPIC RECREATED``,
    ``AUTH FAILED``, ``ATTENTION``, ``FAILED``, ``STOPPED``), Detail, Since (instant), Partitions, Offset (the sum of the
    partitions' next offsets), Lag (records still to be read; null: not known), Rows, RowsPerSecond, Bytes, BytesPerSecond,
    QueuedBytes (read and not yet in the table), Errors (records refused), LastError, LastErrorAt (instant), Retries
    (connections lost and requests repeated), TopicId (null from brokers without), Incarnation (how often the topic was made
    anew, and one). What stopped stays, the newest hundred.

    Of a producer, Rows and Bytes are what the broker has taken, Lag (rows and records) and QueuedBytes what it does not have
    yet, Errors the rows that could not be published; Partitions, Offset, TopicId and Incarnation are null.

    Returns:
        A live table; the same one at every call.

    Example:
        from kinetable.stream.kafka import sources
        troubled = sources().where("State != `RUNNING`")
        print(troubled.is_refreshing)
    """
    return Table(_native.kafka_sources()[0])


def source_partitions() -> Table:
    """How far each partition of each Kafka source is read, live: a row each.

    Columns: Source, Topic, Partition, Offset (read next), LowWaterMark (the oldest record there is), HighWaterMark (the end),
    Lag, Rows (records taken), RowsPerSecond, Skew (duration: how long before its receipt the newest record is stamped;
    negative if its producer's clock is ahead). What is not known is null.

    Returns:
        A live table; the same one at every call.

    Example:
        from kinetable.stream.kafka import source_partitions
        print(source_partitions().where("Lag > 1_000_000").is_refreshing)
    """
    return Table(_native.kafka_sources()[1])


def topics(kafka_config: Mapping[str, Any]) -> list[str]:
    """The names of the topics of a broker, sorted; Kafka's own are left out.

    Args:
        kafka_config: Settings of librdkafka; ``bootstrap.servers`` at least.

    Raises:
        DHError: if the broker cannot be reached.

    Usage:
        from kinetable.stream.kafka import topics
        print(topics({"bootstrap.servers": "localhost:9092"}))
    """
    return _native.topics(_client(kafka_config))


def header(headers: Optional[str], name: str) -> Optional[str]:
    """The value of a header, from a column of headers: for formulas.

    Records' headers are a column where the setting ``kinetable.headers.column.name`` names one: the text of a JSON object
    such as ``{"trace": "a1", "hop": ["x", "y"]}``.

    Args:
        headers: A cell of that column.
        name: The header.

    Returns:
        Its value, the last of several; ``None`` if it is not there or null, or bytes that are no text.

    Example:
        from kinetable import new_table
        from kinetable.column import string_col
        from kinetable.stream.kafka import header
        t = new_table([string_col("Headers", ['{"trace": "a1", "hop": ["x", "y"]}', None])])
        print(t.update("Hop = header(Headers, `hop`)").to_string())
    """
    if headers is None:
        return None
    value = json.loads(headers).get(name)
    if isinstance(value, list):
        value = value[-1]
    return value if isinstance(value, str) else None
