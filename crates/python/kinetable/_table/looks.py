"""Looks: colours, formats and layout, as hidden columns that a user interface reads."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Optional, Sequence

from .. import _kinetable as _native
from .._scope import caller
from .._texts import Texts, texts
from ..dherror import DHError
from .marks import Marks

if TYPE_CHECKING:
    from ..table import Table


class SearchDisplayMode(Enum):
    """Whether a user interface offers to search a table."""

    DEFAULT = "Default"
    SHOW = "Show"
    HIDE = "Hide"


class Looks(Marks):
    """How a table looks."""

    def format_columns(self, formulas: Texts) -> Table:
        """Formats columns: adds hidden columns that a user interface reads.

        Args:
            formulas: ``"Col = <format>"`` for a column, or ``"* = <colour>"`` for whole rows. A format is a colour (a
                name such as ``RED``, a text such as `` `#ff0000` ``, or a formula that gives one, ``NO_FORMATTING``
                for none), ``Decimal(`#,##0.00`)`` for numbers, or ``Date(`yyyy-MM-dd`)`` for times.

        Raises:
            DHError: if there is no such column, or a formula or pattern is wrong.

        Example:
            from kinetable import empty_table
            t = empty_table(2).update("X = i / 3.0")
            print(t.format_columns(["X = Decimal(`0.00`)", "X = X > 0 ? RED : NO_FORMATTING"]).column_names)
        """
        table, names = self._native, caller()
        for formula in texts(formulas):
            column, equals, look = formula.partition("=")
            if not equals or not look.strip():
                raise DHError(message=f'"{formula}" is no format\n  hint: write "Column = format", e.g. "Price = RED"')
            table = _native.format_column(table, column.strip(), look.strip(), names)
        return self._made(table)

    def format_column_where(self, col: str, cond: str, formula: str) -> Table:
        """Colours a column where a condition holds, for who looks at the table.

        The colour is in a hidden column, ``<col>__TABLE_STYLE_FORMAT``, which is computed when it is read.

        Args:
            col: The column.
            cond: A condition, as `Table.where` takes it.
            formula: A colour: its name (``RED``, ``DEEP_GREEN``), ``"`#ff8000`"``, or a formula that gives one.

        Raises:
            DHError: if there is no such column, or a formula is wrong.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.format_column_where("Size", "Size > 20", "RED").column_names)
        """
        return self._made(_native.format_column_where(self._native, col, cond, formula, caller()))

    def format_row_where(self, cond: str, formula: str) -> Table:
        """Colours whole rows where a condition holds, for who looks at the table.

        The colour is in a hidden column, ``__ROW__TABLE_STYLE_FORMAT``, which is computed when it is read.

        Args:
            cond: A condition, as `Table.where` takes it.
            formula: A colour: its name (``RED``, ``DEEP_GREEN``), ``"`#ff8000`"``, or a formula that gives one.

        Raises:
            DHError: if a formula is wrong.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.format_row_where("Size > 20", "DEEP_GREEN").column_names)
        """
        return self._made(_native.format_row_where(self._native, cond, formula, caller()))

    def layout_hints(
        self,
        front: Texts = None,
        back: Texts = None,
        freeze: Texts = None,
        hide: Texts = None,
        column_groups: Optional[Sequence[dict[str, Any]]] = None,
        search_display_mode: Optional[SearchDisplayMode] = None,
    ) -> Table:
        """The same rows, with hints for a user interface (the attribute ``LayoutHints``).

        Args:
            front: Columns that come first.
            back: Columns that come last.
            freeze: Columns that stay in sight.
            hide: Columns that are hidden at first.
            column_groups: Groups of columns under one header: dicts with ``name``, ``children`` (columns or groups)
                and, if wanted, ``color``.
            search_display_mode: Whether a search is offered.

        Raises:
            DHError: if there is no such column, or a group lacks its name or children.

        Example:
            from kinetable import empty_table
            t = empty_table(1).update(["A = 1", "B = 2"]).layout_hints(front="B", hide="A")
            print(t.attributes()["LayoutHints"])
        """
        parts = [f"{word}={','.join(self._known(cols))};" for word, cols in (("front", front), ("back", back)) if cols]
        parts += [
            f"{word}={','.join(self._known(cols))};" for word, cols in (("hide", hide), ("freeze", freeze)) if cols
        ]
        if search_display_mode is not None:
            parts.append(f"searchable={search_display_mode.value};")
        if column_groups:
            parts.append(f"columnGroups={'|'.join(self._group(group, column_groups) for group in column_groups)};")
        return self.with_attributes({"LayoutHints": "".join(parts)})

    def _group(self, group: dict[str, Any], groups: Sequence[dict[str, Any]]) -> str:
        name, children = group.get("name"), texts(group.get("children"))
        if not name or not children:
            raise DHError(message=f"a column group has a name and children, but this is {group!r}")
        others = {other.get("name") for other in groups}
        self._known([child for child in children if child not in others])
        text = f"name:{name}::children:{','.join(children)}"
        return f"{text}::color:{group['color']}" if group.get("color") else text
