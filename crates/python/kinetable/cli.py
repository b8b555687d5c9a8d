"""The command ``kinetable``."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import types
from typing import Any, Optional, Sequence

from . import __version__
from .server import _command


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Runs the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="kinetable", description="A real-time table engine.")
    parser.add_argument("--version", action="version", version=f"kinetable {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="run a script, and keep its live tables running until Ctrl-C",
        description="Runs a script as if by python, then keeps the process alive while the script holds live tables.",
    )
    run.add_argument("--exit", action="store_true", help="do not wait: end when the script ends")
    run.add_argument("script", help="a Python file")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script gets in sys.argv")
    server = commands.add_parser(
        "server",
        help="run scripts, and serve their tables until Ctrl-C",
        description="Runs scripts, then serves the tables that they hold to other processes, until Ctrl-C.",
    )
    _command.add_arguments(server)
    given = parser.parse_args(argv)
    if given.command is None:
        parser.print_help()
        return 2
    if given.command == "server":
        return _command.run(given)
    return _run(given.script, given.arguments, wait=not given.exit)


def _run(script: str, arguments: Sequence[str], wait: bool) -> int:
    """Runs a script as the main module."""
    try:
        with open(script, "rb") as file:
            code = compile(file.read(), script, "exec")
    except OSError as error:
        print(f'kinetable: cannot read "{script}": {error.strerror}', file=sys.stderr)
        return 2
    sys.argv = [script, *arguments]
    sys.path.insert(0, os.path.dirname(os.path.abspath(script)))
    module = types.ModuleType("__main__")
    module.__file__ = script
    sys.modules["__main__"] = module
    exec(code, module.__dict__)
    live = sorted(name for name, value in vars(module).items() if _keeps_running(value))
    if wait and live:
        _wait_for_end(live)
    return 0


def _keeps_running(value: Any) -> bool:
    from .table import Table

    return getattr(value, "_keeps_running", False) or (isinstance(value, Table) and value.is_refreshing)


def _wait_for_end(live: Sequence[str]) -> None:
    print(f"kinetable: running with {', '.join(live)}; Ctrl-C ends", file=sys.stderr)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(0.5):
        pass


if __name__ == "__main__":
    sys.exit(main())
