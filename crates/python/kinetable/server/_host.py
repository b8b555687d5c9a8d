"""What a server asks the interpreter: variables, running code, completion. Called by the native module."""

from __future__ import annotations

import builtins
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
from ._applications import known
from ._completion import complete
from ._things import Native
from ._values import identities, kind_of, native_of

__all__ = ["assign", "complete", "field", "fields", "find", "interrupt", "run", "variables"]

_numbers = iter(range(1, 1 << 62))
_running: list[int] = []
_lock = threading.Lock()

# Texts of commands that tracebacks may still need.
_COMMANDS_KEPT = 100
_commands: list[str] = []


def find(names: dict[str, Any], name: str) -> Optional[Native]:
    """What is native of a variable (see `native_of`), if clients may fetch it: those that begin with _ are the script's own."""
    return None if name.startswith("_") else native_of(names.get(name))


def variables(names: dict[str, Any]) -> list[tuple[str, str, int]]:
    """Name, kind and identity of all variables that clients may fetch."""
    # A copy: other threads assign meanwhile.
    items = [(name, value, kind_of(value)) for name, value in list(names.items()) if isinstance(name, str)]
    offered = [(name, value, kind) for name, value, kind in items if kind and not name.startswith("_")]
    numbers = identities(value for _, value, _ in offered)
    return sorted((name, kind, number) for (name, _, kind), number in zip(offered, numbers))


def field(application: str, name: str) -> Optional[Native]:
    """What is native of an application's field."""
    one = known.get(application)
    return None if one is None else native_of(one.fields.get(name))


def fields() -> list[tuple[str, str, str, str, int]]:
    """The id and name of an application, and name, kind and identity of its field, for all fields."""
    apps = list(known.values())
    items = [(app, name, value, kind_of(value)) for app in apps for name, value in list(app.fields.items())]
    offered = [(app, name, value, kind) for app, name, value, kind in items if kind]
    numbers = identities(value for _, _, value, _ in offered)
    return sorted((app.id, app.name, name, kind, number) for (app, name, _, kind), number in zip(offered, numbers))


def _is_released(value: Any) -> bool:
    return isinstance(value, Table) and value._handle is None


def assign(names: dict[str, Any], name: str, kind: str, native: Any, writing: Optional[_kinetable.Input]) -> None:
    """Assigns a client's table to a variable that is new or holds a table.

    Whatever else a script has is its own, and so is what its code calls by a name of Python's: the right to write tables
    is not that to run code.
    """
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        hint = "a letter, then letters, digits and _"
        raise DHError(message=f'"{name}" is no name for a client\'s variable\n  hint: {hint}')
    holds_other = name in names and kind_of(names[name]) is None and not _is_released(names[name])
    if holds_other or (name not in names and hasattr(builtins, name)):
        hint = "choose another name: clients replace tables, nothing else"
        raise DHError(message=f'"{name}" is the server\'s, and no table\n  hint: {hint}')
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
