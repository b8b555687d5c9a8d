"""Pictures of figures: what matplotlib has to draw, and that it draws it."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
from kinetable import DHError, dtypes, empty_table, input_table, new_table
from kinetable.column import double_col, string_col
from kinetable.plot import Figure, Font, FontStyle, LineStyle, NanosAxisFormat, _picture
from kinetable.plot._formats import moment, number
from kinetable.plot._picture import draw
from kinetable.plot._treemap import squarified
from matplotlib.dates import date2num, num2date
from matplotlib.image import imread
from matplotlib.text import Text


@pytest.fixture(scope="module")
def trades():
    formulas = ["X = i", "Y = i * 2.0", "S = i % 2 == 0 ? `a` : `b`", "T = '2026-01-01T00:00:00Z' + i * MINUTE"]
    return empty_table(20).update([*formulas, "Low = Y - 1", "High = Y + 3"])


@pytest.fixture(scope="module")
def fruit():
    return new_table({"C": ["apples", "pears", "plums"], "N": [5.0, 3.0, 1.0], "M": [2.0, 4.0, -2.0]})


def axes(figure: Figure):
    """The axes that a figure is drawn on."""
    drawn = draw(figure._model)
    drawn.draw_without_rendering()
    return drawn.axes


def bars(ax) -> list[tuple[float, float, float]]:
    """Left end, bottom and height of all bars."""
    return [(p.get_x(), p.get_y(), p.get_height()) for p in ax.patches]


def labels(axis) -> list[str]:
    return [text.get_text() for text in axis.get_ticklabels()]


def test_lines_have_the_data(trades):
    (ax,) = axes(Figure().plot_xy("a", trades, x="X", y="Y").chart_title(title="Up").y_axis(label="Price"))
    (line,) = ax.lines
    assert list(line.get_xdata()) == list(range(20)) and list(line.get_ydata()) == [2.0 * i for i in range(20)]
    assert (ax.get_title(loc="left"), ax.get_ylabel(), ax.get_legend()) == ("Up", "Price", None)


def test_a_series_a_key(trades):
    (ax,) = axes(Figure().plot_xy("price", trades, x="X", y="Y", by=["S"]))
    assert [line.get_label() for line in ax.lines] == ["a", "b"]
    assert [list(line.get_xdata())[:2] for line in ax.lines] == [[0, 2], [1, 3]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert len({line.get_color() for line in ax.lines}) == 2


def test_times_and_their_marks(trades):
    (ax,) = axes(Figure().plot_xy("a", trades, x="T", y="Y"))
    at = num2date(date2num(ax.lines[0].get_xdata()[1]))
    assert (at.hour, at.minute) == (0, 1)
    assert "00:05" in labels(ax.xaxis)
    berlin = NanosAxisFormat("Europe/Berlin")
    berlin.set_pattern("HH:mm 'h'")
    (ax,) = axes(Figure().plot_xy("a", trades, x="T", y="Y").x_axis(format=berlin))
    assert "01:05 h" in labels(ax.xaxis)


@pytest.mark.parametrize("text", ["$a_{$", "costs $5 or $6", r"\$", "$"])
def test_dollars_are_no_formulas(text):
    figure = Figure().plot_cat(text, category=[text, "b"], y=[1, 2]).plot_cat("two", category=["b"], y=[1])
    figure = figure.chart_title(title=text).figure_title(text).x_axis(label=text)
    pie, parts = Figure().plot_pie("p", category=[text], y=[1]), new_table({"Id": [text, "b"], "In": [None, text]})
    for one in (figure, pie, Figure().plot_treemap("t", parts, id="Id", parent="In")):
        drawn = draw(one._model)
        drawn.draw_without_rendering()
        shown = [found for found in drawn.findobj(Text) if text in found.get_text()]
        assert shown and all(found._preprocess_math(text) == (text, False) for found in shown)


def test_numbers_with_dollars_on_both_sides():
    figure = Figure().plot_xy("a", x=[1, 2], y=[1, 2])
    (ax,) = axes(figure.y_axis(format_pattern="$0.0$"))
    shown = [found._preprocess_math(found.get_text()) for found in ax.yaxis.get_ticklabels()]
    assert ("$1.0$", False) in shown
    (ax,) = axes(figure.y_axis(format_pattern="$0.0"))
    assert "$1.0" in labels(ax.yaxis)


def test_marks_of_logarithmic_axes_are_powers():
    (ax,) = axes(Figure().plot_xy("a", x=[1, 2], y=[1, 1000]).y_axis(log=True))
    assert all(found._preprocess_math(found.get_text())[1] for found in ax.yaxis.get_ticklabels())


@pytest.mark.parametrize("y", [[0], [0, -1], [float("nan")], [float("inf")]])
def test_pies_of_nothing_have_no_rows(y, tmp_path):
    figure = Figure().plot_pie("p", category=[str(at) for at in range(len(y))], y=y)
    assert [text.get_text() for text in axes(figure)[0].texts] == ["no rows"]
    figure.save(str(tmp_path / "pie.png"))
    assert figure._repr_png_()


def test_what_cannot_be_drawn_is_no_mistake_of_the_path(monkeypatch, tmp_path):
    def fails(*_):
        raise ValueError("nothing to see")

    monkeypatch.setattr(_picture, "_chart", fails)
    figure = Figure().plot_xy("a", x=[1], y=[1])
    with pytest.raises(ValueError, match="^nothing to see$"):
        figure.save(str(tmp_path / "a.png"))
    # Notebooks show what there is instead of what went wrong within.
    assert figure._repr_png_() is None
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {"text/plain"} and "there is no picture: ValueError: nothing to see" in bundle["text/plain"]


def test_nulls_are_gaps():
    table = new_table([double_col("X", [1, 2, 3]), double_col("Y", [1.5, None, 2.5])])
    (ax,) = axes(Figure().plot_xy("a", table, x="X", y="Y"))
    assert np.isnan(ax.lines[0].get_ydata()[1]) and list(ax.lines[0].get_ydata())[::2] == [1.5, 2.5]


def test_of_many_points_those_are_drawn_that_can_be_seen():
    formulas = ["X = i", "Y = i == 123456 ? 50 : i == 77777 ? (double)null : sin(i / 5000.0)"]
    table = empty_table(200_000).update(formulas)
    (ax,) = axes(Figure().plot_xy("a", table, x="X", y="Y"))
    x, y = ax.lines[0].get_xdata(), ax.lines[0].get_ydata()
    assert len(x) < 5000 and {0, 77777, 123456, 199999} <= set(x) and max(y[~np.isnan(y)]) == 50
    assert np.isnan(y[list(x).index(77777)])
    back = table.sort_descending("X")
    assert len(axes(Figure().plot_xy("a", back, x="X", y="Y"))[0].lines[0].get_xdata()) == 200_000


def test_looks_of_lines(trades):
    figure = Figure().plot_xy("a", trades, x="X", y="Y").line(color="RED", style=LineStyle(2, dash_pattern=[4, 2]))
    (ax,) = axes(figure.point(visible=True, shape="SQUARE"))
    (line,) = ax.lines
    assert (line.get_color(), line.get_linewidth(), line.get_marker()) == ("#ff0000", 2.0, "s")
    assert line.is_dashed()
    (ax,) = axes(figure.line(visible=False))
    assert ax.lines[0].get_linestyle() == "None"


def test_steps_points_and_areas(trades):
    plot = Figure().plot_xy("a", trades, x="X", y="Y")
    assert axes(plot.axes(plot_style="STEP"))[0].lines[0].get_drawstyle() == "steps-post"
    scattered = axes(plot.axes(plot_style="SCATTER"))[0].lines[0]
    assert (scattered.get_marker(), scattered.get_linestyle()) == ("o", "None")
    assert len(axes(plot.axes(plot_style="AREA"))[0].collections) == 1


def test_stacked_areas_lie_on_each_other():
    table = new_table({"X": [1, 2, 1, 2], "Y": [1.0, 2.0, 3.0, 4.0], "K": ["a", "a", "b", "b"]})
    (ax,) = axes(Figure().axes(plot_style="STACKED_AREA").plot_xy("y", table, x="X", y="Y", by=["K"]))
    assert [list(line.get_ydata()) for line in ax.lines] == [[1.0, 2.0], [4.0, 6.0]]


def test_ranges(trades):
    (ax,) = axes(Figure().plot_xy("a", trades, x="X", y="Y", y_low="Low", y_high="High"))
    (spans,) = ax.collections
    assert spans.get_segments()[1].tolist() == [[1.0, 1.0], [1.0, 5.0]]


def test_bars_of_categories(fruit):
    (ax,) = axes(Figure().plot_cat("n", fruit, "C", "N").plot_cat("m", fruit, "C", "M"))
    assert labels(ax.xaxis) == ["apples", "pears", "plums"]
    assert [height for _, _, height in bars(ax)] == [5, 3, 1, 2, 4, -2]
    places = [left for left, _, _ in bars(ax)]
    assert places[0] < places[3] < places[1], "they stand side by side"


def test_stacked_bars(fruit):
    (ax,) = axes(Figure().axes(plot_style="STACKED_BAR").plot_cat("n", fruit, "C", "N").plot_cat("m", fruit, "C", "M"))
    assert [(bottom, height) for _, bottom, height in bars(ax)] == [(0, 5), (0, 3), (0, 1), (5, 2), (3, 4), (0, -2)]
    assert len({left for left, _, _ in bars(ax)}) == 3


def test_bars_over_times(trades):
    (ax,) = axes(Figure().plot_xy("a", trades, x="T", y="Y").axes(plot_style="BAR"))
    minute = 1 / 24 / 60
    assert ax.patches[0].get_width() == pytest.approx(0.8 * minute)


def test_histograms(trades):
    (ax,) = axes(Figure().plot_xy_hist("h", trades, x="Y", nbins=4))
    assert [height for _, _, height in bars(ax)] == [5, 5, 5, 5]
    (ax,) = axes(Figure().plot_xy_hist("h", trades, x="Y", xmin=0, xmax=10, nbins=2))
    assert [height for _, _, height in bars(ax)] == [3, 3]
    (ax,) = axes(Figure().plot_xy_hist("h", trades, x="T", nbins=2))
    assert [height for _, _, height in bars(ax)] == [10, 10]
    (ax,) = axes(Figure().plot_cat_hist("c", trades, "S"))
    assert [height for _, _, height in bars(ax)] == [10, 10]


def test_pies(fruit):
    (ax,) = axes(Figure().plot_pie("p", fruit, "C", "N"))
    texts = {text.get_text() for text in ax.texts}
    assert texts == {"apples", "55.6%", "pears", "33.3%", "plums", "11.1%"}


def test_candles(trades):
    (ax,) = axes(Figure().plot_ohlc("o", trades, x="T", open="Y", high="High", low="Low", close="Low"))
    assert [height for _, _, height in bars(ax)] == [1.0] * 20
    (wicks,) = ax.collections
    assert wicks.get_segments()[0][:, 1].tolist() == [-1.0, 3.0]


def test_tree_maps():
    table = new_table({"Id": ["all", "a", "b"], "In": [None, "all", "all"], "V": [0.0, 3.0, 1.0]})
    (ax,) = axes(Figure().plot_treemap("t", table, id="Id", parent="In", value="V"))
    sizes = [patch.get_width() * patch.get_height() for patch in ax.patches]
    assert sizes[0] == 160.0 and sizes[1] == pytest.approx(3 * sizes[2])
    assert [text.get_text() for text in ax.texts] == ["all", "a", "b"]
    loop = new_table({"Id": ["a", "b"], "In": ["b", "a"]})
    (ax,) = axes(Figure().plot_treemap("t", loop, id="Id", parent="In"))
    assert not ax.patches, "rows within themselves are in no tree"


def test_rectangles_fill_their_box():
    found = squarified([6, 6, 4, 3, 2, 2, 1], (0, 0, 6, 4))
    assert sum(width * height for _, _, width, height in found) == pytest.approx(24)
    assert max(max(w / h, h / w) for _, _, w, h in found) < 3.1


def test_two_y_axes_and_a_grid_of_charts(trades, fruit):
    figure = Figure(rows=2, cols=2).figure_title("Desk").new_chart().chart(col_span=2)
    figure = figure.plot_xy("a", trades, x="X", y="Y").x_twin().plot_xy("b", trades, x="X", y="High")
    figure = figure.y_axis(log=True, min=1, max=100, invert=True).new_chart().plot_cat("n", fruit, "C", "N")
    drawn = draw(figure._model, width=900, height=500)
    left, right, below = drawn.axes
    assert (drawn.get_suptitle(), drawn.get_size_inches().tolist()) == ("Desk", [9.0, 5.0])
    assert (right.get_yscale(), right.get_ylim()) == ("log", (100, 1))
    assert left.get_position().width > 1.5 * below.get_position().width
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["a", "b"]


def test_marks_along_axes(trades):
    figure = Figure().plot_xy("a", trades, x="X", y="Y").x_ticks(loc=[0, 10], angle=45).y_ticks(gap=20)
    (ax,) = axes(figure.y_axis(format_pattern="0.0 €"))
    assert list(ax.get_xticks()) == [0, 10] and ax.get_xticklabels()[0].get_rotation() == 45
    assert "20.0 €" in labels(ax.yaxis)


def test_small_marks_and_fonts(trades):
    font = Font("DejaVu Sans", FontStyle.BOLD_ITALIC, 13)
    figure = Figure().plot_xy("a", trades, x="X", y="Y").plot_xy("b", trades, x="X", y="Low")
    figure = figure.x_ticks(gap=10, font=font).x_ticks_minor(nminor=4).y_ticks_minor(nminor=4, visible=False)
    (ax,) = axes(figure.chart_legend(font=font).y_axis(label="Y", font=font))
    assert {place for place in ax.get_xticks(minor=True) if 0 < place < 10} == {2, 4, 6, 8}
    assert list(ax.get_yticks(minor=True)) == [], "what is not to be seen is not there, however many it would be"
    texts = [*ax.get_xticklabels(), *ax.get_legend().get_texts(), ax.yaxis.get_label()]
    assert {(text.get_fontweight(), text.get_fontstyle(), text.get_fontsize()) for text in texts} == {
        ("bold", "italic", 13)
    }
    assert ax.get_yticklabels()[0].get_fontweight() == "normal"


def test_a_gap_that_is_too_narrow_makes_no_flood_of_marks(trades):
    (ax,) = axes(Figure().plot_xy("a", trades, x="X", y="Y").y_ticks(gap=1e-9))
    assert 100 < len(ax.get_yticks()) <= 1003


def test_candles_of_keys_have_their_colours(trades):
    figure = Figure().plot_ohlc("o", trades, x="T", open="Y", high="High", low="Low", close="Low", by=["S"])
    (ax,) = axes(figure)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b"]
    assert len(ax.patches) == 20 and len({patch.get_edgecolor() for patch in ax.patches}) == 2


@pytest.mark.parametrize(
    ("pattern", "value", "text"),
    [
        ("#,##0.00", 1234567.5, "1,234,567.50"),
        ("0.###", 1.5, "1.5"),
        ("0.###", 2, "2"),
        ("000", 7, "007"),
        ("0.0%", 0.1234, "12.3%"),
        ("$#,##0", -1234.4, "$-1,234"),
        ("0", -0.2, "0"),
        ("about", 5, "about"),
    ],
)
def test_patterns_of_numbers(pattern, value, text):
    assert number(pattern, value) == text


def test_patterns_of_times():
    at = np.datetime64("2026-03-05T14:07:09.012").item()
    assert moment("yyyy-MM-dd HH:mm:ss.SSS", at) == "2026-03-05 14:07:09.012"
    assert moment("d MMM yy, h:mm a 'o''clock'", at) == "5 Mar 26, 2:07 PM oclock"
    assert moment("EEE", at) == "Thu"


def test_pictures_are_written(trades, tmp_path):
    figure = Figure().plot_xy("a", trades, x="X", y="Y")
    figure.save(str(tmp_path / "a.png"), width=300, height=200)
    assert imread(tmp_path / "a.png").shape[:2] == (200, 300)
    picture = imread(io.BytesIO(figure._repr_png_()))
    assert picture.shape[:2] == (400, 640)
    assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 10, "it is not blank"
    figure.save(str(tmp_path / "a.svg"))
    assert "<svg" in (tmp_path / "a.svg").read_text()
    with pytest.raises(DHError, match=r'cannot write ".*a\.what".*\n  hint: \.png'):
        figure.save(str(tmp_path / "a.what"))
    with pytest.raises(DHError, match="No such file or directory"):
        figure.save(str(tmp_path / "none/a.png"))
    with pytest.raises(DHError, match="width is 0"):
        figure.save(str(tmp_path / "b.png"), width=0)


def test_figures_without_rows_are_drawn(trades):
    nothing = trades.head(0)
    for figure in (
        Figure().plot_xy("a", nothing, x="T", y="Y", by=["S"]),
        Figure().axes(plot_style="BAR").plot_xy("a", nothing, x="T", y="Y"),
        Figure().plot_cat("a", nothing, "S", "Y"),
        Figure().plot_xy_hist("a", nothing, x="Y"),
        Figure().plot_pie("a", nothing, "S", "Y"),
        Figure().plot_ohlc("a", nothing, x="T", open="Y", high="Y", low="Y", close="Y"),
    ):
        (ax,) = axes(figure)
        assert [text.get_text() for text in ax.texts] == ["no rows"]


def test_notebooks_show_a_picture(trades):
    bundle = Figure().plot_xy("a", trades, x="X", y="Y")._repr_mimebundle_()
    assert bundle["image/png"][:4] == b"\x89PNG" and bundle["text/plain"] == "Figure(a)"
    assert set(Figure()._repr_mimebundle_()) == {"text/plain"}


def test_without_matplotlib_it_is_said_what_is_missing(trades, monkeypatch, tmp_path):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "matplotlib" else find(name, *rest)
    )
    figure = Figure().plot_xy("a", trades, x="X", y="Y")
    with pytest.raises(DHError, match="matplotlib, which is not there\n  hint: pip install 'kinetable\\[plot\\]'"):
        figure.save(str(tmp_path / "a.png"))
    bundle = figure._repr_mimebundle_()
    assert "image/png" not in bundle and "pip install" in bundle["text/plain"]


def test_figures_are_made_without_matplotlib():
    code = """
        import sys
        from kinetable.plot import Figure
        figure = Figure().plot_xy("a", x=[1, 2], y=[3, 4]).show()
        print(figure, "matplotlib" in sys.modules)
    """
    run = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "Figure(a) False"


def test_all_tables_are_read_at_one_step():
    rows = input_table({"K": dtypes.string, "V": dtypes.double}, key_cols="K")
    first, second = rows.update("X = 1"), rows.update("X = 2").update("V = V * 2")
    figure = Figure().plot_xy("a", first, x="X", y="V").plot_xy("b", second, x="X", y="V")
    done = threading.Event()

    def change() -> None:
        at, is_last = 0, False
        while not is_last:
            # Once at least, however late the thread begins.
            at, is_last = at + 1, done.is_set()
            rows.add(new_table([string_col("K", ["k"]), double_col("V", [float(at)])]))

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(10):
            lines = draw(figure._model).axes[0].lines
            if len(lines) == 2:
                assert 2 * lines[0].get_ydata()[0] == lines[1].get_ydata()[0]
    finally:
        done.set()
        thread.join()
    assert rows.size == 1 and len(draw(figure._model).axes[0].lines) == 2
