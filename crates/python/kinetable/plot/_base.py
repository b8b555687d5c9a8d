"""What every family of methods of a figure works on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Optional, cast

from ..dherror import DHError
from ._model import Axis, Chart, Model, Place, Series

if TYPE_CHECKING:
    from .figure import Figure


class FigureBase:
    """A model, and the place that the next call is about."""

    _model: Model

    def _made(self, model: Model) -> Figure:
        made = object.__new__(type(self))
        made._model = model
        return cast("Figure", made)

    def _chart(self) -> Chart:
        """The chosen chart; the first one is made by whoever needs it."""
        return self._begun().charts[self._model.at.chart]

    def _begun(self) -> Model:
        model = self._model
        return model if model.charts else replace(model, charts=(Chart(),), at=Place())

    def _with_chart(self, chart: Chart, **place: Any) -> Figure:
        model = self._begun()
        return self._made(model.with_chart(chart, replace(model.at, **place)))

    def _series(self, method: str) -> Series:
        at, chart = self._model.at, self._chart()
        if at.series is None or at.series >= len(chart.series):
            raise DHError(message=f"{method}: there is no series yet\n  hint: plot one first")
        return chart.series[at.series]

    def _with_series(self, method: str, series: Series) -> Figure:
        self._series(method)
        all_series = list(self._chart().series)
        all_series[cast(int, self._model.at.series)] = series
        return self._with_chart(replace(self._chart(), series=tuple(all_series)))

    def _axis(self, dim: Optional[int], method: str) -> Axis:
        chart = self._chart()
        return chart.x if self._dim(dim, method) == 0 else chart.axes[self._model.at.axes].y

    def _with_axis(self, dim: Optional[int], axis: Axis, method: str) -> Figure:
        chart, chosen = self._chart(), self._dim(dim, method)
        if chosen == 0:
            return self._with_chart(replace(chart, x=axis), dim=0)
        axes = list(chart.axes)
        axes[self._model.at.axes] = replace(axes[self._model.at.axes], y=axis)
        return self._with_chart(replace(chart, axes=tuple(axes)), dim=1)

    def _dim(self, dim: Optional[int], method: str) -> int:
        chosen = self._model.at.dim if dim is None else dim
        if chosen not in (0, 1):
            raise DHError(message=f"{method}: dim is {dim}\n  hint: 0 is the x axis, 1 the y axis")
        return chosen
