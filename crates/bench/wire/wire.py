"""The server, seen from other processes: a snapshot beside raw Arrow Flight, and the lag of a subscription.

Processes on this machine: the servers with the same tables, a Flight server of PyArrow that sends the same rows as
they are, and this one, which reads all of them with unmodified clients. They take turns, round by round; the best of
the rounds counts for throughput, the rows of all rounds for lag.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import threading
import time
from typing import Any, Callable

import numpy as np
import pyarrow as pa
import pyarrow.flight as flight
import pydeephaven
from pydeephaven_ticking.table_listener import listen
from servers import add_options, engines, free_port

APPLICATION = """
from kinetable import empty_table, time_table
big = empty_table({rows}).update(["A = ii", "B = ii * 0.5", "C = (int)(ii % 1000)", "D = ii * 7", "E = A / 3.0"])
pulse = time_table("PT{period}S")
"""


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


def seconds_of(work: Callable[[], Any]) -> float:
    """The seconds that something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def snapshot(sessions: dict[str, pydeephaven.Session], rounds: int) -> None:
    """Prints megabytes a second of `to_arrow` from each server, and of raw Flight."""
    tables = {name: session.open_table("big") for name, session in sessions.items()}
    rows = next(iter(tables.values())).to_arrow()
    port = free_port()
    raw = subprocess.Popen([sys.executable, __file__, "--raw", str(port), "--rows", str(len(rows))])
    client = flight.FlightClient(f"grpc://127.0.0.1:{port}")
    while True:
        try:
            client.wait_for_available(5)
            break
        except flight.FlightUnavailableError:
            time.sleep(0.2)
    readers: dict[str, Callable[[], Any]] = {
        f"to_arrow of pydeephaven, {name}": table.to_arrow for name, table in tables.items()
    }
    readers["raw Flight of PyArrow"] = lambda: client.do_get(flight.Ticket(b"")).read_all()
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(rounds):
        for name, read in readers.items():
            times[name].append(seconds_of(read))
    raw.terminate()
    megabytes = rows.nbytes / 1e6
    print(f"snapshot of {len(rows):,} rows x {rows.num_columns} columns, {megabytes:,.0f} MB, best of {rounds}")
    for name, taken in times.items():
        print(f"  {name:36} {min(taken):7.3f} s  {megabytes / min(taken):8,.0f} MB/s", flush=True)


def lag(session: pydeephaven.Session, seconds: float) -> list[float]:
    """What passes from the moment for which a row is due until the ticking client's listener has it, in ms."""
    lags: list[float] = []
    lock = threading.Lock()

    def told(update: Any) -> None:
        now = time.time_ns()
        rows = update.added("Timestamp")["Timestamp"].cast(pa.int64())
        with lock:
            lags.extend((now - due) / 1e6 for due in rows.to_pylist())

    handle = listen(session.open_table("pulse"), told)
    handle.start()
    time.sleep(2)
    with lock:
        lags.clear()
    time.sleep(seconds)
    handle.stop()
    return lags


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_options(parser)
    parser.add_argument("--raw", type=int, help="be the raw server on this port")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--period", type=float, default=0.05, help="seconds between the rows of the table that ticks")
    options = parser.parse_args()
    if options.raw:
        serve_raw(options.raw, options.rows)
    with engines(APPLICATION.format(rows=options.rows, period=options.period), options) as servers:
        sessions = {engine.name: engine.session("pulse") for engine in servers}
        snapshot(sessions, options.rounds)
        lags: dict[str, list[float]] = {name: [] for name in sessions}
        for _ in range(options.rounds):
            for name, session in sessions.items():
                lags[name].extend(lag(session, options.seconds / options.rounds))
        print("lag to a subscriber at default settings, from the moment for which a row is due")
        for name, found in lags.items():
            cuts = statistics.quantiles(found, n=100)
            figures = f"p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, most {max(found):.1f} ms"
            print(f"  {name:10} {len(found)} rows: {figures}", flush=True)
        for session in sessions.values():
            session.close()


if __name__ == "__main__":
    main()
