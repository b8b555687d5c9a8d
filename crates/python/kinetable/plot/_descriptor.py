"""A figure as Deephaven's own clients read it: a `FigureDescriptor` (console.proto), and its tables.

Tables come first among the references, then partitioned tables, each kind numbered for itself. Tables that pages need
none of are made here: the intervals of a histogram, and the partitions of series by key. They live as long as the
client holds them.
"""

from __future__ import annotations

from math import nan
from typing import Any, Optional

from .. import agg
from .._partitioned import PartitionedTable
from ..table import Table
from ._data import NUMBERS, types_of
from ._model import Axis, Chart, Model, Series
from ._protobuf import double, message, number, text
from .plotstyle import PlotStyle

_STYLES = {
    PlotStyle.BAR: 0,
    PlotStyle.STACKED_BAR: 1,
    PlotStyle.LINE: 2,
    PlotStyle.AREA: 3,
    PlotStyle.STACKED_AREA: 4,
    PlotStyle.PIE: 5,
    PlotStyle.HISTOGRAM: 6,
    PlotStyle.OHLC: 7,
    PlotStyle.SCATTER: 8,
    PlotStyle.STEP: 9,
    PlotStyle.ERROR_BAR: 10,
    PlotStyle.TREEMAP: 11,
}

# Sources by role: its type, and the axis it lies on.
_SOURCES = {
    "x": (0, "x"),
    "category": (0, "x"),
    "id": (0, "x"),
    "y": (1, "y"),
    "value": (1, "y"),
    "x_low": (3, "x"),
    "x_high": (4, "x"),
    "y_low": (5, "y"),
    "y_high": (6, "y"),
    "time": (7, "x"),
    "open": (8, "y"),
    "high": (9, "y"),
    "low": (10, "y"),
    "close": (11, "y"),
    "label": (14, None),
    "parent": (16, None),
}

_CHART_TYPES = {"pie": 1, "category": 3, "treemap": 6}
_CATEGORY, _NUMBER = 0, 1
_X, _Y = 0, 1
_BOTTOM, _LEFT, _RIGHT = 1, 2, 3


def descriptor(model: Model, exporter: Any) -> bytes:
    """The message; its tables are handed to the exporter."""
    tables = _Tables()
    charts = b"".join(message(10, _chart(chart, tables)) for chart in model.charts)
    for value in (*tables.tables, *tables.partitioned):
        exporter.reference(value)
    title = text(1, model.title.text) + text(3, model.title.color)
    return title + number(7, model.update_ms) + number(8, model.cols) + number(9, model.rows) + charts


class _Tables:
    """What the sources of all series refer to, in order."""

    def __init__(self) -> None:
        self.tables: list[Table] = []
        self.partitioned: list[PartitionedTable] = []
        self._places: dict[tuple[int, tuple[str, ...]], int] = {}

    def table(self, table: Table) -> int:
        """The place of a table."""
        return self._place(table, (), self.tables, table)

    def by(self, table: Table, keys: tuple[str, ...]) -> int:
        """The place of a table that is taken apart by key."""
        made = table.partition_by(list(keys)) if (id(table._native), keys) not in self._places else None
        return self._place(table, keys, self.partitioned, made)

    def _place(self, table: Table, keys: tuple[str, ...], values: list[Any], value: Any) -> int:
        key = (id(table._native), keys)
        if key not in self._places:
            self._places[key] = len(values)
            values.append(value)
        return self._places[key]


def _chart(chart: Chart, tables: _Tables) -> bytes:
    kinds = [series.kind for series in chart.series]
    series = b"".join(
        message(4, _multi_series(chart, one, tables)) if one.by else message(3, _series(chart, one, tables))
        for one in chart.series
    )
    is_category = bool(kinds) and kinds[0] in _CHART_TYPES
    axes = _axis("Y0", chart.axes[0].y, _Y, _LEFT, _NUMBER)
    axes += _axis("X0", chart.x, _X, _BOTTOM, _CATEGORY if is_category else _NUMBER)
    if len(chart.axes) > 1:
        axes += _axis("Y1", chart.axes[1].y, _Y, _RIGHT, _NUMBER)
    size = number(1, chart.col_span) + number(2, chart.row_span) + number(14, chart.col) + number(15, chart.row)
    kind = number(6, _CHART_TYPES.get(kinds[0] if kinds else "", 0))
    title = text(7, chart.title.text or "") + text(9, chart.title.color)
    legend = number(10, chart.legend_visible is not False) + text(12, chart.legend.color)
    return size + series + axes + kind + title + legend


def _axis(id: str, axis: Axis, kind: int, position: int, format: int) -> bytes:
    ticks = axis.ticks
    places = b"".join(double(17, place) for place in ticks.places or ())
    look = number(5, axis.log) + text(6, axis.label) + text(9, axis.pattern) + text(10, axis.color)
    ends = double(11, nan if axis.low is None else axis.low) + double(12, nan if axis.high is None else axis.high)
    marks = number(13, ticks.has_minor) + number(14, ticks.visible is not False) + number(15, ticks.minor)
    gap = double(16, -1.0 if ticks.gap is None else ticks.gap) + places + double(18, ticks.angle)
    place = text(1, id) + number(2, format) + number(3, kind) + number(4, position)
    return message(5, place + look + ends + marks + gap + number(19, axis.invert))


def _series(chart: Chart, series: Series, tables: _Tables) -> bytes:
    table, columns = _drawn(series)
    place = tables.table(table)
    sources = b"".join(
        message(15, _place(role, series) + _table(place) + text(5, column)) for role, column in columns.items()
    )
    head = number(1, _STYLES[chart.style_of_axes(series)]) + text(2, series.name)
    lines = number(3, series.lines) + number(4, series.points) + text(6, series.color)
    points = double(12, series.size) + text(13, series.color) + text(14, series.shape and series.shape.upper())
    return head + lines + points + sources


def _table(place: int) -> bytes:
    # -1: it is no partitioned table.
    return number(3, place) + number(4, -1)


def _place(role: str, series: Series) -> bytes:
    """The axis of a source, and its type."""
    if role == "x" and series.kind == "ohlc":
        role = "time"
    kind, axis = _SOURCES[role]
    return text(1, {"x": "X0", "y": f"Y{series.side}"}.get(axis or "", "-1")) + number(2, kind)


def _multi_series(chart: Chart, series: Series, tables: _Tables) -> bytes:
    place = tables.by(series.table, series.by)
    columns = _with_ranges(series)
    sources = b"".join(
        message(14, _place(role, series) + number(3, place) + text(4, column)) for role, column in columns.items()
    )
    head = number(1, _STYLES[chart.style_of_axes(series)]) + text(2, series.name)
    shape = series.shape and series.shape.upper()
    looks = message(3, text(1, series.color)) + message(4, text(1, series.color))
    looks += message(5, number(1, series.lines)) + message(6, number(1, series.points))
    rest = b"".join(message(field, b"") for field in (7, 8, 9, 10, 11))
    return head + looks + rest + message(12, double(1, series.size)) + message(13, text(1, shape)) + sources


def _with_ranges(series: Series) -> dict[str, str]:
    """The columns by role; where one axis has ranges, the other has empty ones."""
    columns = dict(series.columns)
    if series.has_errors:
        for base in ("x", "y"):
            if base in columns:
                columns.setdefault(f"{base}_low", columns[base])
                columns.setdefault(f"{base}_high", columns[base])
    return columns


def _drawn(series: Series) -> tuple[Table, dict[str, str]]:
    """The table and the columns that are drawn."""
    if series.kind != "histogram":
        return series.table, _with_ranges(series)
    columns = {"x": "BinMid", "x_low": "BinMin", "x_high": "BinMax", "y": "Count", "y_low": "Count", "y_high": "Count"}
    return _intervals(series), columns


def _intervals(series: Series) -> Table:
    """A row for each interval of a histogram that has values."""
    column = series.columns["x"]
    is_number = types_of(series.table)[column] in NUMBERS
    place = f"(double){column}" if is_number else f"(double)epochNanos({column})"
    values = series.table.view(f"Value = {place}").where("!isNull(Value) && isFinite(Value)")
    low, high = _ends(values, series)
    count = series.bins or 20
    width = (high - low) / count
    within = values.where(f"Value >= {low!r} && Value <= {high!r}")
    counted = within.view(f"Bin = (int)min({count - 1}.0, floor((Value - {low!r}) / {width!r}))").count_by(
        "Count", "Bin"
    )
    ends = [f"BinMin = {low!r} + Bin * {width!r}", f"BinMax = {low!r} + (Bin + 1) * {width!r}"]
    made = (
        counted.update_view([*ends, "BinMid = (BinMin + BinMax) / 2"])
        .sort("Bin")
        .view(["BinMin", "BinMid", "BinMax", "Count"])
    )
    if is_number:
        return made
    return made.update_view([f"{name} = epochNanosToInstant((long){name})" for name in ("BinMin", "BinMid", "BinMax")])


def _ends(values: Table, series: Series) -> tuple[float, float]:
    """From where to where values are counted: as was said, or over those that are there now."""
    low, high = series.low, series.high
    for row in values.agg_by([agg.min_("Low = Value"), agg.max_("High = Value")]).iter_dict():
        low, high = _or(low, row["Low"]), _or(high, row["High"])
    low = 0.0 if low is None else float(low)
    high = low + 1.0 if high is None else float(high)
    return low, high if high > low else low + 1.0


def _or(given: Optional[float], found: Optional[float]) -> Optional[float]:
    return found if given is None else given
