"""Objects that are no tables: what pages show of them, and what they say to clients. Called by the native module."""

from __future__ import annotations

import json
from typing import Any, Optional

from .. import _kinetable
from .._partitioned import PartitionedTable
from .._writing import InputTable
from ..dherror import DHError
from ..plugin import _registry
from ..plugin.object_type import Exporter, MessageStream, Reference
from ..table import Table
from ._values import native_of

__all__ = ["close", "connect", "hear", "shown"]

Native = tuple[str, Any, bool]


def shown(value: Any) -> Optional[tuple[str, list[_kinetable.Table]]]:
    """What pages show of a value: a JSON text, and the tables that it means by their places."""
    to_page = getattr(_registry.kind_of(value), "to_page", None)
    if to_page is None:
        return None
    page, tables = to_page(value)
    # NaN and infinities are no JSON.
    return json.dumps(page, allow_nan=False), [table._native for table in tables]


def connect(value: Any, connection: _kinetable.Connection) -> Optional[MessageStream]:
    """Says what a client is to know first; gives who hears him, if the value talks."""
    kind = _registry.kind_of(value)
    if kind is None:
        raise DHError(message=f"a {type(value).__name__} is of no kind that is registered")
    if hasattr(kind, "create_client_connection"):
        listener: MessageStream = kind.create_client_connection(value, _ToClient(connection))
        return listener
    exporter = _Collected()
    payload = kind.to_bytes(exporter, value)
    connection.say(bytes(payload), exporter.natives)
    return None


def hear(listener: MessageStream, payload: bytes, references: list[tuple[str, Any, Any]]) -> None:
    """Hands over what a client says."""
    listener.on_data(payload, [_value(*reference) for reference in references])


def close(listener: MessageStream) -> None:
    """The client has gone."""
    listener.on_close()


def _value(kind: str, native: Any, writing: Optional[_kinetable.Input]) -> Any:
    if kind == "Table":
        return Table(native) if writing is None else InputTable(native, writing, writing.keys)
    return PartitionedTable(native) if kind == "PartitionedTable" else native


class _Collected(Exporter):
    """The references of one message."""

    def __init__(self) -> None:
        self.natives: list[Native] = []
        self._objects: list[object] = []

    def reference(self, obj: object) -> Reference:
        for index, known in enumerate(self._objects):
            if known is obj:
                return Reference(index, self.natives[index][0])
        native = native_of(obj)
        if native is None:
            hint = "tables, partitioned tables, figures, data frames, and kinds that are registered"
            raise DHError(message=f"clients cannot fetch a {type(obj).__name__}\n  hint: {hint}")
        self._objects.append(obj)
        self.natives.append(native)
        return Reference(len(self.natives) - 1, native[0])


class _ToClient(MessageStream):
    """The client's side of a talk."""

    def __init__(self, connection: _kinetable.Connection) -> None:
        self._connection = connection

    def on_data(self, payload: bytes, references: Any) -> None:
        exporter = _Collected()
        # Each at its own place, as the payload may count them.
        for reference in references:
            native = native_of(reference)
            if native is None:
                exporter.reference(reference)
            else:
                exporter.natives.append(native)
        self._connection.say(bytes(payload), exporter.natives)

    def on_close(self) -> None:
        self._connection.end()
