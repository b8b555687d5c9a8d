"""What series are drawn as in pictures: one function a style, over matplotlib's axes."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Callable, Mapping, Optional

import numpy as np

from ._model import Chart, Series
from ._reading import Points
from ._treemap import draw_treemap
from .plotstyle import PlotStyle

_MARKERS = {
    "square": "s",
    "circle": "o",
    "up_triangle": "^",
    "diamond": "D",
    "horizontal_rectangle": "_",
    "ellipse": "o",
    "right_triangle": ">",
    "down_triangle": "v",
    "vertical_rectangle": "|",
    "left_triangle": "<",
}

_STACKED = (PlotStyle.STACKED_BAR, PlotStyle.STACKED_AREA)
_BARS = (PlotStyle.BAR, PlotStyle.STACKED_BAR)
_UP, _DOWN = "#1f9d6b", "#d64545"

# About as many as a picture is wide.
_BUCKETS = 1000


def draw_series(sides: list[Any], chart: Chart, points: list[Points]) -> None:
    """Draws all series of a chart on its y axes."""
    _Drawing(sides, chart, points).draw()


def has_something(points: Points) -> bool:
    """Whether there is anything to draw: rows, and of a pie a slice."""
    if points.series.kind == "pie":
        return any(map(_is_slice, points.values["y"]))
    return any(map(len, points.values.values()))


def _is_slice(value: float) -> bool:
    return 0 < value < float("inf")


class _Drawing:
    """One chart as it is drawn: what series share is here, categories and places of bars and stacks."""

    def __init__(self, sides: list[Any], chart: Chart, points: list[Points]) -> None:
        self.sides, self.chart, self.points = sides, chart, points
        self.categories: dict[Any, int] = {}
        for one in points:
            for category in one.values.get("category", ()):
                self.categories.setdefault(category, len(self.categories))
        bars = [one for one in points if chart.style(one.series) is PlotStyle.BAR]
        stacks = any(chart.style(one.series) is PlotStyle.STACKED_BAR for one in points)
        # All stacks of a chart are one column of bars.
        self.slots = {id(one): slot for slot, one in enumerate(bars)}
        self.slot_count = len(bars) + stacks
        self.stacked = len(bars)
        self.width = _width(points, bool(self.categories))
        self.upper: dict[Any, dict[Any, float]] = defaultdict(lambda: defaultdict(float))
        self.lower: dict[Any, dict[Any, float]] = defaultdict(lambda: defaultdict(float))

    def draw(self) -> None:
        from ._picture import COLOURS, PLAIN

        for place, one in enumerate(self.points):
            color = one.series.color or COLOURS[place % len(COLOURS)]
            style = self.chart.style(one.series)
            if not has_something(one):
                continue  # there is nothing yet, and matplotlib cannot tell times from numbers
            _DRAWN[style](self, self.sides[one.series.side], one, color)
        if self.categories and self.points[0].series.kind == "category":
            names = ["(null)" if name is None else str(name) for name in self.categories]
            ax = self.sides[0]
            turned = sum(map(len, names)) > 80
            look = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"} if turned else {}
            ax.set_xticks(range(len(names)), names, **PLAIN, **look)

    def places(self, one: Points) -> Any:
        """Where points lie along the x axis."""
        if "category" in one.values:
            return np.array([self.categories[category] for category in one.values["category"]], dtype=float)
        return one.values["x"]


def _width(points: list[Points], is_category: bool) -> Any:
    """From one bar to the next: the least distance of two places."""
    places = [one.values["x"] for one in points if "x" in one.values]
    if is_category or not places:
        return 1.0
    joined = np.unique(np.concatenate(places))
    is_time = joined.dtype.kind == "M"
    joined = joined[~(np.isnat(joined) if is_time else np.isnan(joined))]
    if len(joined) > 1:
        return np.diff(joined).min()
    return np.timedelta64(86_400_000_000_000, "ns") if is_time else 1.0


def _share(width: Any, of: float) -> Any:
    """A part of a width, which of times is a whole number of nanoseconds."""
    if isinstance(width, np.timedelta64):
        return np.timedelta64(round(width / np.timedelta64(1, "ns") * of), "ns")
    return width * of


def _dashes(series: Series) -> dict[str, Any]:
    line = series.line
    look: dict[str, Any] = {"linewidth": 1.5 if line is None else line.width}
    if line is not None:
        if line.dash_pattern is not None:
            # Matplotlib counts dashes in widths of the line, for lines that scale; ours are pixels.
            pattern = line.dash_pattern * (2 if len(line.dash_pattern) % 2 else 1)
            look["dashes"] = [length / line.width for length in pattern]
        ends, joins = {"butt": "butt", "round": "round", "square": "projecting"}, str(line.join_style.value)
        kind = "dash" if line.dash_pattern is not None else "solid"
        look |= {f"{kind}_capstyle": ends[str(line.end_style.value)], f"{kind}_joinstyle": joins}
    return look


def _marks(series: Series, color: str, shown: bool) -> dict[str, Any]:
    if not shown:
        return {"marker": ""}
    size = 3.0 * (series.size or 1.0) + 2
    return {"marker": _MARKERS[series.shape or "circle"], "markersize": size, "markerfacecolor": color}


def seen(x: Any, y: Any) -> Any:
    """Which points of a line over ascending x can be seen: of each bucket of x, of about a pixel, the first, the last,
    the least and the greatest, and a gap if there is one (M4: Jugel et al., 2014). All, where there are few, or x does
    not ascend."""
    every = np.arange(len(x))
    if len(x) <= 8 * _BUCKETS or not bool(np.all(x[1:] >= x[:-1])):
        return every
    place = (x - x[0]).astype(float)
    if not place[-1] > 0:
        return every
    starts = np.searchsorted(place, np.linspace(0.0, place[-1], _BUCKETS + 1)[:-1])
    kept: set[int] = set()
    for start, end in zip(starts, [*starts[1:], len(x)]):
        if start < end:
            bucket = y[start:end]
            gaps = np.isnan(bucket)
            kept |= {int(start), int(end) - 1}
            if gaps.any():
                kept.add(int(start) + int(gaps.argmax()))
            if not gaps.all():
                kept |= {int(start) + int(np.nanargmin(bucket)), int(start) + int(np.nanargmax(bucket))}
    return np.array(sorted(kept))


def _line(drawing: _Drawing, ax: Any, one: Points, color: str, steps: Optional[str] = None) -> None:
    x, y, series = drawing.places(one), one.values["y"], one.series
    order = np.argsort(x, kind="stable") if steps else seen(x, y) if series.lines is not False else np.arange(len(x))
    look = _dashes(series) if series.lines is not False else {"linestyle": "none"}
    marks = _marks(series, color, bool(series.points))
    extra = {"drawstyle": steps} if steps else {}
    ax.plot(x[order], y[order], color=color, label=one.name, **look, **marks, **extra)


def _step(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    _line(drawing, ax, one, color, "steps-post")


def _scatter(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    series = one.series
    look = _dashes(series) if series.lines else {"linestyle": "none"}
    marks = _marks(series, color, series.points is not False)
    ax.plot(drawing.places(one), one.values["y"], color=color, label=one.name, alpha=0.85, **look, **marks)


def _errors(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    values, series = one.values, one.series
    x, y = drawing.places(one), values["y"]
    joins = bool(drawing.chart.joins(series))
    look = _dashes(series) if joins else {"linestyle": "none"}
    marks = _marks(series, color, series.points is not False)
    ranges = {
        f"{base}err": [at - values[f"{base}_low"], values[f"{base}_high"] - at]
        for base, at in (("x", x), ("y", y))
        if f"{base}_low" in values
    }
    look |= {"color": color, "ecolor": series.error_color or color, "capsize": 3, "elinewidth": 1}
    ax.errorbar(x, y, label=one.name, **ranges, **look, **marks)


def _area(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    x, y = drawing.places(one), one.values["y"]
    order = np.argsort(x, kind="stable")
    ax.fill_between(x[order], y[order], 0, color=color, alpha=0.3, linewidth=0)
    _line(drawing, ax, one, color)


def _stacked_area(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    """On top of what was stacked, at all places of all series."""
    own = [o for o in drawing.points if drawing.chart.style(o.series) is PlotStyle.STACKED_AREA]
    own = [o for o in own if o.series.side == one.series.side]
    every = np.unique(np.concatenate([drawing.places(other) for other in own]))
    mine: dict[Any, float] = defaultdict(float)
    for place, value in zip(drawing.places(one), one.values["y"]):
        mine[place] += 0.0 if np.isnan(value) else value
    below = drawing.upper[ax]
    low = np.array([below[place] for place in every])
    high = low + np.array([mine[place] for place in every])
    ax.fill_between(every, low, high, color=color, alpha=0.6, linewidth=0, label=one.name)
    ax.plot(every, high, color=color, linewidth=1)
    for place, value in zip(every, high):
        below[place] = value


def _bar(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    slot = drawing.slots[id(one)]
    _bars(drawing, ax, one, color, slot, 0.0)


def _stacked_bar(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    upper, lower = drawing.upper[ax], drawing.lower[ax]
    bottoms = []
    for place, value in zip(drawing.places(one), one.values["y"]):
        heap = lower if value < 0 else upper
        bottoms.append(heap[place])
        heap[place] += 0.0 if np.isnan(value) else value
    _bars(drawing, ax, one, color, drawing.stacked, np.array(bottoms))


def _bars(drawing: _Drawing, ax: Any, one: Points, color: str, slot: int, bottom: Any) -> None:
    x, values = drawing.places(one), one.values
    breadth = _share(drawing.width, 0.8 / drawing.slot_count)
    x = x + _share(breadth, slot - (drawing.slot_count - 1) / 2)
    look: dict[str, Any] = {}
    if "y_low" in values:
        look = {"yerr": [values["y"] - values["y_low"], values["y_high"] - values["y"]], "capsize": 3}
        look["ecolor"] = one.series.error_color or "#22262b"
    ax.bar(x, values["y"], breadth, bottom, color=color, label=one.name, **look)


def _histogram(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    x, series = one.values["x"], one.series
    x = x[~(np.isnat(x) if x.dtype.kind == "M" else ~np.isfinite(x))]
    is_time = x.dtype.kind == "M"
    numbers = x.astype("int64") if is_time else x
    if not len(numbers):
        return
    low = float(numbers.min()) if series.low is None else series.low
    high = float(numbers.max()) if series.high is None else series.high
    counts, edges = np.histogram(numbers, series.bins or 20, (low, high if high > low else low + 1))
    ends: Any = edges.astype("int64").astype("datetime64[ns]") if is_time else edges
    look = {"color": color, "edgecolor": "white", "linewidth": 0.5, "label": one.name}
    alpha = 0.6 if len(drawing.points) > 1 else 0.9
    ax.bar(ends[:-1], counts, np.diff(ends), align="edge", alpha=alpha, **look)


def _candles(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    """Thin lines from the lowest to the highest price, bodies from the first to the last: rising hollow in colour,
    falling full."""
    values = one.values
    open_, high, low, close = (values[role] for role in ("open", "high", "low", "close"))
    x, rises = values["x"], close >= open_
    by_key = bool(one.series.by or one.series.color)
    inks = np.where(rises, color if by_key else _UP, color if by_key else _DOWN)
    ax.vlines(x, low, high, colors=list(inks), linewidth=1)
    width = _share(drawing.width, 0.6)
    body, bottom = np.abs(close - open_), np.minimum(open_, close)
    faces = ["white" if rising and by_key else ink for rising, ink in zip(rises, inks)]
    ax.bar(x, body, width, bottom, color=faces, edgecolor=list(inks), linewidth=1, label=one.name)


def _pie(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    from ._picture import COLOURS, PLAIN

    pairs = [(name, value) for name, value in zip(one.values["category"], one.values["y"]) if _is_slice(value)]
    names = ["(null)" if name is None else name for name, _ in pairs]
    colors = [COLOURS[place % len(COLOURS)] for place in range(len(pairs))]
    edge = {"edgecolor": "white", "linewidth": 1}
    ax.pie(
        [value for _, value in pairs], labels=names, colors=colors, autopct="%.1f%%", startangle=90,
        counterclock=False, wedgeprops=edge, textprops={"fontsize": 9, **PLAIN},
    )  # fmt: skip


def _treemap(drawing: _Drawing, ax: Any, one: Points, color: str) -> None:
    draw_treemap(ax, one)


_DRAWN: Mapping[PlotStyle, Callable[[_Drawing, Any, Points, str], None]] = {
    PlotStyle.LINE: _line,
    PlotStyle.STEP: _step,
    PlotStyle.SCATTER: _scatter,
    PlotStyle.ERROR_BAR: _errors,
    PlotStyle.AREA: _area,
    PlotStyle.STACKED_AREA: _stacked_area,
    PlotStyle.BAR: _bar,
    PlotStyle.STACKED_BAR: _stacked_bar,
    PlotStyle.HISTOGRAM: _histogram,
    PlotStyle.OHLC: _candles,
    PlotStyle.PIE: _pie,
    PlotStyle.TREEMAP: _treemap,
}
