"""The one exception of this package."""

from __future__ import annotations

import traceback as _traceback
from typing import Optional


class DHError(Exception):
    """What went wrong, and what to do about it.

    A function of yours that raised inside a formula is the ``__cause__``, with its own traceback.
    """

    def __init__(self, cause: Optional[BaseException] = None, message: str = "") -> None:
        """Takes the exception that led to this one, if any, and a text."""
        super().__init__(message)
        self._message = message
        if cause is not None:
            self.__cause__ = cause

    @property
    def root_cause(self) -> str:
        """The message of the first exception of the chain that ended in this one."""
        error: BaseException = self
        while (earlier := error.__cause__ or error.__context__) is not None:
            error = earlier
        return str(error) if error is self else f"{type(error).__name__}: {error}"

    @property
    def traceback(self) -> str:
        """The whole chain of exceptions, with their tracebacks."""
        return "".join(_traceback.format_exception(type(self), self, self.__traceback__))

    @property
    def compact_traceback(self) -> str:
        """One line for each exception of the chain, the last first, each with the place it was raised at."""
        lines: list[str] = []
        error: Optional[BaseException] = self
        while error is not None:
            frames = _traceback.extract_tb(error.__traceback__)
            place = f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
            lines.append(f"{type(error).__name__}: {error}{place}")
            error = error.__cause__ or error.__context__
        return "\ncaused by ".join(lines)
