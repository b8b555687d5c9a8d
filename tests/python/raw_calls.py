"""Calls as they are on the wire, for clients that cannot be run here: bytes out, bytes in, and what they say.

Nothing of Kinetable's own encodings is used: FlatBuffers are read by their slots, row sets by their commands.
"""

from __future__ import annotations

import queue
import struct
from typing import Any, Callable, Iterator, Optional

import grpc

FLIGHT = "arrow.flight.protocol.FlightService"
GRPC = "io.deephaven.proto.backplane.grpc"
SCRIPT = "io.deephaven.proto.backplane.script.grpc"


class Caller:
    """A connection; a token that comes back takes the place of what was sent, as all clients do it."""

    def __init__(self, port: int, authorization: Optional[str]) -> None:
        """Connects; ``authorization`` is sent with the first call."""
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.authorization = authorization
        self.ended: dict[str, str] = {}

    def metadata(self) -> list[tuple[str, str]]:
        """What a call carries."""
        return [("authorization", self.authorization)] if self.authorization else []

    def call(self, path: str, request: Any, answer: type) -> Any:
        """A call with one message each way."""
        made = self.channel.unary_unary(f"/{path}", lambda message: message.SerializeToString(), answer.FromString)
        result, call = made.with_call(request, metadata=self.metadata(), timeout=300)
        self._adopt(call.initial_metadata())
        return result

    def follow(self, path: str, request: Any, answer: type) -> Any:
        """A call whose answer is a stream."""
        made = self.channel.unary_stream(f"/{path}", lambda message: message.SerializeToString(), answer.FromString)
        stream = made(request, metadata=self.metadata(), timeout=300)
        self._adopt(stream.initial_metadata())
        return stream

    def talk(self, path: str) -> Talk:
        """A call with streams of bytes both ways."""
        made = self.channel.stream_stream(f"/{path}", lambda data: data, lambda data: data)
        return Talk(made, self.metadata())

    def get(self, ticket: bytes) -> list[bytes]:
        """DoGet: the messages of a table."""
        made = self.channel.unary_stream(f"/{FLIGHT}/DoGet", lambda data: data, lambda data: data)
        return list(made(field(1, ticket), metadata=self.metadata(), timeout=300))

    def _adopt(self, metadata: Any) -> None:
        tokens = [value for name, value in metadata if name == "authorization"]
        assert tokens and tokens[-1].startswith("Bearer "), metadata
        self.authorization = tokens[-1]


class Talk:
    """A stream both ways."""

    def __init__(self, made: Callable[..., Any], metadata: list[tuple[str, str]]) -> None:
        """Opens it."""
        self._out: queue.SimpleQueue[Optional[bytes]] = queue.SimpleQueue()
        self.answers = made(iter(self._out.get, None), metadata=metadata, timeout=300)

    def send(self, data: bytes) -> None:
        """Sends a message."""
        self._out.put(data)

    def next(self) -> bytes:
        """The next message."""
        return bytes(next(self.answers))

    def close(self) -> list[bytes]:
        """Ends this side; gives what still comes."""
        self._out.put(None)
        return list(self.answers)


def varint(number: int) -> bytes:
    """A number as Protobuf has it."""
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def field(number: int, data: bytes) -> bytes:
    """A field of bytes of a message."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def fields(data: bytes) -> dict[int, bytes]:
    """The fields of a message that has only bytes in it."""
    found, at = {}, 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        tag = number()
        assert tag & 7 == 2, tag
        length = number()
        found[tag >> 3], at = data[at : at + length], at + length
    return found


def flight(descriptor: bytes = b"", header: bytes = b"", metadata: bytes = b"", body: bytes = b"") -> bytes:
    """A message FlightData."""
    parts = ((1, descriptor), (2, header), (3, metadata), (1000, body))
    return b"".join(field(number, data) for number, data in parts if data)


def path(*parts: str) -> bytes:
    """A FlightDescriptor with a path."""
    return b"\x08\x01" + b"".join(field(3, part.encode()) for part in parts)


def command(data: bytes) -> bytes:
    """A FlightDescriptor with a command."""
    return b"\x08\x02" + field(2, data)


class Flat:
    """A table of a FlatBuffer, read by slots."""

    def __init__(self, data: bytes, at: Optional[int] = None) -> None:
        """The root, or the table at a place."""
        self.data = data
        self.at = struct.unpack_from("<I", data)[0] if at is None else at
        self._slots = self.at - struct.unpack_from("<i", data, self.at)[0]

    def place(self, slot: int) -> int:
        """Where a slot's value is; 0 if it has none."""
        size = struct.unpack_from("<H", self.data, self._slots)[0]
        entry = 4 + 2 * slot
        offset = struct.unpack_from("<H", self.data, self._slots + entry)[0] if entry < size else 0
        return self.at + offset if offset else 0

    def number(self, slot: int, form: str) -> int:
        """A number; 0 if it is absent."""
        at = self.place(slot)
        return int(struct.unpack_from(f"<{form}", self.data, at)[0]) if at else 0

    def table(self, slot: int) -> Flat:
        """A table within this one."""
        at = self.place(slot)
        return Flat(self.data, at + struct.unpack_from("<I", self.data, at)[0])

    def vector(self, slot: int) -> Optional[tuple[int, int]]:
        """Where a vector begins, and its length."""
        at = self.place(slot)
        if not at:
            return None
        at += struct.unpack_from("<I", self.data, at)[0]
        return at + 4, struct.unpack_from("<I", self.data, at)[0]

    def bytes(self, slot: int) -> Optional[bytes]:
        """A vector of bytes, or that there is none."""
        found = self.vector(slot)
        return None if found is None else self.data[found[0] : found[0] + found[1]]

    def tables(self, slot: int) -> Optional[list[Flat]]:
        """A vector of tables."""
        found = self.vector(slot)
        if found is None:
            return None
        places = [found[0] + 4 * index for index in range(found[1])]
        return [Flat(self.data, at + struct.unpack_from("<I", self.data, at)[0]) for at in places]

    def pairs(self, slot: int) -> list[tuple[int, int]]:
        """A vector of structs of two longs."""
        found = self.vector(slot)
        assert found is not None
        return [struct.unpack_from("<qq", self.data, found[0] + 16 * index) for index in range(found[1])]


def rows(data: Optional[bytes]) -> Optional[list[int]]:
    """The rows of a set; of shifts, the three sets behind each other."""
    return None if data is None else [key for part in _sets(data) for key in part]


def _sets(data: bytes) -> Iterator[list[int]]:
    at, keys, previous = 0, list[int](), 0
    forms = {1: "h", 2: "i", 3: "q", 4: "b"}
    while at < len(data):
        kind, width = data[at] >> 3, forms.get(data[at] & 7, "")
        at += 1
        if kind == 4:
            yield keys
            keys, previous = [], 0
            continue
        value = struct.unpack_from(f"<{width}", data, at)[0]
        at += struct.calcsize(width)
        deltas = [value]
        if kind in (2, 3):
            form = f"<{value}{'h' if kind == 2 else 'b'}"
            deltas = list(struct.unpack_from(form, data, at))
            at += struct.calcsize(form)
        for delta in deltas:
            if delta >= 0:
                previous += delta
                keys.append(previous)
            else:
                keys.extend(range(previous + 1, previous - delta + 1))
                previous -= delta
    assert not keys, "a row set has no end"


class Update:
    """A message of a subscription: its metadata, if it has any, and the shape of its batch."""

    def __init__(self, data: bytes) -> None:
        """Reads it."""
        parts = fields(data)
        self.body = parts.get(1000, b"")
        self.has_body_last = data.endswith(b"\xc2\x3e" + varint(len(self.body)) + self.body)
        self.metadata: Optional[Flat] = None
        if 3 in parts:
            outer = Flat(parts[3])
            assert outer.number(0, "I") == 0x6E687064 and outer.number(1, "b") == 6
            payload = outer.bytes(2)
            assert payload is not None
            self.metadata = Flat(payload)
        message = Flat(parts[2])
        assert message.number(0, "h") == 4 and message.number(1, "b") == 3
        assert message.number(3, "q") == len(self.body)
        batch = message.table(2)
        self.length, self.nodes, self.buffers = batch.number(0, "q"), batch.pairs(1), batch.pairs(2)

    def said(self) -> dict[str, Any]:
        """The metadata by name; what is absent is none."""
        assert self.metadata is not None
        meta = self.metadata
        mods = meta.tables(10)
        return {
            "snapshot": bool(meta.number(2, "b")),
            "viewport": rows(meta.bytes(3)),
            "columns": meta.bytes(5),
            "added": rows(meta.bytes(6)),
            "removed": rows(meta.bytes(7)),
            "shifts": meta.bytes(8),
            "included": rows(meta.bytes(9)),
            "modified": None if mods is None else [rows(each.bytes(0)) for each in mods],
            "size": meta.number(11, "q"),
        }


def export(number: int) -> bytes:
    """The ticket of an export."""
    return b"e" + struct.pack("<i", number)
