"""Formulas of columns as objects."""

from __future__ import annotations

from typing import Sequence, Union

from ._serial import FormulaText
from .concurrency_control import Barrier

Barriers = Union[Barrier, Sequence[Barrier]]


class Selectable(FormulaText):
    """The formula of a column, as `Table.update` and `Table.select` take it: the text of it, with marks."""

    def __repr__(self) -> str:
        return f"Selectable({str(self)!r})"

    @classmethod
    def parse(cls, formula: str) -> Selectable:
        """A formula as an object.

        Args:
            formula: ``"New = expression"``, ``"New = Old"`` or ``"Column"``.

        Example:
            from kinetable import empty_table
            from kinetable.table import Selectable
            print(empty_table(2).update(Selectable.parse("X = i * 10")).to_string())
        """
        return cls(formula)

    def with_serial(self) -> Selectable:
        """The same formula, with functions called row after row, on one thread.

        For functions that keep something between calls, in tables that store their columns (`Table.update`,
        `Table.select`). Other formulas may be computed for several runs of rows at once.

        Example:
            from kinetable import empty_table
            from kinetable.table import Selectable
            total = 0
            def add(x: int) -> int:
                global total
                total += x
                return total
            print(empty_table(4).update(Selectable.parse("Total = add(i)").with_serial()).to_string())
        """
        return self._marked()

    def with_declared_barriers(self, barriers: Barriers) -> Selectable:
        """The same formula: columns are computed in the order they are given in, so that a barrier always holds."""
        return self

    def with_respected_barriers(self, barriers: Barriers) -> Selectable:
        """The same formula; see `with_declared_barriers`."""
        return self
