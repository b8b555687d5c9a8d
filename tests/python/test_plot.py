"""Figures: what their methods make of them, what pages read, and mistakes."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from kinetable import DHError, empty_table, new_table, plot, time_table
from kinetable.plot import (
    Color,
    Colors,
    DecimalAxisFormat,
    Figure,
    Font,
    FontStyle,
    LineStyle,
    PlotStyle,
    Shape,
    axis_transform,
)
from kinetable.plot import express as dx
from kinetable.plot._data import types_of
from kinetable.plot._page import page


@pytest.fixture(scope="module")
def trades():
    formulas = ["X = i", "Y = i * 2.0", "S = i % 2 == 0 ? `a` : `b`", "T = '2026-01-01T00:00:00Z' + i * SECOND"]
    return empty_table(20).update([*formulas, "Low = Y - 1", "High = Y + 1"])


def read(figure: Figure) -> dict:
    """What a page reads, as it comes there."""
    return json.loads(json.dumps(page(figure._model)[0], allow_nan=False))


def only(figure: Figure) -> tuple[dict, dict]:
    """The chart and the series of a figure that has one of each."""
    (chart,) = read(figure)["charts"]
    (series,) = chart["series"]
    return chart, series


def test_a_figure_does_not_change(trades):
    first = Figure()
    second = first.plot_xy("a", trades, x="X", y="Y")
    third = second.line(color="RED").figure_title("Title")
    assert read(first)["charts"] == []
    assert "color" not in only(second)[1] and "title" not in read(second)
    assert only(third)[1]["color"] == "#ff0000" and read(third)["title"] == "Title"


def test_columns_of_a_table(trades):
    chart, series = only(Figure().plot_xy("a", t=trades, x="T", y="Y", by=["S"]))
    assert series == {
        "name": "a", "style": "line", "table": 0, "columns": {"x": "T", "y": "Y"}, "by": ["S"], "axis": "left",
    }  # fmt: skip
    assert chart["x"]["time"] and not chart["y"]["time"] and chart["legend"]
    assert page(Figure().plot_xy("a", t=trades, x="T", y="Y")._model)[1] == [trades]


def test_a_table_is_named_once(trades):
    other = trades.head(3)
    figure = Figure().plot_xy("a", trades, x="X", y="Y").plot_xy("b", other, x="X", y="Y")
    figure = figure.plot_xy("c", trades, x="X", y="Low")
    assert [series["table"] for series in read(figure)["charts"][0]["series"]] == [0, 1, 0]
    assert page(figure._model)[1] == [trades, other]


@pytest.mark.parametrize(
    ("x", "time"),
    [
        ([1, 2], False),
        ([1.5, 2.5], False),
        (np.array([1.0, 2.0]), False),
        ([dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc), dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc)], True),
        (np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[ns]"), True),
    ],
)
def test_lists_become_tables(x, time):
    figure = Figure().plot_xy("a", x=x, y=[3, 4])
    chart, series = only(figure)
    assert series["columns"] == {"x": "X", "y": "Y"} and chart["x"]["time"] is time
    assert page(figure._model)[1][0].size == 2


def test_functions_are_sampled_over_the_other_series(trades):
    figure = Figure().plot_xy("a", trades, x="X", y="Y").plot_xy("f", function=lambda x: x * x)
    table = page(figure._model)[1][1]
    rows = list(table.iter_dict())
    assert (rows[0]["X"], rows[-1]["X"], rows[-1]["Y"]) == (0.0, 19.0, 361.0)
    table = page(figure.func(xmin=1, xmax=2, npoints=3)._model)[1][1]
    assert [(row["X"], row["Y"]) for row in table.iter_dict()] == [(1.0, 1.0), (1.5, 2.25), (2.0, 4.0)]


def test_integers_as_times(trades):
    nanos = trades.view(["N = epochNanos(T)", "Y"])
    figure = Figure().plot_xy("a", nanos, x="N", y="Y", x_time_axis=True)
    assert only(figure)[0]["x"]["time"]
    assert types_of(page(figure._model)[1][0])["N"] == "java.time.Instant"
    back = Figure().plot_xy("a", trades, x="T", y="Y", x_time_axis=False)
    assert not only(back)[0]["x"]["time"]


@pytest.mark.parametrize("style", ["line", "step", "scatter", "area", "stacked_area", "bar", "stacked_bar"])
def test_styles_of_points_and_of_categories(trades, style):
    before = Figure().axes(plot_style=style).plot_xy("a", trades, x="X", y="Y")
    after = Figure().plot_cat("a", trades, category="S", y="Y").axes(plot_style=PlotStyle[style.upper()])
    assert only(before)[1]["style"] == style
    assert only(after)[1]["style"] == style and only(after)[1]["columns"] == {"category": "S", "y": "Y"}


def test_ranges(trades):
    figure = Figure().plot_xy("a", trades, x="X", y="Y", y_low="Low", y_high="High")
    series = only(figure)[1]
    assert (series["style"], series["lines"]) == ("error_bar", True)
    assert series["columns"] == {"x": "X", "y": "Y", "y_low": "Low", "y_high": "High"}
    assert only(figure.axes(plot_style="scatter"))[1]["lines"] is False


def test_other_kinds(trades):
    parts = new_table({"Id": ["a", "b"], "In": [None, "a"], "V": [0.0, 1.0]})
    shown = {
        "histogram": Figure().plot_xy_hist("h", trades, x="Y", xmin=0, xmax=10, nbins=5),
        "bar": Figure().plot_cat_hist("c", trades, category="S"),
        "pie": Figure().plot_pie("p", trades, category="S", y="Y"),
        "ohlc": Figure().plot_ohlc("o", trades, x="T", open="Y", high="High", low="Low", close="Y"),
        "treemap": Figure().plot_treemap("t", parts, id="Id", parent="In", value="V"),
    }
    found = {style: only(figure)[1] for style, figure in shown.items()}
    assert {style: series["style"] for style, series in found.items()} == {style: style for style in shown}
    histogram = found["histogram"]
    assert (histogram["columns"], histogram["bins"], histogram["low"], histogram["high"]) == ({"x": "Y"}, 5, 0, 10)
    counts = page(shown["bar"]._model)[1][0]
    assert [(row["S"], row["Count"]) for row in counts.iter_dict()] == [("a", 10), ("b", 10)]
    assert found["treemap"]["columns"] == {"id": "Id", "parent": "In", "value": "V"}
    assert set(found["ohlc"]["columns"]) == {"x", "open", "high", "low", "close"}


def test_charts_in_a_grid(trades):
    figure = Figure(rows=2, cols=2).new_chart(row=0, col=0).chart(col_span=2).chart_title(title="Above")
    figure = figure.plot_xy("a", trades, x="X", y="Y").new_chart().plot_cat_hist("b", trades, "S").new_chart(index=3)
    figure = figure.plot_xy("c", trades, x="X", y="Y").chart(index=0).plot_xy("d", trades, x="X", y="Low")
    shown = read(figure)
    assert (shown["rows"], shown["cols"]) == (2, 2)
    assert [(c["row"], c["col"], c["col_span"]) for c in shown["charts"]] == [(0, 0, 2), (1, 0, 1), (1, 1, 1)]
    assert [[s["name"] for s in c["series"]] for c in shown["charts"]] == [["a", "d"], ["b"], ["c"]]
    assert shown["charts"][0]["title"] == "Above"
    left = read(figure.figure(remove_chart_index=3, remove_series=["a"]))
    assert [[s["name"] for s in c["series"]] for c in left["charts"]] == [["d"], ["b"]]


def test_axes(trades):
    money = DecimalAxisFormat()
    money.set_pattern("#,##0.00")
    figure = Figure().plot_xy("a", trades, x="T", y="Y").x_axis(label="Time", min="2026-01-01T00:00:05Z")
    figure = figure.y_axis(label="Price", format=money, invert=True, color=Colors.NAVY).x_twin(name="volumes")
    figure = figure.plot_xy("b", trades, x="T", y="High").y_axis(transform=axis_transform("log"), min=1, max=9)
    figure = figure.axes(name="volumes", plot_style="SCATTER").axes(axes=0).y_axis(max=100)
    (chart,) = read(figure)["charts"]
    nanos = str(int(np.datetime64("2026-01-01T00:00:05", "ns").astype("int64")))
    assert (chart["x"]["label"], chart["x"]["min"]) == ("Time", nanos)
    assert chart["y"] == {
        "label": "Price", "format": "#,##0.00", "max": 100, "log": False, "invert": True, "time": False,
        "color": "#000080",
    }  # fmt: skip
    assert (chart["y2"]["log"], chart["y2"]["min"], chart["y2"]["max"]) == (True, 1, 9)
    assert [(s["axis"], s["style"]) for s in chart["series"]] == [("left", "line"), ("right", "scatter")]


def test_looks(trades):
    figure = Figure().plot_xy("a", trades, x="X", y="Y").line(color=0x11AA33, style=LineStyle(2, dash_pattern=[4, 2]))
    figure = figure.point(shape=Shape.UP_TRIANGLE, size=3, visible=True).plot_xy("b", trades, x="X", y="Low")
    figure = figure.line(visible=0).series(name="a", color=Color.of_hsl(0, 100, 50))
    first, second = read(figure)["charts"][0]["series"]
    assert {key: first[key] for key in ("color", "width", "dash", "shape", "size", "points")} == {
        "color": "#ff0000", "width": 2.0, "dash": [4.0, 2.0], "shape": "up_triangle", "size": 3, "points": True,
    }  # fmt: skip
    assert second["lines"] is False


def test_colours():
    assert Colors.DARKORANGE == Color.of_name("darkorange") == Color.of_rgb(255, 140, 0)
    assert Color.of_rgb_f(1, 0, 0, 0.5).to_hex() == "#ff000080"
    assert "DARKORANGE" in dir(Colors)
    with pytest.raises(DHError, match='no colour "REDD"\n  hint: did you mean "RED"'):
        Color.of_name("REDD")


def test_what_pages_draw_at_most_can_be_made(trades):
    assert read(Figure(12, 12))["rows"] == 12
    figure = Figure(6, 6)
    for _ in range(36):
        figure = figure.new_chart()
    assert len(read(figure)["charts"]) == 36
    assert len(read(many_series(64))["charts"][0]["series"]) == 64


def many_series(count: int) -> Figure:
    figure, table = Figure(), empty_table(1).update(["X = i", "Y = i"])
    for number in range(count):
        figure = figure.plot_xy(str(number), table, x="X", y="Y")
    return figure


def many_charts(count: int) -> Figure:
    figure = Figure(12, 12)
    for _ in range(count):
        figure = figure.new_chart()
    return figure


def test_ends_of_axes_of_times(trades):
    early = (
        Figure()
        .x_axis(min="2026-01-01T00:00:05Z")
        .plot_xy("a", trades, x="T", y="Y")
        .plot_xy("b", trades, "T", y="Low")
    )
    assert read(early)["charts"][0]["x"]["min"] == "1767225605000000000"
    # A number in its place is an end of an axis of numbers again.
    other = Figure().x_axis(min="2026-01-01T00:00:05Z").x_axis(min=np.int64(3)).plot_xy("a", trades, x="X", y="Y")
    assert only(other)[0]["x"]["min"] == 3


def test_looks_are_told_to_pages(trades):
    bold = Font("Fira", FontStyle.BOLD, 12)
    figure = Figure().figure_title("F", color="RED", font=bold).plot_xy("a", trades, x="T", y="Y")
    figure = figure.chart_title(title="C", font=Font()).chart_legend(color="BLUE").chart(x_grid_visible=True)
    figure = figure.x_axis(font=bold).x_ticks(gap=60e9, loc=[1_767_225_600e9], angle=-30, visible=False, font=Font())
    figure = figure.x_ticks_minor(nminor=3).y_ticks(loc=[5, 10]).y_ticks_minor(visible=True)
    found, font = read(figure), {"family": "Fira", "size": 12, "style": "bold"}
    arial = {"family": "Arial", "size": 8, "style": "plain"}
    (chart,) = found["charts"]
    assert found["title_look"] == {"color": "#ff0000", "font": font}
    assert (chart["title_look"], chart["legend_look"]) == ({"font": arial}, {"color": "#0000ff"})
    assert chart["grid"] == {"x": True} and chart["x"]["font"] == font
    ticks = {"gap": 60e9, "at": ["1767225600000000000"], "angle": -30, "visible": False, "font": arial, "minor": 3}
    assert chart["x"]["ticks"] == ticks
    assert chart["y"]["ticks"] == {"at": [5, 10], "minor_visible": True}
    plain = read(Figure().plot_xy("a", trades, x="X", y="Y"))
    assert "title_look" not in plain and not {"title_look", "legend_look", "grid"} & set(plain["charts"][0])
    assert not {"font", "ticks"} & set(plain["charts"][0]["x"])


def test_candles_of_keys(trades):
    figure = Figure().plot_ohlc("o", trades, x="T", open="Y", high="High", low="Low", close="Y", by=["S"])
    chart, series = only(figure)
    assert (series["style"], series["by"], chart["legend"]) == ("ohlc", ["S"], True)


MISTAKES = {
    "plot_ohlc: by names columns, but there is no table": lambda t: Figure().plot_ohlc(
        "o", x=[dt.datetime(2026, 1, 1)], open=[1], high=[1], low=[1], close=[1], by=["S"]
    ),
    "ticks: the gap is inf": lambda t: Figure().x_ticks(gap=float("inf")),
    "ticks: the gap is 0": lambda t: Figure().ticks(gap=0),
    "ticks: loc has nan": lambda t: Figure().y_ticks(loc=[1, float("nan")]),
    "ticks: loc has 1001 places\n  hint: at most 1000": lambda t: Figure().x_ticks(loc=list(range(1001))),
    "ticks: the angle is 400\n  hint: degrees": lambda t: Figure().x_ticks(angle=400),
    "ticks_minor: nminor is -1\n  hint: 0 to 100": lambda t: Figure().ticks_minor(nminor=-1),
    "nminor is 1000000": lambda t: Figure().x_ticks_minor(nminor=1_000_000),
    "the size of a font is inf": lambda t: Font(size=float("inf")),
    "a figure of 20 × 1 charts is larger than pages draw\n  hint: at most 12 rows": lambda t: Figure(rows=20),
    "a figure of 1 × 13 charts": lambda t: Figure(cols=13),
    "Figure: rows is a str, '2'": lambda t: Figure(rows="2"),
    "new_chart: the figure has 36 charts": lambda t: many_charts(37),
    "plot_xy: the chart has 64 series": lambda t: many_series(65),
    "by names 5 columns": lambda t: Figure().plot_xy("a", t, x="X", y="Y", by=["S", "T", "X", "Low", "High"]),
    "plot_xy: by has a int, 5\n  hint: the name of a column": lambda t: Figure().plot_xy("a", t, x="X", y="Y", by=5),
    "plot_cat: by has a int, 5": lambda t: Figure().plot_cat("a", t, category="S", y="Y", by=["S", 5]),
    "line: by has a int, 5": lambda t: dx.line(t, x="X", y="Y", by=5),
    "line: y has a int, 5": lambda t: dx.line(t, x="X", y=5),
    "line: x has a int, 5": lambda t: dx.line(t, x=5, y="Y"),
    "range_x is 5\n  hint: [least, greatest]": lambda t: dx.line(t, x="X", y="Y", range_x=5),
    "range_y is [1]": lambda t: dx.line(t, x="X", y="Y", range_y=[1]),
    "plot_xy: series_name is a int, 5\n  hint: a text": lambda t: Figure().plot_xy(5, t, x="X", y="Y"),
    "chart_title: title is a int, 5": lambda t: Figure().chart_title(title=5),
    "figure_title: title is a int, 5": lambda t: Figure().figure_title(5),
    "axis: label is a int, 5": lambda t: Figure().x_axis(label=5),
    "axis: min is '2026-01-01T00:00:00Z', but the y axis has no times\n  hint: a number": lambda t: (
        Figure().plot_xy("a", t, x="T", y="Y").y_axis(min="2026-01-01T00:00:00Z")
    ),
    "but the x axis has no times": lambda t: dx.line(t, x="X", y="Y", range_x=[0, "2026-01-01T00:00:00Z"]),
    'plot_xy: the x axis of "a" has no times, but max of it is a time': lambda t: (
        Figure().x_axis(max=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)).plot_xy("a", t, x="X", y="Y")
    ),
    'plot_cat: the x axis of "c" has no times, but min of it is a time': lambda t: (
        Figure().x_axis(min="2026-01-01T00:00:00Z").plot_cat("c", t, category="S", y="Y")
    ),
    'plot_pie: column "T" is Instant, but y needs numbers': lambda t: Figure().plot_pie("p", t, "S", "T"),
    'plot_treemap: column "T" is Instant, but value needs numbers': lambda t: Figure().plot_treemap(
        "m", t, id="X", parent="S", value="T"
    ),
    'has no column "Yy"\n  hint: did you mean "Y"': lambda t: Figure().plot_xy("a", t, x="X", y="Yy"),
    'column "S" is String, but y needs numbers': lambda t: Figure().plot_xy("a", t, x="X", y="S"),
    'column "S" is String, but x needs numbers or times\n  hint: plot_cat': lambda t: Figure().plot_xy(
        "a", t, x="S", y="Y"
    ),
    "plot_xy: y is missing": lambda t: Figure().plot_xy("a", t, x="X"),
    "y_high is missing": lambda t: Figure().plot_xy("a", t, x="X", y="Y", y_low="Low"),
    'x is the column "X", but there is no table': lambda t: Figure().plot_xy("a", x="X", y=[1]),
    "lists differ in length: x has 1, y has 2": lambda t: Figure().plot_xy("a", x=[1], y=[1, 2]),
    "x is a list\n  hint: with t it is a column's name": lambda t: Figure().plot_xy("a", t, x=[1], y="Y"),
    "by names columns, but there is no table": lambda t: Figure().plot_xy("a", x=[1], y=[1], by=["S"]),
    'has no column "Q"': lambda t: Figure().plot_xy("a", t, x="X", y="Y", by=["Q"]),
    "the function fails at 0.0: ZeroDivisionError": lambda t: Figure().plot_xy("a", function=lambda x: 1 / x),
    "function comes alone": lambda t: Figure().plot_xy("a", t, x="X", y="Y", function=abs),
    'series "a" already': lambda t: Figure().plot_xy("a", t, x="X", y="Y").plot_xy("a", t, x="X", y="Y"),
    'does not fit on the axes of "a"': lambda t: Figure().plot_xy("a", t, x="X", y="Y").plot_cat_hist("b", t, "S"),
    'does not fit on the axes of "b"': lambda t: Figure().plot_xy("b", t, x="X", y="Y").plot_xy("a", t, x="T", y="Y"),
    'does not fit on the axes of "p"': lambda t: Figure().plot_pie("p", t, "S", "Y").plot_pie("q", t, "S", "Y"),
    'series "a" cannot be OHLC': lambda t: Figure().plot_xy("a", t, x="X", y="Y").axes(plot_style="ohlc"),
    '"wavy" is no style': lambda t: Figure().axes(plot_style="wavy"),
    "has no ranges": lambda t: Figure().plot_xy("a", t, x="X", y="Y").axes(plot_style=PlotStyle.ERROR_BAR),
    "business_time is not offered": lambda t: Figure().x_axis(business_time=True),
    "tool_tip_pattern is not offered": lambda t: Figure().plot_xy("a", t, x="X", y="Y").series(tool_tip_pattern="#"),
    "color by row is not offered": lambda t: Figure().plot_xy("a", t, x="X", y="Y").point(color=["RED"]),
    "t is not offered\n  hint: title=text": lambda t: Figure().chart_title(t, columns=["S"]),
    "a table comes first\n  hint: chart_title(title='Sales')": lambda t: Figure().chart_title("Sales"),
    "a second x axis is not offered": lambda t: Figure().twin(dim=1),
    "two y axes already": lambda t: Figure().x_twin().x_twin(),
    "no row 1, column 0 in a figure of 1 × 1 charts": lambda t: Figure().new_chart(row=1, col=0),
    "there is a chart at row 0": lambda t: Figure(2).new_chart(index=0).new_chart(index=0),
    "all 1 × 1 cells have a chart": lambda t: Figure().new_chart().new_chart(),
    "there is none at row 0, column 1": lambda t: Figure(1, 2).new_chart(index=0).chart(index=1),
    "it takes more than": lambda t: Figure(1, 2).new_chart(index=1).chart(col_span=2),
    "begins at 3 and ends at 2": lambda t: Figure().y_axis(min=3, max=2),
    "a logarithmic axis begins at 0": lambda t: Figure().y_axis(min=0, log=True),
    "min is 'soon'": lambda t: Figure().x_axis(min="soon"),
    "xmin is 2 and xmax 1": lambda t: Figure().plot_xy_hist("h", t, x="X", xmin=2, xmax=1),
    "there is no series yet": lambda t: Figure().line(color="RED"),
    'no series "z"\n  hint: there is a': lambda t: Figure().plot_xy("a", t, x="X", y="Y").series(name="z"),
    "the figure has no series": lambda t: Figure().show(),
    "0 × 1 charts has no cell": lambda t: Figure(rows=0),
    "blink": lambda t: Figure().plot_xy(
        "a", time_table("PT1S", blink_table=True).update("Y = 1"), x="Timestamp", y="Y"
    ),
}


@pytest.mark.parametrize("message", MISTAKES)
def test_mistakes_are_told_at_once(trades, message):
    with pytest.raises(DHError) as raised:
        MISTAKES[message](trades)
    assert message in str(raised.value)


def test_express(trades):
    line = dx.line(trades, x="T", y=["Low", "High"], by="S", title="Both", range_y=[0, 50])
    (chart,) = read(line)["charts"]
    assert [(s["name"], s["by"]) for s in chart["series"]] == [("Low", ["S"]), ("High", ["S"])]
    assert (chart["title"], chart["x"]["label"], chart["y"]["max"]) == ("Both", "T", 50)
    assert only(dx.scatter(trades, x="X", y="Y"))[1]["style"] == "scatter"
    assert only(dx.bar(trades, x="S", y="Y"))[1] == {
        "name": "Y", "style": "bar", "table": 0, "columns": {"category": "S", "y": "Y"}, "axis": "left",
    }  # fmt: skip
    assert only(dx.bar(trades, x="X", y="Y", by="S"))[1]["style"] == "stacked_bar"
    assert only(dx.bar(trades, x="X", y="Y", by="S", barmode="group"))[1]["style"] == "bar"
    assert only(dx.area(trades, x="X", y="Y"))[1]["style"] == "area"
    assert only(dx.area(trades, x="X", y="Y", by="S"))[1]["style"] == "stacked_area"
    assert only(dx.histogram(trades, x="Y", range_bins=[0, 9]))[1]["bins"] == 10
    assert only(dx.pie(trades, names="S", values="Y"))[1]["columns"] == {"category": "S", "y": "Y"}
    assert only(dx.candlestick(trades, x="T", open="Y", high="High", low="Low", close="Y"))[1]["style"] == "ohlc"
    with pytest.raises(DHError, match='line: the table has no column "x"\n  hint: did you mean "X"'):
        dx.line(trades, x="x", y="Y")
    with pytest.raises(DHError, match='barmode is "beside"'):
        dx.bar(trades, x="S", y="Y", barmode="beside")


def test_all_names_of_the_module_are_there():
    for name in ("AxisFormat", "Font", "FontStyle", "LineEndStyle", "LineJoinStyle", "NanosAxisFormat"):
        assert hasattr(plot, name)
