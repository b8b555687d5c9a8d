"""Scopes that release the tables made in them.

A live table costs as long as somebody holds it: a variable of the script, or a table that is made from it. A scope
lets go of all tables that were made inside, whichever variables still name them, except those that it is told to
preserve. What a preserved table is made from stays, inside of the engine, for as long as that table does.

Example:
    from kinetable import empty_table
    from kinetable.liveness_scope import liveness_scope
    with liveness_scope() as scope:
        numbers = empty_table(3).update("A = i")
        doubled = numbers.update("B = A * 2")
        scope.preserve(doubled)
    print(doubled.to_string())
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from ._liveness import scopes
from ._table.base import TableBase
from .dherror import DHError

__all__ = ["LivenessScope", "SimpleLivenessScope", "is_liveness_referent", "liveness_scope"]


class LivenessScope:
    """Manages tables, and releases them together.

    Example:
        from kinetable import time_table
        from kinetable.liveness_scope import LivenessScope
        scope = LivenessScope()
        with scope.open():
            ticking = time_table("PT1S")
        scope.release()
        try:
            ticking.size
        except Exception as error:
            print(error)
    """

    def __init__(self) -> None:
        """A scope that manages nothing yet."""
        self._managed: dict[int, TableBase] = {}

    @contextmanager
    def open(self) -> Iterator[LivenessScope]:
        """While open, the scope manages every table that this thread makes. Closing it releases nothing."""
        open_scopes = scopes()
        open_scopes.append(self)
        try:
            yield self
        finally:
            open_scopes.remove(self)

    def manage(self, referent: Any) -> None:
        """Takes a table on.

        Args:
            referent: A table.

        Raises:
            DHError: if it is no table.
        """
        for table in _tables(referent):
            self._managed[id(table)] = table

    def unmanage(self, referent: Any) -> None:
        """No longer manages a table, and does not release it.

        Args:
            referent: A table.

        Raises:
            DHError: if it is no table, or is not managed by this scope.
        """
        for table in _tables(referent):
            if self._managed.pop(id(table), None) is None:
                raise DHError(message="the table is not managed by this scope")

    def preserve(self, referent: Any) -> None:
        """Hands a table over to the scope around this one; without one, it stays until nobody holds it.

        Args:
            referent: A table.

        Raises:
            DHError: if it is no table.
        """
        open_scopes = scopes()
        place = open_scopes.index(self) if self in open_scopes else len(open_scopes)
        for table in _tables(referent):
            self._managed.pop(id(table), None)
            if place > 0:
                open_scopes[place - 1].manage(table)

    def release(self) -> None:
        """Releases all tables that the scope manages: they cannot be used any more, and stop costing."""
        managed, self._managed = self._managed, {}
        for table in managed.values():
            table._release()


SimpleLivenessScope = LivenessScope
"""The scope that `liveness_scope` gives."""


@contextmanager
def _scope() -> Iterator[LivenessScope]:
    scope = LivenessScope()
    try:
        with scope.open():
            yield scope
    finally:
        scope.release()


def liveness_scope(function: Optional[Callable[..., Any]] = None) -> Any:
    """A scope for a ``with`` block, or, as a decorator, for each call of a function; it releases at the end.

    Args:
        function: The function that is decorated, where it is used as a decorator without parentheses.

    Returns:
        What ``with`` takes, and gives the scope, for `LivenessScope.preserve`; or the decorated function.

    Example:
        from kinetable import empty_table
        from kinetable.liveness_scope import liveness_scope
        @liveness_scope()
        def rows():
            return empty_table(4).where("i > 0").size
        print(rows())
    """
    return _scope() if function is None else _scope()(function)


def is_liveness_referent(referent: Any) -> bool:
    """Whether a scope can manage this.

    Args:
        referent: Anything.

    Returns:
        Whether it is a table, or is made of tables.

    Example:
        from kinetable import empty_table
        from kinetable.liveness_scope import is_liveness_referent
        print(is_liveness_referent(empty_table(1)), is_liveness_referent(1))
    """
    if isinstance(referent, TableBase):
        return True
    return type(referent).__module__.startswith(__package__) and hasattr(referent, "is_refreshing")


def _tables(referent: Any) -> list[TableBase]:
    """The table, or the tables that something is made of."""
    if not is_liveness_referent(referent):
        raise DHError(message=f"a liveness scope manages tables, not a {type(referent).__name__}")
    if isinstance(referent, TableBase):
        return [referent]
    return [part for part in vars(referent).values() if isinstance(part, TableBase)]
