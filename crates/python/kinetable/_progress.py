"""How far a long call is, for people who wait for it."""

from __future__ import annotations

import sys
import time
from typing import Callable

_QUIET = 1.0
"""What takes no longer than this, in seconds, shows nothing."""
_WIDTH = 30


class Bar:
    """A line of progress on the terminal or in the notebook: of calls that take longer than a second, and only where somebody looks."""

    def __init__(self, what: str) -> None:
        """Begins; nothing is shown yet."""
        self._what = what
        self._began = time.monotonic()
        self._shown = 0

    def __enter__(self) -> Callable[[int, int], None]:
        """What is told how much is done, and how much there is in all."""
        return self._show if _is_seen() else _nothing

    def __exit__(self, *_: object) -> None:
        """Takes the line away."""
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()

    def _show(self, done: int, total: int) -> None:
        took = time.monotonic() - self._began
        if took < _QUIET or not total:
            return
        part = min(done / total, 1.0)
        full = int(part * _WIDTH)
        line = f"{self._what} [{'#' * full}{'.' * (_WIDTH - full)}] {part:4.0%}, {took:,.0f} s"
        sys.stderr.write("\r" + line.ljust(self._shown))
        sys.stderr.flush()
        self._shown = len(line)


def _is_seen() -> bool:
    return "ipykernel" in sys.modules or sys.stderr is not None and sys.stderr.isatty()


def _nothing(done: int, total: int) -> None:
    pass
