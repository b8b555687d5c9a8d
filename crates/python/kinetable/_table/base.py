"""What every family of methods works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .. import _kinetable as _native

if TYPE_CHECKING:
    from ..table import Table


class TableBase:
    """A native table, wrapped."""

    def __init__(self, native: _native.Table) -> None:
        """For this package only."""
        self._native = native

    def _made(self, native: _native.Table) -> Table:
        """The table that a method gives: a plain one, whatever this one is."""
        from ..table import Table

        return Table(native)

    def _table(self) -> Table:
        """This table, as the class that has all families."""
        return cast("Table", self)
