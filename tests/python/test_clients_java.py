"""Deephaven's Java client, unmodified. See ``tests/interop/java-client``."""

from __future__ import annotations

import pathlib
import subprocess
from typing import Any

import foreign
import pytest
from kinetable.server import Server

pytestmark = pytest.mark.java

START = """
from kinetable import dtypes, empty_table, input_table, new_table, time_table
from kinetable.column import long_col, string_col
trades = empty_table(4).view(["Id = i", "Symbol = `s` + i"])
orders = input_table({"K": dtypes.string, "V": dtypes.int64}, key_cols="K")
orders.add(new_table([string_col("K", ["a", "b", "c"]), long_col("V", [10, 20, 30])]))
ticks = time_table("PT0.02s").view("X = ii")
"""


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """What the program says of each of its steps."""
    foreign.needs("javac")
    foreign.needs("mvn")
    folder = tmp_path_factory.mktemp("java")
    jars = f"{foreign.java_client()}/*"
    source = foreign.INTEROP / "java-client" / "Client.java"
    subprocess.run(["javac", "-cp", jars, "-d", folder, source], check=True)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(START, names)
    with Server(port=0, auth="psk=secret", console=True, variables=names) as server:
        return run(folder, jars, server.port)


def run(folder: pathlib.Path, jars: str, port: int) -> list[tuple[str, str]]:
    """The lines that the program prints."""
    settings = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-DConfiguration.rootFile=dh-defaults.prop"]
    settings += [f"-Dworkspace={folder}", f"-Ddevroot={folder}", "--add-opens=java.base/java.nio=ALL-UNNAMED"]
    program = ["java", "-Xmx512m", *settings, "-cp", f"{folder}:{jars}", "Client", str(port), "secret"]
    done = subprocess.run(program, capture_output=True, encoding="utf-8", timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    pairs = [line.partition("\t") for line in done.stdout.splitlines() if "\t" in line]
    return [(name, text) for name, _, text in pairs]


def test_tables_by_specification(lines: list[tuple[str, str]]) -> None:
    said = dict(lines)
    assert said["view"] == "3 6;4 8;5 10;"
    assert said["sums"] == "0 6;1 9;"
    assert said["sorted"] == "2 0 s2;5 1 s2;"
    assert said["joined"] == "4 0 s1 1;5 1 s2 2;"
    assert said["ticket"] == "0 s0;1 s1;2 s2;3 s3;"
    assert said["merged"] == "0 0 s0;5 1 s2;"
    assert [text for name, text in lines if name == "batch"] == ["0;1;2;", "0;1;4;"]


def test_tables_that_are_sent(lines: list[tuple[str, str]]) -> None:
    said = dict(lines)
    assert said["sent"] == said["put"] == "1 1 1.5 a true;null 2 null null null;3 null 2.5 c false;"


def test_names_shared_tables_and_the_console(lines: list[tuple[str, str]]) -> None:
    said = dict(lines)
    assert said["named"] == said["shared"] == "0;1;"
    assert said["created"] == "by_java Table"
    assert said["raised"] == "line 1: 1 / 0"
    flights = {text for name, text in lines if name == "flight"}
    assert {"scope/trades", "scope/by_java", "scope/named_by_java", "scope/from_java"} <= flights


def test_errors_are_told(lines: list[tuple[str, str]]) -> None:
    formula, missing = (text for name, text in lines if name == "error")
    assert "Nope" in formula and "nothing" in missing


def test_input_tables(lines: list[tuple[str, str]]) -> None:
    said = dict(lines)
    assert said["input"] == "a 1;b 20;c 3;" and said["left"] == "b 20;c 3;"


def test_subscriptions_by_barrage(lines: list[tuple[str, str]]) -> None:
    said = dict(lines)
    assert said["first"] == "{a=10, b=20, c=30}"
    assert said["changed"] == "{a=10, b=21, c=30, d=40}"
    assert said["deleted"] == said["snapshot"] == "{b=21, c=30, d=40}"
    assert said["ticks"] == "in order"
