"""The kinds of objects of this process: those of this package, of `register`, and of entry points.

A kind is taken by what it has, not by what it is: kinds that were written for Deephaven derive from classes of another
package (`deephaven-plugin`). Entry points are loaded when the first value is looked at that is none of ours.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import json
import sys
import threading
import traceback
from typing import Any, Optional

from ..dherror import DHError

_GROUP = "deephaven.plugin"
_ENTRY = "registration_cls"

_lock = threading.RLock()
_kinds: dict[str, Any] = {}
_loaded = False

# Kinds that failed to say what is theirs: each is told once, for values are looked at again and again.
_mistaken: set[str] = set()

# Classes whose values are of no kind, so that the many values of a script cost nothing: not those of plug-ins.
_plain = (str, bytes, int, float, bool, complex, type(None), type(sys), type(len), type(lambda: 0), type)


def register(plugin: Any, is_found: bool = False) -> None:
    """See `kinetable.plugin.register`. What was found in another package gives way to a kind of ours."""
    kind: Any = plugin() if inspect.isclass(plugin) else plugin
    speaks = callable(getattr(kind, "to_bytes", None)) or callable(getattr(kind, "create_client_connection", None))
    if not (isinstance(getattr(kind, "name", None), str) and callable(getattr(kind, "is_type", None)) and speaks):
        hint = "name, is_type, and to_bytes or create_client_connection: see kinetable.plugin.object_type"
        raise DHError(message=f"{type(kind).__name__} is no kind of objects\n  hint: {hint}")
    with _lock:
        there = _kinds.get(kind.name)
        if there is not None and type(there) is not type(kind):
            whose = type(there)
            if is_found and whose.__module__.startswith("kinetable."):
                # Deephaven's of the figures of plotly, say: ours tells clients the same, and pages show it.
                return
            raise DHError(
                message=f'the kind "{kind.name}" is registered already, by {whose.__module__}.{whose.__qualname__}'
            )
        if kind.name in ("Table", "PartitionedTable", "Console"):
            raise DHError(message=f'"{kind.name}" is a kind of this package\n  hint: give it a name of its own')
        _kinds[kind.name] = kind


def kind_of(value: Any) -> Optional[Any]:
    """The kind of a value; nothing, if there is none."""
    if isinstance(value, _plain):
        return None
    _load()
    for kind in list(_kinds.values()):
        try:
            if kind.is_type(value):
                return kind
        except Exception:  # a plug-in's mistake about one value leaves the others alone
            if kind.name not in _mistaken:
                _mistaken.add(kind.name)
                _tell(f'the kind "{kind.name}" fails to say whether a value is its own\n{traceback.format_exc()}')
    return None


def as_json(page: tuple[dict[str, Any], list[Any]], exporter: Any) -> bytes:
    """What `to_page` of a kind gave, as `to_bytes` of one that has no other form: JSON, and the tables in order."""
    value, tables = page
    for table in tables:
        exporter.reference(table)
    return json.dumps(value).encode()


class _Callback:
    """Registers what a package has."""

    def register(self, plugin: Any) -> None:
        name = getattr(plugin, "__name__", type(plugin).__name__)
        bases = plugin.__mro__ if inspect.isclass(plugin) else type(plugin).__mro__
        if any(base.__name__ == "JsPlugin" for base in bases):
            _tell(f'the plug-in "{name}" is for Deephaven\'s web client: it is not used')
            return
        register(plugin, is_found=True)


def _load() -> None:
    """Loads the entry points, once."""
    global _loaded
    if _loaded:
        return
    with _lock:
        if _loaded:
            return
        # First, so that a plug-in that looks at values while it is loaded does not load again.
        _loaded = True
        for entry in importlib.metadata.entry_points(group=_GROUP, name=_ENTRY):
            try:
                entry.load().register_into(_Callback())
            except Exception:
                _tell(f'the plug-in "{entry.value}" cannot be loaded\n{traceback.format_exc()}')


def _tell(text: str) -> None:
    print(f"kinetable: {text}", file=sys.stderr, flush=True)
