"""The methods that say how a series looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, List, Optional, Union

from ..dherror import DHError
from ..table import Table
from ._base import FigureBase
from ._charts import ColorLike, _no_series
from ._data import refused
from ._model import changed
from .color import hex_of
from .linestyle import LineStyle
from .shape import Shape

if TYPE_CHECKING:
    from .figure import Figure

Visible = Union[int, bool, None]

_ALIKE = "all points of a series are alike: plot those that differ as another series, by where"


class Looks(FigureBase):
    """How the chosen series looks: the one that was plotted last, or that `series` names."""

    def series(
        self,
        name: Optional[str] = None,
        axes: Optional[int] = None,
        group: Optional[int] = None,
        multi_series_key: Optional[List[Any]] = None,
        color: ColorLike = None,
        tool_tip_pattern: Optional[str] = None,
        x_tool_tip_pattern: Optional[str] = None,
        y_tool_tip_pattern: Optional[str] = None,
        error_bar_color: ColorLike = None,
        gradient_visible: Optional[bool] = None,
        naming_function: Optional[Callable[..., str]] = None,
    ) -> Figure:
        """Chooses a series of the chart, and says how it looks.

        Args:
            name: Its name; by itself the chosen one.
            axes: The number of the axes it is on, which are chosen too.
            group: Not offered.
            multi_series_key: Not offered: the series of all keys look as the page has them.
            color: Its colour.
            tool_tip_pattern: Not offered.
            x_tool_tip_pattern: Not offered.
            y_tool_tip_pattern: Not offered.
            error_bar_color: The colour of its ranges.
            gradient_visible: Not offered.
            naming_function: Not offered.

        Raises:
            DHError: if there is no such series.
        """
        patterns = {"tool_tip_pattern": tool_tip_pattern, "x_tool_tip_pattern": x_tool_tip_pattern}
        patterns["y_tool_tip_pattern"] = y_tool_tip_pattern
        others = {"group": group, "multi_series_key": multi_series_key, "gradient_visible": gradient_visible}
        refused("series", {}, {**others, **patterns, "naming_function": naming_function})
        made = self._named(name, axes)
        series = changed(made._series("series"), color=hex_of(color), error_color=hex_of(error_bar_color))
        return made._with_series("series", series)

    def line(
        self,
        multi_series_key: Optional[List[Any]] = None,
        color: ColorLike = None,
        style: Union[str, LineStyle, None] = None,
        visible: Visible = None,
    ) -> Figure:
        """Says how the line of the chosen series looks.

        Args:
            multi_series_key: Not offered.
            color: The colour of the series.
            style: A `LineStyle`, or ``"SOLID"``, ``"DASHED"`` or ``"DOTTED"``.
            visible: Whether the points are joined by lines.

        Raises:
            DHError: if there is no series, or no such style.

        Example:
            from kinetable.plot import Figure, LineStyle
            line = Figure().plot_xy("line", x=[1, 2], y=[3, 5])
            print(line.line(color="RED", style=LineStyle(width=2, dash_pattern=[4, 2])).show())
        """
        refused("line", {}, {"multi_series_key": multi_series_key})
        shown = None if visible is None else bool(visible)
        series = changed(self._series("line"), color=hex_of(color), line=_line(style), lines=shown)
        return self._with_series("line", series)

    def point(
        self,
        t: Optional[Table] = None,
        category: Any = None,
        multi_series_key: Optional[List[Any]] = None,
        color: Any = None,
        label: Any = None,
        shape: Any = None,
        size: Any = None,
        label_format: Optional[str] = None,
        visible: Visible = None,
    ) -> Figure:
        """Says how the points of the chosen series look, all of them alike.

        Args:
            t: Not offered, nor are colours, shapes and sizes by row.
            category: Not offered.
            multi_series_key: Not offered.
            color: The colour of the series.
            label: Not offered.
            shape: A `Shape`, or its name.
            size: How large they are, from 1.
            label_format: Not offered.
            visible: Whether a series of lines shows its points.

        Raises:
            DHError: if there is no series, or no such shape.

        Example:
            from kinetable.plot import Figure, Shape
            line = Figure().plot_xy("line", x=[1, 2], y=[3, 5])
            print(line.point(shape=Shape.DIAMOND, size=3, visible=True).show())
        """
        given = {"t": t, "category": category, "label": label, "label_format": label_format}
        refused("point", {}, {**given, "multi_series_key": multi_series_key})
        by_row = {"color": color, "shape": shape, "size": size}
        for name, value in by_row.items():
            if isinstance(value, (list, tuple, dict)) or callable(value):
                raise DHError(message=f"point: {name} by row is not offered\n  hint: {_ALIKE}")
        if size is not None and not (isinstance(size, (int, float)) and size > 0):
            raise DHError(message=f"point: size is {size!r}\n  hint: a number above 0")
        shown = None if visible is None else bool(visible)
        look = changed(self._series("point"), color=hex_of(color), shape=_shape(shape), size=size, points=shown)
        return self._with_series("point", look)

    def _named(self, name: Optional[str], axes: Optional[int]) -> Figure:
        chart, at = self._chart(), self._begun().at
        if axes is not None and not 0 <= axes < len(chart.axes):
            raise DHError(message=f"series: there are no axes {axes}\n  hint: x_twin makes a second y axis")
        if name is None:
            return self._with_chart(chart)
        found = [i for i, one in enumerate(chart.series) if one.name == name and axes in (None, one.side)]
        if not found:
            raise _no_series("series", name, [one.name for one in chart.series])
        return self._with_chart(chart, series=found[0], axes=chart.series[found[0]].side if axes is None else at.axes)


def _line(style: Union[str, LineStyle, None]) -> Optional[LineStyle]:
    if style is None or isinstance(style, LineStyle):
        return style
    named = {"SOLID": LineStyle(), "DASHED": LineStyle(dash_pattern=[6, 4]), "DOTTED": LineStyle(dash_pattern=[1, 3])}
    found = named.get(str(style).upper())
    if found is None:
        raise DHError(message=f'line: "{style}" is no style\n  hint: {", ".join(named)}, or a LineStyle')
    return found


def _shape(shape: Any) -> Optional[str]:
    if shape is None:
        return None
    if isinstance(shape, Shape):
        return str(shape.value)
    try:
        return str(Shape[str(shape).upper()].value)
    except KeyError:
        hint = ", ".join(member.name for member in Shape)
        raise DHError(message=f'point: "{shape}" is no shape\n  hint: {hint}') from None
