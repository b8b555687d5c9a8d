"""Shapes of points."""

from __future__ import annotations

from enum import Enum

__all__ = ["Shape"]


class Shape(Enum):
    """What a point looks like."""

    SQUARE = "square"
    CIRCLE = "circle"
    UP_TRIANGLE = "up_triangle"
    DIAMOND = "diamond"
    HORIZONTAL_RECTANGLE = "horizontal_rectangle"
    ELLIPSE = "ellipse"
    RIGHT_TRIANGLE = "right_triangle"
    DOWN_TRIANGLE = "down_triangle"
    VERTICAL_RECTANGLE = "vertical_rectangle"
    LEFT_TRIANGLE = "left_triangle"
