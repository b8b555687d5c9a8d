"""Kafka: topics as live tables (`consumer`), live tables as topics (`producer`)."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional

from ... import _kinetable as _native
from .consumer import _client

__all__ = ["header", "topics"]


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
