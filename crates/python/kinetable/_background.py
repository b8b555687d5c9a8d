"""Threads of this package that are written in Python: they end before the interpreter does."""

from __future__ import annotations

import atexit
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Callable

_PATIENCE = 5.0
"""How long the end of the program waits for each of them, in seconds."""


class Repeated:
    """Calls a function again and again, on a thread of its own."""

    _running: set[Repeated] = set()

    def __init__(self, seconds: float, action: Callable[[], bool], name: str) -> None:
        """Starts; ends when the function returns ``False``."""
        self._seconds, self._action = seconds, action
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        Repeated._running.add(self)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(self._seconds) and self._action():
            pass
        Repeated._running.discard(self)

    def stop(self) -> None:
        """Ends, after the call under way."""
        self._ended.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE)


@lru_cache(maxsize=None)
def pool(name: str, threads: int) -> ThreadPoolExecutor:
    """Threads that do what is submitted; with one, in order."""
    return ThreadPoolExecutor(threads, f"kinetable-{name}")


@atexit.register
def _stop_all() -> None:
    for running in list(Repeated._running):
        running.stop()
