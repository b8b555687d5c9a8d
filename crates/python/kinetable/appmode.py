"""Applications: scripts that a server runs when it starts, each apart from the others.

``kinetable server --app-dir DIR`` takes every ``*.app`` file of a folder for an application, and every ``*.py`` file that none of
them names. What is a table in an application's script is served under the name of its variable; what the script puts into its
state (`get_app_state`) is served as a field of the application too.
"""

from __future__ import annotations

from typing import Any, Iterator, MutableMapping

from .dherror import DHError
from .server import _applications

__all__ = ["ApplicationState", "applications", "get_app_state", "reload"]


class ApplicationState(MutableMapping[str, Any]):
    """The fields of an application: names, and the tables that clients find under them.

    It is a mapping: ``state["orders"] = orders`` adds a field or replaces it, ``del state["orders"]`` takes it away. Clients
    are told of each change.

    Raises:
        DHError: when a value is set that clients cannot fetch, or a name with a ``/`` in it.
    """

    def __init__(self, application: _applications.Application) -> None:
        self._application = application

    @property
    def id(self) -> str:
        """What tickets call the application."""
        return self._application.id

    @property
    def name(self) -> str:
        """What people call it."""
        return self._application.name

    @property
    def fields(self) -> dict[str, Any]:
        """The fields as they are now."""
        return dict(self._application.fields)

    def __getitem__(self, name: str) -> Any:
        return self._application.fields[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._application.set(name, value)

    def __delitem__(self, name: str) -> None:
        del self._application.fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self._application.fields))

    def __len__(self) -> int:
        return len(self._application.fields)

    def __repr__(self) -> str:
        return f'ApplicationState("{self.id}", {sorted(self._application.fields)})'


def get_app_state() -> ApplicationState:
    """The state of the application whose script runs.

    Raises:
        DHError: if no application's script runs in this thread.

    Usage:
        state = get_app_state()
        state["totals"] = orders.sum_by("Symbol")
    """
    application = _applications.running()
    if application is None:
        hint = "call it in a script that `kinetable server --script` or `--app-dir` runs, not later and not in a thread"
        raise DHError(message=f"no application's script runs here\n  hint: {hint}")
    return ApplicationState(application)


def applications() -> list[str]:
    """The ids of the applications of this process, in the order in which they started.

    Example:
        from kinetable.appmode import applications
        print(applications())
    """
    return list(_applications.known)


def reload(id: str) -> None:
    """Runs the scripts of an application again, in a name space of their own, and serves what they make instead.

    The other applications' tables go on. What clients have opened of the old tables stays theirs. Modules that the scripts
    import are not read again.

    Args:
        id: The application's id.

    Raises:
        DHError: if there is no such application, or its scripts fail; then what was served before stays.

    Usage:
        reload("shop.orders")
    """
    application = _applications.known.get(id)
    if application is None:
        known = ", ".join(f'"{known}"' for known in _applications.known) or "none"
        raise DHError(message=f'there is no application "{id}"\n  hint: there is {known}')
    application.reload()
