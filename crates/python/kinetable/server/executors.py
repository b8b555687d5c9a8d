"""Threads that run tasks of a script beside it.

``serial`` runs one task after the other, in the order in which they were submitted; ``concurrent`` runs several at
once.
"""

from __future__ import annotations

import os
import sys
import traceback
from typing import Callable

from .._background import pool

__all__ = ["executor_names", "has_executor", "submit_task"]

_THREADS = {"serial": 1, "concurrent": min(32, (os.cpu_count() or 1) + 4)}


def executor_names() -> list[str]:
    """The names of the executors.

    Example:
        from kinetable.server.executors import executor_names
        print(executor_names())
    """
    return list(_THREADS)


def has_executor(executor_name: str) -> bool:
    """Whether there is an executor of this name.

    Args:
        executor_name: A name.

    Example:
        from kinetable.server.executors import has_executor
        print(has_executor("serial"), has_executor("other"))
    """
    return executor_name in _THREADS


def submit_task(executor_name: str, task: Callable[[], None]) -> None:
    """Runs a function on a thread of an executor; what it raises is printed.

    Args:
        executor_name: ``serial`` or ``concurrent``.
        task: A function without arguments.

    Raises:
        KeyError: if there is no such executor.

    Example:
        import threading
        from kinetable.server.executors import submit_task
        done = threading.Event()
        submit_task("serial", done.set)
        print(done.wait(5))
    """
    if not has_executor(executor_name):
        raise KeyError(f"there is no executor {executor_name!r}; there are {', '.join(_THREADS)}")
    pool(executor_name, _THREADS[executor_name]).submit(_run, task)


def _run(task: Callable[[], None]) -> None:
    try:
        task()
    except BaseException:  # the thread goes on with the next task, whatever this one raised
        traceback.print_exc(file=sys.stderr)
