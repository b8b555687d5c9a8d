"""Kafka: topics as live tables (`consumer`), live tables as topics (`producer`)."""

from __future__ import annotations

from typing import Any, Mapping

from ... import _kinetable as _native
from .consumer import _client

__all__ = ["topics"]


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
