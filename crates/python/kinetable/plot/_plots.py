"""The methods that add series to a chart."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable, List, Mapping, Optional, Union

from ..dherror import DHError
from ..table import Table
from ._base import FigureBase
from ._data import NUMBERS, TIMES, as_time, chosen, keys, needs, numbers, pairs, refused, sampled, types_of, worded
from ._model import SERIES_MAX, Axis, Chart, Series

if TYPE_CHECKING:
    from .figure import Figure

Values = Union[str, List[Any], Any, None]

_POINTS = 200


class Plots(FigureBase):
    """Adding series to the chosen chart."""

    def plot_xy(
        self,
        series_name: str,
        t: Optional[Table] = None,
        x: Values = None,
        x_low: Values = None,
        x_high: Values = None,
        y: Values = None,
        y_low: Values = None,
        y_high: Values = None,
        function: Optional[Callable[[float], float]] = None,
        by: Optional[List[str]] = None,
        x_time_axis: Optional[bool] = None,
        y_time_axis: Optional[bool] = None,
    ) -> Figure:
        """Adds a series of points: as a line, unless `axes` says another style.

        Args:
            series_name: What the legend calls it.
            t: The table whose columns are drawn; if it is live, the chart is. ``None``: lists are drawn.
            x: A column of numbers or times, or a list of them. Points where it is null are left out.
            x_low: Where the range of each point along x begins.
            x_high: Where it ends.
            y: As `x`. Where it is null, the line has a gap.
            y_low: Where the range of each point begins.
            y_high: Where it ends.
            function: Instead of a table or lists: a function of a number that gives one; see `func`.
            by: Columns of `t`: a series for each key, as keys come.
            x_time_axis: Whether x is times; by itself, whether the column is. Integers become nanoseconds since the
                epoch.
            y_time_axis: The same for y.

        Raises:
            DHError: if a column is missing, or holds neither numbers nor times; if lists differ in length; if the
                function fails.

        Example:
            from kinetable import empty_table
            from kinetable.plot import Figure
            waves = empty_table(100).update(["X = i * 0.1", "Y = sin(X)"])
            print(Figure().plot_xy("sine", t=waves, x="X", y="Y").show())
        """
        given = {"x": x, "x_low": x_low, "x_high": x_high, "y": y, "y_low": y_low, "y_high": y_high}
        if function is not None:
            if t is not None or by is not None or any(value is not None for value in given.values()):
                raise DHError(message="plot_xy: function comes alone\n  hint: plot tables as another series")
            low, high = _range(self._chart())
            table = sampled("plot_xy", function, low, high, _POINTS)
            columns = {"x": "X", "y": "Y"}
            return self._add(Series(series_name, "xy", table, columns, function=function), "plot_xy")
        needs("plot_xy", given, "x", "y")
        pairs("plot_xy", given, "x", "y")
        table, columns = chosen("plot_xy", t, given)
        for base, is_time in (("x", x_time_axis), ("y", y_time_axis)):
            table = as_time(table, columns, base, is_time, "plot_xy")
        return self._add(Series(series_name, "xy", table, columns, by=keys("plot_xy", table, by, t)), "plot_xy")

    def plot_xy_hist(
        self,
        series_name: str,
        t: Optional[Table] = None,
        x: Values = None,
        xmin: Optional[float] = None,
        xmax: Optional[float] = None,
        nbins: Optional[int] = None,
    ) -> Figure:
        """Adds a histogram: how many values lie in each of so many intervals of one width.

        Args:
            series_name: What the legend calls it.
            t: The table; ``None``: `x` is a list.
            x: A column of numbers or times, or a list of them. Nulls are not counted.
            xmin: Where the first interval begins; by itself, at the least value.
            xmax: Where the last one ends; by itself, at the greatest value.
            nbins: How many intervals; by itself 20.

        Raises:
            DHError: if the column is missing, or holds neither numbers nor times; if there is no interval.

        Example:
            from kinetable.plot import Figure
            print(Figure().plot_xy_hist("sizes", x=[1, 2, 2, 3, 3, 3], nbins=3).show())
        """
        method = "plot_xy_hist"
        needs(method, {"x": x}, "x")
        table, columns = chosen(method, t, {"x": x})
        if nbins is not None and nbins < 1:
            raise DHError(message=f"{method}: nbins is {nbins}\n  hint: at least 1")
        if xmin is not None and xmax is not None and not xmin < xmax:
            raise DHError(message=f"{method}: xmin is {xmin} and xmax {xmax}\n  hint: xmin below xmax")
        return self._add(
            Series(series_name, "histogram", table, columns, bins=nbins or 20, low=xmin, high=xmax), method
        )

    def plot_cat(
        self,
        series_name: str,
        t: Optional[Table] = None,
        category: Values = None,
        y: Values = None,
        y_low: Values = None,
        y_high: Values = None,
        by: Optional[List[str]] = None,
    ) -> Figure:
        """Adds a value for each category: as bars, unless `axes` says another style.

        Args:
            series_name: What the legend calls it.
            t: The table; ``None``: lists are drawn.
            category: A column of any type, or a list. Categories stand in the order in which they come.
            y: A column of numbers, or a list of them.
            y_low: Where the range of each value begins.
            y_high: Where it ends.
            by: Columns of `t`: a series for each key.

        Raises:
            DHError: as `plot_xy`.

        Example:
            from kinetable.plot import Figure
            print(Figure().plot_cat("sales", category=["apples", "pears"], y=[12, 7]).show())
        """
        given = {"category": category, "y": y, "y_low": y_low, "y_high": y_high}
        needs("plot_cat", given, "category", "y")
        pairs("plot_cat", given, "y")
        table, columns = chosen("plot_cat", t, given)
        series = Series(series_name, "category", table, columns, by=keys("plot_cat", table, by, t))
        return self._add(series, "plot_cat")

    def plot_cat_hist(self, series_name: str, t: Optional[Table] = None, category: Values = None) -> Figure:
        """Adds a bar for each category: how often it comes.

        Args:
            series_name: What the legend calls it.
            t: The table; ``None``: `category` is a list.
            category: A column of any type, or a list.

        Raises:
            DHError: if the column is missing.

        Example:
            from kinetable.plot import Figure
            print(Figure().plot_cat_hist("colours", category=["red", "blue", "red"]).show())
        """
        needs("plot_cat_hist", {"category": category}, "category")
        table, columns = chosen("plot_cat_hist", t, {"category": category})
        count = "Count" if columns["category"] != "Count" else "Count_"
        counted = table.view(columns["category"]).count_by(count, by=columns["category"])
        return self._add(Series(series_name, "category", counted, {**columns, "y": count}), "plot_cat_hist")

    def plot_pie(
        self, series_name: str, t: Optional[Table] = None, category: Values = None, y: Values = None
    ) -> Figure:
        """Adds a pie: the share of each category. A chart has one, and nothing else. Values that are not above 0 have
        no slice.

        Args:
            series_name: What it is called.
            t: The table; ``None``: lists are drawn.
            category: A column of any type, or a list. Each row is a slice.
            y: A column of numbers, or a list of them.

        Raises:
            DHError: as `plot_cat`, if y holds times, or if the chart has series already.

        Example:
            from kinetable.plot import Figure
            print(Figure().plot_pie("share", category=["apples", "pears"], y=[12, 7]).show())
        """
        given = {"category": category, "y": y}
        needs("plot_pie", given, "category", "y")
        table, columns = chosen("plot_pie", t, given)
        numbers("plot_pie", table, columns, "y")
        return self._add(Series(series_name, "pie", table, columns), "plot_pie")

    def plot_ohlc(
        self,
        series_name: str,
        t: Optional[Table] = None,
        x: Values = None,
        open: Values = None,
        high: Values = None,
        low: Values = None,
        close: Values = None,
        by: Optional[List[str]] = None,
    ) -> Figure:
        """Adds candles: the first, highest, lowest and last price of each interval.

        Lines and other series of the chart are drawn with them.

        Args:
            series_name: What the legend calls it.
            t: The table, a row an interval; ``None``: lists are drawn.
            x: A column of times, where the intervals begin; or a list.
            open: The first prices.
            high: The highest ones.
            low: The lowest ones.
            close: The last ones.
            by: Columns of `t`: candles for each key, in a colour of its own; rising ones are hollow.

        Raises:
            DHError: as `plot_xy`.

        Example:
            from kinetable.plot import Figure
            days = ["2026-11-02T00:00:00Z", "2026-11-03T00:00:00Z"]
            from kinetable.time import to_j_instant
            x = [to_j_instant(day) for day in days]
            print(Figure().plot_ohlc("prices", x=x, open=[1, 2], high=[3, 3], low=[1, 1], close=[2, 1]).show())
        """
        given = {"x": x, "open": open, "high": high, "low": low, "close": close}
        needs("plot_ohlc", given, *given)
        table, columns = chosen("plot_ohlc", t, given)
        return self._add(Series(series_name, "ohlc", table, columns, by=keys("plot_ohlc", table, by, t)), "plot_ohlc")

    def plot_treemap(
        self,
        series_name: str,
        t: Table,
        id: str,
        parent: str,
        value: Optional[str] = None,
        label: Optional[str] = None,
        hover_text: Optional[str] = None,
        color: Optional[str] = None,
    ) -> Figure:
        """Adds a tree map: rectangles within rectangles, as large as their values. A chart has one, and nothing else.

        Args:
            series_name: What it is called.
            t: The table, a row a rectangle.
            id: A column that names each row.
            parent: A column that names the row that it lies within; null for those that lie in none.
            value: A column of numbers: the sizes of rows with none within. ``None``: all are alike.
            label: A column of what is written on them; ``None``: the ids.
            hover_text: Not offered.
            color: Not offered.

        Raises:
            DHError: as `plot_cat`.

        Example:
            from kinetable import new_table
            from kinetable.plot import Figure
            parts = new_table({"Id": ["car", "engine", "body"], "In": [None, "car", "car"], "Cost": [0, 7, 3]})
            print(Figure().plot_treemap("cost", parts, id="Id", parent="In", value="Cost").show())
        """
        refused("plot_treemap", {}, {"hover_text": hover_text, "color": color})
        given = {"id": id, "parent": parent, "value": value, "label": label}
        if not isinstance(t, Table):
            raise DHError(message=f"plot_treemap: t is a {type(t).__name__}\n  hint: a table")
        table, columns = chosen("plot_treemap", t, given)
        numbers("plot_treemap", table, columns, "value")
        return self._add(Series(series_name, "treemap", table, columns), "plot_treemap")

    def func(self, xmin: Optional[float] = None, xmax: Optional[float] = None, npoints: Optional[int] = None) -> Figure:
        """Where the function of the last series is drawn, by itself at 200 places over the other series of the chart,
        or from 0 to 1 if there are none.

        Args:
            xmin: The first place.
            xmax: The last place.
            npoints: At how many places.

        Raises:
            DHError: if the last series is no function, there is no interval, or fewer than 2 places.
        """
        series = self._series("func")
        if series.function is None:
            raise DHError(message=f'func: series "{series.name}" is no function\n  hint: plot_xy(name, function=...)')
        others = replace(self._chart(), series=tuple(s for s in self._chart().series if s is not series))
        low, high = _range(others)
        low, high = low if xmin is None else xmin, high if xmax is None else xmax
        points = _POINTS if npoints is None else npoints
        if not low < high or points < 2:
            hint = "xmin below xmax, npoints at least 2"
            raise DHError(message=f"func: {points} points from {low} to {high}\n  hint: {hint}")
        table = sampled("func", series.function, low, high, points)
        return self._with_series("func", replace(series, table=table))

    def _add(self, series: Series, method: str) -> Figure:
        chart, at = self._chart(), self._begun().at
        worded(method, "series_name", series.name)
        _fits(chart, series, method)
        series = replace(series, side=at.axes)
        types = types_of(series.table)
        times = {base: _is_time(types, series.columns, base) for base in ("x", "y")}
        if times["x"] is not None:
            chart = replace(chart, x=replace(chart.x, time=times["x"]))
        axes = list(chart.axes)
        axes[at.axes] = replace(axes[at.axes], y=replace(axes[at.axes].y, time=bool(times["y"])))
        if series.kind not in ("pie", "treemap"):
            _check_ends(method, series, "x", chart.x)
            _check_ends(method, series, "y", axes[at.axes].y)
        chart = replace(chart, axes=tuple(axes), series=(*chart.series, series))
        return self._with_chart(chart, series=len(chart.series) - 1)


def _is_time(types: Mapping[str, str], columns: Mapping[str, str], base: str) -> Optional[bool]:
    column = columns.get(base)
    return None if column is None else types[column] in TIMES


def _check_ends(method: str, series: Series, base: str, axis: Axis) -> None:
    """Checks that an axis whose ends were given as times before is one of times."""
    if axis.time_ends and not axis.time:
        ends = " and ".join(axis.time_ends)
        text = f'{method}: the {base} axis of "{series.name}" has no times, but {ends} of it is a time'
        raise DHError(message=f"{text}\n  hint: {base}_axis({axis.time_ends[0]}=number), or plot a column of times")


def _fits(chart: Chart, series: Series, method: str) -> None:
    """Checks that series can be in one chart: they have the same kind of x axis, and each its own name."""
    if len(chart.series) >= SERIES_MAX:
        raise DHError(
            message=f"{method}: the chart has {SERIES_MAX} series, and no more are drawn\n  hint: by=[column] makes "
            "series of keys, new_chart another chart"
        )
    for other in chart.series:
        if other.name == series.name:
            raise DHError(message=f'{method}: there is a series "{series.name}" already\n  hint: choose another name')
        alone = {"pie", "treemap"} & {other.kind, series.kind}
        categories = (other.kind == "category") != (series.kind == "category")
        mine, theirs = (_is_time(types_of(s.table), s.columns, "x") for s in (series, other))
        if alone or categories or (mine is not None and theirs is not None and mine != theirs):
            what = f'"{series.name}" does not fit on the axes of "{other.name}"'
            raise DHError(message=f"{method}: {what}\n  hint: give it a chart of its own with new_chart")


def _range(chart: Chart) -> tuple[float, float]:
    """The least and the greatest x of a chart's series of numbers."""
    from .. import agg

    ends: list[float] = []
    for series in chart.series:
        column = series.columns.get("x")
        if column is None or types_of(series.table)[column] not in NUMBERS:
            continue
        found = series.table.agg_by([agg.min_(f"Low = {column}"), agg.max_(f"High = {column}")])
        for row in found.iter_dict():
            ends += [float(value) for value in row.values() if value is not None]
    return (min(ends), max(ends)) if ends and min(ends) < max(ends) else (0.0, 1.0)
