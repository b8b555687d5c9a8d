"""What a figure is: frozen values, which the page's JSON, the picture and the descriptor are made from.

A figure has charts in a grid; a chart has an x axis, one or two y axes, and series; a series has a table and columns
by role. Lists and functions are tables here already.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Mapping, Optional

from ..table import Table
from .font import Font
from .linestyle import LineStyle
from .plotstyle import PlotStyle

# What pages draw of a figure (`ui/src/charts/figure.ts`): what is beyond would be cut without a word.
CELLS_MAX, CHARTS_MAX, SERIES_MAX = 12, 36, 64
TICKS_MAX, MINOR_MAX = 1000, 100

# The styles that each kind of series can have, the first by itself.
STYLES: Mapping[str, tuple[PlotStyle, ...]] = {
    "xy": (
        PlotStyle.LINE,
        PlotStyle.STEP,
        PlotStyle.SCATTER,
        PlotStyle.AREA,
        PlotStyle.STACKED_AREA,
        PlotStyle.BAR,
        PlotStyle.STACKED_BAR,
        PlotStyle.ERROR_BAR,
    ),
    "category": (
        PlotStyle.BAR,
        PlotStyle.STACKED_BAR,
        PlotStyle.LINE,
        PlotStyle.STEP,
        PlotStyle.SCATTER,
        PlotStyle.AREA,
        PlotStyle.STACKED_AREA,
        PlotStyle.ERROR_BAR,
    ),
    "histogram": (PlotStyle.HISTOGRAM,),
    "pie": (PlotStyle.PIE,),
    "ohlc": (PlotStyle.OHLC,),
    "treemap": (PlotStyle.TREEMAP,),
}


@dataclass(frozen=True)
class Title:
    """A title, or how a legend looks."""

    text: Optional[str] = None
    color: Optional[str] = None
    font: Optional[Font] = None


@dataclass(frozen=True)
class Ticks:
    """The marks along an axis."""

    font: Optional[Font] = None
    gap: Optional[float] = None
    places: Optional[tuple[float, ...]] = None
    angle: Optional[float] = None
    visible: Optional[bool] = None
    minor: Optional[int] = None
    minor_visible: Optional[bool] = None

    @property
    def has_minor(self) -> bool:
        """Whether small marks stand between them."""
        return bool(self.minor) if self.minor_visible is None else self.minor_visible


@dataclass(frozen=True)
class Axis:
    """An axis. Its ends are numbers; on an axis of times, nanoseconds since the epoch."""

    label: Optional[str] = None
    color: Optional[str] = None
    font: Optional[Font] = None
    pattern: Optional[str] = None
    zone: Optional[str] = None
    low: Optional[float] = None
    high: Optional[float] = None
    invert: bool = False
    log: bool = False
    time: bool = False
    time_ends: tuple[str, ...] = ()
    """Which of its ends, ``min`` and ``max``, were given as times."""
    ticks: Ticks = Ticks()


@dataclass(frozen=True)
class Series:
    """A series, or with `by` one for each key."""

    name: str
    kind: str
    table: Table
    columns: Mapping[str, str]
    side: int = 0
    """Which of the chart's y axes it is measured on."""
    by: tuple[str, ...] = ()
    color: Optional[str] = None
    line: Optional[LineStyle] = None
    lines: Optional[bool] = None
    points: Optional[bool] = None
    shape: Optional[str] = None
    size: Optional[float] = None
    error_color: Optional[str] = None
    bins: Optional[int] = None
    low: Optional[float] = None
    high: Optional[float] = None
    function: Optional[Callable[[float], float]] = None

    @property
    def has_errors(self) -> bool:
        """Whether its points have a range."""
        return any(role.endswith(("_low", "_high")) for role in self.columns)


@dataclass(frozen=True)
class Axes:
    """A y axis with the series measured on it, whose style is one."""

    y: Axis = Axis()
    name: Optional[str] = None
    style: Optional[PlotStyle] = None


@dataclass(frozen=True)
class Chart:
    """A chart in a cell of the grid, or more than one."""

    row: int = 0
    col: int = 0
    row_span: int = 1
    col_span: int = 1
    title: Title = Title()
    legend: Title = Title()
    legend_visible: Optional[bool] = None
    x_grid: Optional[bool] = None
    y_grid: Optional[bool] = None
    x: Axis = Axis()
    axes: tuple[Axes, ...] = (Axes(),)
    series: tuple[Series, ...] = ()

    def style_of_axes(self, series: Series) -> PlotStyle:
        """The style that the axes of a series ask for."""
        of_kind = STYLES[series.kind]
        chosen = self.axes[series.side].style
        return chosen if chosen is not None and chosen in of_kind else of_kind[0]

    def style(self, series: Series) -> PlotStyle:
        """What a series of this chart is drawn as: points with ranges by one style, with lines or without them."""
        style = self.style_of_axes(series)
        plain = style in (PlotStyle.LINE, PlotStyle.SCATTER)
        return PlotStyle.ERROR_BAR if series.has_errors and plain else style

    def joins(self, series: Series) -> Optional[bool]:
        """Whether the points of a series are joined by lines; ``None``: as its style has it."""
        if series.lines is None and self.style(series) is PlotStyle.ERROR_BAR:
            return self.axes[series.side].style in (None, PlotStyle.LINE) and series.kind == "xy"
        return series.lines


@dataclass(frozen=True)
class Place:
    """What the next call is about: the last chart, y axis, axis and series that were made or chosen."""

    chart: int = 0
    axes: int = 0
    dim: int = 1
    series: Optional[int] = None


@dataclass(frozen=True)
class Model:
    """A figure."""

    rows: int = 1
    cols: int = 1
    title: Title = Title()
    charts: tuple[Chart, ...] = ()
    update_ms: int = 1000
    at: Place = field(default=Place(), compare=False)

    def with_chart(self, chart: Chart, at: Optional[Place] = None) -> Model:
        """With another chart in the place of the chosen one."""
        charts = list(self.charts)
        charts[self.at.chart] = chart
        return replace(self, charts=tuple(charts), at=at or self.at)

    def tables(self) -> list[Table]:
        """The tables of all series, each once, in their order."""
        found: dict[int, Table] = {}
        for chart in self.charts:
            for series in chart.series:
                found.setdefault(id(series.table._native), series.table)
        return list(found.values())


def changed(value: Any, **given: Any) -> Any:
    """A copy with those of the arguments that were given."""
    return replace(value, **{name: new for name, new in given.items() if new is not None})
