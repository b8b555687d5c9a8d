"""Flight SQL: by the ADBC driver, and by messages written by hand."""

from __future__ import annotations

import base64
import gc
import time
from typing import Any, Iterator

import kinetable
import pyarrow as pa
import pyarrow.flight as flight
import pytest
from adbc_driver_flightsql import DatabaseOptions, dbapi
from adbc_driver_manager import Error as AdbcError
from kinetable import perfmon
from kinetable.arrow import to_arrow
from kinetable.dbc import adbc
from kinetable.server import Server
from test_server import PSK, until

KEY = "a-key-of-this-test"
REFUSED = (flight.FlightError, pa.ArrowException, NotImplementedError)
PREFIX = "type.googleapis.com/arrow.flight.protocol.sql."


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    fixed = kinetable.empty_table(4).update(["X = i", "Name = `n` + i", "Half = X / 2.0"])
    return {
        "__name__": "__main__",
        "fixed": fixed,
        "ticks": kinetable.time_table("PT0.02s").update("N = ii"),
        "secret": fixed.view("S = X"),
        "answer": 42,
    }


@pytest.fixture(scope="module")
def server(names: dict[str, Any]) -> Iterator[Server]:
    rights = {"key": ["console", "subscribe *", "write *"], "bob": ["read fixed", "list ticks"], "*": []}
    with Server(port=0, auth=[f"psk={KEY}", "basic=bob:word"], rights=rights, variables=names) as running:
        yield running


def connect(server: Server, authorization: str = f"Bearer {PSK} {KEY}") -> dbapi.Connection:
    options = {DatabaseOptions.AUTHORIZATION_HEADER.value: authorization}
    return dbapi.connect(f"grpc://127.0.0.1:{server.port}", db_kwargs=options, autocommit=True)


def bob() -> str:
    return "Basic " + base64.b64encode(b"bob:word").decode()


def field(number: int, value: bytes) -> bytes:
    """A field of bytes of a protobuf message."""
    length, size = b"", len(value)
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + value


def message(name: str, *fields: bytes) -> bytes:
    """A message of Flight SQL in google.protobuf.Any."""
    return field(1, (PREFIX + name).encode()) + field(2, b"".join(fields))


def query(text: str) -> bytes:
    return message("CommandStatementQuery", field(1, text.encode()))


@pytest.fixture(scope="module")
def raw(server: Server) -> Iterator[tuple[flight.FlightClient, flight.FlightCallOptions]]:
    with flight.connect(f"grpc://127.0.0.1:{server.port}") as client:
        yield client, entered(client, f"{PSK} {KEY}".encode())


def entered(client: flight.FlightClient, authorization: bytes) -> flight.FlightCallOptions:
    """Options with the token of one session."""
    kind, _, secret = authorization.partition(b" ")
    user, password = base64.b64decode(secret).split(b":") if kind == b"Basic" else (b"anybody", secret)
    return flight.FlightCallOptions(headers=[client.authenticate_basic_token(user, password)])


def test_adbc_reads_what_a_query_gives(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT Name, X * 2 AS D FROM fixed WHERE X > 1 ORDER BY X DESC")
        assert cursor.fetchall() == [("n3", 6), ("n2", 4)]
        cursor.execute("SELECT 88")
        one = cursor.fetch_arrow_table()
        assert one.column_names == ["EXPR$0"] and one.column(0).type == pa.int32() and one.to_pylist() == [{"EXPR$0": 88}]
        cursor.execute("SELECT AVG(Half) AS M, COUNT(*) AS C FROM fixed")
        assert to_arrow(adbc.read_cursor(cursor)).to_pylist() == [{"M": 0.75, "C": 4}]


def test_adbc_reads_a_live_table_as_it_is_now(server, names):
    with connect(server) as connection, connection.cursor() as cursor:
        until(lambda: names["ticks"].size > 3)
        cursor.execute("SELECT MAX(N) AS Last, COUNT(*) AS C FROM ticks")
        [(first, count)] = cursor.fetchall()
        assert first == count - 1 >= 2
        until(lambda: names["ticks"].size > count + 3)
        cursor.execute("SELECT COUNT(*) FROM ticks")
        assert cursor.fetchone()[0] > count


def test_adbc_asks_about_tables(server):
    with connect(server) as connection:
        assert connection.adbc_get_table_types() == ["TABLE"]
        assert connection.adbc_get_info()["vendor_name"] == "Kinetable"
        schema = connection.adbc_get_table_schema("fixed")
        assert [(each.name, each.type) for each in schema] == [("X", pa.int32()), ("Name", pa.string()), ("Half", pa.float64())]
        # Tables are in neither a catalogue nor a schema, and this driver looks for them there.
        objects = connection.adbc_get_objects(depth="tables").read_all().to_pylist()
        assert objects == [{"catalog_name": "", "catalog_db_schemas": []}]


def test_adbc_prepares(server):
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.adbc_prepare("SELECT X FROM fixed WHERE X < 2")
        for _ in range(2):
            cursor.execute("SELECT X FROM fixed WHERE X < 2")
            assert cursor.fetchall() == [(0,), (1,)]
        with pytest.raises(AdbcError, match="there is no column \"Y\""):
            cursor.adbc_prepare("SELECT Y FROM fixed")


@pytest.mark.parametrize(
    "text, pattern",
    [
        ("SELECT * FROM nothing", "NOT_FOUND.*Object 'nothing' not found|Object 'nothing' not found"),
        ("SELECT * FROM answer", "no table|not found"),
        ("SELECT * FROM fixed WHERE", "found: EOF"),
        ("INSERT INTO fixed VALUES (1)", "no query"),
        ("SELECT NTILE(2) OVER (ORDER BY X) FROM fixed", "OVER is not supported"),
    ],
)
def test_adbc_is_told_what_is_wrong(server, text, pattern):
    with connect(server) as connection, connection.cursor() as cursor, pytest.raises(AdbcError, match=pattern):
        cursor.execute(text)
        cursor.fetchall()


def test_what_is_denied_is_as_what_is_not_there(server):
    with connect(server, bob()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM fixed")
        assert cursor.fetchone() == (4,)
        told = []
        for name in ("secret", "absent", "ticks"):
            with pytest.raises(AdbcError) as raised:
                cursor.execute(f"SELECT * FROM {name}")
                cursor.fetchall()
            told.append(str(raised.value).replace(name, "NAME"))
        assert told[0] == told[1] and "'NAME' not found" in told[0], told
        assert told[2].split("hint")[0] == told[0].split("hint")[0]


def tables_of(client, options, **how) -> list[dict[str, Any]]:
    fields = [field(3, how["pattern"].encode())] if "pattern" in how else []
    fields += [b"\x28\x01"] if how.get("schema") else []
    info = client.get_flight_info(flight.FlightDescriptor.for_command(message("CommandGetTables", *fields)), options)
    return client.do_get(info.endpoints[0].ticket, options).read_all().to_pylist()


def test_raw_lists_tables_that_may_be_listed(server, raw):
    client, options = raw
    assert [table["table_name"] for table in tables_of(client, options)] == ["fixed", "secret", "ticks"]
    [table] = tables_of(client, options, pattern="f%", schema=True)
    assert pa.ipc.read_schema(pa.py_buffer(table["table_schema"])).names == ["X", "Name", "Half"]
    assert table["catalog_name"] is None and table["table_type"] == "TABLE"
    options = entered(client, bob().encode())
    assert [table["table_name"] for table in tables_of(client, options)] == ["fixed", "ticks"]


def test_raw_tickets_are_read_once_and_by_their_session(server, raw):
    client, options = raw
    descriptor = flight.FlightDescriptor.for_command(query("SELECT X FROM fixed"))
    assert client.get_schema(descriptor, options).schema.names == ["X"]
    info = client.get_flight_info(descriptor, options)
    assert info.schema.names == ["X"] and info.total_records == 4
    [endpoint] = info.endpoints
    assert endpoint.ticket.ticket.startswith(b"q") and endpoint.locations == []
    with pytest.raises(REFUSED, match="not there"):
        client.do_get(endpoint.ticket, entered(client, f"{PSK} {KEY}".encode())).read_all()
    assert client.do_get(endpoint.ticket, options).read_all().num_rows == 4
    with pytest.raises(REFUSED, match="read once"):
        client.do_get(endpoint.ticket, options).read_all()
    live = client.get_flight_info(flight.FlightDescriptor.for_command(query("SELECT * FROM ticks")), options)
    assert live.total_records == -1


def test_raw_prepared_statements(server, raw):
    client, options = raw
    assert [action.type for action in client.list_actions(options)] == ["CreatePreparedStatement", "ClosePreparedStatement"]
    body = message("ActionCreatePreparedStatementRequest", field(1, b"SELECT Name FROM fixed"))
    [result] = client.do_action(flight.Action("CreatePreparedStatement", body), options)
    told = result.body.to_pybytes()
    assert PREFIX.encode() + b"ActionCreatePreparedStatementResult" in told
    handle = told[told.index(b"\n\x10") + 2 :][:16]
    command = flight.FlightDescriptor.for_command(message("CommandPreparedStatementQuery", field(1, handle)))
    for _ in range(2):
        info = client.get_flight_info(command, options)
        assert client.do_get(info.endpoints[0].ticket, options).read_all().num_rows == 4
    with pytest.raises(REFUSED, match="no such prepared"):
        client.get_flight_info(command, entered(client, f"{PSK} {KEY}".encode()))
    close = flight.Action("ClosePreparedStatement", message("ActionClosePreparedStatementRequest", field(1, handle)))
    assert list(client.do_action(close, options)) == []
    with pytest.raises(REFUSED, match="no such prepared"):
        client.get_flight_info(command, options)


@pytest.mark.parametrize(
    "name, columns",
    [
        ("CommandGetCatalogs", 1),
        ("CommandGetDbSchemas", 2),
        ("CommandGetTableTypes", 1),
        ("CommandGetSqlInfo", 2),
        ("CommandGetPrimaryKeys", 6),
        ("CommandGetExportedKeys", 13),
        ("CommandGetImportedKeys", 13),
        ("CommandGetCrossReference", 13),
        ("CommandGetXdbcTypeInfo", 19),
    ],
)
def test_raw_catalogue_commands(raw, name, columns):
    client, options = raw
    descriptor = flight.FlightDescriptor.for_command(message(name))
    info = client.get_flight_info(descriptor, options)
    schema = client.get_schema(descriptor, options).schema
    assert len(schema) == columns and info.schema == schema
    for _ in range(2):
        table = client.do_get(info.endpoints[0].ticket, options).read_all()
        assert len(table.schema) == columns


def test_raw_what_is_refused(raw):
    client, options = raw
    refused = {
        b"": "is not offered",
        b"\xff\xff": "no google.protobuf.Any",
        message("CommandStatementUpdate", field(1, b"DROP TABLE fixed")): "CommandStatementUpdate",
        message("CommandStatementSubstraitPlan"): "CommandStatementSubstraitPlan",
        message("CommandStatementQuery", field(1, b"SELECT 1"), field(2, b"tx")): "transaction",
        message("NoSuchCommand"): "NoSuchCommand",
    }
    for command, pattern in refused.items():
        with pytest.raises(REFUSED, match=pattern):
            client.get_flight_info(flight.FlightDescriptor.for_command(command), options)
    for ticket in (b"q", b"q\xff", b"q" + message("TicketStatementQuery", field(1, b"0123456789abcdef"))):
        with pytest.raises(REFUSED):
            client.do_get(flight.Ticket(ticket), options).read_all()
    with pytest.raises(REFUSED, match="No action resolver"):
        list(client.do_action(flight.Action("CloseSession", b""), options))


def test_nothing_stays_of_queries_that_were_read(server, names):
    live = perfmon.nodes()
    text = (
        "SELECT N, SUM(N) OVER (ORDER BY N) AS S, (SELECT COUNT(*) FROM ticks q WHERE q.N = t.N) AS C FROM ticks t "
        "WHERE N IN (SELECT X FROM fixed) UNION ALL SELECT X, X, X FROM fixed"
    )
    with connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(text)
        cursor.fetchall()
        gc.collect()
        # The figures are taken once a second: without any, nothing would be all that is there.
        ticks = perfmon.node(names["ticks"])
        until(lambda: ticks in {row["Node"] for row in live.iter_dict(["Node"])})
        settled = until_still(lambda: live.size)
        for _ in range(5):
            cursor.execute(text)
            cursor.fetchall()
            with pytest.raises(AdbcError):
                cursor.execute(text + " UNION ALL SELECT N, N, NoSuchColumn FROM ticks")
    gc.collect()
    until(lambda: live.size <= settled)


def until_still(size) -> int:
    """A size that did not change for three looks in a row."""
    looks = [size()]
    while looks[-3:] != [looks[-1]] * 3 or len(looks) < 4:
        time.sleep(1.1)
        looks.append(size())
        assert len(looks) < 60
    return looks[-1]
