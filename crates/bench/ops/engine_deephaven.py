"""Deephaven, inside this process: `pip install deephaven-server`, and Java 17."""

from __future__ import annotations

import os
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import engine_tables
from cases import Skip
from deephaven_server import Server

NAME = "Deephaven"


def version() -> str:
    return version_of("deephaven-server")


class Cases(engine_tables.Tables):
    """The shared cases."""

    def numpy(self) -> Any:
        raise Skip("calls a function of NumPy arrays once a row")


def load(folder: Path) -> Cases:
    memory = os.environ.get("BENCH_DEEPHAVEN_HEAP", "8g")
    # A result that is remembered from the run before would be no measurement.
    arguments = [f"-Xmx{memory}", "-DQueryTable.memoizeResults=false"]
    arguments.append("-DAuthHandlers=io.deephaven.auth.AnonymousAuthenticationHandler")
    server = Server(port=int(os.environ.get("BENCH_DEEPHAVEN_PORT", "10042")), jvm_args=arguments)
    server.start()
    from deephaven import agg, parquet, updateby

    def table(name: str) -> Any:
        return parquet.read(str(folder / f"{name}.parquet")).select()

    cases = Cases(table("facts"), table("keys"), table("marks"), agg, updateby)
    cases.server = server
    return cases
