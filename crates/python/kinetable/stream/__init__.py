"""Streams: live tables fed from outside, and the forms they are kept in."""

from __future__ import annotations

from .. import _kinetable as _native
from ..table import Table

__all__ = ["add_only_to_blink", "blink_to_append_only"]


def blink_to_append_only(table: Table) -> Table:
    """Keeps every row that comes through a blink table."""
    return Table(_native.blink_to_append_only(table._native))


def add_only_to_blink(table: Table) -> Table:
    """The rows that each cycle adds to a table, for that cycle."""
    return Table(_native.add_only_to_blink(table._native))
