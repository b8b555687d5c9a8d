"""Specs of the consumer for Protobuf messages and for values of a declared shape."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Optional, Sequence, Union

from ...dherror import DHError
from ...json.jackson import ObjectProcessorProvider
from ._spec import KeyValueSpec


@dataclass(frozen=True)
class ProtobufProtocol:
    """What is before the message in a record."""

    kind: str

    @staticmethod
    def serdes() -> ProtobufProtocol:
        """A zero, the id of the schema and the place of the message in it, as Confluent's serializers write them."""
        return ProtobufProtocol("serdes")

    @staticmethod
    def raw() -> ProtobufProtocol:
        """Nothing: the record is the message."""
        return ProtobufProtocol("raw")


Descriptor = Union[str, "os.PathLike[str]", bytes, None]
"""A file of descriptors, or its bytes."""


def protobuf_options(
    schema: Optional[str],
    schema_version: Optional[int],
    schema_message_name: Optional[str],
    protocol: Optional[ProtobufProtocol],
    descriptor: Descriptor,
    proto: Optional[str],
    nested_delim: str,
) -> dict[str, Any]:
    """What a spec of either direction says of the message."""
    given = [name for name, value in (("schema", schema), ("descriptor", descriptor), ("proto", proto)) if value is not None]
    if len(given) != 1:
        told = " and ".join(given) if given else "nothing"
        raise DHError(
            message=f"a Protobuf spec needs one source of its schema, but {told} is given\n"
            "  hint: schema names a subject of the registry, descriptor a file of protoc --descriptor_set_out, "
            "proto is the text of a .proto file"
        )
    if not nested_delim:
        raise DHError(message='nested_delim is empty\n  hint: "__" stands between names if it is not given')
    protocol = protocol or (ProtobufProtocol.serdes() if schema is not None else ProtobufProtocol.raw())
    return {
        "subject": schema,
        "version": "latest" if schema_version is None else str(schema_version),
        "message": schema_message_name,
        "is_raw": protocol.kind == "raw",
        "descriptors": _descriptors(descriptor),
        "text": proto,
        "delimiter": nested_delim,
    }


def _descriptors(descriptor: Descriptor) -> Optional[bytes]:
    if descriptor is None or isinstance(descriptor, (bytes, bytearray, memoryview)):
        return None if descriptor is None else bytes(descriptor)
    try:
        with open(descriptor, "rb") as file:
            return file.read()
    except OSError as error:
        raise DHError(error, f'the Protobuf descriptors of "{os.fspath(descriptor)}" cannot be read: {error}') from error


def protobuf_spec(
    schema: Optional[str] = None,
    schema_version: Optional[int] = None,
    schema_message_name: Optional[str] = None,
    message_class: Optional[str] = None,
    include: Optional[Sequence[str]] = None,
    protocol: Optional[ProtobufProtocol] = None,
    *,
    descriptor: Descriptor = None,
    proto: Optional[str] = None,
    nested_delim: str = "__",
) -> KeyValueSpec:
    """Columns from the fields of a Protobuf message.

    A field of a message within is a column such as ``outer__inner``; repeated fields are lists, those of a repeated message
    a list for each of its fields; enums are their names, timestamps instants, wrappers their values. Maps and messages within
    themselves are JSON text. A field that is not written is null if the schema tells that apart (``optional``, members of
    a oneof, fields of messages not there), and else its default. `uint32` is a long, so that no value is lost; a `uint64`
    past the last long is negative, as in Java.

    Args:
        schema: A subject of the schema registry.
        schema_version: A version of it; the newest if not given.
        schema_message_name: The message, by its full name or that within its package; the first of the schema if not given.
        message_class: Not supported: the name of a Java class.
        include: Paths of the fields that are wanted, ``/foo/bar``, or of all below a message, ``/foo/*``; all if not given.
        protocol: What is before the message in a record; `ProtobufProtocol.serdes` with a subject, else
            `ProtobufProtocol.raw`.
        descriptor: A file of ``protoc --include_imports --descriptor_set_out``, or its bytes.
        proto: The text of a ``.proto`` file.
        nested_delim: What stands between the names of a message and of a field in it.

    Raises:
        DHError: if there is not one source of the schema, or `message_class` is given.

    Example:
        from kinetable import kafka_consumer as kc
        spec = kc.protobuf_spec(proto='syntax = "proto3"; message Trade { string symbol = 1; double price = 2; }')
        print(spec.kind)
    """
    if message_class is not None:
        raise DHError(
            message=f'message_class "{message_class}" names a Java class, and there is no Java here\n'
            "  hint: give descriptor, a file of protoc --include_imports --descriptor_set_out, or proto, the text of the "
            "message's .proto file; both are read as ProtobufProtocol.raw() if no protocol is given"
        )
    options = protobuf_options(
        schema, schema_version, schema_message_name, protocol, descriptor, proto, nested_delim
    )
    paths = None if include is None else [include] if isinstance(include, str) else list(include)
    return KeyValueSpec("protobuf", ({**options, "include": paths},))


def object_processor_spec(provider: ObjectProcessorProvider) -> KeyValueSpec:
    """Columns from JSON values of a declared shape.

    Args:
        provider: What `kinetable.json.jackson.provider` gives.

    Raises:
        DHError: if it is no such provider.

    Example:
        from kinetable import kafka_consumer as kc
        from kinetable.json import jackson
        spec = kc.object_processor_spec(jackson.provider({"name": str, "marks": [float]}))
        print(spec.kind)
    """
    if not isinstance(provider, ObjectProcessorProvider):
        raise DHError(
            message=f"{provider!r} is no provider\n  hint: give kinetable.json.jackson.provider({{...}})"
        )
    return KeyValueSpec("shape", (provider.shape,))
