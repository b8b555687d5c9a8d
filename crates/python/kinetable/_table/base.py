"""What every family of methods works on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, cast

from .. import _kinetable
from .._liveness import made
from ..dherror import DHError

if TYPE_CHECKING:
    from ..table import Table


def released() -> DHError:
    """What is raised by a table that a liveness scope released."""
    return DHError(message="the table was released by its liveness scope\n  hint: scope.preserve(table) keeps it")


class TableBase:
    """A native table, wrapped."""

    def __init__(self, native: _kinetable.Table) -> None:
        """For this package only."""
        self._handle: Optional[_kinetable.Table] = native
        made(self)

    @property
    def _native(self) -> _kinetable.Table:
        if self._handle is None:
            raise released()
        return self._handle

    def _release(self) -> None:
        """Lets go of the native table: for liveness scopes."""
        self._handle = None

    def _made(self, native: _kinetable.Table) -> Table:
        """The table that a method gives: a plain one, whatever this one is."""
        from ..table import Table

        return Table(native)

    def _table(self) -> Table:
        """This table, as the class that has all families."""
        return cast("Table", self)
