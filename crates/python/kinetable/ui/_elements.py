"""What dashboards are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional, Union

from .._scope import caller
from ..dherror import DHError
from ..plot._plotly import is_figure
from ..plot.figure import Figure
from ..table import Table


@dataclass(frozen=True)
class Markdown:
    """A text in Markdown."""

    text: str


# A figure of plotly is anything: it is known when it is there.
Content = Union[Table, Figure, Markdown, Any]


@dataclass(frozen=True, eq=False)
class Panel:
    """What a panel shows, and what its tab says."""

    content: Content
    title: Optional[str] = None


@dataclass(frozen=True, eq=False)
class Area:
    """Panels at one place."""

    panels: tuple[Panel, ...]
    height: Optional[float] = None
    width: Optional[float] = None
    active: int = 0

    def share(self, split: str) -> Optional[float]:
        """Its part of a row or column that it is in, in percent."""
        return self.width if split == "row" else self.height


@dataclass(frozen=True, eq=False)
class Split:
    """Elements side by side, or one above the other."""

    split: str
    children: tuple[Union["Split", Area], ...]
    size: Optional[float] = None

    def share(self, split: str) -> Optional[float]:
        """Its part of a row or column that it is in, in percent: rows have heights, columns widths."""
        return self.size if split != self.split else None


Element = Union[Split, Area]


def as_panel(method: str, value: Any) -> Area:
    """A value in a panel of its own; a panel as it is."""
    if isinstance(value, Area):
        return value
    if isinstance(value, Split):
        raise DHError(message=f"{method}: a {value.split} is no panel\n  hint: a stack has panels")
    return Area((Panel(content(method, value), named(value)),))


def content(method: str, value: Any) -> Content:
    """What a panel shows of a value."""
    if isinstance(value, (Table, Figure, Markdown)) or is_figure(value):
        return value
    of = type(value)
    if of.__name__ == "DataFrame" and of.__module__.partition(".")[0] == "pandas":
        from ..pandas import to_table

        return to_table(value)
    if isinstance(value, str):
        raise DHError(message=f"{method}: a text is no panel\n  hint: markdown(text), or the table itself")
    hint = "a table, a figure, or markdown(text)"
    raise DHError(message=f"{method}: a {of.__name__} cannot be shown\n  hint: {hint}")


def named(value: Any) -> Optional[str]:
    """The name of the script's variable that holds a value."""
    local, outer = caller()
    for names in (local, outer):
        for name, held in list(names.items()):
            if held is value and isinstance(name, str) and not name.startswith("_"):
                return name
    return None
