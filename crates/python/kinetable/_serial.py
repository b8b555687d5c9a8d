"""Formulas that are computed row after row, because their functions keep something between calls."""

from __future__ import annotations

from typing import Sequence, TypeVar

from ._scope import Names

# Under this, which is no name, the native module looks for the texts of such formulas.
_MARK = "<serial>"

_Formula = TypeVar("_Formula", bound="FormulaText")


class FormulaText(str):
    """The text of a formula, which may be marked."""

    is_serial = False

    def _marked(self: _Formula) -> _Formula:
        """The same text, marked to be computed row after row."""
        made = type(self)(self)
        made.is_serial = True
        return made


def with_marks(formulas: Sequence[str], names: Names) -> Names:
    """The names around a call, with the formulas that are marked."""
    marked = {str(formula) for formula in formulas if getattr(formula, "is_serial", False)}
    return ({**names[0], _MARK: marked}, names[1]) if marked else names
