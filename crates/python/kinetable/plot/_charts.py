"""The methods that lay out charts and give them titles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, List, Optional, Union

from ..dherror import DHError
from ..table import Table
from ._base import FigureBase
from ._data import refused, worded
from ._model import CHARTS_MAX, Axes, Chart, Model, Place, changed
from .color import Color, hex_of
from .font import Font

if TYPE_CHECKING:
    from .figure import Figure

ColorLike = Union[str, int, Color, None]


class Charts(FigureBase):
    """Charts in their grid."""

    def new_chart(self, index: Optional[int] = None, row: Optional[int] = None, col: Optional[int] = None) -> Figure:
        """Adds a chart to the grid, and chooses it.

        Args:
            index: Its cell, counted row by row from 0; by itself the first free one.
            row: The row of its cell, from 0, the uppermost; with `col`.
            col: The column of its cell, from 0.

        Raises:
            DHError: if there is no such cell, it is taken, or the figure has 36 charts.

        Example:
            from kinetable.plot import Figure
            two = Figure(rows=1, cols=2).new_chart(row=0, col=0).plot_cat("a", category=["x"], y=[1])
            print(two.new_chart(row=0, col=1).plot_cat("b", category=["x"], y=[2]).show())
        """
        model = self._model
        if len(model.charts) >= CHARTS_MAX:
            text = f"new_chart: the figure has {CHARTS_MAX} charts, and pages draw no more"
            raise DHError(message=f"{text}\n  hint: make another figure of the rest")
        cell = _cell(model, "new_chart", index, row, col) or _free(model)
        if _at(model, cell) is not None:
            raise DHError(
                message=f"new_chart: there is a chart at row {cell[0]}, column {cell[1]}\n  hint: another cell"
            )
        charts = (*model.charts, Chart(row=cell[0], col=cell[1]))
        return self._made(replace(model, charts=charts, at=Place(chart=len(charts) - 1)))

    def chart(
        self,
        multi_series_key: Optional[List[Any]] = None,
        remove_series: Optional[List[str]] = None,
        index: Optional[int] = None,
        row: Optional[int] = None,
        col: Optional[int] = None,
        row_span: Optional[int] = None,
        col_span: Optional[int] = None,
        orientation: Optional[str] = None,
        grid_visible: Optional[bool] = None,
        x_grid_visible: Optional[bool] = None,
        y_grid_visible: Optional[bool] = None,
        pie_label_format: Optional[str] = None,
    ) -> Figure:
        """Chooses a chart, and says how it looks.

        Args:
            multi_series_key: Not offered.
            remove_series: Names of series that it loses.
            index: Its cell, counted row by row from 0; by itself that of the chosen chart.
            row: The row of its cell; with `col`.
            col: The column of its cell.
            row_span: How many rows it takes.
            col_span: How many columns it takes.
            orientation: ``"vertical"``, which they are.
            grid_visible: Whether lines of both axes run across it; by itself those of both do in pictures, and those of
                the left y axis in the page.
            x_grid_visible: Whether those of the x axis do.
            y_grid_visible: Whether those of the y axis do.
            pie_label_format: Not offered.

        Raises:
            DHError: if there is no such chart or series, or it takes cells that are not there.
        """
        refused("chart", {}, {"multi_series_key": multi_series_key, "pie_label_format": pie_label_format})
        if orientation is not None and orientation.lower() not in ("vertical", "v"):
            refused("chart", {"orientation": "charts are vertical"}, {"orientation": orientation})
        made, cell = self, _cell(self._model, "chart", index, row, col)
        if cell is not None:
            found = _at(self._model, cell)
            if found is None:
                raise DHError(
                    message=f"chart: there is none at row {cell[0]}, column {cell[1]}\n  hint: new_chart makes one"
                )
            last = len(self._model.charts[found].series) - 1
            place = Place(chart=found, series=last if last >= 0 else None)
            made = self._made(replace(self._model, at=place))
        chart = changed(
            _without(made._chart(), remove_series, "chart"),
            row_span=row_span,
            col_span=col_span,
            x_grid=grid_visible if x_grid_visible is None else x_grid_visible,
            y_grid=grid_visible if y_grid_visible is None else y_grid_visible,
        )
        _check_span(made._begun(), chart)
        return made._with_chart(chart, series=len(chart.series) - 1 if chart.series else None)

    def chart_title(
        self,
        t: Optional[Table] = None,
        title: Optional[str] = None,
        columns: Optional[List[str]] = None,
        format: Optional[str] = None,
        max_rows: Optional[int] = None,
        column_names_in_title: Optional[bool] = None,
        color: ColorLike = None,
        font: Optional[Font] = None,
    ) -> Figure:
        """Gives the chosen chart a title.

        Args:
            t: Not offered, nor are the titles made of tables by `columns`, `format`, `max_rows` and
                `column_names_in_title`.
            title: The title.
            columns: Not offered.
            format: Not offered.
            max_rows: Not offered.
            column_names_in_title: Not offered.
            color: Its colour.
            font: Its font.
        """
        if isinstance(t, str):
            raise DHError(message=f"chart_title: a table comes first\n  hint: chart_title(title={t!r})")
        given = {"t": t, "columns": columns, "format": format, "max_rows": max_rows}
        hints = dict.fromkeys([*given, "column_names_in_title"], "title=text: make the text first")
        refused("chart_title", hints, {**given, "column_names_in_title": column_names_in_title})
        worded("chart_title", "title", title)
        chart = self._chart()
        return self._with_chart(replace(chart, title=changed(chart.title, text=title, color=hex_of(color), font=font)))

    def chart_legend(
        self, color: ColorLike = None, font: Optional[Font] = None, visible: Union[int, bool, None] = None
    ) -> Figure:
        """Says how the legend of the chosen chart looks.

        Args:
            color: Its colour.
            font: Its font.
            visible: Whether it is there; by itself, if there is more than one series.
        """
        chart = self._chart()
        legend = changed(chart.legend, color=hex_of(color), font=font)
        return self._with_chart(
            changed(chart, legend=legend, legend_visible=None if visible is None else bool(visible))
        )

    def figure(
        self,
        remove_series: Optional[List[str]] = None,
        remove_chart_index: Optional[int] = None,
        remove_chart_row: Optional[int] = None,
        remove_chart_col: Optional[int] = None,
        update_millis: Optional[int] = None,
    ) -> Figure:
        """Takes charts or series out of the figure.

        Args:
            remove_series: Names of series that all charts lose.
            remove_chart_index: The cell of a chart that goes, counted row by row from 0.
            remove_chart_row: The row of its cell; with `remove_chart_col`.
            remove_chart_col: The column of its cell.
            update_millis: How often Deephaven's own web client draws it anew, in milliseconds. The page of this package
                draws as fast as it can show.

        Raises:
            DHError: if there is no such chart or series.
        """
        model = self._begun()
        for name in remove_series or ():
            if not any(series.name == name for chart in model.charts for series in chart.series):
                raise _no_series("figure", name, [s.name for chart in model.charts for s in chart.series])
        drop = set(remove_series or ())
        charts = [
            replace(chart, series=tuple(s for s in chart.series if s.name not in drop)) if drop else chart
            for chart in model.charts
        ]
        cell = _cell(model, "figure", remove_chart_index, remove_chart_row, remove_chart_col)
        if cell is not None:
            found = _at(model, cell)
            if found is None:
                raise DHError(message=f"figure: there is no chart at row {cell[0]}, column {cell[1]}")
            del charts[found]
        at = Place(chart=max(len(charts) - 1, 0))
        if charts and charts[-1].series:
            at = replace(at, series=len(charts[-1].series) - 1)
        return self._made(changed(replace(model, charts=tuple(charts), at=at), update_ms=update_millis))

    def figure_title(self, title: Optional[str] = None, color: ColorLike = None, font: Optional[Font] = None) -> Figure:
        """Gives the figure a title.

        Args:
            title: The title.
            color: Its colour.
            font: Its font.

        Example:
            from kinetable.plot import Figure
            print(Figure().figure_title("Sales").plot_cat("2026", category=["a"], y=[1]).show())
        """
        worded("figure_title", "title", title)
        model = self._model
        return self._made(replace(model, title=changed(model.title, text=title, color=hex_of(color), font=font)))


def _cell(
    model: Model, method: str, index: Optional[int], row: Optional[int], col: Optional[int]
) -> Optional[tuple[int, int]]:
    if index is None and row is None and col is None:
        return None
    if index is not None and (row is not None or col is not None):
        raise DHError(message=f"{method}: a chart is named by its index or by row and col, not by both")
    if index is None:
        index_row, index_col = row or 0, col or 0
    else:
        index_row, index_col = divmod(index, model.cols)
    if not (0 <= index_row < model.rows and 0 <= index_col < model.cols):
        size = f"{model.rows} × {model.cols}"
        hint = f"Figure(rows={index_row + 1}, cols={index_col + 1})"
        text = f"{method}: there is no row {index_row}, column {index_col} in a figure of {size} charts"
        raise DHError(message=f"{text}\n  hint: counted from 0; {hint}")
    return index_row, index_col


def _covers(chart: Chart, cell: tuple[int, int]) -> bool:
    rows = range(chart.row, chart.row + chart.row_span)
    return cell[0] in rows and cell[1] in range(chart.col, chart.col + chart.col_span)


def _at(model: Model, cell: tuple[int, int]) -> Optional[int]:
    return next((i for i, chart in enumerate(model.charts) if _covers(chart, cell)), None)


def _free(model: Model) -> tuple[int, int]:
    cells = ((row, col) for row in range(model.rows) for col in range(model.cols))
    for cell in cells:
        if _at(model, cell) is None:
            return cell
    hint = f"Figure(rows={model.rows + 1}, cols={model.cols})"
    raise DHError(message=f"new_chart: all {model.rows} × {model.cols} cells have a chart\n  hint: {hint}")


def _check_span(model: Model, chart: Chart) -> None:
    if chart.row_span < 1 or chart.col_span < 1:
        raise DHError(message="chart: a chart takes at least one row and one column")
    if chart.row + chart.row_span > model.rows or chart.col + chart.col_span > model.cols:
        hint = f"Figure(rows={chart.row + chart.row_span}, cols={chart.col + chart.col_span})"
        raise DHError(message=f"chart: it takes more than the {model.rows} × {model.cols} cells\n  hint: {hint}")
    for other in model.charts:
        if (other.row, other.col) != (chart.row, chart.col) and _covers(chart, (other.row, other.col)):
            raise DHError(message=f"chart: it would cover the chart at row {other.row}, column {other.col}")


def _no_series(method: str, name: str, there: List[str]) -> DHError:
    hint = f"there is {', '.join(there)}" if there else "there is none"
    return DHError(message=f'{method}: there is no series "{name}"\n  hint: {hint}')


def _without(chart: Chart, names: Optional[List[str]], method: str) -> Chart:
    """A chart without some of its series."""
    there = [series.name for series in chart.series]
    for name in names or ():
        if name not in there:
            raise _no_series(method, name, there)
    left = tuple(series for series in chart.series if series.name not in (names or ()))
    axes = chart.axes if left else (Axes(style=chart.axes[0].style, y=chart.axes[0].y),)
    return replace(chart, series=left, axes=axes) if names else chart
