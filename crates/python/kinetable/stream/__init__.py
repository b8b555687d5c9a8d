"""Streams: live tables fed from outside, and the forms they are kept in."""

from __future__ import annotations

from .. import _kinetable as _native
from ..table import Table

__all__ = ["add_only_to_blink", "blink_to_append_only"]


def blink_to_append_only(table: Table) -> Table:
    """Keeps every row that comes through a blink table, from now on.

    Args:
        table: A blink table.

    Raises:
        DHError: if the table is no blink table.

    Example:
        from kinetable import time_table
        from kinetable.stream import blink_to_append_only
        ticks = time_table("PT0.01S", blink_table=True)
        kept = blink_to_append_only(ticks)
        print(ticks.is_blink, kept.is_blink)
    """
    return Table(_native.blink_to_append_only(table._native))


def add_only_to_blink(table: Table) -> Table:
    """The rows that each cycle adds to a table, for that cycle.

    Args:
        table: A table whose rows are only added.

    Raises:
        DHError: if rows of the table can go or change.

    Example:
        from kinetable import time_table
        from kinetable.stream import add_only_to_blink
        print(add_only_to_blink(time_table("PT0.01S")).is_blink)
    """
    return Table(_native.add_only_to_blink(table._native))
