"""What formulas do with cells that hold Python objects; called by the native module.

Results carry no annotation, so that a formula may keep them or cast them, as it does with the results of functions
that say nothing of theirs.
"""

from __future__ import annotations

from typing import Any, Callable


def itself(cell):  # type: ignore[no-untyped-def]
    """The object, for a cast."""
    return cell


def item(cell, key):  # type: ignore[no-untyped-def]
    """``cell[key]``"""
    return None if cell is None else cell[key]


def attribute(name: str) -> Callable[..., Any]:
    """``cell.name`` as a function of the cell."""

    def read(cell):  # type: ignore[no-untyped-def]
        return None if cell is None else getattr(cell, name)

    read.__name__ = name
    return read


def method(name: str) -> Callable[..., Any]:
    """``cell.name(…)`` as a function of the cell and of the arguments."""

    def call(cell, *args):  # type: ignore[no-untyped-def]
        return None if cell is None else getattr(cell, name)(*args)

    call.__name__ = name
    return call
