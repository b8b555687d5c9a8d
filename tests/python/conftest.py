"""Fixtures: a real broker with a registry, feeds and a history, by the command ``kinetable-broker``."""

from __future__ import annotations

import gc
import itertools
import json
import os
import pathlib
import subprocess
import sys
import time
from typing import Any, Callable, Iterator

import pytest
from broker_process import BrokerProcess, find_binary

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Broker(BrokerProcess):
    """A broker and a registry of the kind that ``KINETABLE_TEST_BROKER`` says: ``embedded`` or ``apache``."""

    def __init__(self, *arguments: str) -> None:
        """Starts them, and waits until they are ready."""
        kind = os.environ.get("KINETABLE_TEST_BROKER", "embedded")
        super().__init__("--broker", kind, "--registry", kind, *arguments)

    @property
    def config(self) -> dict[str, str]:
        """Settings for consumers and producers."""
        return {"bootstrap.servers": self.bootstrap, "schema.registry.url": self.registry}

    def put(self, topic: str, *values: Any) -> None:
        """Puts in records: texts, or JSON of anything else."""
        texts = [value if isinstance(value, str) else json.dumps(value) for value in values]
        self.produce(topic=topic, records=[{"value": text} for text in texts])


@pytest.fixture(autouse=True)
def collected_between_tests() -> Iterator[None]:
    """Garbage is collected between tests only, where tables of `pydeephaven` may be among it.

    Such a table calls the server when it is collected, and waits for itself if that happens within gRPC's own locks.
    """
    if "pydeephaven" not in sys.modules:
        yield
        return
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """One broker for all tests that do not harm it."""
    with Broker() as running:
        yield running


@pytest.fixture
def own_broker() -> Iterator[Callable[..., Broker]]:
    """Starts brokers for one test, with the arguments it gives."""
    started: list[Broker] = []

    def start(*arguments: str) -> Broker:
        started.append(Broker(*arguments))
        return started[-1]

    yield start
    for running in started:
        running.close()


@pytest.fixture
def topic(request: pytest.FixtureRequest) -> str:
    """A name that no other test uses."""
    return f"{request.node.name.replace('[', '-').replace(']', '')}-{next(_numbers)}"


_numbers = itertools.count()


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The history of the services: nine months, four services, a value each ten seconds."""
    directory = tmp_path_factory.mktemp("history")
    subprocess.run([find_binary(), "history", str(directory)], check=True, capture_output=True)
    return directory


def wait_until(condition: Callable[[], Any], seconds: float = 60, what: str = "") -> Any:
    """Waits until a condition holds and returns what it returned; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        # It is looked at before the clock: a process that stood still has its last look.
        if time.monotonic() > deadline:
            raise AssertionError(f"{what or 'the condition'} did not come about in {seconds} s; last: {result!r}")
        time.sleep(0.005)
    return result
