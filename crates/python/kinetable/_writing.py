"""Tables that a script writes."""

from __future__ import annotations

import sys
import threading
import traceback
from typing import Any, Callable, Optional, Sequence

from . import _kinetable as _native
from ._background import Repeated, pool
from ._defs import TableDefinitionLike, columns_of
from ._table.base import released
from ._texts import Texts, texts
from .dherror import DHError
from .table import Table
from .table_listener import TableUpdate, merged_listen

_WHOLE = ("byte", "short", "int", "long")


class DynamicTableWriter:
    """Writes rows to an append-only live table, one at a time.

    Usable in ``with``, which closes it.

    Example:
        from kinetable import DynamicTableWriter, dtypes
        with DynamicTableWriter({"Name": dtypes.string, "Size": dtypes.int32}) as writer:
            writer.write_row("a", 1)
            writer.write_row("b", None)
        writer.table.await_update(1_000)
        print(writer.table.snapshot().to_string())
    """

    def __init__(self, col_defs: TableDefinitionLike) -> None:
        """Opens the table.

        Args:
            col_defs: Names and types of the columns.

        Raises:
            DHError: if a type cannot be a column.
        """
        self._columns = columns_of(col_defs)
        native, self._writer = _native.open_writer(self._columns, "append")
        self._table = Table(native)
        self._closed = False

    @property
    def table(self) -> Table:
        """The table that is written: append-only, and live."""
        return self._table

    def write_row(self, *values: Any) -> None:
        """Adds a row; it is in the table after the next cycle.

        Args:
            values: A value for each column; ``None`` is null. Numbers are brought to the type of their column, also
                where that loses digits; a number that is too great for it is an error.

        Raises:
            DHError: if there are more or fewer values than columns, one does not fit, or the writer is closed.
        """
        if self._closed:
            raise DHError(message="the writer is closed")
        if len(values) != len(self._columns):
            raise DHError(
                message=f"{len(values)} values for a row of {len(self._columns)} columns\n"
                f"  hint: the columns are {', '.join(name for name, _ in self._columns)}"
            )
        self._writer.add_row([_as(kind, value) for (_, kind), value in zip(self._columns, values)])

    def close(self) -> None:
        """Takes no more rows; the table stays."""
        self._closed = True

    def __enter__(self) -> DynamicTableWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _as(kind: str, value: Any) -> Any:
    """A number in the form in which a column of this type takes it."""
    if kind in _WHOLE and hasattr(value, "__float__") and not isinstance(value, int):
        return None if value != value else int(value)
    if kind in ("float", "double") and hasattr(value, "__float__"):
        return float(value)
    return value


class InputTable(Table):
    """A live table that a script writes. Made by `input_table`."""

    def __init__(self, native: _native.Table, writing: _native.Input, keys: Sequence[str]) -> None:
        """For this package only."""
        super().__init__(native)
        self._writing: Optional[_native.Input] = writing
        self._keys = list(keys)

    @property
    def key_names(self) -> list[str]:
        """The key columns; none if rows are appended."""
        return list(self._keys)

    @property
    def value_names(self) -> list[str]:
        """The columns that are no keys."""
        return [name for name in self.column_names if name not in self._keys]

    def attributes(self) -> dict[str, Any]:
        """The marks of the table, ``InputTable`` among them."""
        return {**super().attributes(), "InputTable": True}

    def add(self, table: Table) -> None:
        """Writes rows, and returns when they are in the table.

        Args:
            table: A table with the same columns, in any order. With key columns, a row takes the place of the one
                with the same key; of several in `table` the last one counts.

        Raises:
            DHError: if the columns differ, or this thread holds the lock of the update graph.
        """
        self._add(table)
        _native.flush()

    def delete(self, table: Table) -> None:
        """Deletes the rows with the keys of a table, if they are there, and returns when they are gone.

        Args:
            table: A table that has the key columns; others are not looked at.

        Raises:
            DHError: if this table has no keys, `table` lacks one, or this thread holds the lock of the update graph.
        """
        self._delete(table)
        _native.flush()

    def add_async(
        self,
        table: Table,
        on_success: Optional[Callable[[], None]] = None,
        on_error: Optional[Callable[[Exception], None]] = None,
    ) -> None:
        """As `add`, without waiting; writes of one thread are made in order.

        Args:
            table: The rows.
            on_success: Is called when the rows are in the table, on another thread.
            on_error: Is called with what went wrong; it is printed if this is not given.
        """
        _later(lambda: self._add(table), on_success, on_error)

    def delete_async(
        self,
        table: Table,
        on_success: Optional[Callable[[], None]] = None,
        on_error: Optional[Callable[[Exception], None]] = None,
    ) -> None:
        """As `delete`, without waiting.

        Args:
            table: The keys.
            on_success: Is called when the rows are gone, on another thread.
            on_error: Is called with what went wrong; it is printed if this is not given.
        """
        _later(lambda: self._delete(table), on_success, on_error)

    def _add(self, table: Table) -> None:
        self._input().add(table._native)

    def _delete(self, table: Table) -> None:
        self._input().delete(table._native)

    def _input(self) -> _native.Input:
        if self._writing is None:
            raise released()
        return self._writing

    def _release(self) -> None:
        super()._release()
        self._writing = None


def _later(
    write: Callable[[], None],
    on_success: Optional[Callable[[], None]],
    on_error: Optional[Callable[[Exception], None]],
) -> None:
    """Writes now, so that the order is that of the calls, and tells when the rows are in the table."""
    failure: Optional[Exception] = None
    try:
        write()
    except Exception as error:
        failure = error
    pool("input", 1).submit(_tell, failure, on_success, on_error or _print)


def _tell(
    failure: Optional[Exception], on_success: Optional[Callable[[], None]], on_error: Callable[[Exception], None]
) -> None:
    try:
        if failure is not None:
            raise failure
        _native.flush()
        if on_success is not None:
            on_success()
    except Exception as error:
        on_error(error)


def _print(error: Exception) -> None:
    traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)


def input_table(
    col_defs: Optional[TableDefinitionLike] = None,
    init_table: Optional[Table] = None,
    key_cols: Texts = None,
) -> InputTable:
    """A live table that the script writes: rows are added and, with key columns, replaced and deleted.

    Args:
        col_defs: Names and types of the columns; or
        init_table: a table with the columns and the first rows. One of the two is given.
        key_cols: Key columns: the last row written of each key is there, in the order in which keys came. Without
            them, rows are appended.

    Returns:
        The table, with `InputTable.add` and `InputTable.delete`.

    Raises:
        DHError: if not exactly one of `col_defs` and `init_table` is given, or a key is no column.

    Example:
        from kinetable import dtypes, input_table, new_table
        from kinetable.column import int_col, string_col
        prices = input_table({"Name": dtypes.string, "Price": dtypes.int32}, key_cols="Name")
        prices.add(new_table([string_col("Name", ["a", "b"]), int_col("Price", [1, 2])]))
        prices.add(new_table([string_col("Name", ["a"]), int_col("Price", [10])]))
        print(prices.snapshot().to_string())
        prices.delete(new_table([string_col("Name", ["b"])]))
        print(prices.snapshot().to_string())
    """
    if (col_defs is None) == (init_table is None):
        raise DHError(message="an input table takes either col_defs or init_table")
    keys = texts(key_cols)
    columns = columns_of(init_table.definition if init_table is not None else col_defs)
    native, writing = _native.input_table(columns, keys)
    table = InputTable(native, writing, keys)
    if init_table is not None:
        table._add(init_table)
        _settle()
    return table


def _settle() -> None:
    """Waits until rows are in their table; who keeps cycles from running sees them with the next one."""
    if not (_native.graph_is_locked(False) or _native.graph_is_locked(True)):
        _native.flush()


class _Generated:
    """Runs the function of a generated table again and again."""

    running: set[_Generated] = set()

    def __init__(self, generate: Callable[[], Any]) -> None:
        self._generate = generate
        self._lock = threading.Lock()
        first = self._result()
        self.columns = columns_of(first.definition)
        native, self._writer = _native.open_writer(self.columns, "latest")
        # Not kept: when nobody else holds the table, the runs end.
        self._table: Optional[Table] = Table(native)
        self._writer.add(first._native)
        _settle()
        _Generated.running.add(self)

    def take_table(self) -> Table:
        """The table, for the caller to hold."""
        table, self._table = self._table, None
        assert table is not None, "a generated table is taken once"
        return table

    def _result(self) -> Table:
        result = self._generate()
        if not isinstance(result, Table):
            raise DHError(message=f"the function returned a {type(result).__name__}, but has to return a table")
        return result

    def run(self) -> bool:
        """Runs the function once; whether the table is still wanted."""
        with self._lock:
            if self._writer.is_alive:
                try:
                    self._publish(self._result())
                except Exception as error:
                    self._writer.fail(error)
            if self._writer.is_alive:
                return True
        _Generated.running.discard(self)
        return False

    def _publish(self, result: Table) -> None:
        columns = columns_of(result.definition)
        if columns != self.columns:
            raise DHError(message=f"the function returned columns {columns}, but the first time {self.columns}")
        self._writer.add(result._native)


def function_generated_table(
    table_generator: Callable[..., Table],
    source_tables: Any = None,
    refresh_interval_ms: Optional[int] = None,
    exec_ctx: Any = None,
    args: tuple[Any, ...] = (),
    kwargs: Optional[dict[str, Any]] = None,
) -> Table:
    """A live table of the rows that a function returns, which is run again and again.

    The function runs on a thread of its own, after the cycle in which a source ticked: its result is in the table one
    cycle later. A run that returns what is there already changes nothing. If the function raises, the table fails.

    Args:
        table_generator: Returns a table, always with the same columns.
        source_tables: A table or several: the function runs when one of them ticks. Or:
        refresh_interval_ms: it runs every so many milliseconds. One of the two is given.
        exec_ctx: The execution context it runs in; if not given, that of the call.
        args: Arguments for the function.
        kwargs: Arguments by name.

    Raises:
        DHError: if not exactly one of `source_tables` and `refresh_interval_ms` is given, or the function returns no
            table.

    Example:
        from kinetable import dtypes, function_generated_table, input_table, new_table
        from kinetable.column import int_col
        source = input_table({"X": dtypes.int32})
        total = function_generated_table(lambda: source.snapshot().count_by("Rows"), source_tables=source)
        source.add(new_table([int_col("X", [1, 2, 3])]))
        while total.size < 1:
            total.await_update(1_000)
        print(total.snapshot().to_string())
    """
    from .execution_context import get_exec_ctx

    if (source_tables is None) == (refresh_interval_ms is None):
        raise DHError(message="a generated table takes either source_tables or refresh_interval_ms")
    context = exec_ctx if exec_ctx is not None else get_exec_ctx()

    def generate() -> Any:
        with context:
            return table_generator(*args, **(kwargs or {}))

    generated = _Generated(generate)
    if refresh_interval_ms is not None:
        if refresh_interval_ms < 1:
            raise DHError(message=f"refresh_interval_ms is {refresh_interval_ms}, but has to be at least 1")
        Repeated(refresh_interval_ms / 1_000, generated.run, "kinetable-generated")
    else:
        _follow(generated, [source_tables] if isinstance(source_tables, Table) else list(source_tables))
    return generated.take_table()


def _follow(generated: _Generated, sources: Sequence[Table]) -> None:
    """Runs a generated table when a source ticks, for as long as it is wanted."""
    handles: list[Any] = []

    def on_tick(updates: dict[Table, Optional[TableUpdate]], is_replay: bool) -> None:
        if not generated.run() and handles:
            handles.pop().stop()

    def on_failure(error: Exception) -> None:
        generated._writer.fail(error)
        _Generated.running.discard(generated)

    handles.append(merged_listen(sources, on_tick, description="generated table", on_error=on_failure))
