"""What a server of tables offers to scripts that run in it."""

from __future__ import annotations

__all__ = ["executors"]

from . import executors
