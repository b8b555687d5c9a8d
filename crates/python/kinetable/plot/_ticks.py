"""The methods that say where the marks along axes are, and how they look."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, List, Optional, Union

from ..dherror import DHError
from ._base import FigureBase
from ._model import MINOR_MAX, TICKS_MAX, changed
from .font import Font

if TYPE_CHECKING:
    from .figure import Figure

Visible = Union[int, bool, None]


class TickMethods(FigureBase):
    """The marks along the axes of the chosen chart, large ones with texts and small ones between them."""

    def ticks(
        self,
        font: Optional[Font] = None,
        gap: Optional[float] = None,
        loc: Optional[List[float]] = None,
        angle: Optional[int] = None,
        visible: Visible = None,
    ) -> Figure:
        """Says where the marks along the chosen axis are, and how what is written at them looks. By itself they stand
        where there is room. Texts that would lie on each other are left out in the page.

        Args:
            font: The font of what is written at them.
            gap: From one to the next, counted from 0; on an axis of times in nanoseconds.
            loc: Where they are, instead: at most 1000 places; on an axis of times nanoseconds since the epoch.
            angle: How far what is written at them is turned to the left, in degrees, -360 to 360.
            visible: Whether there are marks; the texts stay.

        Raises:
            DHError: if the gap is not above 0, or a number is none.

        Example:
            from kinetable.plot import Figure, Font
            line = Figure().plot_xy("line", x=[0, 50], y=[3, 5])
            print(line.x_ticks(gap=10, angle=45, font=Font(size=9)).show())
        """
        return self._ticks(None, font, gap, loc, angle, visible)

    def x_ticks(
        self,
        font: Optional[Font] = None,
        gap: Optional[float] = None,
        loc: Optional[List[float]] = None,
        angle: Optional[int] = None,
        visible: Visible = None,
    ) -> Figure:
        """As `ticks`, of the x axis."""
        return self._ticks(0, font, gap, loc, angle, visible)

    def y_ticks(
        self,
        font: Optional[Font] = None,
        gap: Optional[float] = None,
        loc: Optional[List[float]] = None,
        angle: Optional[int] = None,
        visible: Visible = None,
    ) -> Figure:
        """As `ticks`, of the chosen y axis."""
        return self._ticks(1, font, gap, loc, angle, visible)

    def ticks_minor(self, nminor: Optional[int] = None, visible: Visible = None) -> Figure:
        """Says how many small marks are between two marks of the chosen axis.

        Args:
            nminor: How many, 0 to 100; by itself, where they are to be seen, as many as suit the marks.
            visible: Whether there are any; by itself, if `nminor` says how many.

        Raises:
            DHError: if there are too many, or fewer than none.

        Example:
            from kinetable.plot import Figure
            print(Figure().plot_xy("line", x=[0, 50], y=[3, 5]).x_ticks_minor(nminor=4).show())
        """
        return self._ticks_minor(None, nminor, visible)

    def x_ticks_minor(self, nminor: Optional[int] = None, visible: Visible = None) -> Figure:
        """As `ticks_minor`, of the x axis."""
        return self._ticks_minor(0, nminor, visible)

    def y_ticks_minor(self, nminor: Optional[int] = None, visible: Visible = None) -> Figure:
        """As `ticks_minor`, of the chosen y axis."""
        return self._ticks_minor(1, nminor, visible)

    def _ticks(
        self,
        dim: Optional[int],
        font: Optional[Font],
        gap: Optional[float],
        loc: Optional[List[float]],
        angle: Optional[float],
        visible: Visible,
    ) -> Figure:
        if gap is not None and not 0 < gap < float("inf"):
            raise DHError(message=f"ticks: the gap is {gap}\n  hint: above 0")
        if angle is not None and not -360 <= angle <= 360:
            raise DHError(message=f"ticks: the angle is {angle}\n  hint: degrees, -360 to 360")
        axis = self._axis(dim, "ticks")
        places = None if loc is None else _places(loc)
        shown = None if visible is None else bool(visible)
        ticks = changed(axis.ticks, font=font, gap=gap, places=places, angle=angle, visible=shown)
        return self._with_axis(dim, replace(axis, ticks=ticks), "ticks")

    def _ticks_minor(self, dim: Optional[int], minor: Optional[int], visible: Visible) -> Figure:
        if minor is not None and not 0 <= minor <= MINOR_MAX:
            raise DHError(message=f"ticks_minor: nminor is {minor}\n  hint: 0 to {MINOR_MAX}")
        axis = self._axis(dim, "ticks_minor")
        shown = None if visible is None else bool(visible)
        return self._with_axis(
            dim, replace(axis, ticks=changed(axis.ticks, minor=minor, minor_visible=shown)), "ticks_minor"
        )


def _places(loc: List[float]) -> tuple[float, ...]:
    """Where marks are, as numbers."""
    if len(loc) > TICKS_MAX:
        raise DHError(message=f"ticks: loc has {len(loc)} places\n  hint: at most {TICKS_MAX}; gap=... repeats")
    places = tuple(float(place) for place in loc)
    bad = next((place for place in places if not isfinite(place)), None)
    if bad is not None:
        raise DHError(message=f"ticks: loc has {bad}\n  hint: numbers; on an axis of times nanoseconds since the epoch")
    return places
