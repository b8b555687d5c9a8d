"""Functions of yours that are told of the updates of a table.

A listener runs on a thread of its own: however slow it is, tables go on. Updates wait for it in order, none is left
out, and each holds the versions of the table before and after, so that what it reads is always of its own step.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Callable, Generator, Optional, Union

from . import _kinetable as _native
from ._texts import Texts, texts
from .dherror import DHError
from .table import Table

if TYPE_CHECKING:
    import numpy as np


class TableUpdate:
    """What one cycle did to a table."""

    def __init__(self, native: _native.Change) -> None:
        """For this package only."""
        self._native = native

    def added(self, cols: Texts = None) -> dict[str, "np.ndarray"]:
        """The rows that came."""
        return self._all("added", cols)

    def removed(self, cols: Texts = None) -> dict[str, "np.ndarray"]:
        """The rows that went, with their last values."""
        return self._all("removed", cols)

    def modified(self, cols: Texts = None) -> dict[str, "np.ndarray"]:
        """The rows that stayed with other values: the new ones."""
        return self._all("modified", cols)

    def modified_prev(self, cols: Texts = None) -> dict[str, "np.ndarray"]:
        """The rows that stayed with other values: the old ones."""
        return self._all("modified_prev", cols)

    def added_chunks(self, chunk_size: int, cols: Texts = None) -> Generator[dict[str, "np.ndarray"], None, None]:
        """`added` in runs of rows."""
        return self._chunks("added", chunk_size, cols)

    def removed_chunks(self, chunk_size: int, cols: Texts = None) -> Generator[dict[str, "np.ndarray"], None, None]:
        """`removed` in runs of rows."""
        return self._chunks("removed", chunk_size, cols)

    def modified_chunks(self, chunk_size: int, cols: Texts = None) -> Generator[dict[str, "np.ndarray"], None, None]:
        """`modified` in runs of rows."""
        return self._chunks("modified", chunk_size, cols)

    def modified_prev_chunks(
        self, chunk_size: int, cols: Texts = None
    ) -> Generator[dict[str, "np.ndarray"], None, None]:
        """`modified_prev` in runs of rows."""
        return self._chunks("modified_prev", chunk_size, cols)

    @property
    def modified_columns(self) -> list[str]:
        """The columns in which a modified row may differ."""
        return self._native.modified_columns

    def _all(self, which: str, cols: Texts) -> dict[str, "np.ndarray"]:
        return self._read(which, cols, 0, self._native.count(which))

    def _chunks(self, which: str, size: int, cols: Texts) -> Generator[dict[str, "np.ndarray"], None, None]:
        count = self._native.count(which)
        for start in range(0, count, size):
            yield self._read(which, cols, start, min(start + size, count))

    def _read(self, which: str, cols: Texts, start: int, stop: int) -> dict[str, "np.ndarray"]:
        names = texts(cols) or self._native.column_names
        return {name: array.to_numpy() for name, array in zip(names, self._native.read(which, names, start, stop))}

    def __repr__(self) -> str:
        counts = (f"{self._native.count(which)} {which}" for which in ("added", "removed", "modified"))
        return f"TableUpdate({', '.join(counts)})"


class TableListener(ABC):
    """A listener as a class."""

    @abstractmethod
    def on_update(self, update: TableUpdate, is_replay: bool) -> None:
        """Is told of an update."""

    def on_error(self, e: Exception) -> None:
        """Is told that the table failed, or that `on_update` raised; nothing more is told afterwards."""
        _print_error(e)


Listener = Union[Callable[[TableUpdate, bool], None], TableListener]


class TableListenerHandle:
    """Starts and stops a listener."""

    _keeps_running = True

    def __init__(
        self,
        t: Table,
        listener: Listener,
        description: Optional[str] = None,
        on_error: Optional[Callable[[Exception], None]] = None,
    ) -> None:
        """Takes what `listen` takes, and does not start."""
        self._table = t
        self._description = description or str(getattr(listener, "__name__", type(listener).__name__))
        if isinstance(listener, TableListener):
            self._on_update: Callable[[TableUpdate, bool], None] = listener.on_update
            self._on_error = on_error or listener.on_error
        elif callable(listener):
            self._on_update, self._on_error = listener, on_error or _print_error
        else:
            raise DHError(message=f"a listener is a function or a TableListener, not a {type(listener).__name__}")
        self._native: Optional[_native.Listening] = None

    def start(self, do_replay: bool = False) -> None:
        """Starts; with `do_replay` the rows that are there come first, as added.

        Raises:
            RuntimeError: if it has been started and not stopped.
        """
        if self._native is not None:
            raise RuntimeError("the listener has been started")
        self._native = _native.listen(self._table._native, self._tell, self._fail, do_replay, self._description)

    def stop(self) -> None:
        """Stops: no call begins after this returns, save one that waits for the caller of `stop` itself."""
        if self._native is not None:
            self._native.stop()
            self._native = None

    @property
    def backlog(self) -> int:
        """How many updates wait for the listener."""
        return self._native.backlog if self._native is not None else 0

    def _tell(self, change: _native.Change, is_replay: bool) -> None:
        self._on_update(TableUpdate(change), is_replay)

    def _fail(self, error: Any) -> None:
        self._on_error(error)


def listen(
    t: Table,
    listener: Listener,
    description: Optional[str] = None,
    do_replay: bool = False,
    on_error: Optional[Callable[[Exception], None]] = None,
) -> TableListenerHandle:
    """Calls a function with every update of a table, from now on.

    Keep the handle: the listener stops when it is gone.

    Args:
        t: The table.
        listener: A function of a `TableUpdate` and whether it is the replay; or a `TableListener`.
        description: What it is called in messages.
        do_replay: Whether the rows that are there come first, as added.
        on_error: Is told that the table failed or that the listener raised; prints if not given.

    Raises:
        DHError: if the listener is no function and no `TableListener`.

    Example:
        import threading
        from kinetable import time_table
        from kinetable.table_listener import listen
        told = threading.Event()
        handle = listen(time_table("PT0.01S"), lambda update, is_replay: told.set())
        print(told.wait(10))
        handle.stop()
    """
    handle = TableListenerHandle(t, listener, description, on_error)
    handle.start(do_replay)
    return handle


def _print_error(error: Exception) -> None:
    import traceback

    traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)
