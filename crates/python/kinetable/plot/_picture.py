"""A figure as a picture, by matplotlib: charts in their grid, axes, titles and legends. What series are drawn as is in
`_drawing`.

Matplotlib's figures are made here without `pyplot`, which would keep them all, and is for one thread.
"""

from __future__ import annotations

import importlib.util
import io
import math
from typing import Any, Mapping, Optional

from ..dherror import DHError
from ._formats import formatter
from ._model import TICKS_MAX, Axis, Chart, Model, Title
from ._reading import Points, read
from .font import Font

_DPI = 100
_WIDTH, _HEIGHT = 640, 400

# Colours that differ in lightness too, and are told apart by those who see no red or green.
COLOURS = ("#2f6fde", "#e07b1a", "#1f9d6b", "#b0389b", "#7a6ff0", "#b98a00", "#3fb3d8", "#d64545")
_INK, _LINES = "#22262b", "#d9dde2"

# A text with `$` is no formula. Said of each text, as matplotlib's setting is one for all threads.
PLAIN: Mapping[str, Any] = {"parse_math": False}


def is_there() -> bool:
    """Whether pictures can be made."""
    return importlib.util.find_spec("matplotlib") is not None


def needed() -> None:
    """Refuses where pictures cannot be made."""
    if not is_there():
        raise DHError(
            message="pictures are made by matplotlib, which is not there\n  hint: pip install 'kinetable[plot]'"
        )


def save(model: Model, path: str, width: Optional[int], height: Optional[int]) -> None:
    """Writes a picture; the ending of the path says its format."""
    needed()
    for name, pixels in (("width", width), ("height", height)):
        if pixels is not None and not 1 <= pixels <= 1 << 15:
            raise DHError(message=f"save: {name} is {pixels}\n  hint: pixels, 1 to {1 << 15}")
    drawn = draw(model, width, height)
    try:
        drawn.savefig(path, dpi=_DPI)
    except OSError as error:
        raise DHError(message=f'save: cannot write "{path}": {error.strerror or error}') from error
    except ValueError as error:
        raise DHError(message=f'save: cannot write "{path}": {error}\n  hint: .png, .svg, .pdf or .jpg') from error


def png(model: Model) -> bytes:
    """The picture as PNG."""
    file = io.BytesIO()
    draw(model).savefig(file, dpi=_DPI, format="png")
    return file.getvalue()


def draw(model: Model, width: Optional[int] = None, height: Optional[int] = None) -> Any:
    """Matplotlib's figure of this moment."""
    needed()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    size = (width or _WIDTH * model.cols) / _DPI, (height or _HEIGHT * model.rows) / _DPI
    drawn = Figure(figsize=size, dpi=_DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(drawn)
    if model.title.text:
        drawn.suptitle(model.title.text, **_text(model.title, 14))
    grid = drawn.add_gridspec(model.rows, model.cols)
    for chart, points in zip(model.charts, read(model)):
        rows = slice(chart.row, chart.row + chart.row_span)
        _chart(drawn.add_subplot(grid[rows, chart.col : chart.col + chart.col_span]), chart, points)
    return drawn


def _chart(ax: Any, chart: Chart, points: list[Points]) -> None:
    from ._drawing import draw_series, has_something

    if chart.title.text:
        ax.set_title(chart.title.text, loc="left", **_text(chart.title, 11))
    right = ax.twinx() if len(chart.axes) > 1 else None
    sides = [ax] if right is None else [ax, right]
    plain = not chart.series or chart.series[0].kind not in ("pie", "treemap")
    if plain:
        _frame(sides)
        _dress(ax.xaxis, chart.x, chart)
        for side, axes in zip(sides, chart.axes):
            _dress(side.yaxis, axes.y, chart)
    draw_series(sides, chart, points)
    if not any(map(has_something, points)):
        ax.text(0.5, 0.5, "no rows", transform=ax.transAxes, ha="center", va="center", color="#6b7280")
        for side in sides:
            side.tick_params(labelbottom=False, labelleft=False, labelright=False)
    if plain:
        for side, axes in zip(sides, chart.axes):
            _ends(side, "y", axes.y)
        _ends(ax, "x", chart.x)
        ax.grid(chart.x_grid is not False, axis="x", color=_LINES, linewidth=0.6)
        ax.grid(chart.y_grid is not False, axis="y", color=_LINES, linewidth=0.6)
        ax.set_axisbelow(True)
    _legend(sides, chart, points)


def _frame(sides: list[Any]) -> None:
    for place, side in enumerate(sides):
        side.spines["top"].set_visible(False)
        side.spines["right"].set_visible(place == 1)
        for spine in side.spines.values():
            spine.set_color(_LINES)
        side.tick_params(color=_LINES, labelcolor=_INK, labelsize=9)


def _dress(axis: Any, look: Axis, chart: Chart) -> None:
    """Label, colour, scale, ticks and formats of an axis."""
    from matplotlib.ticker import AutoMinorLocator, FixedLocator

    if look.label:
        axis.set_label_text(look.label, **_text(Title(look.label, look.color, look.font), 10))
    side = axis.axes
    if look.log:
        getattr(side, f"set_{axis.axis_name}scale")("log")
    is_categories = axis.axis_name == "x" and any(series.kind == "category" for series in chart.series)
    made = None if is_categories else formatter(look)
    if made is not None:
        locator, format = made
        if locator is not None:
            axis.set_major_locator(locator)
        axis.set_major_formatter(format)
    ticks = look.ticks
    unit = 86_400e9 if look.time else 1.0
    if ticks.places is not None:
        axis.set_major_locator(FixedLocator([place / unit for place in ticks.places]))
    elif ticks.gap is not None:
        axis.set_major_locator(_multiples(ticks.gap / unit))
    if ticks.has_minor:
        axis.set_minor_locator(AutoMinorLocator(ticks.minor + 1 if ticks.minor else None))
    params: dict[str, Any] = {"labelcolor": look.color or _INK}
    if ticks.angle is not None:
        params["labelrotation"] = ticks.angle
    if ticks.font is not None:
        params["labelsize"], params["labelfontfamily"] = ticks.font.size, _families(ticks.font.family)
    if ticks.visible is False:
        params |= {"left": False, "right": False, "bottom": False}
    axis.set_tick_params(**{key: value for key, value in params.items() if _fits(axis, key)})
    if ticks.font is not None:
        for text in axis.get_ticklabels():
            # Those that are made later have it from these.
            text.set(**_cut(ticks.font))


def _multiples(gap: float) -> Any:
    """Marks at the multiples of a gap, or of that gap some times over, where they would be more than can be seen."""
    from matplotlib.ticker import MultipleLocator

    class Multiples(MultipleLocator):
        def tick_values(self, vmin: float, vmax: float) -> Any:
            times = max(1, math.ceil(abs(vmax - vmin) / gap / TICKS_MAX))
            return MultipleLocator(gap * times).tick_values(vmin, vmax)

    return Multiples(gap)


def _fits(axis: Any, key: str) -> bool:
    return key not in (("bottom",) if axis.axis_name == "y" else ("left", "right"))


def _ends(ax: Any, dim: str, look: Axis) -> None:
    import numpy as np

    ends = [look.low, look.high]
    limits = [np.datetime64(int(end), "ns") if look.time and end is not None else end for end in ends]
    if any(end is not None for end in limits):
        getattr(ax, f"set_{dim}lim")(*limits)
    if look.invert:
        getattr(ax, f"invert_{dim}axis")()


def _legend(sides: list[Any], chart: Chart, points: list[Points]) -> None:
    many = len(points) > 1 or any(one.series.by for one in points)
    is_shown = many if chart.legend_visible is None else chart.legend_visible
    if not is_shown or any(one.series.kind in ("pie", "treemap") for one in points):
        return
    found: dict[str, Any] = {}
    for side in sides:
        for handle, label in zip(*side.get_legend_handles_labels()):
            found.setdefault(label, handle)
    if not found:
        return
    look: dict[str, Any] = {"fontsize": 9, "labelcolor": chart.legend.color or _INK}
    if chart.legend.font is not None:
        del look["fontsize"]
        font, cut = chart.legend.font, _cut(chart.legend.font)
        look["prop"] = {"family": _families(font.family), "size": font.size}
        look["prop"] |= {"weight": cut["fontweight"], "style": cut["fontstyle"]}
    made = sides[-1].legend(found.values(), found.keys(), loc="best", framealpha=0.85, edgecolor=_LINES, **look)
    for text in made.get_texts():
        text.set_parse_math(False)


def _text(title: Title, size: int) -> dict[str, Any]:
    look: dict[str, Any] = {"color": title.color or _INK, "fontsize": size, **PLAIN}
    if title.font is not None:
        look |= {"fontsize": title.font.size, "fontfamily": _families(title.font.family), **_cut(title.font)}
    return look


def _cut(font: Font) -> dict[str, str]:
    style = font.style.value
    weight, slant = "bold" if "bold" in style else "normal", "italic" if "italic" in style else "normal"
    return {"fontweight": weight, "fontstyle": slant}


def _families(family: str) -> list[str]:
    """The family if the machine has it, without a word on stderr if not; and one that matplotlib brings."""
    from matplotlib import font_manager

    there = any(font.name == family for font in font_manager.fontManager.ttflist)
    return [family, "DejaVu Sans"] if there else ["DejaVu Sans"]
