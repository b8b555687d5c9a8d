"""Dashboards written in Python: tables, figures and texts in panels, laid out in rows, columns and stacks.

A dashboard in a variable is listed by a server of this process, and opens at ``/dashboard/NAME``::

    from kinetable import ui

    desk = ui.dashboard(ui.row(
        ui.panel(trades, title="Trades"),
        ui.stack(ui.panel(price, title="Price"), ui.panel(volume, title="Volume")),
    ))

Names are those of `deephaven.ui`, as far as the meaning is the same: what is laid out follows its tables; there are no
components with state, and no functions that run on clicks.
"""

from __future__ import annotations

from numbers import Real
from typing import Any, Optional

from ..dherror import DHError
from ._elements import Area, Content, Element, Markdown, Panel, Split, as_panel, content, named
from ._served import Dashboard

__all__ = ["Dashboard", "column", "dashboard", "markdown", "panel", "row", "stack"]


def dashboard(element: Any, title: Optional[str] = None) -> Dashboard:
    """A dashboard. Assign it to a variable, and open ``/dashboard/NAME``.

    Args:
        element: What `row`, `column`, `stack` or `panel` gave; or a table or a figure, which it then shows alone.
        title: What it is called; by itself the variable.

    Raises:
        DHError: if it has no panel, or more than 64.

    Example:
        from kinetable import empty_table, ui
        squares = empty_table(5).update("X = i * i")
        print(ui.dashboard(ui.row(squares, ui.markdown("# Squares"))))
    """
    return Dashboard(element if isinstance(element, (Split, Area)) else as_panel("dashboard", element), title)


def row(*children: Any, height: Optional[float] = None) -> Element:
    """Elements side by side.

    Args:
        *children: Elements, or what `panel` takes, which get panels of their own.
        height: Its share of the height of the column that it is in, in percent; by itself, what others leave.

    Raises:
        DHError: if there is no child, or the height is none.

    Example:
        from kinetable import empty_table, ui
        print(ui.dashboard(ui.row(empty_table(1), empty_table(2))))
    """
    return Split("row", _children("row", children), _share("row", "height", height))


def column(*children: Any, width: Optional[float] = None) -> Element:
    """Elements one above the other.

    Args:
        *children: As of `row`.
        width: Its share of the width of the row that it is in, in percent; by itself, what others leave.

    Raises:
        DHError: as `row`.

    Example:
        from kinetable import empty_table, ui
        print(ui.dashboard(ui.column(ui.row(empty_table(1), height=70), empty_table(2))))
    """
    return Split("column", _children("column", children), _share("column", "width", width))


def stack(
    *children: Any, height: Optional[float] = None, width: Optional[float] = None, active_item_index: int = 0
) -> Element:
    """Panels at one place, of which one is seen: tabs.

    Args:
        *children: Panels, or what `panel` takes; of a stack, its panels.
        height: Its share of the height of the column that it is in, in percent.
        width: Its share of the width of the row that it is in, in percent.
        active_item_index: Which child is seen first, counted from 0; of a stack, the panel that it shows.

    Raises:
        DHError: if there is no child, a child is a row or column, or the active one is not there.

    Example:
        from kinetable import empty_table, ui
        print(ui.dashboard(ui.stack(ui.panel(empty_table(1), title="One"), ui.panel(empty_table(2), title="Two"))))
    """
    if not children:
        raise DHError(message="stack: it has no panel\n  hint: stack(panel(table), ...)")
    panels = [as_panel("stack", child) for child in children]
    if not isinstance(active_item_index, int):
        text = f"stack: active_item_index is a {type(active_item_index).__name__}, {active_item_index!r}"
        raise DHError(message=f"{text}\n  hint: a whole number, counted from 0")
    if not 0 <= active_item_index < len(panels):
        hint = f"0 to {len(panels) - 1}"
        raise DHError(message=f"stack: there is no panel {active_item_index}\n  hint: {hint}")
    shares = _share("stack", "height", height), _share("stack", "width", width)
    # Panels of a stack within are panels of this one: those before come first.
    active = sum(len(one.panels) for one in panels[:active_item_index]) + panels[active_item_index].active
    return Area(tuple(panel for one in panels for panel in one.panels), *shares, active=active)


def panel(*children: Any, title: Optional[str] = None) -> Element:
    """A panel.

    Args:
        *children: What it shows: a table, a figure of `kinetable.plot` or of plotly, a text in Markdown (`markdown`),
            or a pandas data frame, which is shown as a table. One thing, for now.
        title: What its tab says; by itself, the name of the variable of the script that holds what it shows.

    Raises:
        DHError: if it shows nothing, more than one thing, or what no page can show.

    Example:
        from kinetable import empty_table, ui
        print(ui.dashboard(ui.panel(empty_table(3), title="Three rows")))
    """
    if len(children) != 1:
        hint = "a panel each, in a row, column or stack"
        raise DHError(message=f"panel: it shows {len(children)} things\n  hint: {hint}")
    return Area((Panel(content("panel", children[0]), named(children[0]) if title is None else title),))


def markdown(content: str) -> Content:
    """A text in Markdown.

    Args:
        content: The text.

    Raises:
        DHError: if it is no text.

    Example:
        from kinetable import ui
        print(ui.dashboard(ui.panel(ui.markdown("# Today"), title="Note")))
    """
    if not isinstance(content, str):
        raise DHError(message=f"markdown: the content is a {type(content).__name__}\n  hint: a text")
    return Markdown(content)


def _children(method: str, children: Any) -> tuple[Element, ...]:
    if not children:
        raise DHError(message=f"{method}: it has nothing in it\n  hint: {method}(panel(table), ...)")
    return tuple(child if isinstance(child, (Split, Area)) else as_panel(method, child) for child in children)


def _share(method: str, name: str, share: Optional[float]) -> Optional[float]:
    if share is not None and (isinstance(share, bool) or not isinstance(share, Real)):
        text = f"{method}: {name} is a {type(share).__name__}, {share!r}"
        raise DHError(message=f"{text}\n  hint: a number: percent, above 0, up to 100")
    if share is not None and not 0 < share <= 100:
        raise DHError(message=f"{method}: {name} is {share}\n  hint: percent, above 0, up to 100")
    return share
