"""The cells of a figure's series, all read at one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional

import numpy as np

from ..update_graph import UpdateGraph, shared_lock
from ._data import NUMBERS, TIMES, types_of
from ._model import Chart, Model, Series


@dataclass(frozen=True)
class Points:
    """What is drawn of a series, or of one key of it: an array for each role. Times are ``datetime64[ns]``, other
    numbers doubles; a null is not-a-time or not-a-number."""

    series: Series
    name: str
    values: Mapping[str, Any]


def read(model: Model) -> list[list[Points]]:
    """What each chart draws."""
    with shared_lock(UpdateGraph()):
        # Each is of the version that is there now, however long it is read.
        rows = {id(table._native): table._native.rows() for table in model.tables()}
    return [_chart(chart, rows) for chart in model.charts]


def _chart(chart: Chart, rows: Mapping[int, Any]) -> list[Points]:
    return [points for series in chart.series for points in _points(series, rows[id(series.table._native)])]


def _points(series: Series, rows: Any) -> list[Points]:
    types = types_of(series.table)
    names = list(dict.fromkeys([*series.columns.values(), *series.by]))
    arrays = dict(zip(names, rows.read(names, 0, rows.size)))
    values = {role: _values(arrays[column], types[column], role) for role, column in series.columns.items()}
    if not series.by:
        return [Points(series, series.name, values)]
    keys = list(zip(*(arrays[name].to_list() for name in series.by)))
    places: dict[Any, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return [
        Points(series, _named(series, key), {role: array[np.array(at)] for role, array in values.items()})
        for key, at in places.items()
    ]


def _named(series: Series, key: tuple[Any, ...]) -> str:
    return ", ".join("(null)" if part is None else str(part) for part in key)


def _values(array: Any, type_name: str, role: str) -> Any:
    if role in ("category", "id", "parent", "label"):
        cells = array.to_list()
        return np.array([None if cell is None else str(cell) for cell in cells], dtype=object)
    if type_name in TIMES:
        return _times(array, type_name)
    assert type_name in NUMBERS, "what is no number and no time was refused when it was given"
    cells = array.to_list() if array.null_count or type_name.startswith("java") else array.to_numpy()
    if isinstance(cells, list):
        return np.array([np.nan if cell is None else float(cell) for cell in cells])
    return np.asarray(cells, dtype=float)


def _times(array: Any, type_name: str) -> Any:
    if type_name == "java.time.Instant":
        return np.asarray(array.to_numpy(), dtype="datetime64[ns]")
    cells = [_moment(cell) for cell in array.to_list()]
    return np.array(cells, dtype="datetime64[ns]")


def _moment(cell: Any) -> Optional[Any]:
    if cell is None:
        return np.datetime64("NaT", "ns")
    zone = getattr(cell, "tzinfo", None)
    if zone is not None:
        import datetime as dt

        cell = cell.astimezone(dt.timezone.utc).replace(tzinfo=None)
    return np.datetime64(cell, "ns")
