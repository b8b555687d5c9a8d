"""Functions of yours that are told of the updates of a table.

A listener runs on a thread of its own: however slow it is, tables go on. Updates wait for it in order, none is left
out, and each holds the versions of the table before and after, so that what it reads is always of its own step.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Callable, Generator, Optional, Sequence, Union

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

    @property
    def shifted(self) -> list[tuple[int, int, int]]:
        """Runs of row keys that moved: the first key, the key after the last, and by how much. Values stayed."""
        return self._native.shifted

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
    """A listener of one table, as a class."""

    @abstractmethod
    def on_update(self, update: TableUpdate, is_replay: bool) -> None:
        """Is told of an update."""

    def on_error(self, e: Exception) -> None:
        """Is told that the table failed, or that `on_update` raised; nothing more is told afterwards."""
        _print_error(e)


class MergedListener(ABC):
    """A listener of several tables, as a class."""

    @abstractmethod
    def on_update(self, updates: dict[Table, Optional[TableUpdate]], is_replay: bool) -> None:
        """Is told, once a cycle, what each of the tables did; ``None`` where it did nothing."""

    def on_error(self, e: Exception) -> None:
        """Is told that a table failed, or that `on_update` raised; nothing more is told afterwards."""
        _print_error(e)


Listener = Union[Callable[[TableUpdate, bool], None], TableListener]
MergedFunction = Callable[[dict[Table, Optional[TableUpdate]], bool], None]
Dependencies = Union[Table, Sequence[Table], None]


class _Handle:
    """Starts and stops a listener."""

    _keeps_running = True

    def __init__(
        self,
        tables: Sequence[Table],
        listener: Any,
        kind: type,
        description: Optional[str],
        dependencies: Dependencies,
        on_error: Optional[Callable[[Exception], None]],
    ) -> None:
        self._tables = list(tables)
        self._dependencies = _tables(dependencies)
        self._description = description or str(getattr(listener, "__name__", type(listener).__name__))
        if isinstance(listener, kind):
            self._on_update = listener.on_update  # type: ignore[attr-defined]
            self._on_error = on_error or listener.on_error  # type: ignore[attr-defined]
        elif callable(listener):
            self._on_update, self._on_error = listener, on_error or _print_error
        else:
            text = f"a listener is a function or a {kind.__name__}, not a {type(listener).__name__}"
            raise DHError(message=text)
        self._native: Optional[_native.Listening] = None

    def start(self, do_replay: bool = False) -> None:
        """Starts.

        Args:
            do_replay: Whether the rows that are there come first, as added.

        Raises:
            RuntimeError: if it has been started and not stopped.
            DHError: if a table has failed.
        """
        if self._native is not None:
            raise RuntimeError("the listener has been started")
        tables = [table._native for table in self._tables]
        self._native = _native.listen(tables, self._tell, self._fail, do_replay, self._description)

    def stop(self) -> None:
        """Stops: no call begins after this returns, save one that waits for the caller of `stop` itself."""
        if self._native is not None:
            self._native.stop()
            self._native = None

    @property
    def backlog(self) -> int:
        """How many updates wait for the listener."""
        return self._native.backlog if self._native is not None else 0

    def _tell(self, changes: Sequence[Optional[_native.Change]], is_replay: bool) -> None:
        raise NotImplementedError

    def _fail(self, error: Any) -> None:
        self._on_error(error)


class TableListenerHandle(_Handle):
    """Starts and stops a listener of one table.

    Example:
        import time
        from kinetable import dtypes, input_table, new_table
        from kinetable.column import int_col
        from kinetable.table_listener import TableListenerHandle
        table, told = input_table({"X": dtypes.int32}), []
        handle = TableListenerHandle(table, lambda update, is_replay: told.append(str(update)))
        handle.start()
        table.add(new_table([int_col("X", [1, 2])]))
        while not told:
            time.sleep(0.01)
        handle.stop()
        print(told)
    """

    def __init__(
        self,
        t: Table,
        listener: Listener,
        description: Optional[str] = None,
        dependencies: Dependencies = None,
        on_error: Optional[Callable[[Exception], None]] = None,
    ) -> None:
        """Takes what `listen` takes, and does not start.

        Raises:
            DHError: if the listener is neither a function nor a `TableListener`.
        """
        super().__init__([t], listener, TableListener, description, dependencies, on_error)

    def _tell(self, changes: Sequence[Optional[_native.Change]], is_replay: bool) -> None:
        for change in changes:
            if change is not None:
                self._on_update(TableUpdate(change), is_replay)


class MergedListenerHandle(_Handle):
    """Starts and stops a listener of several tables."""

    def __init__(
        self,
        tables: Sequence[Table],
        listener: Union[MergedFunction, MergedListener],
        description: Optional[str] = None,
        dependencies: Dependencies = None,
        on_error: Optional[Callable[[Exception], None]] = None,
    ) -> None:
        """Takes what `merged_listen` takes, and does not start.

        Raises:
            DHError: if there is no table, or the listener is neither a function nor a `MergedListener`.
        """
        if not tables:
            raise DHError(message="there is no table to listen to")
        super().__init__(tables, listener, MergedListener, description, dependencies, on_error)

    def _tell(self, changes: Sequence[Optional[_native.Change]], is_replay: bool) -> None:
        pairs = zip(self._tables, changes)
        updates = {table: None if change is None else TableUpdate(change) for table, change in pairs}
        self._on_update(updates, is_replay)


def listen(
    t: Table,
    listener: Listener,
    description: Optional[str] = None,
    do_replay: bool = False,
    dependencies: Dependencies = None,
    on_error: Optional[Callable[[Exception], None]] = None,
) -> TableListenerHandle:
    """Calls a function with every update of a table, from now on.

    Keep the handle: the listener stops when it is gone.

    Args:
        t: The table.
        listener: A function of a `TableUpdate` and whether it is the replay; or a `TableListener`.
        description: What it is called in messages.
        do_replay: Whether the rows that are there come first, as added.
        dependencies: Tables that the listener reads: they are kept alive, and are at the step of the update or at a
            later one when it is called. To see several tables at one step, listen to them with `merged_listen`.
        on_error: Is told that the table failed or that the listener raised; prints if not given.

    Returns:
        The handle, with ``stop``.

    Raises:
        DHError: if the listener is neither a function nor a `TableListener`.

    Example:
        import time
        from kinetable import empty_table
        from kinetable.table_listener import listen
        table, told = empty_table(3).update("X = i * 10"), []
        handle = listen(table, lambda update, is_replay: told.append(update.added("X")), do_replay=True)
        while not told:
            time.sleep(0.01)
        handle.stop()
        print(told)
    """
    handle = TableListenerHandle(t, listener, description, dependencies, on_error)
    handle.start(do_replay)
    return handle


def merged_listen(
    tables: Sequence[Table],
    listener: Union[MergedFunction, MergedListener],
    do_replay: bool = False,
    description: Optional[str] = None,
    dependencies: Dependencies = None,
    on_error: Optional[Callable[[Exception], None]] = None,
) -> MergedListenerHandle:
    """Calls a function once a cycle with what several tables did in it, all at one step.

    Keep the handle: the listener stops when it is gone.

    Args:
        tables: The tables.
        listener: A function of a dict, which has for each table its `TableUpdate` or ``None``, and whether it is the
            replay; or a `MergedListener`.
        do_replay: Whether the rows that are there come first, as added.
        description: What it is called in messages.
        dependencies: Tables that the listener reads, as for `listen`.
        on_error: Is told that a table failed or that the listener raised; prints if not given.

    Returns:
        The handle, with ``stop``.

    Raises:
        DHError: if there is no table, or the listener is neither a function nor a `MergedListener`.

    Example:
        import time
        from kinetable import empty_table
        from kinetable.table_listener import merged_listen
        a, b, told = empty_table(1).update("X = 1"), empty_table(2).update("X = i"), []
        handle = merged_listen([a, b], lambda updates, is_replay: told.append(updates), do_replay=True)
        while not told:
            time.sleep(0.01)
        handle.stop()
        print(told[0][a], told[0][b])
    """
    handle = MergedListenerHandle(tables, listener, description, dependencies, on_error)
    handle.start(do_replay)
    return handle


def _tables(dependencies: Dependencies) -> list[Table]:
    if dependencies is None:
        return []
    return [dependencies] if isinstance(dependencies, Table) else list(dependencies)


def _print_error(error: Exception) -> None:
    import traceback

    traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)
