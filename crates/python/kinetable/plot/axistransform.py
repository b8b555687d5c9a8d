"""Scales of axes."""

from __future__ import annotations

from dataclasses import dataclass

from ..dherror import DHError

__all__ = ["AxisTransform", "axis_transform", "axis_transform_names"]


@dataclass(frozen=True)
class AxisTransform:
    """A scale, by its name. Made by `axis_transform`.

    Example:
        from kinetable.plot import axis_transform
        print(axis_transform("log"))
    """

    name: str


def axis_transform_names() -> list[str]:
    """The names of the scales there are.

    Example:
        from kinetable.plot import axis_transform_names
        print(axis_transform_names())
    """
    return ["log"]


def axis_transform(name: str) -> AxisTransform:
    """A scale.

    Args:
        name: Its name.

    Raises:
        DHError: if there is none of this name.

    Example:
        from kinetable.plot import Figure, axis_transform
        print(Figure().plot_xy("squares", x=[1, 2, 3], y=[1, 4, 9]).y_axis(transform=axis_transform("log")))
    """
    if name.lower() not in axis_transform_names():
        raise DHError(message=f'there is no scale "{name}"\n  hint: {", ".join(axis_transform_names())}')
    return AxisTransform(name.lower())
