"""Tree maps in pictures: rectangles as square as they come (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000).

A row has the size of the rows within it; one with none within has its own. Rows within themselves are not drawn.
"""

from __future__ import annotations

from typing import Any, Iterator, Sequence

import numpy as np

from ._reading import Points

Box = tuple[float, float, float, float]


def draw_treemap(ax: Any, points: Points) -> None:
    """Draws the rows of a series, those within others over them."""
    from matplotlib.patches import Rectangle

    from ._picture import COLOURS, PLAIN

    ax.set_xlim(0, 16)
    ax.set_ylim(10, 0)
    ax.set_axis_off()
    for group, text, (x, y, width, height), is_leaf in _boxes(points):
        color = COLOURS[group % len(COLOURS)]
        alpha = 0.75 if is_leaf else 0.15
        ax.add_patch(Rectangle((x, y), width, height, facecolor=color, alpha=alpha, edgecolor="white", linewidth=1.5))
        # About as many letters as there is room for.
        if width > 0.12 * len(text) and height > 0.35:
            ink = {"color": "white"} if is_leaf else {"color": "#22262b", "weight": "bold"}
            ax.text(x + 0.1, y + 0.1, text, va="top", ha="left", fontsize=8, clip_on=True, **PLAIN, **ink)


def _boxes(points: Points) -> Iterator[tuple[int, str, Box, bool]]:
    values = points.values
    ids = list(values["id"])
    labels = values.get("label", values["id"])
    own = values.get("value", np.ones(len(ids)))
    known = {id: place for place, id in enumerate(ids)}
    within: dict[Any, list[int]] = {}
    for place, parent in enumerate(values["parent"]):
        within.setdefault(known.get(parent) if parent is not None else None, []).append(place)
    order: list[int] = []
    todo = list(within.get(None, ()))
    while todo:
        place = todo.pop()
        order.append(place)
        todo += within.get(place, ())
    sizes: dict[int, float] = {}
    for place in reversed(order):
        sizes[place] = sum(sizes[child] for child in within.get(place, ())) or max(
            float(np.nan_to_num(own[place])), 0.0
        )
    queue: list[tuple[int, Sequence[int], Box]] = [(-1, within.get(None, ()), (0.0, 0.0, 16.0, 10.0))]
    while queue:
        group, rows, box = queue.pop(0)
        rows = sorted((row for row in rows if sizes[row] > 0), key=lambda row: -sizes[row])
        for rank, (row, found) in enumerate(zip(rows, squarified([sizes[row] for row in rows], box))):
            inner = within.get(row, ())
            # The outermost that has neighbours gives its colour to all within.
            mine = rank if group < 0 and len(rows) > 1 else group
            label = labels[row] if labels[row] is not None else ids[row]
            yield max(mine, 0), str(label), found, not inner
            if inner:
                x, y, width, height = found
                head = min(0.45, height * 0.2)
                queue.append((mine, inner, (x + 0.06, y + head, max(width - 0.12, 0), max(height - head - 0.06, 0))))


def squarified(sizes: Sequence[float], box: Box) -> list[Box]:
    """Rectangles within one, in proportion to sizes that descend."""
    x, y, width, height = box
    total = sum(sizes)
    if not total or width <= 0 or height <= 0:
        return [(x, y, 0.0, 0.0) for _ in sizes]
    areas = [size * width * height / total for size in sizes]
    made: list[Box] = []
    at = 0
    while at < len(areas):
        side = min(width, height)
        end = at + 1
        while end < len(areas) and _worst(areas[at : end + 1], side) <= _worst(areas[at:end], side):
            end += 1
        row = areas[at:end]
        thick = sum(row) / side if side > 0 else 0.0
        along = 0.0
        for area in row:
            length = area / thick if thick > 0 else 0.0
            made.append((x, y + along, thick, length) if width >= height else (x + along, y, length, thick))
            along += length
        if width >= height:
            x, width = x + thick, max(width - thick, 0.0)
        else:
            y, height = y + thick, max(height - thick, 0.0)
        at = end
    return made


def _worst(row: Sequence[float], side: float) -> float:
    """How far the least square rectangle of a row is from a square."""
    total = sum(row)
    if side <= 0 or total <= 0 or min(row) <= 0:
        return float("inf")
    return max(side * side * max(row) / total**2, total**2 / (side * side * min(row)))
