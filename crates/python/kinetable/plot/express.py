"""The charts that are made most, each by one function: ``import kinetable.plot.express as dx``.

Each gives a `Figure`, whose methods change the rest. Functions and parameters are called as those of
`deephaven.plot.express`, as far as they are here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, List, Optional, Sequence, Union

from ..dherror import DHError
from ..table import Table
from ._data import NUMBERS, TIMES, check, names_of, types_of
from .figure import Figure
from .plotstyle import PlotStyle

__all__ = ["area", "bar", "candlestick", "histogram", "line", "ohlc", "pie", "scatter", "treemap"]

Columns = Union[str, List[str], None]
Range = Optional[Sequence[Any]]


def line(
    table: Table,
    x: Optional[str] = None,
    y: Columns = None,
    by: Columns = None,
    title: Optional[str] = None,
    xaxis_titles: Optional[str] = None,
    yaxis_titles: Optional[str] = None,
    log_x: bool = False,
    log_y: bool = False,
    range_x: Range = None,
    range_y: Range = None,
    markers: bool = False,
) -> Figure:
    """Lines.

    Args:
        table: The table; if it is live, the chart is.
        x: A column of numbers or times, or of categories.
        y: A column of numbers, or several: a line each.
        by: Columns: a line for each key.
        title: What is written above it.
        xaxis_titles: What is written along x; by itself the column.
        yaxis_titles: What is written along y.
        log_x: Whether x is logarithmic.
        log_y: Whether y is.
        range_x: Where x begins and ends.
        range_y: Where y does.
        markers: Whether points are shown too.

    Raises:
        DHError: as `Figure.plot_xy`.

    Example:
        import kinetable.plot.express as dx
        from kinetable import empty_table
        waves = empty_table(100).update(["X = i * 0.1", "Sine = sin(X)", "Cosine = cos(X)"])
        print(dx.line(waves, x="X", y=["Sine", "Cosine"], title="Waves"))
    """
    figure = _plotted("line", table, x, y, by, PlotStyle.LINE)
    if markers:
        for series in figure._model.charts[0].series:
            figure = figure.series(series.name).point(visible=True)
    return _dressed(figure, title, x, y, xaxis_titles, yaxis_titles, log_x, log_y, range_x, range_y)


def scatter(
    table: Table,
    x: Optional[str] = None,
    y: Columns = None,
    by: Columns = None,
    title: Optional[str] = None,
    xaxis_titles: Optional[str] = None,
    yaxis_titles: Optional[str] = None,
    log_x: bool = False,
    log_y: bool = False,
    range_x: Range = None,
    range_y: Range = None,
) -> Figure:
    """Points.

    Args:
        table: As of `line`.
        x: As of `line`.
        y: As of `line`.
        by: Columns: points of another colour for each key.
        title: As of `line`.
        xaxis_titles: As of `line`.
        yaxis_titles: As of `line`.
        log_x: As of `line`.
        log_y: As of `line`.
        range_x: As of `line`.
        range_y: As of `line`.

    Raises:
        DHError: as `Figure.plot_xy`.

    Example:
        import kinetable.plot.express as dx
        from kinetable import empty_table
        cloud = empty_table(100).update(["X = random()", "Y = X + random()", "Half = i % 2"])
        print(dx.scatter(cloud, x="X", y="Y", by="Half"))
    """
    figure = _plotted("scatter", table, x, y, by, PlotStyle.SCATTER)
    return _dressed(figure, title, x, y, xaxis_titles, yaxis_titles, log_x, log_y, range_x, range_y)


def area(
    table: Table,
    x: Optional[str] = None,
    y: Columns = None,
    by: Columns = None,
    title: Optional[str] = None,
    xaxis_titles: Optional[str] = None,
    yaxis_titles: Optional[str] = None,
    log_x: bool = False,
    log_y: bool = False,
    range_x: Range = None,
    range_y: Range = None,
) -> Figure:
    """Areas below lines; several are stacked.

    Args:
        table: As of `line`.
        x: As of `line`.
        y: As of `line`.
        by: Columns: an area for each key.
        title: As of `line`.
        xaxis_titles: As of `line`.
        yaxis_titles: As of `line`.
        log_x: As of `line`.
        log_y: As of `line`.
        range_x: As of `line`.
        range_y: As of `line`.

    Raises:
        DHError: as `Figure.plot_xy`.

    Example:
        import kinetable.plot.express as dx
        from kinetable import empty_table
        load = empty_table(20).update(["X = i / 2", "Y = 1 + i % 4", "Machine = i % 2 == 0 ? `a` : `b`"])
        print(dx.area(load, x="X", y="Y", by="Machine"))
    """
    has_many = bool(by) or len(names_of("area", "y", y)) > 1
    style = PlotStyle.STACKED_AREA if has_many else PlotStyle.AREA
    figure = _plotted("area", table, x, y, by, style)
    return _dressed(figure, title, x, y, xaxis_titles, yaxis_titles, log_x, log_y, range_x, range_y)


def bar(
    table: Table,
    x: Optional[str] = None,
    y: Columns = None,
    by: Columns = None,
    title: Optional[str] = None,
    xaxis_titles: Optional[str] = None,
    yaxis_titles: Optional[str] = None,
    log_x: bool = False,
    log_y: bool = False,
    range_x: Range = None,
    range_y: Range = None,
    barmode: str = "relative",
) -> Figure:
    """Bars.

    Args:
        table: As of `line`.
        x: A column of categories, numbers or times.
        y: As of `line`.
        by: Columns: bars of another colour for each key.
        title: As of `line`.
        xaxis_titles: As of `line`.
        yaxis_titles: As of `line`.
        log_x: As of `line`.
        log_y: As of `line`.
        range_x: As of `line`.
        range_y: As of `line`.
        barmode: ``"relative"``: bars at one place are stacked; ``"group"``: they stand side by side.

    Raises:
        DHError: as `Figure.plot_cat`, or if there is no such mode.

    Example:
        import kinetable.plot.express as dx
        from kinetable import new_table
        sales = new_table({"Fruit": ["apples", "pears"], "Sold": [3, 4]})
        print(dx.bar(sales, x="Fruit", y="Sold"))
    """
    if barmode not in ("relative", "group"):
        raise DHError(message=f'bar: barmode is "{barmode}"\n  hint: "relative" or "group"')
    has_many = bool(by) or len(names_of("bar", "y", y)) > 1
    style = PlotStyle.STACKED_BAR if has_many and barmode == "relative" else PlotStyle.BAR
    figure = _plotted("bar", table, x, y, by, style)
    return _dressed(figure, title, x, y, xaxis_titles, yaxis_titles, log_x, log_y, range_x, range_y)


def histogram(
    table: Table,
    x: Columns = None,
    nbins: int = 10,
    range_bins: Range = None,
    title: Optional[str] = None,
    xaxis_titles: Optional[str] = None,
    yaxis_titles: Optional[str] = None,
) -> Figure:
    """How many values lie in each of so many intervals of one width.

    Args:
        table: As of `line`.
        x: A column of numbers or times, or several.
        nbins: How many intervals.
        range_bins: Where the first begins and the last ends.
        title: As of `line`.
        xaxis_titles: As of `line`.
        yaxis_titles: As of `line`.

    Raises:
        DHError: as `Figure.plot_xy_hist`.

    Example:
        import kinetable.plot.express as dx
        from kinetable import empty_table
        print(dx.histogram(empty_table(1000).update("X = randomGaussian(0, 1)"), x="X", nbins=20))
    """
    figure, columns = Figure(), names_of("histogram", "x", x)
    if not columns:
        raise DHError(message="histogram: x is missing\n  hint: x=column")
    low, high = _ends("range_bins", range_bins)
    for column in columns:
        figure = figure.plot_xy_hist(column, table, x=column, xmin=low, xmax=high, nbins=nbins)
    return _dressed(figure, title, columns[0], "Count", xaxis_titles, yaxis_titles)


def pie(table: Table, names: Optional[str] = None, values: Optional[str] = None, title: Optional[str] = None) -> Figure:
    """The share of each category.

    Args:
        table: As of `line`; a row a slice.
        names: The column of categories.
        values: The column of numbers.
        title: As of `line`.

    Raises:
        DHError: as `Figure.plot_pie`.

    Example:
        import kinetable.plot.express as dx
        from kinetable import new_table
        print(dx.pie(new_table({"Fruit": ["apples", "pears"], "Sold": [3, 4]}), names="Fruit", values="Sold"))
    """
    figure = Figure().plot_pie(values or "pie", table, category=names, y=values)
    return figure if title is None else figure.chart_title(title=title)


def ohlc(
    table: Table,
    x: Optional[str] = None,
    open: Optional[str] = None,
    high: Optional[str] = None,
    low: Optional[str] = None,
    close: Optional[str] = None,
    title: Optional[str] = None,
    xaxis_titles: Optional[str] = None,
    yaxis_titles: Optional[str] = None,
) -> Figure:
    """The first, highest, lowest and last price of each interval.

    Args:
        table: As of `line`; a row an interval.
        x: The column of times at which they begin.
        open: The first prices.
        high: The highest ones.
        low: The lowest ones.
        close: The last ones.
        title: As of `line`.
        xaxis_titles: As of `line`.
        yaxis_titles: As of `line`.

    Raises:
        DHError: as `Figure.plot_ohlc`.

    Example:
        import kinetable.plot.express as dx
        from kinetable import empty_table
        prices = ["A = 5.0", "B = 9.0", "C = 3.0", "D = 6.0"]
        days = empty_table(9).update(["Day = '2026-11-02T00:00:00Z' + i * DAY", *prices])
        print(dx.ohlc(days, x="Day", open="A", high="B", low="C", close="D"))
    """
    figure = Figure().plot_ohlc(close or "ohlc", table, x=x, open=open, high=high, low=low, close=close)
    return _dressed(figure, title, x, None, xaxis_titles, yaxis_titles)


def candlestick(
    table: Table,
    x: Optional[str] = None,
    open: Optional[str] = None,
    high: Optional[str] = None,
    low: Optional[str] = None,
    close: Optional[str] = None,
    title: Optional[str] = None,
    xaxis_titles: Optional[str] = None,
    yaxis_titles: Optional[str] = None,
) -> Figure:
    """The same as `ohlc`: intervals are drawn as candles.

    Args:
        table: As of `ohlc`.
        x: As of `ohlc`.
        open: As of `ohlc`.
        high: As of `ohlc`.
        low: As of `ohlc`.
        close: As of `ohlc`.
        title: As of `line`.
        xaxis_titles: As of `line`.
        yaxis_titles: As of `line`.

    Raises:
        DHError: as `Figure.plot_ohlc`.

    Example:
        import kinetable.plot.express as dx
        from kinetable import empty_table
        prices = ["A = 5.0", "B = 9.0", "C = 3.0", "D = 6.0"]
        days = empty_table(9).update(["Day = '2026-11-02T00:00:00Z' + i * DAY", *prices])
        print(dx.candlestick(days, x="Day", open="A", high="B", low="C", close="D"))
    """
    return ohlc(table, x, open, high, low, close, title, xaxis_titles, yaxis_titles)


def treemap(
    table: Table,
    names: Optional[str] = None,
    values: Optional[str] = None,
    parents: Optional[str] = None,
    ids: Optional[str] = None,
    title: Optional[str] = None,
) -> Figure:
    """Rectangles within rectangles, as large as their values.

    Args:
        table: As of `line`; a row a rectangle.
        names: The column of what is written on them.
        values: The column of their sizes.
        parents: The column of the ids that they lie within; null for those that lie in none.
        ids: The column that names each row; by itself that of `names`.
        title: As of `line`.

    Raises:
        DHError: as `Figure.plot_treemap`.

    Example:
        import kinetable.plot.express as dx
        from kinetable import new_table
        parts = new_table({"Part": ["car", "engine", "body"], "In": [None, "car", "car"], "Cost": [0, 7, 3]})
        print(dx.treemap(parts, names="Part", values="Cost", parents="In"))
    """
    id = ids or names
    if id is None or parents is None:
        raise DHError(message="treemap: names or parents are missing\n  hint: names=column, parents=column")
    figure = Figure().plot_treemap(values or "treemap", table, id=id, parent=parents, value=values, label=names)
    return figure if title is None else figure.chart_title(title=title)


def _plotted(method: str, table: Any, x: Optional[str], y: Columns, by: Columns, style: PlotStyle) -> Figure:
    """A series for each column of y."""
    columns = names_of(method, "y", y)
    if x is None or not columns:
        lacking = "x" if x is None else "y"
        raise DHError(message=f"{method}: {lacking} is missing\n  hint: {lacking}=column")
    if not isinstance(table, Table):
        raise DHError(message=f"{method}: it is given a {type(table).__name__}\n  hint: a table")
    types = types_of(table)
    check(method, types, names_of(method, "x", [x])[0])
    keys, figure = names_of(method, "by", by) or None, Figure().axes(plot_style=style)
    for column in columns:
        if types[x] in NUMBERS or types[x] in TIMES:
            figure = figure.plot_xy(column, table, x=x, y=column, by=keys)
        else:
            figure = figure.plot_cat(column, table, category=x, y=column, by=keys)
    return figure


def _dressed(
    figure: Figure,
    title: Optional[str],
    x: Optional[str],
    y: Columns,
    xaxis_titles: Optional[str],
    yaxis_titles: Optional[str],
    log_x: bool = False,
    log_y: bool = False,
    range_x: Range = None,
    range_y: Range = None,
) -> Figure:
    """With titles, scales and ends."""
    columns = names_of("y", "y", y)
    labels = x if xaxis_titles is None else xaxis_titles, yaxis_titles
    if labels[1] is None and len(columns) == 1:
        labels = labels[0], columns[0]
    (x_low, x_high), (y_low, y_high) = _ends("range_x", range_x), _ends("range_y", range_y)
    figure = figure.x_axis(label=labels[0], log=log_x or None, min=x_low, max=x_high)
    figure = figure.y_axis(label=labels[1], log=log_y or None, min=y_low, max=y_high)
    return figure if title is None else figure.chart_title(title=title)


def _ends(name: str, ends: Range) -> tuple[Any, Any]:
    if ends is None:
        return None, None
    if isinstance(ends, (str, bytes)) or not isinstance(ends, Iterable) or len(ends := list(ends)) != 2:
        raise DHError(message=f"{name} is {ends!r}\n  hint: [least, greatest]")
    return ends[0], ends[1]
