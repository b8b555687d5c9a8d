"""Two processes: tables of one are live tables of the other, and whole again after a lost connection."""

from __future__ import annotations

import contextlib
import pathlib
import socket
import subprocess
import sys
import threading
import time
from typing import Any, Callable, Optional

import kinetable
import pytest
from kinetable import DHError, uri
from kinetable.barrage import barrage_session
from kinetable.server import Server

SERVES = """
import sys, time
import kinetable
from kinetable import dtypes
from kinetable.server import Server

rows = kinetable.input_table(col_defs={"Id": dtypes.int64, "Value": dtypes.int64}, key_cols="Id")
flat = rows.sort("Value").flatten()
fixed = kinetable.empty_table(1000).update(["A = ii", "B = `row ` + ii", "C = ii / 3.0"])
server = Server(port=0, auth="anonymous")
server.start()
print(server.port, flush=True)
for line in sys.stdin:
    first, count, value = map(int, line.split())
    rows.add(kinetable.empty_table(count).update([f"Id = ii + {first}", f"Value = {value} - ii"]))
    print("done", flush=True)
"""


class Process:
    """Another process that serves tables."""

    def __init__(self) -> None:
        """Starts it, and waits until it listens."""
        arguments = [sys.executable, "-c", SERVES]
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._line())

    def write(self, first: int, count: int, value: int) -> None:
        """Writes rows there."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{first} {count} {value}\n")
        self.process.stdin.flush()
        assert self._line() == "done\n"

    def kill(self) -> None:
        """Ends it without warning."""
        self.process.kill()
        self.process.communicate()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


class Door:
    """A port that stays, while the process behind it goes and another one comes: a port is never taken anew."""

    def __init__(self, behind: int) -> None:
        """Opens it before the port of a process."""
        self.behind: Optional[int] = behind
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Lets nobody in any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._let_in(client)

    def _let_in(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.behind)) if self.behind else None
        except OSError:
            server = None
        if server is None:
            client.close()
            return
        for ends in ((client, server), (server, client)):
            threading.Thread(target=self._pass_on, args=ends, daemon=True).start()

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def there():
    """A process that serves tables."""
    process = Process()
    yield process
    process.kill()


def until(condition: Callable[[], Any], seconds: float = 60.0) -> None:
    """Waits until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition does not come to hold"
        time.sleep(0.02)


def rows(table: kinetable.Table) -> list[tuple[Any, ...]]:
    """The rows of a table now."""
    return [tuple(row.values()) for row in kinetable.arrow.to_arrow(table).to_pylist()]


def test_a_table_of_another_process_is_live_here(there: Process):
    there.write(0, 5, 100)
    with barrage_session("localhost", there.port) as session:
        flat = session.subscribe(b"s/flat")
        assert flat.is_refreshing
        assert rows(flat) == [(4, 96), (3, 97), (2, 98), (1, 99), (0, 100)]
        sums = flat.agg_by([kinetable.agg.sum_("Value")])
        there.write(3, 3, 50)
        expected = [(5, 48), (4, 49), (3, 50), (2, 98), (1, 99), (0, 100)]
        until(lambda: rows(flat) == expected)
        until(lambda: rows(sums) == [(444,)])
        assert session.state() == {"state": "connected"}
    until(lambda: flat.is_failed)
    assert rows(flat) == expected


def test_a_snapshot_and_a_uri(there: Process):
    fixed = barrage_session("localhost", there.port).snapshot(b"s/fixed")
    assert not fixed.is_refreshing
    assert rows(fixed)[999] == (999, "row 999", 333.0)
    found = uri.resolve(f"dh+plain://localhost:{there.port}/scope/flat")
    assert found.size == 0
    there.write(0, 3, 10)
    until(lambda: rows(found) == [(2, 8), (1, 9), (0, 10)])


def test_a_table_is_stale_while_the_process_is_gone_and_then_whole(there: Process):
    there.write(0, 5, 100)
    door = Door(there.port)
    session = barrage_session("localhost", door.port)
    flat = session.subscribe(b"s/flat")
    before = rows(flat)
    door.behind = None
    there.kill()
    until(lambda: session.state()["state"] == "stale")
    assert rows(flat) == before and not flat.is_failed
    again = Process()
    try:
        again.write(0, 2, 7)
        door.behind = again.port
        until(lambda: rows(flat) == [(1, 6), (0, 7)])
        until(lambda: session.state()["state"] == "connected")
    finally:
        again.kill()
        door.close()


def test_mistakes_are_said(there: Process):
    session = barrage_session("localhost", there.port)
    with pytest.raises(DHError, match="nonesuch"):
        session.subscribe(b"s/nonesuch")
    with pytest.raises(DHError, match="a ticket is bytes"):
        session.subscribe("s/flat")
    with pytest.raises(DHError, match="is it running"):
        barrage_session("localhost", 1)
    with pytest.raises(DHError, match="is no port"):
        barrage_session("localhost", 0)
    with pytest.raises(DHError, match="is no URI of a table"):
        uri.resolve(str(pathlib.Path("flat")))


@pytest.fixture
def certificate(tmp_path: pathlib.Path) -> tuple[str, str]:
    """A certificate of this machine that vouches for itself, and its key."""
    files = str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    make += " -addext basicConstraints=critical,CA:FALSE"
    subprocess.run([*make.split(), "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


def test_a_connection_is_kept_secret_and_those_are_let_in_who_have_the_key(certificate: tuple[str, str]):
    squares = kinetable.empty_table(3).update("X = ii * ii")
    with Server(port=0, auth="psk=secret", tls=certificate, variables={"squares": squares}) as server:
        roots = pathlib.Path(certificate[0]).read_bytes()
        handler = "io.deephaven.authentication.psk.PskAuthenticationHandler"
        with barrage_session("localhost", server.port, handler, "secret", True, roots) as session:
            assert rows(session.snapshot(b"s/squares")) == [(0,), (1,), (4,)]
        with pytest.raises(DHError, match="Authentication details invalid"):
            barrage_session("localhost", server.port, handler, "wrong", True, roots)
        with pytest.raises(DHError):
            barrage_session("localhost", server.port, handler, "secret", True)
        with pytest.raises(DHError):
            barrage_session("localhost", server.port, handler, "secret")
    with pytest.raises(DHError, match="without TLS"):
        barrage_session("localhost", server.port or 1, tls_root_certs=roots)
