"""Kinds of objects, as plug-ins define them.

`FetchOnlyObjectType`: a client gets bytes and references, once. `BidirectionalObjectType`: client and object talk, in
messages of bytes and references. References are other objects of the script: tables, say.
"""

from __future__ import annotations

import abc
from typing import Any, Optional

from . import Plugin

__all__ = [
    "BidirectionalObjectType",
    "Exporter",
    "FetchOnlyObjectType",
    "MessageStream",
    "ObjectType",
    "Reference",
]


class Reference:
    """Where an object is among the references of a message."""

    def __init__(self, index: int, type: Optional[str]) -> None:
        self._index, self._type = index, type

    @property
    def index(self) -> int:
        """Its place, from 0."""
        return self._index

    @property
    def type(self) -> Optional[str]:
        """The name of its kind: ``Table``, say."""
        return self._type

    def __repr__(self) -> str:
        return f"Reference(index={self._index}, type={self._type!r})"


class Exporter(abc.ABC):
    """Collects what a message refers to."""

    @abc.abstractmethod
    def reference(self, obj: object) -> Reference:
        """Adds an object to the references; one that is there already is not added again.

        Args:
            obj: A table, or another value that clients can fetch.

        Raises:
            DHError: if clients cannot fetch it.
        """


class MessageStream(abc.ABC):
    """One side of a talk: an object's side, which hears the client, or the client's, to which the object speaks."""

    @abc.abstractmethod
    def on_close(self) -> None:
        """The other side has ended the talk; called on the client's side, it ends it."""

    @abc.abstractmethod
    def on_data(self, payload: bytes, references: list[Any]) -> None:
        """The other side says something. An exception ends the talk, and the client is told its text.

        Args:
            payload: Bytes that only the two understand.
            references: Objects: what the client sends are tables and other objects of this process.
        """


class ObjectType(Plugin):
    """A kind of objects."""

    @property
    @abc.abstractmethod
    def name(self) -> str:
        """What clients call the kind."""

    @abc.abstractmethod
    def is_type(self, obj: Any) -> bool:
        """Whether an object is of the kind. Asked of many values: it must be quick, and change nothing.

        Args:
            obj: Any value of a script that is no table.
        """


class FetchOnlyObjectType(ObjectType):
    """A kind of which a client gets everything at once."""

    @abc.abstractmethod
    def to_bytes(self, exporter: Exporter, obj: Any) -> bytes:
        """What a client gets.

        Args:
            exporter: Takes what the bytes refer to.
            obj: The object.
        """


class BidirectionalObjectType(ObjectType):
    """A kind with which clients talk."""

    @abc.abstractmethod
    def create_client_connection(self, obj: object, connection: MessageStream) -> MessageStream:
        """A client begins to talk.

        Args:
            obj: The object.
            connection: The client's side: what is handed to its `on_data` is sent, from any thread, now and later. It
                does not wait; a client that leaves 1,024 messages unread is cut off.

        Returns:
            What hears the client.
        """
