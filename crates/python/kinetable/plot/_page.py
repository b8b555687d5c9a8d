"""A figure as pages read it: the JSON of decision 0067, and its tables.

Looks are told as scripts give them: what the page cannot have of them it passes over.
"""

from __future__ import annotations

import math
from typing import Any, Optional

from ..table import Table
from ._model import Axis, Chart, Model, Series, Ticks, Title
from .font import Font


def page(model: Model) -> tuple[dict[str, Any], list[Table]]:
    """The JSON and the tables that it means by their places."""
    tables = model.tables()
    places = {id(table._native): place for place, table in enumerate(tables)}
    charts = [_chart(chart, places) for chart in model.charts]
    title = _present(title=model.title.text, title_look=_look(model.title))
    return {**title, "rows": model.rows, "cols": model.cols, "charts": charts}, tables


def _present(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _chart(chart: Chart, places: dict[int, int]) -> dict[str, Any]:
    has_many = len(chart.series) > 1 or any(series.by or series.kind == "pie" for series in chart.series)
    return _present(
        row=chart.row,
        col=chart.col,
        row_span=chart.row_span,
        col_span=chart.col_span,
        title=chart.title.text,
        title_look=_look(chart.title),
        legend_look=_look(chart.legend),
        legend=has_many if chart.legend_visible is None else chart.legend_visible,
        grid=_present(x=chart.x_grid, y=chart.y_grid) or None,
        x=_axis(chart.x),
        y=_axis(chart.axes[0].y),
        y2=_axis(chart.axes[1].y) if len(chart.axes) > 1 else None,
        series=[_series(chart, series, places) for series in chart.series],
    )


def _look(title: Title) -> Optional[dict[str, Any]]:
    return _present(color=title.color, font=_font(title.font)) or None


def _font(font: Optional[Font]) -> Optional[dict[str, Any]]:
    return None if font is None else {"family": font.family, "size": font.size, "style": font.style.value}


def _axis(axis: Axis) -> dict[str, Any]:
    return _present(
        label=axis.label,
        format=axis.pattern,
        zone=axis.zone,
        min=_end(axis.low, axis.time),
        max=_end(axis.high, axis.time),
        log=axis.log,
        invert=axis.invert,
        time=axis.time,
        color=axis.color,
        font=_font(axis.font),
        ticks=_ticks(axis.ticks, axis.time) or None,
    )


def _ticks(ticks: Ticks, is_time: bool) -> dict[str, Any]:
    return _present(
        font=_font(ticks.font),
        gap=ticks.gap,
        at=None if ticks.places is None else [_end(place, is_time) for place in ticks.places],
        angle=ticks.angle,
        visible=ticks.visible,
        minor=ticks.minor,
        minor_visible=ticks.minor_visible,
    )


def _end(end: Optional[float], is_time: bool) -> Any:
    if end is None or not math.isfinite(end):
        return None
    return str(int(end)) if is_time else end


def _series(chart: Chart, series: Series, places: dict[int, int]) -> dict[str, Any]:
    line = series.line
    is_histogram = series.kind == "histogram"
    return _present(
        name=series.name,
        style=chart.style(series).value,
        table=places[id(series.table._native)],
        columns=dict(series.columns),
        by=list(series.by) or None,
        axis="right" if series.side else "left",
        color=series.color,
        width=None if line is None else line.width,
        dash=None if line is None or line.dash_pattern is None else list(line.dash_pattern),
        points=series.points,
        lines=chart.joins(series),
        shape=series.shape,
        size=series.size,
        error_color=series.error_color,
        bins=series.bins if is_histogram else None,
        low=series.low if is_histogram else None,
        high=series.high if is_histogram else None,
    )
