"""Dashboards, and their layout as pages read it (decision 0070)."""

from __future__ import annotations

from typing import Any, Optional

from ..dherror import DHError
from ..plot import _plotly
from ..plot._page import page
from ..plot.figure import Figure
from ..plugin import _registry
from ..table import Table
from ._elements import Area, Element, Panel, Split

_PANELS_MAX, _DEPTH_MAX = 64, 32


class Dashboard:
    """A dashboard. Made by `dashboard`.

    Example:
        from kinetable import empty_table, ui
        print(ui.dashboard(empty_table(5)))
    """

    def __init__(self, element: Element, title: Optional[str]) -> None:
        """For this package only."""
        self._element, self._title = element, title
        self._panels = list(_panels(element, 0))
        if len(self._panels) > _PANELS_MAX:
            text = f"the dashboard has {len(self._panels)} panels"
            raise DHError(message=f"{text}\n  hint: at most {_PANELS_MAX}; make another one of the rest")

    @property
    def title(self) -> Optional[str]:
        """What it is called, if it was said."""
        return self._title

    def __repr__(self) -> str:
        titles = ", ".join(panel.title or _word(panel) for panel in self._panels)
        title = f'"{self._title}": ' if self._title else ""
        return f"Dashboard({title}{titles})"


class DashboardType:
    """Dashboards, as servers know them."""

    name = "Dashboard"

    def is_type(self, obj: Any) -> bool:
        """Whether it is a dashboard."""
        return isinstance(obj, Dashboard)

    def to_page(self, obj: Dashboard) -> tuple[dict[str, Any], list[Table]]:
        """What pages show: the layout, whose panels mean tables of its own by ``#0``, ``#1``, …"""
        made = _Layout()
        root = made.node(obj._element)
        layout = {"version": 1, "root": root, "panels": made.panels}
        if obj.title is not None:
            layout["name"] = obj.title
        return {"title": obj.title, "layout": layout}, made.tables

    def to_bytes(self, exporter: Any, obj: Dashboard) -> bytes:
        """The same for other clients, as JSON."""
        return _registry.as_json(self.to_page(obj), exporter)


_registry.register(DashboardType())


def _panels(element: Element, depth: int) -> list[Panel]:
    if depth > _DEPTH_MAX:
        raise DHError(message=f"the dashboard is nested more than {_DEPTH_MAX} deep\n  hint: use fewer rows in columns")
    if isinstance(element, Area):
        return list(element.panels)
    return [panel for child in element.children for panel in _panels(child, depth + 1)]


def _word(panel: Panel) -> str:
    return type(panel.content).__name__.lower()


class _Layout:
    """The tables and panels of a layout that is being made."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self.panels: dict[str, dict[str, Any]] = {}
        # Bytes of the figures of plotly.
        self._taken = 0

    def node(self, element: Element) -> dict[str, Any]:
        """A node of the tree."""
        if isinstance(element, Area):
            ids = [self._panel(panel) for panel in element.panels]
            return {"tabs": ids, "active": ids[element.active]}
        children = [self.node(child) for child in element.children]
        made: dict[str, Any] = {"split": element.split, "children": children}
        sizes = _sizes(element)
        return made if sizes is None else {**made, "sizes": sizes}

    def _panel(self, panel: Panel) -> str:
        id = f"p{len(self.panels)}"
        content = panel.content
        if isinstance(content, Table):
            state: dict[str, Any] = {"kind": "table", "table": f"#{self._place(content)}"}
        elif isinstance(content, Figure):
            state = {"kind": "figure", "value": self._figure(content)}
        elif _plotly.is_figure(content):
            value, self._taken = _plotly.page(content, self._taken)
            state = {"kind": "plotly", "value": value}
        else:
            state = {"kind": "markdown", "text": content.text}
        if panel.title is not None:
            state["title"] = panel.title
        self.panels[id] = state
        return id

    def _figure(self, figure: Figure) -> dict[str, Any]:
        """A figure whose tables are counted among those of the dashboard."""
        value, tables = page(figure._model)
        places = [self._place(table) for table in tables]
        for chart in value["charts"]:
            for series in chart["series"]:
                series["table"] = places[series["table"]]
        return value

    def _place(self, table: Table) -> int:
        for place, known in enumerate(self.tables):
            if known._native is table._native:
                return place
        self.tables.append(table)
        return len(self.tables) - 1


def _sizes(split: Split) -> Optional[list[float]]:
    """Shares of the children, in percent: those without one divide what is left."""
    shares = [child.share(split.split) for child in split.children]
    given = [share for share in shares if share is not None]
    if not given:
        return None
    left = max(100.0 - sum(given), 5.0 * (len(shares) - len(given)))
    rest = left / (len(shares) - len(given)) if len(given) < len(shares) else 0.0
    return [rest if share is None else float(share) for share in shares]
