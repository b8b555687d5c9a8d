"""How long the web app waits for the first chart, histogram, statistics and sums of a large table that grows.

A server of its own process has ten million rows and gets a hundred more a second. A page of `rt.v1` asks for one operation after the other, and takes the
time until its first frame, then how often a second it is told of changes. Prints a line of JSON an operation.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import struct
import time
from typing import Any

from servers import processor
from viewports import Page, served

SCRIPT = """
from kinetable import empty_table, merge, time_table
columns = ["Y = sin(ii / 100000.0) + random()", "Sym = ii % 3 == 0 ? `a` : `b`"]
past = empty_table({rows}).update(["Timestamp = now() - (long)({rows} - ii) * MILLI", *columns])
ticking = merge([past, time_table("PT0.01s").update(columns)])
"""

OPERATIONS: dict[str, dict[str, Any]] = {
    "line, 800 pixels": {"m4": {"x": "Timestamp", "ys": ["Y"], "px": 800}},
    "line, coloured by a column": {"m4": {"x": "Timestamp", "ys": ["Y"], "by": ["Sym"], "px": 800}},
    "histogram, 50 bins": {"bins": {"x": "Y", "n": 50}},
    "statistics": {"stats": {"column": "Y"}},
    "sums of groups": {"by": {"keys": ["Sym"], "aggs": [["sum", "Total", "Y"], ["count", "N"]]}},
}


async def measured(port: int, process: int, seconds: float) -> None:
    """Asks for each operation, and follows it for so long."""
    page = Page(0, [])
    await page.run(port, 0)
    for sub, (name, op) in enumerate(OPERATIONS.items(), 1):
        asked = time.time()
        page.say(type="open", sub=sub, table="ticking", ops=[op], first=0, n=16_384, cols=None, max_hz=20)
        first, began, frames = 0.0, 0.0, 0
        while not first or time.time() < asked + first + seconds:
            kind, data = await page.receive()
            header = json.loads(data[4 : 4 + struct.unpack("<I", data[:4])[0]]) if kind == 2 else json.loads(data)
            if header["type"] == "error":
                raise SystemExit(f"{name}: {header['message']}")
            if header.get("seq") is not None and header.get("sub") == sub:
                if not first:
                    first, began = time.time() - asked, processor(process)
                frames += 1
                page.say(type="ack", sub=sub, seq=header["seq"])
        page.say(type="close", sub=sub)
        cores = (processor(process) - began) / seconds
        told = {"first frame s": round(first, 2), "frames a second": round(frames / seconds), "cores": round(cores, 2)}
        print(json.dumps({"operation": name, **told}), flush=True)


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each is followed")
    options = parser.parse_args()
    with served(SCRIPT.format(rows=options.rows)) as (port, process):
        asyncio.run(measured(port, process, options.seconds))


if __name__ == "__main__":
    main()
