"""What tells two tables apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Iterator, Literal, Sequence

from .._texts import show
from ..dherror import DHError

if TYPE_CHECKING:
    from ..table import Table

_CHUNK = 65_536
_TOLERANCE = {"double": 1e-8, "float": 1e-4}
"""How much floating point may differ where it is not compared exactly."""


def table_diff(
    t1: Table,
    t2: Table,
    max_diffs: int = 1,
    floating_comparison: Literal["exact", "absolute", "relative"] = "exact",
    ignore_column_order: bool = False,
) -> str:
    """The first differences of two tables, as text: of their columns, their sizes, and the cells at each position.

    Args:
        t1: A table.
        t2: Another; of live tables, the rows now are compared.
        max_diffs: How many differences are told, at least 1.
        floating_comparison: Whether floating point is compared exactly, by its absolute difference, or by the
            difference in relation to the greater value (1e-8 for double, 1e-4 for float). Null equals null, NaN
            equals NaN.
        ignore_column_order: Whether columns may be in another order.

    Returns:
        One line a difference; an empty text if there is none.

    Raises:
        DHError: if `max_diffs` or `floating_comparison` is out of range.

    Example:
        from kinetable import empty_table
        from kinetable.table import table_diff
        a, b = empty_table(3).update("X = i"), empty_table(3).update("X = i == 1 ? 7 : i")
        print(table_diff(a, b))
        print(repr(table_diff(a, a)))
    """
    if max_diffs < 1:
        raise DHError(message=f"max_diffs is {max_diffs}, but has to be at least 1")
    if floating_comparison not in ("exact", "absolute", "relative"):
        raise DHError(message=f'floating_comparison is "{floating_comparison}", but may be exact, absolute or relative')
    found: list[str] = []
    for difference in _differences(t1, t2, floating_comparison, ignore_column_order):
        found.append(difference)
        if len(found) == max_diffs:
            break
    return "\n".join(found)


def _differences(t1: Table, t2: Table, comparison: str, ignore_order: bool) -> Iterator[str]:
    first = {column.name: column.data_type.name for column in t1.columns}
    second = {column.name: column.data_type.name for column in t2.columns}
    for name in first:
        if name not in second:
            yield f'column "{name}" is only in the first table'
    for name in second:
        if name not in first:
            yield f'column "{name}" is only in the second table'
    both = [name for name in first if name in second]
    if not ignore_order and both != [name for name in second if name in first]:
        yield f"the columns are in another order: {', '.join(first)} and {', '.join(second)}"
    for name in both:
        if first[name] != second[name]:
            yield f'column "{name}" is {first[name]} in the first table and {second[name]} in the second'
    alike = [name for name in both if first[name] == second[name]]
    rows1, rows2 = t1._native.rows(), t2._native.rows()
    if rows1.size != rows2.size:
        yield f"the first table has {rows1.size} rows and the second {rows2.size}"
    for start in range(0, min(rows1.size, rows2.size) if alike else 0, _CHUNK):
        stop = min(start + _CHUNK, rows1.size, rows2.size)
        pairs = zip(rows1.read(alike, start, stop), rows2.read(alike, start, stop))
        yield from _cells(alike, [(a, b) for a, b in pairs], start, comparison)


def _cells(names: Sequence[str], arrays: Sequence[tuple[Any, Any]], start: int, comparison: str) -> Iterator[str]:
    for name, (first, second) in zip(names, arrays):
        kind = first.type_name
        for row, (a, b) in enumerate(zip(first.to_list(), second.to_list())):
            if not _same(a, b, kind, comparison):
                yield f'column "{name}", row {start + row}: {show(a, kind)} and {show(b, kind)}'


def _same(a: Any, b: Any, kind: str, comparison: str) -> bool:
    if a is None or b is None:
        return a is b
    if kind not in _TOLERANCE:
        return bool(a == b)
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if a == b or comparison == "exact":
        return bool(a == b)
    allowed = _TOLERANCE[kind] * (max(abs(a), abs(b)) if comparison == "relative" else 1.0)
    return bool(abs(a - b) <= allowed)
