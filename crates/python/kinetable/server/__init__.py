"""Serving tables to other processes, and what a server offers to scripts that run in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import executors

if TYPE_CHECKING:
    from ._serve import Server

__all__ = ["Server", "executors"]


def __getattr__(name: str) -> Any:
    if name == "Server":
        from ._serve import Server

        return Server
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
