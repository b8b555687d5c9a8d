"""The server, seen from other processes: a snapshot beside raw Arrow Flight, and the lag of a subscription.

Three processes on this machine: a Kinetable server with tables, a Flight server of PyArrow that sends the same rows as
they are, and this one, which reads both with unmodified clients. The best of some rounds counts.
"""

from __future__ import annotations

import argparse
import pathlib
import socket
import statistics
import subprocess
import sys
import threading
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.flight as flight
import pydeephaven
from pydeephaven_ticking.table_listener import listen

APPLICATION = """
from kinetable import empty_table, time_table
big = empty_table({rows}).update(["A = ii", "B = ii * 0.5", "C = (int)(ii % 1000)", "D = ii * 7", "E = A / 3.0"])
pulse = time_table("PT{period}S")
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def connected(port: int, seconds: float = 60.0) -> pydeephaven.Session:
    """A session, as soon as the server listens."""
    end = time.monotonic() + seconds
    while True:
        try:
            return pydeephaven.Session(host="127.0.0.1", port=port)
        except pydeephaven.DHError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Raw(flight.FlightServerBase):
    """Sends a table as it is."""

    def __init__(self, port: int, table: pa.Table) -> None:
        """Listens."""
        super().__init__(f"grpc://127.0.0.1:{port}")
        self.table = table

    def do_get(self, context: Any, ticket: flight.Ticket) -> flight.RecordBatchStream:
        """All of it, in batches of 65,536 rows."""
        batches = self.table.to_batches(max_chunksize=1 << 16)
        return flight.RecordBatchStream(pa.RecordBatchReader.from_batches(self.table.schema, batches))


def serve_raw(port: int, rows: int) -> None:
    """Sends the rows of the application's large table, until the process ends."""
    at = np.arange(rows)
    columns = {"A": at, "B": at * 0.5, "C": (at % 1000).astype(np.int32), "D": at * 7, "E": at / 3.0}
    Raw(port, pa.table(columns)).serve()


def best(work: Any, rounds: int) -> float:
    """The least seconds of so many."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def snapshot(session: pydeephaven.Session, rounds: int) -> None:
    """Prints megabytes a second of `to_arrow` and of raw Flight."""
    table = session.open_table("big")
    rows = table.to_arrow()
    port = free_port()
    command = [sys.executable, __file__, "--raw", str(port), "--rows", str(len(rows))]
    raw = subprocess.Popen(command)
    client = flight.FlightClient(f"grpc://127.0.0.1:{port}")
    while True:
        try:
            client.wait_for_available(5)
            break
        except flight.FlightUnavailableError:
            time.sleep(0.2)
    ours = best(table.to_arrow, rounds)
    theirs = best(lambda: client.do_get(flight.Ticket(b"")).read_all(), rounds)
    raw.terminate()
    megabytes = rows.nbytes / 1e6
    print(f"snapshot of {len(rows):,} rows x {rows.num_columns} columns, {megabytes:,.0f} MB")
    print(f"  to_arrow by pydeephaven  {ours:6.3f} s  {megabytes / ours:8,.0f} MB/s")
    print(f"  raw Flight of PyArrow    {theirs:6.3f} s  {megabytes / theirs:8,.0f} MB/s")
    print(f"  ours takes {ours / theirs:.2f} x", flush=True)


def lag(session: pydeephaven.Session, seconds: float) -> None:
    """Prints what passes from the moment for which a row is due until the ticking client's listener has it."""
    lags: list[float] = []
    lock = threading.Lock()

    def told(update: Any) -> None:
        now = time.time_ns()
        rows = update.added("Timestamp")["Timestamp"].cast(pa.int64())
        with lock:
            lags.extend((now - due) / 1e6 for due in rows.to_pylist())

    handle = listen(session.open_table("pulse"), told)
    handle.start()
    time.sleep(1)
    with lock:
        lags.clear()
    time.sleep(seconds)
    handle.stop()
    cuts = statistics.quantiles(lags, n=100)
    figures = f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, most {max(lags):.1f} ms"
    print(f"lag to a subscriber at default settings, {len(lags)} rows: {figures}")


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--raw", type=int, help="be the raw server on this port")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--period", type=float, default=0.05, help="seconds between the rows of the table that ticks")
    options = parser.parse_args()
    if options.raw:
        serve_raw(options.raw, options.rows)
    options.scratch.mkdir(parents=True, exist_ok=True)
    script = options.scratch / "application.py"
    script.write_text(APPLICATION.format(rows=options.rows, period=options.period))
    port = free_port()
    command = [sys.executable, "-m", "kinetable", "server", "--port", str(port), "--auth", "anonymous"]
    with subprocess.Popen([*command, "--script", str(script)], stdout=subprocess.DEVNULL) as server:
        try:
            session = connected(port)
            snapshot(session, options.rounds)
            lag(session, options.seconds)
            session.close()
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
