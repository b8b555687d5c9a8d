"""Tables made and dropped by the ten thousands leave a server as it was: memory, open files, threads, live tables.

``KINETABLE_CHURN_TABLES=50000 pytest -s tests/python/test_server_churn.py`` makes so many; fewer by default.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time
from typing import Any, Callable, Iterator

import pytest

pytest.importorskip("pydeephaven")

import pydeephaven  # noqa: E402
from conftest import wait_until  # noqa: E402
from deephaven_core.proto import session_pb2, session_pb2_grpc, table_pb2, table_pb2_grpc  # noqa: E402

TABLES = int(os.environ.get("KINETABLE_CHURN_TABLES", "5000"))
ROUND = 500
# Calls under way: a thread for each that waits is a server's right, and not what is tested.
AT_ONCE = 10
APPLICATION = """
from kinetable import empty_table, time_table
ticking = time_table("PT0.05S").update("Key = ii % 10").tail(1_000)
names = empty_table(10).update(["Key = ii", "Name = `n` + ii"])
"""


class Figures:
    """What a process holds."""

    def __init__(self, process: int) -> None:
        root = pathlib.Path(f"/proc/{process}")
        status = dict(line.split(":", 1) for line in (root / "status").read_text().splitlines())
        self.memory = int(status["VmRSS"].split()[0]) / 1024
        self.threads = int(status["Threads"])
        self.handles = len(list((root / "fd").iterdir()))

    def __str__(self) -> str:
        return f"{self.memory:.1f} MiB, {self.handles} handles, {self.threads} threads"


class Churn:
    """Makes tables of a live one by raw messages, and releases them."""

    def __init__(self, session: pydeephaven.Session) -> None:
        self.session = session
        self.tables = table_pb2_grpc.TableServiceStub(session.grpc_channel)
        self.sessions = session_pb2_grpc.SessionServiceStub(session.grpc_channel)
        # A table that is collected lets go of its ticket.
        self.held = [session.open_table("ticking"), session.open_table("names")]
        self.ticking, self.names = (table.pb_ticket for table in self.held)

    def operation(self, number: int) -> Any:
        """One of some operations on the live table."""
        ids = {
            "result_id": self.session.make_export_ticket().pb_ticket,
            "source_id": table_pb2.TableReference(ticket=self.ticking),
        }
        descending = table_pb2.SortDescriptor(column_name="Key", direction=table_pb2.SortDescriptor.DESCENDING)
        joined = {"left_id": ids["source_id"], "right_id": table_pb2.TableReference(ticket=self.names)}
        join = {"result_id": ids["result_id"], **joined, "columns_to_match": ["Key"], "columns_to_add": ["Name"]}
        operations = [
            {"update": table_pb2.SelectOrUpdateRequest(**ids, column_specs=[f"N = Key + {number}"])},
            {"unstructured_filter": table_pb2.UnstructuredFilterTableRequest(**ids, filters=["Key > 5"])},
            {"sort": table_pb2.SortTableRequest(**ids, sorts=[descending])},
            {"natural_join": table_pb2.NaturalJoinTablesRequest(**join)},
            {"flatten": table_pb2.FlattenRequest(**ids)},
        ]
        return table_pb2.BatchTableRequest.Operation(**operations[number % len(operations)])

    def round(self, count: int) -> None:
        """Makes so many tables and lets go of them."""
        request = table_pb2.BatchTableRequest(ops=[self.operation(number) for number in range(count)])
        made = list(self.session.wrap_bidi_rpc(self.tables.Batch, request))
        assert len(made) == count and all(one.success and not one.is_static for one in made)
        for first in range(0, count, AT_ONCE):
            metadata = self.session.grpc_metadata
            some = [session_pb2.ReleaseRequest(id=one.result_id.ticket) for one in made[first : first + AT_ONCE]]
            for call in [self.sessions.Release.future(one, metadata=metadata) for one in some]:
                call.result()


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[tuple[int, int]]:
    script = tmp_path / "application.py"
    script.write_text(APPLICATION)
    command = [sys.executable, "-m", "kinetable", "server", "--port", "0", "--auth", "anonymous"]
    with subprocess.Popen([*command, "--script", str(script)], stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield process.pid, int(line.rsplit(":", 1)[1].split("/")[0])
        finally:
            process.terminate()


def test_tables_made_and_dropped_leave_a_server_as_it_was(server: tuple[int, int]) -> None:
    process, port = server
    session = pydeephaven.Session(host="127.0.0.1", port=port)
    churn = Churn(session)
    began = time.monotonic()
    churn.round(ROUND)
    seen: list[Figures] = []
    for number in range(TABLES // ROUND):
        churn.round(ROUND)
        seen.append(Figures(process))
        print(f"{(number + 1) * ROUND:7,} tables: {seen[-1]}")
    print(f"{TABLES:,} tables made and dropped in {time.monotonic() - began:.1f} s")
    first, last = seen[len(seen) // 5], seen[-1]
    print(f"{first} became {last}")
    # What an allocator keeps for itself comes and goes; a table that stays is ten kilobytes at least.
    within(lambda: Figures(process).memory, first.memory + 8 + TABLES / 5_000)
    within(lambda: Figures(process).handles, seen[0].handles + 4)
    within(lambda: Figures(process).threads, seen[0].threads + 4)
    session.close()


def within(figure: Callable[[], float], limit: float) -> None:
    """Waits until a figure is below a limit: threads for blocking work end when they have had none for a while."""
    wait_until(lambda: figure() <= limit, what=f"a figure of at most {limit}")
