"""Plug-ins: kinds of objects that scripts make and clients fetch, beside tables.

A plug-in is a package with an entry point in the group ``deephaven.plugin``, called ``registration_cls``, that names a
`Registration`; so are those that were written for Deephaven, which are taken as they are. Or a script calls `register`.
Variables that hold an object of a kind that is registered are listed to clients, which talk with it in messages
(`pydeephaven`: ``session.plugin_client(session.exportable_objects[name])``); see `kinetable.plugin.object_type`.
"""

from __future__ import annotations

import abc
from typing import Any, Union

from . import _registry

__all__ = ["Callback", "Plugin", "Registration", "register"]


class Plugin(abc.ABC):  # noqa: B024
    """What can be registered; see `kinetable.plugin.object_type.ObjectType`."""


class Callback(abc.ABC):
    """Takes plug-ins."""

    @abc.abstractmethod
    def register(self, plugin: Union[Plugin, type[Plugin]]) -> None:
        """Takes one.

        Args:
            plugin: A plug-in, or its class, which is called without arguments.
        """


class Registration(abc.ABC):
    """What the entry point of a package names.

    Usage:
        # pyproject.toml
        # [project.entry-points."deephaven.plugin"]
        # registration_cls = "my_package:MyRegistration"
        class MyRegistration(Registration):
            @classmethod
            def register_into(cls, callback):
                callback.register(MyObjectType)
    """

    @classmethod
    @abc.abstractmethod
    def register_into(cls, callback: Callback) -> None:
        """Registers the plug-ins of the package.

        Args:
            callback: What takes them.
        """


def register(plugin: Any) -> None:
    """Registers a kind of objects for this process.

    Args:
        plugin: An `ObjectType`, or its class, which is called without arguments.

    Raises:
        DHError: if it is no kind of objects, or another one has its name.

    Example:
        from kinetable import plugin
        from kinetable.plugin.object_type import FetchOnlyObjectType
        class Point:
            x, y = 1, 2
        class PointType(FetchOnlyObjectType):
            name = "example.Point"
            def is_type(self, obj):
                return isinstance(obj, Point)
            def to_bytes(self, exporter, obj):
                return f"{obj.x},{obj.y}".encode()
        plugin.register(PointType)
        print(PointType().to_bytes(None, Point()))
    """
    _registry.register(plugin)
