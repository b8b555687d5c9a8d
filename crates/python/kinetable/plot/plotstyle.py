"""Styles of series."""

from __future__ import annotations

from enum import Enum

__all__ = ["PlotStyle"]


class PlotStyle(Enum):
    """What a series is drawn as. ``PIE``, ``HISTOGRAM``, ``OHLC`` and ``TREEMAP`` are those of their own methods."""

    BAR = "bar"
    STACKED_BAR = "stacked_bar"
    LINE = "line"
    AREA = "area"
    STACKED_AREA = "stacked_area"
    PIE = "pie"
    HISTOGRAM = "histogram"
    OHLC = "ohlc"
    SCATTER = "scatter"
    STEP = "step"
    ERROR_BAR = "error_bar"
    TREEMAP = "treemap"
