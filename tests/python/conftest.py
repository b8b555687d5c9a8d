"""Fixtures: a real broker with a registry, feeds and a history, by the command ``kinetable-broker``."""

from __future__ import annotations

import itertools
import json
import os
import pathlib
import shutil
import subprocess
import time
from typing import Any, Callable, Iterator

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Broker:
    """A broker process that obeys commands, lines of JSON."""

    def __init__(self, *arguments: str) -> None:
        """Starts ``kinetable-broker serve`` and waits until it is ready."""
        kind = os.environ.get("KINETABLE_TEST_BROKER", "embedded")
        command = [_binary(), "serve", "--broker", kind, "--registry", kind, *arguments]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = self._answer()
        self.bootstrap: str = self.ready["bootstrap"]
        self.registry: str = self.ready["registry"]

    @property
    def config(self) -> dict[str, str]:
        """Settings for consumers and producers."""
        return {"bootstrap.servers": self.bootstrap, "schema.registry.url": self.registry}

    def do(self, cmd: str, **fields: Any) -> dict[str, Any]:
        """Does a command; raises if it fails."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"cmd": cmd, **fields}) + "\n")
        self._process.stdin.flush()
        answer = self._answer()
        assert answer["ok"], f"{cmd}: {answer.get('error')}"
        return answer

    def produce(self, topic: str, *values: Any) -> None:
        """Puts in records: texts, or JSON of anything else."""
        texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
        self.do("produce", topic=topic, records=[{"value": text} for text in texts])

    def stop(self) -> None:
        """Ends the process."""
        if self._process.poll() is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.wait(timeout=30)

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the broker ended with code {self._process.wait()}"
        return json.loads(line)


def _binary() -> str:
    found = os.environ.get("KINETABLE_BROKER_BIN") or shutil.which("kinetable-broker")
    if found:
        return found
    for profile in ("release", "debug"):
        built = ROOT / "target" / profile / "kinetable-broker"
        if built.exists():
            return str(built)
    pytest.fail(
        "kinetable-broker is not there; build it with `cargo build --release -p kinetable-broker`, "
        "or set KINETABLE_BROKER_BIN"
    )


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """One broker for all tests that do not harm it."""
    running = Broker()
    yield running
    running.stop()


@pytest.fixture
def own_broker() -> Iterator[Callable[..., Broker]]:
    """Starts brokers for one test, with the arguments it gives."""
    started: list[Broker] = []

    def start(*arguments: str) -> Broker:
        started.append(Broker(*arguments))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture
def topic(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses."""
    return f"{request.node.name.replace('[', '-').replace(']', '')}-{next(_numbers)}"


_numbers = itertools.count()


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The history of the services: nine months, four services, a value each ten seconds."""
    directory = tmp_path_factory.mktemp("history")
    subprocess.run([_binary(), "history", str(directory)], check=True, capture_output=True)
    return directory


def wait_until(condition: Callable[[], Any], seconds: float = 30, what: str = "") -> Any:
    """Waits until a condition holds and returns what it returned; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.005)
    raise AssertionError(f"{what or 'the condition'} did not come about in {seconds} s; last: {result!r}")
