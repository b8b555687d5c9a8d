"""Values that clients may fetch: of what kind they are, and which is which."""

from __future__ import annotations

import sys
import threading
import weakref
from typing import Any, Callable, Iterable, Optional

from .._partitioned import PartitionedTable
from ..plot._plotly import PlotlyType
from ..plugin import _registry
from ..table import Table
from ._rollups import RollupType, TreeType

_identities = iter(range(1, 1 << 62))
_lock = threading.Lock()

# What the last lists held, by its address, and its number: an address alone is soon another value's.
_seen: dict[int, tuple[Callable[[], Any], int]] = {}


def kind_of(value: Any) -> Optional[str]:
    """What clients call the kind of a value; nothing, if they cannot fetch it."""
    if isinstance(value, Table):
        # A liveness scope may have released it.
        return None if value._handle is None else "Table"
    if isinstance(value, PartitionedTable):
        return "PartitionedTable"
    kind = _registry.kind_of(value)
    return None if kind is None else str(kind.name)


def native_of(value: Any) -> Optional[tuple[str, Any, bool]]:
    """Kind of a value, its native part or itself, and whether pages can show it; nothing, if clients cannot fetch
    it."""
    if isinstance(value, (Table, PartitionedTable)):
        kind = kind_of(value)
        return None if kind is None else (kind, value._native, True)
    registered = _registry.kind_of(value)
    return None if registered is None else (registered.name, value, hasattr(registered, "to_page"))


def identities(values: Iterable[Any]) -> list[int]:
    """For each value a number that no other value ever has, for as long as the value is there."""
    with _lock:
        gone = [address for address, (held, _) in _seen.items() if held() is None]
        for address in gone:
            del _seen[address]
        return [_identity(value) for value in values]


def _identity(value: Any) -> int:
    known = _seen.get(id(value))
    if known is None or known[0]() is not value:
        known = _seen[id(value)] = (_held(value), next(_identities))
    return known[1]


class _Strong:
    """Stands in for a weak reference to a value that allows none: lets go when nobody else holds the value."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __call__(self) -> Any:
        # This object's own reference, and the argument of `getrefcount`.
        return None if sys.getrefcount(self._value) <= 2 else self._value


def _held(value: Any) -> Callable[[], Any]:
    try:
        return weakref.ref(value)
    except TypeError:
        return _Strong(value)


class _DataFrameType:
    """Data frames of pandas: clients get a table."""

    name = "pandas.DataFrame"

    def is_type(self, obj: Any) -> bool:
        of = type(obj)
        return of.__name__ == "DataFrame" and of.__module__.partition(".")[0] == "pandas"

    def to_bytes(self, exporter: Any, obj: Any) -> bytes:
        from ..pandas import to_table

        exporter.reference(to_table(obj))
        return b""

    def to_page(self, obj: Any) -> tuple[None, list[Table]]:
        from ..pandas import to_table

        return None, [to_table(obj)]


for _kind in (_DataFrameType, RollupType, TreeType, PlotlyType):
    _registry.register(_kind)
