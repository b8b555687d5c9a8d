"""Rollups and trees as pages show them: the operation of decision 0067 over their source, which the page opens and
closes itself.

What that operation cannot say (aggregations that it has not, formulas and filters on what is shown) is refused by
name; formats are left to the page.
"""

from __future__ import annotations

from typing import Any, Sequence

from .._hierarchies import NodeType, RollupTable, TreeTable
from ..agg import Aggregation
from ..dherror import DHError
from ..plugin._registry import as_json
from ..table import Table

# What a page calls an aggregation, and with what options it means the same.
_AGGREGATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "count": ("count", {}),
    "sum": ("sum", {}),
    "abs_sum": ("abs_sum", {}),
    "avg": ("avg", {}),
    "min": ("min", {}),
    "max": ("max", {}),
    "std": ("std", {}),
    "var": ("var", {}),
    "first": ("first", {}),
    "last": ("last", {}),
    "pct": ("median", {"percentile": 0.5, "average": True}),
    "count_distinct": ("distinct", {"nulls": False}),
    "unique": ("unique", {"nulls": False, "sentinel": None}),
}


class RollupType:
    """Rollups."""

    name = "rollup"

    def is_type(self, obj: Any) -> bool:
        """Whether it is a rollup."""
        return isinstance(obj, RollupTable)

    def to_page(self, obj: RollupTable) -> tuple[dict[str, Any], list[Table]]:
        """What pages show."""
        if obj._formulas:
            raise _refused("rollup", "columns of with_update_view")
        for recorder in obj._operations.values():
            _plain("rollup", recorder)
        order = getattr(obj._operations.get(NodeType.AGGREGATED), "_order", ())
        aggs = [one for agg in obj.aggs for one in _aggregation(agg)]
        made = {"keys": obj.by, "aggs": aggs, "rows": obj.include_constituents, "open": [[]], **_sort(order)}
        return {"rollup": made}, [obj._source]

    def to_bytes(self, exporter: Any, obj: RollupTable) -> bytes:
        """The same for other clients, as JSON."""
        return as_json(self.to_page(obj), exporter)


class TreeType:
    """Trees."""

    name = "tree"

    def is_type(self, obj: Any) -> bool:
        """Whether it is a tree."""
        return isinstance(obj, TreeTable)

    def to_page(self, obj: TreeTable) -> tuple[dict[str, Any], list[Table]]:
        """What pages show."""
        _plain("tree", obj._operations)
        made = {"id": obj.id_col, "parent": obj.parent_col, "open": [], **_sort(obj._operations._order)}
        return {"tree": made}, [obj._source]

    def to_bytes(self, exporter: Any, obj: TreeTable) -> bytes:
        """The same for other clients, as JSON."""
        return as_json(self.to_page(obj), exporter)


def _aggregation(agg: Aggregation) -> list[list[str]]:
    """A list for each result: what, the result, and the column that it is of."""
    known = _AGGREGATIONS.get(agg.kind)
    if known is None or any(agg.options.get(name) != value for name, value in known[1].items()):
        raise _refused("rollup", f"the aggregation {agg.kind}")
    if agg.kind == "count":
        return [["count", agg.columns[0]]]
    pairs = [[part.strip() for part in column.split("=", 1)] for column in agg.columns]
    return [[known[0], pair[0], pair[-1]] for pair in pairs]


def _plain(what: str, recorder: Any) -> None:
    """Formats change no cell; what else was recorded does."""
    changing = [method for method, _, _ in recorder._calls if not method.startswith("format_")]
    if changing:
        raise _refused(what, f"the recorded {changing[0]}")


def _sort(order: Sequence[tuple[str, bool]]) -> dict[str, Any]:
    return {"sort": [[name, "desc" if descending else "asc"] for name, descending in order]} if order else {}


def _refused(what: str, why: str) -> DHError:
    text = f"pages do not show a {what} with {why}"
    return DHError(message=f"{text}\n  hint: view(...) makes a table of it, which they show")
