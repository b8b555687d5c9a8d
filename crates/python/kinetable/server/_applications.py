"""The applications of a process: which scripts, run where, serving what.

Each application runs in a name space of its own. What clients may fetch of it, and does not begin with ``_``, is put under its
name among the variables that are served (`publish`); the names are the application's until it is loaded again without them. The
scripts of the command line are one application, ``scripts``, which runs among the served variables themselves: it is what a
console sees.

A reload runs the scripts in a fresh name space first. Only when all went well are the new names put in and the old ones taken
away; a failure changes nothing.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
from typing import Any, Iterator, Optional, Sequence

from ..dherror import DHError
from ._properties import properties
from ._values import kind_of

# Every application, by id.
known: dict[str, "Application"] = {}

_own = threading.local()
_loading = threading.RLock()


class Application:
    """Scripts that run together, and what they serve."""

    def __init__(self, id: str, name: str, files: Sequence[str]) -> None:
        self.id = id
        self.name = name
        self.files = list(files)
        self.fields: dict[str, Any] = {}
        self._served: dict[str, Any] = {}
        self._published: dict[str, Any] = {}

    def set(self, name: str, value: Any) -> None:
        """Adds a field, or replaces it."""
        if not isinstance(name, str) or not name or "/" in name:
            raise DHError(message=f'"{name}" is no name for a field\n  hint: a text that is not empty, without /')
        if kind_of(value) is None:
            what = type(value).__name__
            hint = "tables, partitioned tables, figures, dashboards, pandas data frames, and kinds of plug-ins"
            raise DHError(message=f'field "{name}" is a {what}, which clients cannot fetch\n  hint: {hint}')
        self.fields[name] = value

    def start(self, served: dict[str, Any], *, apart: bool = True) -> None:
        """Runs the scripts for the first time; `apart` in a name space of their own.

        Raises:
            ScriptFailed: if one fails.
            DHError: if another application serves one of its names.
        """
        with _loading:
            self._served = served
            before = {} if apart else dict(served)
            names = _fresh() if apart else served
            self._run(names)
            made = _fetchable(names)
            if apart:
                self._publish(made)
            else:
                self._published = {name: value for name, value in made.items() if before.get(name) is not value}
                for name in self._published.keys() & before.keys():
                    raise self._taken(name)
            known[self.id] = self

    def reload(self) -> None:
        """Runs the scripts again; see `kinetable.appmode.reload`."""
        with _loading:
            fields, self.fields = self.fields, {}
            try:
                names = _fresh()
                self._run(names)
                self._publish(_fetchable(names))
            except BaseException:
                self.fields = fields
                raise
            del fields, names
            # Functions and the name spaces they live in hold each other.
            gc.collect()

    def _publish(self, made: dict[str, Any]) -> None:
        served, mine = self._served, self._published
        is_mine = {name for name, value in mine.items() if served.get(name) is value}
        for name in made:
            if name in served and name not in is_mine:
                raise self._taken(name)
        # In this order no name that is in both is ever missing.
        served.update(made)
        for name in is_mine - made.keys():
            del served[name]
        self._published = made

    def _taken(self, name: str) -> DHError:
        owners = [other.id for other in known.values() if other is not self and name in other._published]
        owner = f'application "{owners[0]}"' if owners else "somebody else"
        hint = "give one of them another name, or one that begins with _"
        return DHError(message=f'application "{self.id}" makes "{name}", which {owner} serves\n  hint: {hint}')

    def _run(self, names: dict[str, Any]) -> None:
        before, _own.running = running(), self
        try:
            for file in self.files:
                run_script(file, names)
        finally:
            _own.running = before


class ScriptFailed(DHError):
    """A script that failed: where, and why."""

    def __init__(self, script: str, error: BaseException) -> None:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == script]
        if isinstance(error, SyntaxError) and error.filename == script:
            lines = [error.lineno]
        self.place = f'script "{script}" failed' + (f", line {lines[-1]}" if lines else "")
        self.error = error
        super().__init__(message=f"{self.place}: {type(error).__name__}: {error}")


def running() -> Optional[Application]:
    """The application whose script runs in this thread."""
    return getattr(_own, "running", None)


def run_script(script: str, names: dict[str, Any]) -> None:
    """Runs a script in a name space.

    Raises:
        ScriptFailed: if it does.
        DHError: if it cannot be read.
    """
    try:
        with open(script, "rb") as file:
            text = file.read()
    except OSError as error:
        raise DHError(message=f'cannot read "{script}": {error.strerror}') from error
    folder = os.path.dirname(os.path.abspath(script))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    names["__file__"] = script
    try:
        exec(compile(text, script, "exec"), names)
    except SystemExit as ended:
        if ended.code not in (None, 0):
            raise ScriptFailed(script, ended) from ended
    except BaseException as error:  # whatever it is, the script has failed, and where is told
        raise ScriptFailed(script, error) from error


def in_folder(folder: str) -> list[Application]:
    """The applications of a folder, in order of file name.

    Raises:
        DHError: if the folder or a file cannot be read, or a file does not say what an application is.
    """
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise DHError(message=f'cannot read the folder "{folder}": {error.strerror}') from error
    told = [_described(folder, name) for name in names if name.endswith(".app")]
    taken = {os.path.realpath(file) for one in told if one is not None for file in one.files}
    taken |= {os.path.realpath(file) for file in _disabled(folder, names)}
    found = {app.id: app for app in told if app is not None}
    if len(found) < sum(app is not None for app in told):
        raise DHError(message=f'two applications of "{folder}" have the same id')
    for name in names:
        path = os.path.join(folder, name)
        if name.endswith(".py") and os.path.realpath(path) not in taken:
            id = name[: -len(".py")]
            if id in found:
                raise DHError(message=f'"{path}" would be application "{id}", which another file of the folder is')
            found[id] = Application(id, id, [path])
    return sorted(found.values(), key=lambda app: app.files[0])


def _described(folder: str, name: str) -> Optional[Application]:
    path = os.path.join(folder, name)
    told = properties(path)
    if told.get("enabled", "true").strip().lower() == "false":
        return None
    kind, language = told.get("type", "script"), told.get("scriptType", "python")
    if kind != "script" or language != "python":
        what = f'type "{kind}"' if kind != "script" else f'scriptType "{language}"'
        raise DHError(message=f'"{path}" has {what}, which is not run\n  hint: type=script, scriptType=python')
    id = told.get("id", name[: -len(".app")])
    if not id or "/" in id:
        raise DHError(message=f'"{path}" has the id "{id}"\n  hint: a text that is not empty, without /')
    files = _files(folder, told)
    if not files:
        raise DHError(message=f'"{path}" names no script\n  hint: file_0=./script.py')
    return Application(id, told.get("name", id), files)


def _files(folder: str, told: dict[str, str]) -> list[str]:
    numbered = [(int(key[5:]), told[key]) for key in told if key.startswith("file_") and key[5:].isdigit()]
    return [os.path.normpath(os.path.join(folder, file)) for _, file in sorted(numbered)]


def _disabled(folder: str, names: Sequence[str]) -> Iterator[str]:
    """Scripts of applications that are switched off: they do not run on their own either."""
    for name in names:
        if name.endswith(".app"):
            yield from _files(folder, properties(os.path.join(folder, name)))


def _fresh() -> dict[str, Any]:
    return {"__name__": "__main__"}


def _fetchable(names: dict[str, Any]) -> dict[str, Any]:
    """What clients may fetch of a name space."""
    items = [(name, value) for name, value in list(names.items()) if not name.startswith("_")]
    return {name: value for name, value in items if kind_of(value) is not None}


class Watch:
    """Loads applications again when their scripts change, until it is closed."""

    def __init__(self, seconds: float = 0.5) -> None:
        self._seen = {id: _stamps(app) for id, app in known.items()}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, args=(seconds,), name="kinetable-apps", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Looks no longer."""
        self._ended.set()
        self._thread.join()

    def _look(self, seconds: float) -> None:
        while not self._ended.wait(seconds):
            for id, app in list(known.items()):
                stamps = _stamps(app)
                if stamps == self._seen.get(id):
                    continue
                self._seen[id] = stamps
                try:
                    app.reload()
                    print(f'kinetable: application "{id}" is loaded again', file=sys.stderr, flush=True)
                except ScriptFailed as failed:
                    told(failed.error)
                    print(f"kinetable: {failed.place}; what it served before stays", file=sys.stderr, flush=True)
                except DHError as error:
                    print(f"kinetable: {error}; what it served before stays", file=sys.stderr, flush=True)


def told(error: BaseException) -> None:
    """Prints an exception as the interpreter would."""
    traceback.print_exception(type(error), error, error.__traceback__)


def _stamps(app: Application) -> list[Optional[tuple[int, int]]]:
    def stamp(file: str) -> Optional[tuple[int, int]]:
        try:
            found = os.stat(file)
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size)

    return [stamp(file) for file in app.files]
