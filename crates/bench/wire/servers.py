"""The servers that are measured: Kinetable, and Deephaven where an interpreter with `deephaven-server` is given."""

from __future__ import annotations

import argparse
import os
import pathlib
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Iterator

import pydeephaven

HERE = pathlib.Path(__file__).parent


@dataclass(frozen=True)
class Engine:
    """A server in a process of its own."""

    name: str
    port: int
    process: int

    def session(self, table: str, seconds: float = 120.0) -> pydeephaven.Session:
        """A session, as soon as the server has this table."""
        end = time.monotonic() + seconds
        while True:
            try:
                session = pydeephaven.Session(host="127.0.0.1", port=self.port)
                session.open_table(table)
                return session
            except pydeephaven.DHError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def processor(self) -> float:
        """Seconds of processor time so far."""
        return processor(self.process)


def processor(process: int) -> float:
    """Seconds of processor time of a process so far."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Where Deephaven is."""
    parser.add_argument(
        "--deephaven",
        default=os.environ.get("BENCH_DEEPHAVEN_PYTHON"),
        help="an interpreter with deephaven-server (and Java 17): Deephaven is measured beside",
    )
    parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path("."))


@contextmanager
def engines(script: str, options: argparse.Namespace) -> Iterator[list[Engine]]:
    """Starts the servers with a script that both understand; they end with the block."""
    options.scratch.mkdir(parents=True, exist_ok=True)
    file = options.scratch / "application.py"
    file.write_text(script)
    with ExitStack() as stack:
        port = free_port()
        command = [sys.executable, "-m", "kinetable", "server", "--port", str(port), "--auth", "anonymous"]
        found = [_started("Kinetable", port, [*command, "--script", str(file)], stack)]
        if options.deephaven:
            port = free_port()
            command = [options.deephaven, str(HERE / "serve_deephaven.py"), str(port), str(file)]
            found.append(_started("Deephaven", port, command, stack))
        else:
            print("Deephaven is left out: name its interpreter with --deephaven or BENCH_DEEPHAVEN_PYTHON")
        yield found


def _started(name: str, port: int, command: list[str], stack: ExitStack) -> Engine:
    process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL))
    stack.callback(process.terminate)
    return Engine(name, port, process.pid)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
