"""What a server asks the interpreter: variables, running code, completion. Called by the native module."""

from __future__ import annotations

import ast
import builtins
import ctypes
import keyword
import linecache
import threading
import traceback
from typing import Any, Optional

from .. import _kinetable
from .._partitioned import PartitionedTable
from .._writing import InputTable
from ..dherror import DHError
from ..table import Table
from ._applications import known
from ._completion import complete
from ._output import going_to
from ._things import Native
from ._values import identities, kind_of, native_of

__all__ = ["assign", "complete", "field", "fields", "find", "interrupt", "run", "variables"]

_numbers = iter(range(1, 1 << 62))
# Numbers of runs, by their threads.
_running: dict[int, int] = {}
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


def run(names: dict[str, Any], text: str, run: _kinetable.Run) -> tuple[Optional[dict[str, Any]], list[str]]:
    """Runs code; gives what went wrong, and the variables that it assigned, of those that clients may fetch."""
    file = f"<console {next(_numbers)}>"
    _remember(file, text)
    before = {name: number for name, _, number in variables(names)}
    order: list[str] = []
    wrong = None
    try:
        try:
            _begin(run)
            with going_to(run):
                tree = ast.parse(text, file)
                order = _assigned(tree)
                _execute(tree, file, names, run.is_prompt)
        finally:
            _end()
    except BaseException as error:  # also SystemExit: a command does not end the server
        # An interruption that came last may have ended `_end` itself.
        _end()
        wrong = _told(error, file)
    changed = [name for name, _, number in variables(names) if before.get(name) != number]
    return wrong, sorted(changed, key=lambda name: order.index(name) if name in order else len(order))


def _begin(run: _kinetable.Run) -> None:
    with _lock:
        _running[threading.get_ident()] = run.number
    # Who asked it to stop when its turn had come, but before it was noted here, found no thread to raise in.
    if run.is_taken_back:
        raise KeyboardInterrupt


def _end() -> None:
    with _lock:
        _running.pop(threading.get_ident(), None)


def _execute(tree: ast.Module, file: str, names: dict[str, Any], is_prompt: bool) -> None:
    """Runs code; at a prompt, the value of a last expression is printed, as Python's own does."""
    last = tree.body.pop() if is_prompt and tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, file, "exec", dont_inherit=True), names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), file, "eval", dont_inherit=True), names)
        if value is not None:
            print(repr(value))


def _assigned(tree: ast.Module) -> list[str]:
    """Names that code assigns, wherever that is, in the order of the text."""
    found: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.append((node.lineno, node.col_offset, node.id))
    return list(dict.fromkeys(name for _, _, name in sorted(found)))


def interrupt(number: int) -> None:
    """Raises KeyboardInterrupt in the command of a run."""
    with _lock:
        for thread, running in _running.items():
            if number == running:
                raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
                raising(ctypes.c_ulong(thread), ctypes.py_object(KeyboardInterrupt))


def _remember(file: str, text: str) -> None:
    """Lets tracebacks show the lines of a command."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    _commands.append(file)
    if len(_commands) > _COMMANDS_KEPT:
        linecache.cache.pop(_commands.pop(0), None)


def _told(error: BaseException, file: str) -> dict[str, Any]:
    """What went wrong: in one text, the user's line first, and in parts."""
    last = "".join(traceback.format_exception_only(type(error), error)).rstrip()
    told = {
        "kind": type(error).__name__,
        "message": _message(error),
        "interrupted": isinstance(error, KeyboardInterrupt),
    }
    if isinstance(error, SyntaxError) and error.filename == file:
        code = (error.text or "").strip()
        return {
            **told,
            "text": f"line {error.lineno}: {code}\n{last}",
            "line": error.lineno,
            "code": code,
            "trace": last,
        }
    frames = traceback.extract_tb(error.__traceback__)
    console = [frame for frame in frames if frame.filename.startswith("<console ")]
    place = f"line {console[-1].lineno}: {console[-1].line}\n" if console else ""
    # A function of an earlier command has lines of its own: the page shows the code of this one.
    own = [frame for frame in frames if frame.filename == file]
    error.__traceback__ = _after_this(error.__traceback__)
    whole = "".join(traceback.format_exception(type(error), error, error.__traceback__)).rstrip()
    line, code = (own[-1].lineno, own[-1].line) if own else (None, None)
    return {**told, "text": f"{place}{last}\n\n{whole}", "line": line, "code": code, "trace": whole}


def _message(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return str(error.msg)
    try:
        return str(error)
    except Exception:  # a class of the user's may raise anything
        return ""


def _after_this(at: Any) -> Any:
    """The trace without the frames of this file, which come first."""
    while at is not None and at.tb_frame.f_code.co_filename == __file__:
        at = at.tb_next
    return at
