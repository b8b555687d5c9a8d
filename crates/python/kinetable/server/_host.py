"""What a server asks the interpreter: variables, running code, completion. Called by the native module."""

from __future__ import annotations

import ctypes
import keyword
import linecache
import threading
import traceback
from types import CodeType
from typing import Any, Optional

from .. import _kinetable
from .._partitioned import PartitionedTable
from .._writing import InputTable
from ..dherror import DHError
from ..table import Table
from ._completion import complete

__all__ = ["assign", "complete", "find", "interrupt", "run", "variables"]

_numbers = iter(range(1, 1 << 62))
_running: list[int] = []
_lock = threading.Lock()

# Texts of commands that tracebacks may still need.
_COMMANDS_KEPT = 100
_commands: list[str] = []


def find(names: dict[str, Any], name: str) -> Optional[tuple[str, Any]]:
    """Kind and native part of a variable, if clients may fetch it."""
    value = names.get(name)
    kind = _kind(value)
    if kind == "pandas.DataFrame":
        from ..pandas import to_table

        return kind, to_table(value)._native
    return None if kind is None else (kind, value._native)  # type: ignore[union-attr]


def variables(names: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Name, kind and identity of all variables that clients may fetch."""
    # A copy: other threads assign meanwhile.
    items = [(name, value, _kind(value)) for name, value in list(names.items()) if isinstance(name, str)]
    return sorted((name, kind, id(value)) for name, value, kind in items if kind and not name.startswith("_"))


def _kind(value: Any) -> Optional[str]:
    if isinstance(value, Table):
        # A liveness scope may have released it.
        return None if value._handle is None else "Table"
    if isinstance(value, PartitionedTable):
        return "PartitionedTable"
    of = type(value)
    if of.__name__ == "DataFrame" and of.__module__.partition(".")[0] == "pandas":
        return "pandas.DataFrame"
    return None


def assign(names: dict[str, Any], name: str, kind: str, native: Any, writing: Optional[_kinetable.Input]) -> None:
    """Assigns to a variable."""
    if not name.isidentifier() or keyword.iskeyword(name):
        raise DHError(message=f'"{name}" is no name for a variable\n  hint: a letter or _, then letters, digits and _')
    if kind == "PartitionedTable":
        names[name] = PartitionedTable(native)
    elif writing is not None:
        names[name] = InputTable(native, writing, writing.keys)
    else:
        names[name] = Table(native)


def run(names: dict[str, Any], text: str) -> Optional[str]:
    """Runs code; gives what went wrong, the user's line first."""
    file = f"<console {next(_numbers)}>"
    _remember(file, text)
    try:
        code: CodeType = compile(text, file, "exec")
    except (SyntaxError, ValueError) as error:
        return _told(error, file)
    try:
        with _lock:
            _running.append(threading.get_ident())
        exec(code, names)
    except BaseException as error:  # also SystemExit: a command does not end the server
        return _told(error, file)
    finally:
        with _lock:
            _running.remove(threading.get_ident())
    return None


def interrupt() -> None:
    """Raises KeyboardInterrupt in the commands that run."""
    with _lock:
        for thread in _running:
            raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
            raising(ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt))


def _remember(file: str, text: str) -> None:
    """Lets tracebacks show the lines of a command."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    _commands.append(file)
    if len(_commands) > _COMMANDS_KEPT:
        linecache.cache.pop(_commands.pop(0), None)


def _told(error: BaseException, file: str) -> str:
    """The user's line and the error, then the whole traceback without frames of this package."""
    last = "".join(traceback.format_exception_only(type(error), error)).rstrip()
    if isinstance(error, SyntaxError) and error.filename == file:
        return f"line {error.lineno}: {(error.text or '').strip()}\n{last}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith("<console ")]
    place = f"line {own[-1].lineno}: {own[-1].line}\n" if own else ""
    error.__traceback__ = _after_this(error.__traceback__)
    whole = "".join(traceback.format_exception(type(error), error, error.__traceback__)).rstrip()
    return f"{place}{last}\n\n{whole}"


def _after_this(at: Any) -> Any:
    return at.tb_next if at is not None and at.tb_frame.f_code is run.__code__ else at
