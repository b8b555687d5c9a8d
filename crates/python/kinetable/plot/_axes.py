"""The methods that say how axes look."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, List, Optional, Union

from ..dherror import DHError
from ..table import Table
from ._base import FigureBase
from ._charts import ColorLike, _without
from ._data import refused, worded
from ._model import STYLES, Axes, Axis, Chart, changed
from .axisformat import AxisFormat
from .axistransform import AxisTransform
from .color import hex_of
from .font import Font
from .plotstyle import PlotStyle

if TYPE_CHECKING:
    from .figure import Figure

End = Union[str, float, dt.datetime, None]


class AxesMethods(FigureBase):
    """Axes, and what stands along them."""

    def axes(
        self,
        name: Optional[str] = None,
        axes: Optional[int] = None,
        remove_series: Optional[List[str]] = None,
        plot_style: Union[str, PlotStyle, None] = None,
    ) -> Figure:
        """Chooses axes of the chart, and says in what style all series on them are drawn.

        Args:
            name: The name of the axes, if `twin` gave them one.
            axes: Their number: 0 the first, 1 those that `twin` made.
            remove_series: Names of series that the chart loses.
            plot_style: The style: a `PlotStyle` or its name.

        Raises:
            DHError: if there are no such axes or series, or series on them cannot have the style.

        Example:
            from kinetable.plot import Figure, PlotStyle
            print(Figure().plot_xy("points", x=[1, 2], y=[3, 5]).axes(plot_style=PlotStyle.SCATTER).show())
        """
        chart, at = self._chart(), self._begun().at
        number = _number(chart, name, axes, at.axes)
        chart = _without(chart, remove_series, "axes")
        if number >= len(chart.axes):
            number = 0
        if plot_style is not None:
            style = _style(plot_style)
            _check_style(chart, number, style)
            chart = _with_axes(chart, number, replace(chart.axes[number], style=style))
        last = [i for i, series in enumerate(chart.series) if series.side == number]
        return self._with_chart(chart, axes=number, series=last[-1] if last else None)

    def axis(
        self,
        dim: Optional[int] = None,
        t: Optional[Table] = None,
        label: Optional[str] = None,
        color: ColorLike = None,
        font: Optional[Font] = None,
        format: Optional[AxisFormat] = None,
        format_pattern: Optional[str] = None,
        min: End = None,
        max: End = None,
        invert: Optional[bool] = None,
        log: Optional[bool] = None,
        business_time: Optional[bool] = None,
        calendar: Any = None,
        transform: Optional[AxisTransform] = None,
    ) -> Figure:
        """Chooses an axis, and says how it looks.

        Args:
            dim: 0: the x axis, 1: the y axis; by itself the chosen one.
            t: Not offered.
            label: What is written beside it.
            color: Its colour.
            font: The font of the label.
            format: How numbers or times along it are written; if not given, as their size asks for, times in the page on
                the clock of the page.
            format_pattern: The same, as a pattern alone: ``"#,##0.00"``, ``"HH:mm"``.
            min: Where it begins; on an axis of times a text such as ``"2026-11-02T09:30:00Z"``, a ``datetime``, or
                nanoseconds since the epoch.
            max: Where it ends.
            invert: Whether it runs the other way.
            log: Whether it is logarithmic.
            business_time: Not offered.
            calendar: Not offered.
            transform: The same as `log`, as `axis_transform` gives it.

        Raises:
            DHError: if it would end before it begins, or what is given does not fit, such as a time on an axis of
                numbers.
        """
        refused("axis", {}, {"t": t, "business_time": business_time, "calendar": calendar})
        worded("axis", "label", label)
        axis = self._axis(dim, "axis")
        ends = _time_ends(axis, min, max)
        if ends and not axis.time and self._is_used(dim):
            end, which = (min if ends[0] == "min" else max), "xy"[self._dim(dim, "axis")]
            text = f"axis: {ends[0]} is {end!r}, but the {which} axis has no times"
            raise DHError(message=f"{text}\n  hint: a number, as those that are plotted")
        if transform is not None and not isinstance(transform, AxisTransform):
            raise DHError(message=f"axis: transform is a {type(transform).__name__}\n  hint: axis_transform(name)")
        axis = changed(
            axis,
            label=label,
            color=hex_of(color),
            font=font,
            pattern=format_pattern if format is None else format.pattern,
            zone=None if format is None else format.zone,
            low=_end(min, "min"),
            high=_end(max, "max"),
            time_ends=ends,
            invert=invert,
            log=True if transform is not None else log,
        )
        if axis.low is not None and axis.high is not None and not axis.low < axis.high:
            raise DHError(message=f"axis: it begins at {min} and ends at {max}\n  hint: min below max; invert turns it")
        if axis.log and axis.low is not None and axis.low <= 0:
            raise DHError(message=f"axis: a logarithmic axis begins at {min}\n  hint: min above 0")
        return self._with_axis(dim, axis, "axis")

    def x_axis(
        self,
        t: Optional[Table] = None,
        label: Optional[str] = None,
        color: ColorLike = None,
        font: Optional[Font] = None,
        format: Optional[AxisFormat] = None,
        format_pattern: Optional[str] = None,
        min: End = None,
        max: End = None,
        invert: Optional[bool] = None,
        log: Optional[bool] = None,
        business_time: Optional[bool] = None,
        calendar: Any = None,
        transform: Optional[AxisTransform] = None,
    ) -> Figure:
        """Says how the x axis looks; see `axis`.

        Example:
            from kinetable.plot import Figure
            print(Figure().plot_xy("line", x=[1, 2], y=[3, 5]).x_axis(label="Seconds", min=0, max=10).show())
        """
        look = (t, label, color, font, format, format_pattern, min, max, invert, log)
        return self.axis(0, *look, business_time, calendar, transform)

    def y_axis(
        self,
        t: Optional[Table] = None,
        label: Optional[str] = None,
        color: ColorLike = None,
        font: Optional[Font] = None,
        format: Optional[AxisFormat] = None,
        format_pattern: Optional[str] = None,
        min: End = None,
        max: End = None,
        invert: Optional[bool] = None,
        log: Optional[bool] = None,
        business_time: Optional[bool] = None,
        calendar: Any = None,
        transform: Optional[AxisTransform] = None,
    ) -> Figure:
        """Says how the chosen y axis looks; see `axis`.

        Example:
            from kinetable.plot import Figure
            print(Figure().plot_xy("line", x=[1, 2], y=[3, 500]).y_axis(label="Price", log=True).show())
        """
        look = (t, label, color, font, format, format_pattern, min, max, invert, log)
        return self.axis(1, *look, business_time, calendar, transform)

    def twin(self, name: Optional[str] = None, dim: Optional[int] = None) -> Figure:
        """Adds a second y axis, on the right, and chooses it: series that are plotted from now on are measured on it.

        Args:
            name: A name for `axes` to choose it by.
            dim: The axis that both share: 0, the x axis. 1 is not offered.

        Raises:
            DHError: if the chart has two already, or has a pie or a tree map.
        """
        if dim == 1:
            raise DHError(message="twin: a second x axis is not offered\n  hint: give the series a chart of its own")
        self._dim(dim, "twin")
        chart = self._chart()
        if len(chart.axes) > 1:
            raise DHError(
                message="twin: the chart has two y axes already\n  hint: axes(axes=0) or axes(axes=1) chooses one"
            )
        if any(series.kind in ("pie", "treemap") for series in chart.series):
            raise DHError(message="twin: a chart of this kind has no axes")
        return self._with_chart(replace(chart, axes=(*chart.axes, Axes(name=name))), axes=1, dim=1, series=None)

    def x_twin(self, name: Optional[str] = None) -> Figure:
        """Adds a second y axis, on the right, over the same x axis; see `twin`.

        Args:
            name: A name for `axes` to choose it by.

        Example:
            from kinetable.plot import Figure
            price = Figure().plot_xy("price", x=[1, 2], y=[3, 5])
            print(price.x_twin().plot_xy("volume", x=[1, 2], y=[100, 900]).show())
        """
        return self.twin(name, 0)

    def _is_used(self, dim: Optional[int]) -> bool:
        """Whether series lie along an axis, which say whether it has times."""
        chart, side = self._chart(), self._begun().at.axes
        return any(self._dim(dim, "axis") == 0 or series.side == side for series in chart.series)


def _number(chart: Chart, name: Optional[str], number: Optional[int], present: int) -> int:
    if name is not None:
        found = [i for i, axes in enumerate(chart.axes) if axes.name == name]
        if not found:
            raise DHError(message=f'axes: there are none called "{name}"\n  hint: x_twin(name=...) makes some')
        return found[0]
    if number is not None and not 0 <= number < len(chart.axes):
        raise DHError(
            message=f"axes: there is no number {number} of {len(chart.axes)}\n  hint: x_twin makes a second one"
        )
    return present if number is None else number


def _style(style: Union[str, PlotStyle]) -> PlotStyle:
    if isinstance(style, PlotStyle):
        return style
    try:
        return PlotStyle[str(style).upper()]
    except KeyError:
        hint = ", ".join(member.name for member in PlotStyle)
        raise DHError(message=f'axes: "{style}" is no style\n  hint: {hint}') from None


def _check_style(chart: Chart, number: int, style: PlotStyle) -> None:
    for series in chart.series:
        if series.side == number and style not in STYLES[series.kind]:
            can = ", ".join(member.name for member in STYLES[series.kind])
            raise DHError(message=f'axes: series "{series.name}" cannot be {style.name}\n  hint: {can}')
        if series.side == number and style is PlotStyle.ERROR_BAR and not series.has_errors:
            hint = "plot it with y_low and y_high"
            raise DHError(message=f'axes: series "{series.name}" has no ranges\n  hint: {hint}')


def _with_axes(chart: Chart, number: int, axes: Axes) -> Chart:
    return replace(chart, axes=tuple(axes if i == number else other for i, other in enumerate(chart.axes)))


def _is_time(end: Any) -> bool:
    return end is not None and (isinstance(end, bool) or not isinstance(end, Real))


def _time_ends(axis: Axis, low: Any, high: Any) -> tuple[str, ...]:
    """Which ends of an axis are times, once these are given."""
    given = {"min": low, "max": high}
    return tuple(name for name, end in given.items() if (name in axis.time_ends if end is None else _is_time(end)))


def _end(value: Any, name: str) -> Optional[float]:
    """An end of an axis as a number; of times, as nanoseconds since the epoch."""
    if not _is_time(value):
        return None if value is None else int(value) if isinstance(value, Integral) else float(value)
    from ..time import to_j_instant

    try:
        instant: Any = to_j_instant(value)
        return int(instant.nanos)
    except Exception:
        hint = 'a number, or on an axis of times "2026-11-02T09:30:00Z"'
        raise DHError(message=f"axis: {name} is {value!r}\n  hint: {hint}") from None
