"""Streams: live tables fed from outside, and the forms they are kept in."""

from __future__ import annotations

import warnings

from .. import _kinetable as _native
from ..table import Table

__all__ = ["add_only_to_blink", "blink_to_append_only", "stream_to_append_only"]


def blink_to_append_only(table: Table) -> Table:
    """Keeps every row that comes through a blink table, from now on.

    Args:
        table: A blink table.

    Returns:
        An append-only live table.

    Raises:
        DHError: if the table is not blink.

    Example:
        from kinetable import time_table
        from kinetable.stream import blink_to_append_only
        kept = blink_to_append_only(time_table("PT0.01S", blink_table=True))
        while kept.size < 3:
            kept.await_update(1_000)
        print(kept.is_blink)
    """
    return Table(_native.blink_to_append_only(table._native))


def stream_to_append_only(table: Table) -> Table:
    """The old name of `blink_to_append_only`: warns that it is old, and does the same.

    Args:
        table: A blink table.

    Raises:
        DHError: if the table is not blink.

    Example:
        import warnings
        from kinetable import time_table
        from kinetable.stream import stream_to_append_only
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            print(stream_to_append_only(time_table("PT1S", blink_table=True)).is_blink)
    """
    warnings.warn("stream_to_append_only is now blink_to_append_only", DeprecationWarning, stacklevel=2)
    return blink_to_append_only(table)


def add_only_to_blink(table: Table) -> Table:
    """The rows that each cycle adds to a table, as a blink table: they stay until rows are added again.

    Args:
        table: A table whose rows are only ever added.

    Raises:
        DHError: if rows of the table can go or change.

    Example:
        from kinetable import time_table
        from kinetable.stream import add_only_to_blink
        print(add_only_to_blink(time_table("PT0.01S")).is_blink)
    """
    return Table(_native.add_only_to_blink(table._native))
