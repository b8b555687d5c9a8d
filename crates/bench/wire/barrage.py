"""As little of Barrage as a measurement needs: a request for updates, and the batches that come."""

from __future__ import annotations

import struct
import threading
import time
from typing import Optional

import pyarrow as pa
import pyarrow.flight as flight
import pydeephaven


class Follower:
    """Follows a table, and keeps how old each row was when it came, in seconds."""

    def __init__(
        self, port: int, session: pydeephaven.Session, table: str, interval_ms: int, last: Optional[int]
    ) -> None:
        """Subscribes to all rows or to the last so many."""
        self.lags: list[float] = []
        self.messages = 0
        self.newest: Optional[int] = None
        self.client = flight.FlightClient(f"grpc://127.0.0.1:{port}")
        headers = [(name, value.encode() if isinstance(value, str) else value) for name, value in session.grpc_metadata]
        headers = [(name.encode() if isinstance(name, str) else name, value) for name, value in headers]
        options = flight.FlightCallOptions(headers=headers)
        self.writer, self.reader = self.client.do_exchange(flight.FlightDescriptor.for_command(b"dphn"), options)
        self.writer.write_metadata(request(b"s/" + table.encode(), interval_ms, last))
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            while True:
                rows = self.reader.read_chunk().data
                now = time.time_ns()
                self.messages += 1
                stamps = rows.column("Timestamp").cast(pa.int64()).to_pylist() if rows is not None else []
                # The first message has rows that were there, and a viewport may show rows again.
                if self.newest is not None:
                    self.lags.extend((now - stamp) / 1e9 for stamp in stamps if stamp > self.newest)
                self.newest = max([self.newest or 0, *stamps])
        except (StopIteration, pa.ArrowException):
            return

    def leave(self) -> None:
        """Says that it wants no more."""
        self.writer.done_writing()

    def close(self) -> None:
        """Ends the subscription, also if the server does not."""
        if self.thread.is_alive():
            self.reader.cancel()
        self.thread.join(5)
        self.client.close()


def request(ticket: bytes, interval_ms: int, last: Optional[int]) -> pa.Buffer:
    """A request for all rows, or for the last so many."""
    # A FlatBuffers table: its fields lie where the vtable before it says; 0: it is not there.
    viewport = b"" if last is None else _positions(last)
    fields = [4, 0, 8 if viewport else 0, 12, 16]
    vtable = struct.pack("<7H", 14, 20, *fields) + b"\0\0"
    after = 4 + len(vtable) + 20
    options = struct.pack("<5H", 10, 12, 0, 8, 4) + b"\0\0" + struct.pack("<iiBBBB", 12, interval_ms, 1, 0, 0, 0)
    first, second = _vector(ticket), _vector(viewport)
    table = 4 + len(vtable)
    at_ticket, at_viewport = after + len(options), after + len(options) + len(first)
    body = struct.pack("<i", len(vtable))
    body += struct.pack("<I", at_ticket - (table + 4))
    body += struct.pack("<I", at_viewport - (table + 8) if viewport else 0)
    body += struct.pack("<I", after + 12 - (table + 12)) + bytes([last is not None, 0, 0, 0])
    nested = struct.pack("<I", table) + vtable + body + options + first + second
    wrapper = bytes.fromhex("1000000000000a0010000c000b0004000a0000000c000000000000056470686e")
    return pa.py_buffer(wrapper + struct.pack("<I", len(nested)) + nested)


def _positions(count: int) -> bytes:
    """The positions 0 to count - 1: their first, the way to the last, the end."""
    return b"\x0c\x00" + b"\x09" + struct.pack("<h", 1 - count) + b"\x20"


def _vector(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data + b"\0" * (-len(data) % 4)
