"""The past, as if it happened now: static tables whose rows come out by their times."""

from __future__ import annotations

from . import _kinetable as _native
from ._values import instant_counts
from .dherror import DHError
from .table import Table
from .table_factory import InstantLike

__all__ = ["TableReplayer"]


class TableReplayer:
    """A clock that goes through a stretch of the past at the speed of the present, and tables that follow it.

    Example:
        from kinetable import TableReplayer, new_table
        from kinetable.column import datetime_col, int_col
        past = new_table([
            datetime_col("T", ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.1Z", "2024-01-01T09:00:00Z"]),
            int_col("X", [1, 2, 3]),
        ])
        replayer = TableReplayer("2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z")
        live = replayer.add_table(past, "T")
        replayer.start()
        while live.size < 2:
            live.await_update(1_000)
        print(live.to_string())
        replayer.shutdown()
    """

    def __init__(self, start_time: InstantLike, end_time: InstantLike) -> None:
        """A replay that is not started.

        Args:
            start_time: Where in the past the clock starts: text, ``datetime``, ``datetime64`` or ns since the epoch.
            end_time: Where it stops.

        Raises:
            DHError: if the end is before the start, or one of them is no instant.
        """
        try:
            start, end = instant_counts([start_time, end_time])
        except (TypeError, ValueError) as error:
            raise DHError(error, str(error)) from error
        if start is None or end is None:
            raise DHError(message="a replay needs a start and an end")
        self.start_time, self.end_time = start_time, end_time
        self._replay = _native.replay(start, end)

    def add_table(self, table: Table, col: str) -> Table:
        """A live table that gets the rows of a static one when the clock reaches their times.

        Args:
            table: A static table, ordered by `col`.
            col: Its column of times, without nulls. Rows before the start come at once, those after the end never.

        Returns:
            The live table; it is append-only.

        Raises:
            DHError: if the table is live or not ordered, or the replay has been started.
        """
        if not self._replay.is_waiting:
            raise DHError(message="a table is added before the replay is started")
        return Table(self._replay.add_table(table._native, col))

    def start(self) -> None:
        """Starts the clock.

        Raises:
            DHError: if it was started or shut down before.
        """
        self._replay.start()

    def shutdown(self) -> None:
        """Stops the clock for good; the tables keep the rows they have."""
        self._replay.stop()
