"""Figures: charts of tables, which stay live in a page, and become pictures in notebooks and files."""

from __future__ import annotations

from typing import Any, Optional

from ..dherror import DHError
from ..plugin import _registry
from ._axes import AxesMethods
from ._charts import Charts
from ._looks import Looks
from ._model import CELLS_MAX, Model
from ._plots import Plots
from ._ticks import TickMethods

__all__ = ["Figure"]


class Figure(Plots, Charts, AxesMethods, TickMethods, Looks):
    """Charts in a grid. It does not change: every method gives another figure.

    A figure in a variable is listed by a server of this process: in the web app it opens as a panel that follows its
    tables, and Deephaven's own clients find it as a ``Figure``. In a notebook it is shown as a picture of this moment.

    Args:
        rows: How many rows of charts there are.
        cols: How many columns.
        j_figure: Ignored, for scripts that were written for Deephaven.

    Raises:
        DHError: if there is no cell for a chart, or more than 12 rows or columns.

    Example:
        from kinetable import time_table
        from kinetable.plot import Figure
        ticks = time_table("PT1S").update("Price = 100 + random()")
        prices = Figure().plot_xy("price", t=ticks, x="Timestamp", y="Price").x_axis(label="Time").show()
        print(prices)
    """

    def __init__(self, rows: int = 1, cols: int = 1, j_figure: Any = None) -> None:
        for name, count in (("rows", rows), ("cols", cols)):
            if not isinstance(count, int):
                text = f"Figure: {name} is a {type(count).__name__}, {count!r}"
                raise DHError(message=f"{text}\n  hint: a whole number, 1 to {CELLS_MAX}")
        if rows < 1 or cols < 1:
            raise DHError(message=f"a figure of {rows} × {cols} charts has no cell\n  hint: rows and cols from 1")
        if rows > CELLS_MAX or cols > CELLS_MAX:
            text = f"a figure of {rows} × {cols} charts is larger than pages draw"
            raise DHError(message=f"{text}\n  hint: at most {CELLS_MAX} rows and {CELLS_MAX} columns; make two of it")
        self._model = Model(rows, cols)

    def show(self) -> Figure:
        """The figure, ready to be shown: assign it to a variable.

        Raises:
            DHError: if it has no series.

        Example:
            from kinetable.plot import Figure
            figure = Figure().plot_xy("line", x=[1, 2, 3], y=[2, 4, 8]).show()
            print(figure)
        """
        if not any(chart.series for chart in self._model.charts):
            raise DHError(message="show: the figure has no series\n  hint: plot_xy, plot_cat and the like add some")
        return self._made(self._model)

    def save(
        self,
        path: str,
        height: Optional[int] = None,
        width: Optional[int] = None,
        wait: Optional[bool] = None,
        timeout_seconds: Optional[int] = None,
    ) -> None:
        """Writes a picture of this moment: all tables are read at one step.

        Args:
            path: The file; its ending says the format: ``.png``, ``.svg``, ``.pdf``, ``.jpg``.
            height: The height in pixels; by itself 400 for each row of charts.
            width: The width in pixels; by itself 640 for each column.
            wait: Ignored: it is written when this returns.
            timeout_seconds: Ignored.

        Raises:
            DHError: if matplotlib is not there, the file cannot be written or its format is unknown, or the figure has
                no series.

        Usage:
            Figure().plot_xy("price", t=ticks, x="Timestamp", y="Price").save("price.png")
        """
        from ._picture import save

        save(self.show()._model, path, width, height)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """What notebooks show: a picture, if there is something to draw and to draw it with."""
        bundle: dict[str, Any] = {"text/plain": repr(self)}
        if any(chart.series for chart in self._model.charts):
            picture, why_not = self._picture()
            if picture is None:
                bundle["text/plain"] += f"\n{why_not}"
            else:
                bundle["image/png"] = picture
        return bundle

    def _repr_png_(self) -> Optional[bytes]:
        return self._picture()[0]

    def _picture(self) -> tuple[Optional[bytes], str]:
        """The picture as PNG, or why there is none: a notebook shows a traceback of what its display hooks raise."""
        from . import _picture

        if not _picture.is_there():
            return None, "pip install 'kinetable[plot]' shows a picture here"
        try:
            return _picture.png(self._model), ""
        except Exception as error:
            return None, f"there is no picture: {type(error).__name__}: {error}"

    def __repr__(self) -> str:
        told = []
        for chart in self._model.charts:
            names = ", ".join(
                f"{series.name} by {', '.join(series.by)}" if series.by else series.name for series in chart.series
            )
            told.append(f"{chart.title.text}: {names}" if chart.title.text else names)
        title = f'"{self._model.title.text}", ' if self._model.title.text else ""
        return f"Figure({title}{'; '.join(filter(None, told)) or 'empty'})"


class FigureType:
    """Figures, as servers know them."""

    name = "Figure"

    def is_type(self, obj: Any) -> bool:
        """Whether it is a figure."""
        return isinstance(obj, Figure)

    def to_page(self, obj: Figure) -> tuple[dict[str, Any], list[Any]]:
        """What pages show."""
        from ._page import page

        return page(obj._model)

    def to_bytes(self, exporter: Any, obj: Figure) -> bytes:
        """What Deephaven's clients read."""
        from ._descriptor import descriptor

        return descriptor(obj._model, exporter)


_registry.register(FigureType())
