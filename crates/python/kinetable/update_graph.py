"""The update graph: what keeps live tables up to date, and the lock that keeps it still.

Reading needs no lock here: every read is of one version of a table, and is never held up. A lock is for several reads
or operations that are to see the same step, or for a world in which nothing changes for a while.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import wraps
from typing import Any, Callable, Iterator, TypeVar

from . import _kinetable as _native
from .dherror import DHError

__all__ = [
    "UpdateGraph",
    "auto_locking",
    "auto_locking_ctx",
    "auto_locking_op",
    "exclusive_lock",
    "exclusive_locked",
    "has_exclusive_lock",
    "has_shared_lock",
    "shared_lock",
    "shared_locked",
]

auto_locking = True
"""Whether `auto_locking_ctx` and `auto_locking_op` lock at all."""

F = TypeVar("F", bound=Callable[..., Any])


class UpdateGraph:
    """The graph of this process: a handle, to hand to the functions of this module."""

    @property
    def step(self) -> int:
        """The number of the last cycle."""
        return _native.graph_step()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UpdateGraph)

    def __hash__(self) -> int:
        return hash(UpdateGraph)

    def __repr__(self) -> str:
        return f"UpdateGraph(step={self.step})"


def has_exclusive_lock(ug: Any) -> bool:
    """Whether this thread holds the lock alone.

    Args:
        ug: An `UpdateGraph`, or anything that has one, such as a table.

    Example:
        from kinetable import time_table
        from kinetable.update_graph import exclusive_lock, has_exclusive_lock
        ticking = time_table("PT1S")
        with exclusive_lock(ticking):
            print(has_exclusive_lock(ticking))
        print(has_exclusive_lock(ticking))
    """
    return _native.graph_is_locked(False)


def has_shared_lock(ug: Any) -> bool:
    """Whether this thread holds the lock together with others.

    Args:
        ug: An `UpdateGraph`, or anything that has one, such as a table.

    Example:
        from kinetable import time_table
        from kinetable.update_graph import has_shared_lock, shared_lock
        ticking = time_table("PT1S")
        with shared_lock(ticking):
            print(has_shared_lock(ticking))
        print(has_shared_lock(ticking))
    """
    return _native.graph_is_locked(True)


@contextmanager
def exclusive_lock(ug: Any) -> Iterator[None]:
    """Keeps live tables from ticking, and other threads from locking, for a ``with`` block.

    Waits for the cycle under way. Rows that come meanwhile are in the tables after the block. Tables may be made
    inside.

    Args:
        ug: An `UpdateGraph`, or anything that has one, such as a table.

    Raises:
        DHError: if this thread holds the shared lock.

    Example:
        from kinetable import time_table
        from kinetable.update_graph import exclusive_lock
        ticking = time_table("PT0.01S")
        counted = ticking.count_by("N")
        with exclusive_lock(ticking):
            rows = ticking.size
            print(sum(row["N"] for row in counted.iter_dict()) == rows)
    """
    _check(ug)
    yield from _locked(shared=False)


@contextmanager
def shared_lock(ug: Any) -> Iterator[None]:
    """Keeps live tables from ticking for a ``with`` block; several threads may hold it at once.

    Args:
        ug: An `UpdateGraph`, or anything that has one, such as a table.

    Example:
        from kinetable import time_table
        from kinetable.update_graph import has_shared_lock, shared_lock
        ticking = time_table("PT1S")
        with shared_lock(ticking):
            print(has_shared_lock(ticking))
    """
    _check(ug)
    yield from _locked(shared=True)


def _check(ug: Any) -> None:
    if ug is not None and not isinstance(ug, UpdateGraph) and not hasattr(ug, "update_graph"):
        raise DHError(message=f"a {type(ug).__name__} has no update graph\n  hint: give a table, or its update_graph")


def _locked(shared: bool) -> Iterator[None]:
    _native.graph_lock(shared)
    try:
        yield
    finally:
        _native.graph_unlock(shared)


def exclusive_locked(ug: Any) -> Callable[[F], F]:
    """A decorator: calls of the function hold the exclusive lock.

    Args:
        ug: An `UpdateGraph`, or anything that has one, such as a table.

    Example:
        from kinetable import time_table
        from kinetable.update_graph import exclusive_locked, has_exclusive_lock
        ticking = time_table("PT1S")
        @exclusive_locked(ticking)
        def alone():
            return has_exclusive_lock(ticking)
        print(alone())
    """
    return _decorator(lambda: exclusive_lock(ug))


def shared_locked(ug: Any) -> Callable[[F], F]:
    """A decorator: calls of the function hold the shared lock.

    Args:
        ug: An `UpdateGraph`, or anything that has one, such as a table.

    Example:
        from kinetable import time_table
        from kinetable.update_graph import has_shared_lock, shared_locked
        ticking = time_table("PT1S")
        @shared_locked(ticking)
        def together():
            return has_shared_lock(ticking)
        print(together())
    """
    return _decorator(lambda: shared_lock(ug))


def _decorator(lock: Callable[[], Any]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        @wraps(function)
        def locked(*args: Any, **kwargs: Any) -> Any:
            with lock():
                return function(*args, **kwargs)

        return locked  # type: ignore[return-value]

    return decorate


def auto_locking_op(f: F) -> F:
    """A decorator: holds the shared lock in calls with a live table, unless `auto_locking` is off or a lock is held.

    Args:
        f: A function.

    Example:
        from kinetable import time_table
        from kinetable.update_graph import auto_locking_op, has_shared_lock
        ticking = time_table("PT1S")
        @auto_locking_op
        def operation(table):
            return has_shared_lock(table)
        print(operation(ticking))
    """

    @wraps(f)
    def locked(*args: Any, **kwargs: Any) -> Any:
        with auto_locking_ctx(*args, **kwargs):
            return f(*args, **kwargs)

    return locked  # type: ignore[return-value]


@contextmanager
def auto_locking_ctx(*args: Any, **kwargs: Any) -> Iterator[None]:
    """Holds the shared lock if an argument is a live table, unless `auto_locking` is off or a lock is held.

    Args:
        args: What may be a live table.
        kwargs: What may be a live table.

    Example:
        from kinetable import time_table
        from kinetable.update_graph import auto_locking_ctx, has_shared_lock
        ticking = time_table("PT1S")
        with auto_locking_ctx(ticking):
            print(has_shared_lock(ticking))
    """
    live = any(getattr(argument, "is_refreshing", False) for argument in (*args, *kwargs.values()))
    if not live or not auto_locking or has_exclusive_lock(None) or has_shared_lock(None):
        yield
        return
    with shared_lock(None):
        yield
