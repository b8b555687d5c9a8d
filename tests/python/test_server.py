"""The server, by clients that know nothing of it: `pydeephaven` and PyArrow Flight, unmodified."""

from __future__ import annotations

import contextlib
import datetime
import decimal
import gc
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any, Callable, Iterator

import kinetable
import pandas
import pyarrow as pa
import pyarrow.flight as flight
import pydeephaven as client
import pytest
from kinetable import DHError
from kinetable.server import Server, _host
from pydeephaven import agg, updateby
from pydeephaven_ticking.table_listener import TableListener, listen

PSK = "io.deephaven.authentication.psk.PskAuthenticationHandler"


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Waits until a condition holds, and gives its value."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "the condition does not come to hold"
        time.sleep(0.02)
    return found


@contextlib.contextmanager
def fails(pattern: str = "") -> Iterator[None]:
    """Expects the client's error; the pattern is looked for in it and in what caused it."""
    with pytest.raises(client.DHError) as raised:
        yield
    texts, error = [], raised.value
    while error is not None:
        texts.append(str(error))
        error = error.__cause__ or error.__context__
    assert re.search(pattern, "\n".join(texts)), texts


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    return {"__name__": "__main__", "kinetable": kinetable}


@pytest.fixture
def server(names: dict[str, Any]) -> Iterator[Server]:
    """A server that lets everybody in and has a console."""
    with Server(port=0, auth="anonymous", console=True, variables=names) as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[client.Session]:
    """A session of the client."""
    with client.Session(host="127.0.0.1", port=server.port) as opened:
        yield opened


def rows(table: client.table.Table) -> dict[str, list[Any]]:
    """The columns of a remote table."""
    return table.to_arrow().to_pydict()


def test_a_table_that_a_client_makes_comes_back(session: client.Session) -> None:
    table = session.empty_table(5).update(["X = ii * 2", "Name = `n` + i"])
    assert (table.size, table.is_refreshing) == (5, False)
    assert [field.name for field in table.schema] == ["X", "Name"]
    assert rows(table) == {"X": [0, 2, 4, 6, 8], "Name": ["n0", "n1", "n2", "n3", "n4"]}


def test_variables_are_tables_of_the_client(names: dict[str, Any], session: client.Session) -> None:
    names["squares"] = kinetable.empty_table(4).update("X = i * i")
    names["number"], names["_hidden"] = 5, names["squares"]
    assert session.tables == ["squares"]
    assert rows(session.open_table("squares")) == {"X": [0, 1, 4, 9]}
    for other in ["nothing", "_hidden"]:
        with fails(other):
            session.open_table(other)
    made = session.empty_table(2).update("Y = ii")
    session.bind_table("mine", made)
    assert set(session.tables) == {"squares", "mine"}
    assert names["mine"].size == 2
    session.bind_table("mine", session.empty_table(3))
    assert names["mine"].size == 3
    with fails("no name for a client's variable"):
        session.bind_table("not a name", made)


def test_clients_replace_tables_and_nothing_else(
    names: dict[str, Any], session: client.Session, server: Server
) -> None:
    names["twice"], names["limit"] = lambda x: 2 * x, 5
    names["frame"] = pandas.DataFrame({"X": [1]})
    before = dict(names)
    made = session.empty_table(1)
    for name in ["twice", "limit", "kinetable", "print", "len", "__builtins__", "__name__", "_own"]:
        with fails("no table|no name for a client's variable"):
            session.bind_table(name, made)
        with pytest.raises(pa.ArrowInvalid, match="no table|no name"):
            place = flight.FlightDescriptor.for_path("scope", name)
            sender = flight.connect(f"grpc://127.0.0.1:{server.port}")
            data = pa.table({"X": [1]})
            options = flight.FlightCallOptions(headers=[(b"authorization", b"Anonymous")])
            writer, _ = sender.do_put(place, data.schema, options)
            writer.write_table(data)
            writer.close()
    assert {name: value for name, value in names.items() if name != "__builtins__"} == before
    session.bind_table("frame", made)
    assert names["frame"].size == 1


def test_a_variable_that_holds_another_table_is_told_wherever_that_lies() -> None:
    names: dict[str, Any] = {}
    seen = set()
    for _ in range(50):
        # Mostly at the address of the one before.
        names.pop("t", None)
        names["t"] = kinetable.empty_table(1)
        ((name, kind, identity),) = _host.variables(names)
        assert (name, kind) == ("t", "Table") and _host.variables(names) == [(name, kind, identity)]
        seen.add(identity)
    assert len(seen) == 50


def test_scripts_run_in_the_server(names: dict[str, Any], session: client.Session, server: Server) -> None:
    session.run_script("from kinetable import empty_table\ndef twice(x) -> int:\n    return 2 * x\nt = empty_table(3)")
    session.run_script("u = t.update('X = twice(i)')\nprint('made')")
    assert names["u"].size == 3
    assert rows(session.open_table("u")) == {"X": [0, 2, 4]}
    assert rows(session.open_table("t").update("Y = twice(i + 1)")) == {"Y": [2, 4, 6]}
    with pytest.raises(client.DHError) as raised:
        session.run_script("v = t\n\nw = 1 / 0\nx = t")
    text = str(raised.value)
    assert re.search(r"line 3: w = 1 / 0\nZeroDivisionError: division by zero", text), text
    assert "v" in session.tables and "x" not in session.tables
    with fails("line 2: def"):
        session.run_script("a = 1\ndef")
    with fails("SystemExit"):
        session.run_script("raise SystemExit(3)")
    assert rows(session.open_table("t").head(1)) == {}


def test_operations_of_tables(session: client.Session) -> None:
    table = session.empty_table(10).update(["K = i % 3", "V = ii"])
    assert rows(table.where("V > 6")) == {"K": [1, 2, 0], "V": [7, 8, 9]}
    assert rows(table.select(["V"]).head(2)) == {"V": [0, 1]}
    assert rows(table.view(["W = V + 1"]).tail(1)) == {"W": [10]}
    assert rows(table.drop_columns("K").slice(2, 4)) == {"V": [2, 3]}
    assert rows(table.sort_descending("V").head(1)) == {"K": [0], "V": [9]}
    assert rows(table.select_distinct("K")) == {"K": [0, 1, 2]}
    summed = table.agg_by([agg.sum_("S = V"), agg.count_("N")], by="K")
    assert rows(summed) == {"K": [0, 1, 2], "S": [18, 12, 15], "N": [4, 3, 3]}
    right = session.empty_table(3).update(["K = i", "Name = `k` + i"])
    assert rows(table.natural_join(right, on="K", joins="Name").head(2))["Name"] == ["k0", "k1"]
    assert rows(table.where_in(right.where("K = 1"), "K"))["V"] == [1, 4, 7]
    assert rows(session.merge_tables([right, right]).view("K")) == {"K": [0, 1, 2, 0, 1, 2]}
    rolled = table.update_by(updateby.cum_sum("T = V"), by="K")
    assert rows(rolled)["T"] == [0, 1, 2, 3, 5, 7, 9, 12, 15, 18]
    query = session.query(table).where("K = 1").update("D = V * 2").tail(1)
    assert rows(query.exec()) == {"K": [1], "V": [7], "D": [14]}
    with fails("Nothing"):
        table.where("Nothing > 1")
    with fails("Nothing"):
        session.query(table).where("Nothing > 1").tail(1).exec()
    # A failed call leaves the session as it was.
    assert rows(table.head(1)) == {"K": [0], "V": [0]}


def test_a_live_table_ticks_and_a_snapshot_does_not(session: client.Session) -> None:
    live = session.time_table(period=10_000_000)
    assert live.is_refreshing
    until(lambda: len(rows(live)["Timestamp"]) >= 2)
    still = live.snapshot()
    assert not still.is_refreshing
    first = rows(still)
    until(lambda: len(rows(live)["Timestamp"]) > len(first["Timestamp"]))
    assert rows(still) == first


def test_a_ticking_client_sees_each_row_once(names: dict[str, Any], session: client.Session) -> None:
    names["live"] = kinetable.time_table("PT0.02S").update("X = ii")
    seen: list[int] = []

    class Listener(TableListener):
        """Keeps what was added."""

        def on_update(self, update: Any) -> None:
            """Rows came."""
            seen.extend(update.added()["X"].to_pylist())

        def on_error(self, error: Exception) -> None:
            """The stream broke."""
            raise error

    handle = listen(session.open_table("live"), Listener())
    handle.start()
    try:
        until(lambda: len(seen) >= 50)
    finally:
        handle.stop()
    told = list(seen)
    assert told == list(range(len(told)))


def test_tables_that_a_client_sends(session: client.Session) -> None:
    sent = pa.table({"I": pa.array([1, None, 3], pa.int32()), "S": ["a", None, "c"], "F": [0.5, 1.5, None]})
    table = session.import_table(sent)
    # What names it may come before the last of it.
    doubled = table.update("D = I * 2")
    assert rows(doubled) == {**sent.to_pydict(), "D": [2, None, 6]}
    big = pa.table({"X": pa.array(range(300_000))})
    assert session.import_table(big).to_arrow().to_pydict() == big.to_pydict()


GIVEN = {
    "boolean": pa.array([True, None]),
    "byte": pa.array([1, None], pa.int8()),
    "char": pa.array([65, None], pa.uint16()),
    "unsigned": pa.array([1, 2**63 - 1], pa.uint64()),
    "float": pa.array([1.5, None], pa.float32()),
    "instant": pa.array([datetime.datetime(2024, 1, 1), None], pa.timestamp("ns", "UTC")),
    "timestamp": pa.array([datetime.datetime(2024, 1, 1), None], pa.timestamp("us")),
    "date": pa.array([datetime.date(2024, 1, 1), None], pa.date32()),
    "date64": pa.array([datetime.date(2024, 1, 1), None], pa.date64()),
    "time": pa.array([datetime.time(1, 2, 3), None], pa.time64("ns")),
    "time32": pa.array([datetime.time(1, 2, 3), None], pa.time32("s")),
    "duration": pa.array([datetime.timedelta(seconds=1), None], pa.duration("ns")),
    "period": pa.array([(1, 2, 3), None], pa.month_day_nano_interval()),
    "decimal": pa.array([decimal.Decimal("1.23"), None], pa.decimal128(10, 2)),
    "binary": pa.array([b"ab", None]),
    "fixed": pa.array([b"ab", None], pa.binary(2)),
    "numbers": pa.array([[1, 2], None], pa.list_(pa.int64())),
    "texts": pa.array([["a"], []], pa.list_(pa.string())),
}


@pytest.mark.parametrize("kind", GIVEN)
def test_types_come_back_as_they_were_given(session: client.Session, kind: str) -> None:
    back = session.import_table(pa.table({"X": GIVEN[kind]})).to_arrow()
    assert back.schema.field("X").type == GIVEN[kind].type
    assert back.column("X").to_pylist() == GIVEN[kind].to_pylist()


def test_joins_groups_and_windows(session: client.Session) -> None:
    table = session.empty_table(10).update(["K = i % 3", "V = ii", "T = epochNanosToInstant(V * SECOND)"])
    right = session.empty_table(3).update(["K = i", "N = `n` + i"])
    assert rows(table.exact_join(right, on="K", joins="N").head(2))["N"] == ["n0", "n1"]
    assert len(rows(table.join(right, on="K", joins="N"))["N"]) == 10
    times = table.view(["K", "U = T", "W = V"])
    assert rows(table.aj(times, on=["K", "T >= U"], joins="W"))["W"] == list(range(10))
    assert rows(table.raj(times, on=["K", "T <= U"], joins="W"))["W"] == list(range(10))
    joined = client.table.multi_join([table.select_distinct("K"), right], on="K").table
    assert rows(joined)["N"] == ["n0", "n1", "n2"]
    groups = [agg.avg("A = V"), agg.group("G = V"), agg.pct(0.5, "P = V"), agg.formula("S = sum(V)")]
    found = rows(table.agg_by(groups, by="K").head(1))
    assert found == {"K": [0], "A": [4.5], "G": [[0, 3, 6, 9]], "P": [6], "S": [18]}
    assert rows(table.drop_columns("T").agg_all_by(agg.max_(), by="K"))["V"] == [9, 7, 8]
    rolled = table.update_by([updateby.rolling_sum_tick("R = V", 2, 0), updateby.delta("D = V")], by="K")
    assert rows(rolled.where("K = 0"))["R"] == [0, 3, 9, 15]
    assert rows(rolled.where("K = 0"))["D"] == [None, 3, 3, 3]
    assert rows(table.group_by("K").ungroup("V").where("K = 1"))["V"] == [1, 4, 7]
    assert rows(table.head_by(1, "K"))["V"] == [0, 1, 2]
    ordered = table.sort(["K", "V"], [client.SortDirection.ASCENDING, client.SortDirection.DESCENDING])
    assert rows(ordered)["V"] == [9, 6, 3, 0, 7, 4, 1, 8, 5, 2]
    assert rows(session.merge_tables([table, table], order_by="V").head(3))["V"] == [0, 0, 1]
    assert rows(table.meta_table)["DataType"] == ["int", "long", "java.time.Instant"]


def test_input_tables_are_written(names: dict[str, Any], session: client.Session) -> None:
    schema = pa.schema([("K", pa.string()), ("V", pa.int64())])
    keyed = session.input_table(schema=schema, key_cols="K")
    keyed.add(session.import_table(pa.table({"K": ["a", "b"], "V": [1, 2]}, schema=schema)))
    keyed.add(session.import_table(pa.table({"K": ["b"], "V": [3]}, schema=schema)))
    assert sorted(zip(*rows(keyed).values())) == [("a", 1), ("b", 3)]
    keyed.delete(session.import_table(pa.table({"K": ["a"]})))
    assert rows(keyed) == {"K": ["b"], "V": [3]}
    appended = session.input_table(init_table=session.empty_table(1).update("X = i"))
    appended.add(session.empty_table(1).update("X = 7"))
    assert rows(appended)["X"][-1] == 7
    session.bind_table("written", keyed)
    names["written"].add(kinetable.empty_table(1).update(["K = `c`", "V = 9L"]))
    assert sorted(rows(keyed)["K"]) == ["b", "c"]
    with fails("input table"):
        client.table.InputTable.add(keyed.head(1), keyed)  # type: ignore[arg-type]


def test_tables_are_shared_between_sessions(session: client.Session, server: Server) -> None:
    table = session.empty_table(3).update("X = i")
    ticket = client.ticket.SharedTicket.random_ticket()
    session.publish_table(ticket, table)
    with client.Session(host="127.0.0.1", port=server.port) as other:
        assert rows(other.fetch_table(ticket)) == {"X": [0, 1, 2]}
        table.close()
        with fails():
            other.fetch_table(ticket)


def test_objects_that_are_not_tables(names: dict[str, Any], session: client.Session) -> None:
    names["frame"] = pandas.DataFrame({"X": [1, 2]})
    names["parts"] = kinetable.empty_table(4).update(["K = i % 2", "V = i"]).partition_by("K")
    kinds = {name: ticket.type for name, ticket in session.exportable_objects.items()}
    assert kinds == {"frame": "pandas.DataFrame", "parts": "PartitionedTable"}
    plugin = session.plugin_client(session.exportable_objects["frame"])
    payload, references = next(plugin.resp_stream)
    assert payload == b""
    assert rows(references[0].fetch()) == {"X": [1, 2]}
    plugin.close()
    keys = session.plugin_client(session.exportable_objects["parts"])
    payload, references = next(keys.resp_stream)
    assert b"__CONSTITUENT__" in payload
    assert rows(references[0].fetch())["K"] == [0, 1]
    keys.close()


def test_a_session_that_ends_lets_go_what_it_made(names: dict[str, Any], server: Server) -> None:
    native: Any = server._server
    session = client.Session(host="127.0.0.1", port=server.port)
    kept = [session.empty_table(1).update("X = i") for _ in range(5)]
    sessions, exports = native.load
    assert sessions == 1 and exports >= 5
    session.close()
    until(lambda: native.load == (0, 0))
    del kept


def test_many_tables_that_are_dropped_leave_nothing(server: Server, session: client.Session) -> None:
    native: Any = server._server
    base = session.empty_table(1)
    for number in range(200):
        base.update(f"X = i + {number}")
    gc.collect()
    until(lambda: native.load[1] == 1)


def test_a_session_expires(names: dict[str, Any]) -> None:
    with Server(port=0, auth="anonymous", variables=names, session_s=20) as server:
        native: Any = server._server
        with client.Session(host="127.0.0.1", port=server.port) as staying:
            session = client.Session(host="127.0.0.1", port=server.port, never_timeout=False)
            table = session.empty_table(1)
            assert native.load == (2, 1)
            until(lambda: native.load == (1, 0), 180)
            with fails():
                table.update("X = i")
            # A client that refreshes stays: it would have gone before the other.
            assert rows(staying.empty_table(1).update("X = i")) == {"X": [0]}


def test_who_may_enter(names: dict[str, Any]) -> None:
    with Server(port=0, auth=["psk=secret", "basic=ada:pass:word"], variables=names) as server:

        def enters(kind: str, token: str) -> bool:
            try:
                with client.Session(host="127.0.0.1", port=server.port, auth_type=kind, auth_token=token) as session:
                    return session.empty_table(1).size == 1
            except client.DHError:
                return False

        assert enters(PSK, "secret")
        assert enters("Basic", "ada:pass:word")
        assert not enters(PSK, "Secret")
        assert not enters("Basic", "ada:pass")
        assert not enters("Anonymous", "")
        assert server.authentication_handlers == [PSK, "Basic"]
    with pytest.raises(DHError, match="from other machines"):
        Server(host="0.0.0.0", port=0, auth="anonymous").start()
    with pytest.raises(DHError, match="read-only, and have a console"):
        Server(port=0, auth="anonymous", console=True, read_only=True)
    with Server(host="0.0.0.0", port=0, variables=names) as open_to_all:
        assert re.search(r"\?psk=[\w-]{20,}$", open_to_all.link)
    with pytest.raises(DHError) as raised:
        Server(auth="password=hunter2")
    assert "hunter2" not in str(raised.value)


def test_the_console_is_a_right_of_its_own(names: dict[str, Any]) -> None:
    names["twice"] = lambda x: 2 * x
    with Server(port=0, auth="anonymous", variables=names) as server:
        with client.Session(host="127.0.0.1", port=server.port) as session:
            with fails("console"):
                session.run_script("x = 1")
            # Names of the process are not for the formulas of who may run no code.
            with fails("twice"):
                session.empty_table(1).update("X = twice(i)")
            session.bind_table("t", session.empty_table(1))
    with Server(port=0, auth="anonymous", variables=names, read_only=True) as server:
        with client.Session(host="127.0.0.1", port=server.port) as session:
            assert rows(session.open_table("t").update("X = i")) == {"X": [0]}
            with fails("change nothing"):
                session.bind_table("u", session.empty_table(1))


def test_arrow_flight_without_a_client_of_ours(names: dict[str, Any], server: Server) -> None:
    names["numbers"] = kinetable.empty_table(100_000).update(["X = ii", "S = `s` + i % 7"])
    names["other"] = 1
    with flight.FlightClient(f"grpc://127.0.0.1:{server.port}") as reader:
        options = flight.FlightCallOptions(headers=[(b"authorization", b"Anonymous")])
        listed = {info.descriptor.path[1]: info for info in reader.list_flights(options=options)}
        assert list(listed) == [b"numbers"]
        info = reader.get_flight_info(flight.FlightDescriptor.for_path("scope", "numbers"), options)
        assert info.total_records == 100_000
        assert info.schema.names == ["X", "S"]
        read = reader.do_get(info.endpoints[0].ticket, options).read_all()
        assert read.column("X").to_pylist() == list(range(100_000))
        assert read.schema.field("X").type == pa.int64()
        schema = reader.get_schema(flight.FlightDescriptor.for_path("scope", "numbers"), options).schema
        assert schema.names == ["X", "S"]
        sent = pa.table({"A": [1, 2], "B": ["x", None]})
        writer, _ = reader.do_put(flight.FlightDescriptor.for_path("scope", "sent"), sent.schema, options)
        writer.write_table(sent)
        writer.close()
        until(lambda: "sent" in names)
        assert reader.do_get(flight.Ticket(b"s/sent"), options).read_all().to_pydict() == sent.to_pydict()
        for ticket in (b"s/nothing", b"e\x01\x00\x00\x00\x00", b"x", b""):
            with pytest.raises((flight.FlightError, pa.ArrowException, KeyError)):
                reader.do_get(flight.Ticket(ticket), options).read_all()
        with pytest.raises(flight.FlightUnauthenticatedError):
            reader.do_get(flight.Ticket(b"s/sent")).read_all()


def test_arrow_flight_with_a_name_and_a_password(names: dict[str, Any]) -> None:
    names["t"] = kinetable.empty_table(2).update("X = i")
    with Server(port=0, auth="basic=ada:secret", variables=names) as server:
        with flight.FlightClient(f"grpc://127.0.0.1:{server.port}") as reader:
            token = reader.authenticate_basic_token("ada", "secret")
            options = flight.FlightCallOptions(headers=[token])
            assert reader.do_get(flight.Ticket(b"s/t"), options).read_all().to_pydict() == {"X": [0, 1]}
            with pytest.raises(flight.FlightUnauthenticatedError):
                reader.authenticate_basic_token("ada", "other")


def get(url: str, **headers: str) -> tuple[int, str]:
    """Status and text of a page."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_pages_beside_the_services(names: dict[str, Any]) -> None:
    with Server(port=0, auth="psk=secret", variables=names, names=["tables.internal"]) as server:
        at = f"http://127.0.0.1:{server.port}"
        assert get(f"{at}/health") == (200, "ok\n")
        assert get(f"{at}/nothing")[0] == 404
        assert get(f"{at}/metrics")[0] == 401
        status, figures = get(f"{at}/metrics", authorization=f"{PSK} secret")
        assert status == 200
        assert re.search(r"^kinetable_sessions 0", figures, re.MULTILINE), figures
        # A page of another site, and a name that somebody let point here.
        assert get(f"{at}/health", origin="http://evil.example")[0] == 403
        assert get(f"{at}/health", host="evil.example")[0] == 403
        assert get(f"{at}/health", host=f"tables.internal:{server.port}")[0] == 200
        assert get(f"{at}/health", origin=at)[0] == 200


def start(*arguments: str) -> subprocess.Popen[str]:
    """The command."""
    command = [sys.executable, "-m", "kinetable", "server", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_the_command_runs_scripts_and_serves_their_tables(tmp_path: pathlib.Path) -> None:
    (tmp_path / "b.py").write_text("two = one.update('Y = X * scale')\n")
    (tmp_path / "a.py").write_text(
        "from kinetable import empty_table\nscale = 3\none = empty_table(2).update('X = i')\n"
    )
    running = start("--port", "0", "--script", str(tmp_path / "a.py"), "--script", str(tmp_path / "b.py"))
    try:
        line = running.stdout.readline()  # type: ignore[union-attr]
        found = re.fullmatch(r"kinetable: serving at http://127\.0\.0\.1:(\d+)/\?psk=([\w-]+)\n", line)
        assert found, line
        port, key = int(found.group(1)), found.group(2)
        with client.Session(host="127.0.0.1", port=port, auth_type=PSK, auth_token=key) as session:
            assert sorted(session.tables) == ["one", "two"]
            assert rows(session.open_table("two")) == {"X": [0, 1], "Y": [0, 3]}
        running.send_signal(signal.SIGTERM)
        assert running.wait(300) == 0
    finally:
        running.kill()
        running.communicate()


def test_a_script_that_fails_stops_the_start(tmp_path: pathlib.Path) -> None:
    script = tmp_path / "app.py"
    script.write_text("a = 1\nb = a / 0\n")
    running = start("--port", "0", "--script", str(script))
    _, text = running.communicate(timeout=600)
    assert running.returncode == 1
    assert "ZeroDivisionError" in text
    assert f'the server does not start: script "{script}" failed, line 2' in text


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DHError, match=f"port {port}"):
            Server(port=port).start()
