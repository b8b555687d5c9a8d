"""Values that clients may fetch: of what kind they are, and which is which."""

from __future__ import annotations

import threading
import weakref
from typing import Any, Iterable, Optional

from .._partitioned import PartitionedTable
from ..table import Table

_identities = iter(range(1, 1 << 62))
_lock = threading.Lock()

# What the last lists held, by its address, and its number: an address alone is soon another value's.
_seen: dict[int, tuple[weakref.ref[Any], int]] = {}


def kind_of(value: Any) -> Optional[str]:
    """What clients call the kind of a value; nothing, if they cannot fetch it."""
    if isinstance(value, Table):
        # A liveness scope may have released it.
        return None if value._handle is None else "Table"
    if isinstance(value, PartitionedTable):
        return "PartitionedTable"
    of = type(value)
    if of.__name__ == "DataFrame" and of.__module__.partition(".")[0] == "pandas":
        return "pandas.DataFrame"
    return None


def native_of(value: Any) -> Optional[tuple[str, Any]]:
    """Kind and native part of a value, if clients may fetch it."""
    kind = kind_of(value)
    if kind == "pandas.DataFrame":
        from ..pandas import to_table

        return kind, to_table(value)._native
    return None if kind is None else (kind, value._native)


def identities(values: Iterable[Any]) -> list[int]:
    """For each value a number that no other value ever has, for as long as the value is there."""
    with _lock:
        for address in [address for address, (held, _) in _seen.items() if held() is None]:
            del _seen[address]
        return [_identity(value) for value in values]


def _identity(value: Any) -> int:
    known = _seen.get(id(value))
    if known is None or known[0]() is not value:
        known = _seen[id(value)] = (weakref.ref(value), next(_identities))
    return known[1]
