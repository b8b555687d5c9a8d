"""What the process prints, also in the log of a server."""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import Any, Iterator, Optional

from .. import _kinetable

_LINE_MOST = 1 << 16


# What runs in a thread, and takes what that prints.
_runs: dict[int, _kinetable.Run] = {}


@contextlib.contextmanager
def going_to(run: _kinetable.Run) -> Iterator[None]:
    """What this thread prints goes to a run too."""
    thread = threading.get_ident()
    before = _runs.get(thread)
    _runs[thread] = run
    try:
        yield
    finally:
        if before is None:
            _runs.pop(thread, None)
        else:
            _runs[thread] = before


class _Tee:
    """A stream that also writes whole lines to a log, and all to the run of the thread that prints."""

    def __init__(self, stream: Any, level: str, log: _kinetable.Log) -> None:
        self._stream = stream
        self._level = level
        self._log = log
        self._lock = threading.Lock()
        self._part = ""

    def write(self, text: str) -> int:
        with self._lock:
            *lines, self._part = (self._part + text).split("\n")
            if len(self._part) > _LINE_MOST:
                lines.append(self._part)
                self._part = ""
        for line in lines:
            self._log.write(self._level, line)
        # Of two servers in a process, the inner stream tells it.
        run = None if isinstance(self._stream, _Tee) else _runs.get(threading.get_ident())
        if run is not None:
            run.write(self._level, text)
        self._stream.write(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Output:
    """Both streams of the process, in a log until it is closed."""

    def __init__(self, log: Optional[_kinetable.Log]) -> None:
        """Begins."""
        self._before = (sys.stdout, sys.stderr)
        if log is not None:
            sys.stdout = _Tee(sys.stdout, "STDOUT", log)
            sys.stderr = _Tee(sys.stderr, "STDERR", log)
        self._during = (sys.stdout, sys.stderr)

    def close(self) -> None:
        """Ends, unless somebody else has taken the streams meanwhile."""
        if sys.stdout is self._during[0]:
            sys.stdout = self._before[0]
        if sys.stderr is self._during[1]:
            sys.stderr = self._before[1]
