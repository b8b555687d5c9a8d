"""``kinetable server``: scripts run, then their tables are served until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import types
from typing import Optional

from ..dherror import DHError
from ._applications import Application, ScriptFailed, Watch, in_folder, told
from ._serve import Server


def add_arguments(server: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    server.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    server.add_argument("--port", type=int, default=10000, help="the port; 0 takes one that is free (10000)")
    server.add_argument("--script", action="append", default=[], metavar="FILE", help="a script to run at start")
    server.add_argument(
        "--app-dir", metavar="DIR", help="a folder of applications: *.app files, and other scripts, each on its own"
    )
    server.add_argument("--watch", action="store_true", help="load an application again when its scripts change")
    server.add_argument(
        "--auth",
        action="append",
        metavar="HOW",
        help="who may enter: psk=KEY, basic=USER:PASSWORD or anonymous (a key is made and printed)",
    )
    server.add_argument("--console", action="store_true", help="those who enter may run Python in this process")
    server.add_argument("--files", metavar="DIR", help="where those who may run Python keep notebooks and layouts")
    server.add_argument("--read-only", action="store_true", help="those who enter may change nothing")
    server.add_argument("--rights", metavar="FILE", help='who may do what, in JSON: {"ada": ["read prices*"]}')
    server.add_argument(
        "--session",
        type=float,
        default=300,
        metavar="SECONDS",
        help="how long a session without calls lasts, at most (300)",
    )
    server.add_argument("--tls-cert", metavar="FILE", help="the certificate, in PEM")
    server.add_argument("--tls-key", metavar="FILE", help="its key, in PEM")
    server.add_argument("--tls-clients", metavar="FILE", help="who vouches for clients, in PEM")
    server.add_argument(
        "--origin", action="append", default=[], metavar="URL", help="a web page's origin that may call"
    )
    server.add_argument(
        "--name",
        action="append",
        default=[],
        help="a name that clients find the server by, besides localhost and --host",
    )


def run(given: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        server = Server(
            given.host,
            given.port,
            auth=given.auth,
            console=given.console,
            read_only=given.read_only,
            rights=given.rights,
            session_s=given.session,
            tls=_tls(given),
            origins=given.origin,
            names=given.name,
            files=given.files,
            variables=vars(module),
        )
        applications = [] if given.app_dir is None else in_folder(given.app_dir)
    except DHError as error:
        print(f"kinetable: {error}", file=sys.stderr)
        return 2
    if not _start(applications, given.script, module):
        return 1
    try:
        server.start()
    except DHError as error:
        print(f"kinetable: {error}", file=sys.stderr)
        return 2
    print(f"kinetable: serving at {server.link if given.auth is None else server.link.split('?')[0]}", flush=True)
    watch = Watch() if given.watch else None
    _wait_for_end()
    if watch is not None:
        watch.close()
    server.stop()
    return 0


def _tls(given: argparse.Namespace) -> Optional[list[str]]:
    files = [file for file in (given.tls_cert, given.tls_key, given.tls_clients) if file is not None]
    if not files:
        return None
    if given.tls_cert is None or given.tls_key is None:
        raise DHError(message="TLS needs a certificate and its key\n  hint: --tls-cert FILE --tls-key FILE")
    return files


def _start(applications: list[Application], scripts: list[str], module: types.ModuleType) -> bool:
    """Runs all scripts; a failure is printed, with where it happened."""
    try:
        for application in applications:
            application.start(vars(module))
        if scripts:
            Application("scripts", "scripts of the command line", scripts).start(vars(module), apart=False)
    except ScriptFailed as failed:
        told(failed.error)
        print(f"kinetable: the server does not start: {failed.place}", file=sys.stderr)
        return False
    except DHError as error:
        print(f"kinetable: the server does not start: {error}", file=sys.stderr)
        return False
    return True


def _wait_for_end() -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(0.5):
        pass
