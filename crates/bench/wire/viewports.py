"""Many pages of the web app at the end of a large table that grows: what passes until they know, and what the server needs.

A server of its own process has ten million rows and gets one more so many times a second, which says when it came. Connections of
`rt.v1` hold subscriptions of the last forty rows by ten columns, and paint each frame at once. Prints a line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import Any, Iterator

import pyarrow as pa
from servers import processor

SCRIPT = """
from kinetable import empty_table, merge, time_table
columns = [f"C{{n}} = ii * {{n}} + 0.5" for n in range(8)]
past = empty_table({rows}).update(["Timestamp = epochNanosToInstant(ii)", "Id = ii", *columns])
coming = time_table("PT{pause}s").update(["Id = ii", *columns])
ticking = merge([past, coming])
"""


class Page:
    """A connection with some subscriptions."""

    def __init__(self, subs: int, lags: list[float]) -> None:
        self.subs, self.lags, self.frames = subs, lags, 0

    async def run(self, port: int, until: float) -> None:
        """Opens, follows and paints until a time."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        key = base64.b64encode(os.urandom(16)).decode()
        head = f"GET /rt/v1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        self.writer.write(f"{head}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        await self.reader.readuntil(b"\r\n\r\n")
        self.say(type="hello", protocol=1)
        for sub in range(1, self.subs + 1):
            self.say(type="open", sub=sub, table="ticking", first=0, n=40, anchor="bottom", cols=None, max_hz=20)
        while time.time() < until:
            kind, data = await self.receive()
            if kind == 2:
                length = struct.unpack("<I", data[:4])[0]
                self.take(json.loads(data[4 : 4 + length]), data[-(-(4 + length) // 8) * 8 :])

    def take(self, header: dict[str, Any], body: bytes) -> None:
        """Reads a frame, and says that it is painted."""
        now = time.time()
        batch = pa.ipc.open_stream(body).read_next_batch()
        if header["type"] == "delta" and "Timestamp" in batch.schema.names:
            self.lags.append(now - batch.column("Timestamp")[-1].value / 1e9)
        self.frames += 1
        self.say(type="ack", sub=header["sub"], seq=header["seq"])

    def say(self, **message: Any) -> None:
        """Sends a message."""
        data, mask = json.dumps(message).encode(), os.urandom(4)
        masked = (int.from_bytes(data, "big") ^ int.from_bytes((mask * len(data))[: len(data)], "big")).to_bytes(
            len(data), "big"
        )
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.writer.write(b"\x81" + length + mask + masked)

    async def receive(self) -> tuple[int, bytes]:
        """The next message."""
        kind, length = await self.reader.readexactly(2)
        if length == 126:
            length = struct.unpack(">H", await self.reader.readexactly(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", await self.reader.readexactly(8))[0]
        return kind & 15, await self.reader.readexactly(length)


@contextmanager
def served(text: str) -> Iterator[tuple[int, int]]:
    """Serves a script, in a process of its own; gives the port and the process."""
    with tempfile.TemporaryDirectory() as scratch:
        script = pathlib.Path(scratch) / "app.py"
        script.write_text(text)
        command = [sys.executable, "-m", "kinetable", "server", "--port", "0", "--auth", "anonymous"]
        with subprocess.Popen([*command, "--script", str(script)], stdout=subprocess.PIPE, text=True) as server:
            line = server.stdout.readline() if server.stdout else ""
            try:
                yield int(line.rsplit(":", 1)[1].split("/")[0]), server.pid
            finally:
                server.terminate()


async def measured(options: argparse.Namespace, port: int, process: int) -> dict[str, Any]:
    """Follows for so many seconds."""
    lags: list[float] = []
    each = options.viewports // options.connections
    until = time.time() + options.seconds
    began = processor(process)
    pages = [Page(each, lags) for _ in range(options.connections)]
    await asyncio.gather(*(page.run(port, until) for page in pages))
    lags.sort()
    at = lambda share: round(lags[int(share * (len(lags) - 1))] * 1e3, 1)  # noqa: E731
    return {
        "viewports": each * options.connections,
        "frames a second": round(sum(page.frames for page in pages) / options.seconds),
        "lag p50 ms": at(0.5),
        "lag p99 ms": at(0.99),
        "lag max ms": at(1.0),
        "cores of the server": round((processor(process) - began) / options.seconds, 2),
    }


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--viewports", type=int, default=200)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--rate", type=float, default=10.0, help="rows a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    with served(SCRIPT.format(rows=options.rows, pause=1 / options.rate)) as (port, process):
        print(json.dumps(asyncio.run(measured(options, port, process))))


if __name__ == "__main__":
    main()
