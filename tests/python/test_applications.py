"""Applications: scripts that a server runs apart from each other, and loads again."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any, Callable, Iterator

import pyarrow.flight as flight
import pydeephaven as client
import pytest
from kinetable import appmode
from kinetable.dherror import DHError

PSK = "io.deephaven.authentication.psk.PskAuthenticationHandler"


class Running:
    """A server in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        """Starts it and waits until it listens."""
        command = [sys.executable, "-m", "kinetable", "server", "--port", "0", "--auth", "psk=key", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self._told: list[str] = []
        self._reading = threading.Thread(target=lambda: self._told.extend(self.process.stderr))  # type: ignore[arg-type]
        self._reading.start()
        line = self.process.stdout.readline()  # type: ignore[union-attr]
        found = re.search(r":(\d+)/", line)
        assert found, line + self.stop()
        self.port = int(found.group(1))

    def told(self) -> str:
        """What it told until now."""
        return "".join(self._told)

    def session(self) -> client.Session:
        """A client's session."""
        return client.Session(host="127.0.0.1", port=self.port, auth_type=PSK, auth_token="key")

    def stop(self) -> str:
        """Ends it; what it told."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reading.join(60)
        return self.told()


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    """Starts servers that end with the test."""
    running: list[Running] = []

    def start(*arguments: str) -> Running:
        running.append(Running(*arguments))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def write(path: pathlib.Path, text: str) -> None:
    """Writes a script. It appears whole: half a file is loaded as it is by who watches it."""
    unfinished = path.with_suffix(".new")
    unfinished.write_text(textwrap.dedent(text))
    os.replace(unfinished, path)


def fails(folder: pathlib.Path) -> str:
    """What a server says that does not start."""
    command = [sys.executable, "-m", "kinetable", "server", "--port", "0", "--app-dir", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert ended.returncode != 0
    return ended.stderr


def until(true: Callable[[], Any], what: str) -> None:
    """Waits until something holds."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def test_applications_do_not_see_each_others_names(tmp_path: pathlib.Path, run: Callable[..., Running]) -> None:
    write(tmp_path / "a.py", "from kinetable import empty_table\nscale = 3\none = empty_table(2).update('X = i * scale')\n")
    write(tmp_path / "b.py", "import kinetable as kt\nassert 'scale' not in globals()\ntwo = kt.empty_table(1)\n_own = two\n")
    with run("--app-dir", str(tmp_path)).session() as session:
        assert sorted(session.tables) == ["one", "two"]
        assert session.open_table("one").to_arrow().to_pydict() == {"X": [0, 3]}


def test_a_file_of_properties_says_what_an_application_is(
    tmp_path: pathlib.Path, run: Callable[..., Running]
) -> None:
    write(tmp_path / "orders.app", "# of the shop\ntype=script\nscriptType=python\nid=shop.orders\nname=Orders\nfile_0=./a.py\nfile_1 = b.py\n")
    write(tmp_path / "off.app", "enabled=false\ntype=script\nfile_0=off.py\n")
    write(tmp_path / "off.py", "raise RuntimeError('this is switched off')\n")
    write(tmp_path / "a.py", "from kinetable import empty_table\norders = empty_table(3).update('X = i')\n")
    write(
        tmp_path / "b.py",
        """
        from kinetable.appmode import get_app_state
        state = get_app_state()
        assert (state.id, state.name, state.fields) == ("shop.orders", "Orders", {})
        state["totals"] = orders.sum_by()
        state["gone"] = orders
        del state["gone"]
        """,
    )
    server = run("--app-dir", str(tmp_path))
    with server.session() as session:
        assert sorted(session.tables) == ["orders"]
        assert set(session.exportable_objects) == {"orders", "totals"}
        field = session.exportable_objects["totals"]
        assert field.pb_ticket.ticket == b"a/shop.orders/f/totals"
    with flight.FlightClient(f"grpc://127.0.0.1:{server.port}") as reader:
        options = flight.FlightCallOptions(headers=[reader.authenticate_basic_token("any", "key")])
        read = reader.do_get(flight.Ticket(b"a/shop.orders/f/totals"), options).read_all()
        assert read.to_pydict() == {"X": [3]}
        path = flight.FlightDescriptor.for_path("app", "shop.orders", "field", "totals")
        assert reader.get_schema(path, options).schema.names == ["X"]
        listed = {tuple(part.decode() for part in info.descriptor.path) for info in reader.list_flights(b"", options)}
        assert {("scope", "orders"), ("app", "shop.orders", "field", "totals")} <= listed
        with pytest.raises(KeyError, match="no field"):
            reader.do_get(flight.Ticket(b"a/shop.orders/f/gone"), options).read_all()


def test_an_application_is_loaded_again_beside_the_others(
    tmp_path: pathlib.Path, run: Callable[..., Running]
) -> None:
    write(tmp_path / "clock.py", "from kinetable import time_table\nclock = time_table('PT0.01s').update('N = ii').tail(1)\n")
    write(tmp_path / "shop.py", "import kinetable as kt\norders = kt.empty_table(1)\nold = kt.empty_table(2)\n")
    server = run("--app-dir", str(tmp_path), "--watch")
    with server.session() as session:
        kept = session.open_table("old")
        def told() -> list[int]:
            return session.open_table("clock").to_arrow()["N"].to_pylist()

        until(told, "the clock has no row")
        (before,) = told()
        write(tmp_path / "shop.py", "import kinetable as kt\norders = kt.empty_table(7)\nnew = kt.empty_table(3)\n")
        until(lambda: "new" in session.tables, "it was not loaded again")
        assert sorted(session.tables) == ["clock", "new", "orders"]
        assert session.open_table("orders").size == 7
        assert kept.to_arrow().num_rows == 2, "what a client holds stays its own"
        (later,) = told()
        assert later >= before, "the clock began anew"
        until(lambda: told() > [before], "the clock stands")
        write(tmp_path / "shop.py", "import kinetable as kt\norders = kt.empty_table(9)\n1 / 0\n")
        until(lambda: "what it served before stays" in server.told(), "it is not told to have failed")
        assert sorted(session.tables) == ["clock", "new", "orders"]
        assert session.open_table("orders").size == 7
    told = server.stop()
    assert "ZeroDivisionError" in told
    assert "shop.py\" failed, line 3; what it served before stays" in told
    assert 'application "shop" is loaded again' in told


def test_a_name_has_one_owner(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "a.py", "import kinetable as kt\ntrades = kt.empty_table(1)\n")
    write(tmp_path / "b.py", "import kinetable as kt\ntrades = kt.empty_table(1)\n")
    assert 'application "b" makes "trades", which application "a" serves' in fails(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("type=static\nclass=a.B\n", 'has type "static", which is not run'),
        ("scriptType=groovy\nfile_0=a.groovy\n", 'has scriptType "groovy"'),
        ("id=a/b\nfile_0=a.py\n", 'has the id "a/b"'),
        ("id=a\n", "names no script"),
        ("file_0=missing.py\n", "missing.py"),
    ],
)
def test_what_is_no_application_stops_the_start(tmp_path: pathlib.Path, text: str, said: str) -> None:
    write(tmp_path / "one.app", text)
    assert said in fails(tmp_path)


def test_a_state_takes_what_clients_can_fetch(tmp_path: pathlib.Path) -> None:
    write(tmp_path / "a.py", "from kinetable.appmode import get_app_state\nget_app_state()['x'] = 5\n")
    assert 'field "x" is a int, which clients cannot fetch' in fails(tmp_path)


def test_there_is_no_state_without_an_application() -> None:
    with pytest.raises(DHError, match="no application's script runs here"):
        appmode.get_app_state()
    with pytest.raises(DHError, match='no application "nothing"'):
        appmode.reload("nothing")


def test_properties_are_read_as_java_reads_them(tmp_path: pathlib.Path) -> None:
    from kinetable.server._properties import properties

    path = tmp_path / "x.app"
    path.write_text("! a word\n#another\n a = b \nc:d\ne f\ng\nlong = one \\\n    two\nu\\u0041 = \\t\\=\\\\\n")
    assert properties(str(path)) == {"a": "b ", "c": "d", "e": "f", "g": "", "long": "one two", "uA": "\t=\\"}
