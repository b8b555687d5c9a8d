"""Shapes of JSON made ready for records; named as in Deephaven, where a library of that name reads them."""

from __future__ import annotations

from dataclasses import dataclass
from json import dumps
from typing import Any, Optional

from ._values import value_of

__all__ = ["ObjectProcessorProvider", "provider"]


@dataclass(frozen=True)
class ObjectProcessorProvider:
    """What makes columns of records; made by `provider`, taken by `object_processor_spec`."""

    shape: str
    """The shape as JSON."""


def provider(json_value_type: Any, factory: Optional[Any] = None) -> ObjectProcessorProvider:
    """Makes what `kinetable.kafka_consumer.object_processor_spec` takes of a shape.

    Args:
        json_value_type: A value of `kinetable.json`, or Python types, dictionaries, lists and tuples.
        factory: Not used: settings of a Java library.

    Raises:
        DHError: if the shape says nothing.

    Example:
        from kinetable import kafka_consumer as kc
        from kinetable.json import jackson
        spec = kc.object_processor_spec(jackson.provider({"name": str, "age": int}))
        print(spec.kind)
    """
    return ObjectProcessorProvider(dumps(value_of(json_value_type).declared))
