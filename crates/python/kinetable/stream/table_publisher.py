"""Blink tables that a script fills."""

from __future__ import annotations

import sys
import traceback
from typing import Any, Callable, Optional

from .. import _kinetable as _native
from .._background import Repeated, pool
from .._defs import TableDefinitionLike, columns_of
from ..dherror import DHError
from ..table import Table
from ..update_graph import UpdateGraph

__all__ = ["TablePublisher", "table_publisher"]

_LOOK_EVERY = 0.1
"""How often a publisher with callbacks looks whether its table is still there, and at least flushes, in seconds."""


class TablePublisher:
    """Puts rows into a blink table. Made by `table_publisher`."""

    def __init__(self, name: str, writer: _native.Writer) -> None:
        """For this package only."""
        self._name = name
        self._writer = writer

    @property
    def is_alive(self) -> bool:
        """Whether rows can still be added: false once the table has failed, or nobody holds it any more."""
        return self._writer.is_alive

    def add(self, table: Table) -> None:
        """Adds the rows that a table has now; they are in the blink table in the next cycle, all together.

        Args:
            table: A table with the same columns, in any order.

        Raises:
            DHError: if the columns differ.
        """
        self._writer.add(table._native)

    def publish_failure(self, failure: Exception) -> None:
        """Fails the table, and all that is made from it.

        Args:
            failure: Why; it is the cause of what later operations on the table raise.
        """
        self._writer.fail(failure)

    def __repr__(self) -> str:
        return f"TablePublisher({self._name!r}, alive={self.is_alive})"


def table_publisher(
    name: str,
    col_defs: TableDefinitionLike,
    on_flush_callback: Optional[Callable[[TablePublisher], None]] = None,
    on_shutdown_callback: Optional[Callable[[], None]] = None,
    update_graph: Optional[UpdateGraph] = None,
    chunk_size: int = 2048,
) -> tuple[Table, TablePublisher]:
    """A blink table and what fills it.

    Args:
        name: What the publisher is called in messages.
        col_defs: Names and types of the columns.
        on_flush_callback: Is called with the publisher before each cycle, and at least ten times a second; what it
            adds is in that cycle. If it raises, the table fails. It holds cycles up, so it has to be quick.
        on_shutdown_callback: Is called once when the publisher is no longer alive, on a thread of its own.
        update_graph: The graph; there is one.
        chunk_size: Taken for the sake of scripts that give it; rows are handed over whole.

    Returns:
        The blink table and the publisher.

    Raises:
        DHError: if a type cannot be a column.

    Example:
        from kinetable import dtypes, new_table
        from kinetable.column import int_col
        from kinetable.stream import blink_to_append_only
        from kinetable.stream.table_publisher import table_publisher
        blink, publisher = table_publisher("numbers", {"X": dtypes.int32})
        kept = blink_to_append_only(blink)
        publisher.add(new_table([int_col("X", [1, 2])]))
        kept.await_update(1_000)
        print(kept.snapshot().to_string())
    """
    if chunk_size < 1:
        raise DHError(message=f"chunk_size is {chunk_size}, but has to be at least 1")
    native, writer = _native.open_writer(columns_of(col_defs), "blink")
    publisher = TablePublisher(name, writer)
    if on_flush_callback is not None:
        # Kept by the thread below for as long as the table is there.
        writer.before_cycles(lambda: on_flush_callback(publisher))
    if on_flush_callback is not None or on_shutdown_callback is not None:
        flushes = on_flush_callback is not None
        Repeated(_LOOK_EVERY, lambda: _look(writer, flushes, on_shutdown_callback), f"kinetable-publisher {name}")
    return Table(native), publisher


def _look(writer: _native.Writer, flushes: bool, on_shutdown: Optional[Callable[[], None]]) -> bool:
    """Brings a cycle about if there is something to flush; at the end says so and lets go of the callbacks."""
    if writer.is_alive:
        if flushes:
            writer.notify()
        return True
    writer.release()
    if on_shutdown is not None:
        pool("shutdown", 1).submit(_call, on_shutdown)
    return False


def _call(function: Callable[[], Any]) -> None:
    try:
        function()
    except Exception:  # there is nobody to raise it to
        traceback.print_exc(file=sys.stderr)
