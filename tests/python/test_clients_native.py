"""What Deephaven's C++ client sends, and those that are built as it is (R, C#, the ticking one): replayed byte by byte.

They cannot be run here. Their sequence: a credential with the first call, the session's duration out of the
configuration, a console, a table by name, an aggregation of the old kind, then a subscription with columns as lists.
"""

from __future__ import annotations

import struct
from typing import Any, Iterator

import kinetable
import pyarrow as pa
import pytest
from deephaven_core.proto import config_pb2, console_pb2, table_pb2, ticket_pb2
from kinetable import dtypes
from kinetable.column import int_col, long_col, string_col
from kinetable.server import Server
from raw_calls import FLIGHT, GRPC, SCRIPT, Caller, Update, command, export, fields, flight

Created = table_pb2.ExportedTableCreationResponse


def subscription(number: int) -> bytes:
    """The request as the C++ client says it, for an export: built here, as the captured one has other options."""
    options_vtable = struct.pack("<8H", 16, 12, 0, 8, 0, 4, 0, 9)
    options = struct.pack("<iiBBH", len(options_vtable), 4096, 1, 1, 0)
    ticket = struct.pack("<I", 5) + export(number) + b"\0\0\0"
    vtable = struct.pack("<6H", 12, 12, 4, 0, 0, 8)
    root = 4 + len(vtable)
    options_at = root + 12 + len(options_vtable)
    ticket_at = options_at + len(options)
    table = struct.pack("<iII", len(vtable), ticket_at - (root + 4), options_at - (root + 8))
    payload = struct.pack("<I", root) + vtable + table + options_vtable + options + ticket
    return wrapped(payload, 5)


def wrapped(payload: bytes, kind: int) -> bytes:
    """The wrapper of a request, laid out as the captured ones are."""
    head = bytes.fromhex("1000000000000a0010000c000b0004000a0000000c000000000000") + bytes([kind])
    return head + b"dphn" + struct.pack("<I", len(payload)) + payload


@pytest.fixture
def names() -> Iterator[dict[str, Any]]:
    """What is served: a table that is written by key."""
    keyed = kinetable.input_table({"Key": dtypes.int64, "Val": dtypes.string, "N": dtypes.int32}, key_cols="Key")
    put(keyed, (1, "a", 10), (2, None, 20), (3, "ccc", 30))
    yield {"__name__": "__main__", "keyed": keyed, "squares": kinetable.empty_table(4).view(["X = i", "G = i % 2"])}


def put(table: Any, *values: tuple[int, Any, int]) -> None:
    """Writes rows."""
    keys, texts, numbers = (list(each) for each in zip(*values))
    table.add(kinetable.new_table([long_col("Key", keys), string_col("Val", texts), int_col("N", numbers)]))


@pytest.fixture
def caller(names: dict[str, Any]) -> Iterator[Caller]:
    """A client with the credential of a name and a password."""
    with Server(port=0, auth="basic=ada:lovelace", console=True, variables=names) as server:
        caller = Caller(server.port, "Basic YWRhOmxvdmVsYWNl")
        yield caller
        caller.channel.close()


def fetched(caller: Caller, name: bytes, number: int) -> Any:
    """A table by its name, as an export."""
    request = table_pb2.FetchTableRequest(
        source_id=table_pb2.TableReference(ticket=ticket_pb2.Ticket(ticket=b"s/" + name)),
        result_id=ticket_pb2.Ticket(ticket=export(number)),
    )
    return caller.call(f"{GRPC}.TableService/FetchTable", request, Created)


def test_a_session_begins(caller: Caller) -> None:
    request, constants = config_pb2.ConfigurationConstantsRequest(), f"{GRPC}.ConfigService/GetConfigurationConstants"
    answer = caller.call(constants, request, config_pb2.ConfigurationConstantsResponse)
    values = {name: value.string_value for name, value in answer.config_values.items()}
    assert int(values["http.session.durationMs"]) == 300_000
    # These are read too, as texts.
    assert {"deephaven.version", "barrage.version", "file.separator"} <= values.keys()
    first = caller.authorization
    assert first is not None and first.startswith("Bearer ")
    caller.call(constants, request, config_pb2.ConfigurationConstantsResponse)
    assert caller.authorization == first
    console = ticket_pb2.Ticket(ticket=export(1))
    started = caller.call(
        f"{SCRIPT}.ConsoleService/StartConsole",
        console_pb2.StartConsoleRequest(result_id=console, session_type="python"),
        console_pb2.StartConsoleResponse,
    )
    assert started.result_id == console
    ran = caller.call(
        f"{SCRIPT}.ConsoleService/ExecuteCommand",
        console_pb2.ExecuteCommandRequest(console_id=console, code="more = squares.head(1)"),
        console_pb2.ExecuteCommandResponse,
    )
    (field_,) = ran.changes.created
    assert (field_.field_name, field_.typed_ticket.type, field_.application_id) == ("more", "Table", "scope")


def test_a_table_by_name_and_its_aggregation(caller: Caller) -> None:
    answer = fetched(caller, b"squares", 2)
    assert answer.success and answer.is_static and answer.size == 4 and answer.result_id.ticket.ticket == export(2)
    # The schema is one of a stream: it begins with the mark and the length.
    assert answer.schema_header[:4] == b"\xff" * 4
    assert pa.ipc.open_stream(answer.schema_header).schema.names == ["X", "G"]
    aggregate = table_pb2.ComboAggregateRequest.Aggregate
    request = table_pb2.ComboAggregateRequest(
        result_id=ticket_pb2.Ticket(ticket=export(3)),
        source_id=table_pb2.TableReference(ticket=ticket_pb2.Ticket(ticket=export(2))),
        aggregates=[
            aggregate(type=table_pb2.ComboAggregateRequest.SUM, match_pairs=["S=X"]),
            aggregate(type=table_pb2.ComboAggregateRequest.AVG, match_pairs=["A=X"]),
            aggregate(type=table_pb2.ComboAggregateRequest.MAX, match_pairs=["M=X"]),
            aggregate(type=table_pb2.ComboAggregateRequest.COUNT, column_name="N"),
            aggregate(type=table_pb2.ComboAggregateRequest.PERCENTILE, match_pairs=["P=X"], percentile=0.5),
        ],
        group_by_columns=["G"],
    )
    made = caller.call(f"{GRPC}.TableService/ComboAggregate", request, Created)
    assert made.success and made.size == 2
    found = read(caller.get(export(3))).to_pydict()
    assert (found["G"], found["S"], found["A"], found["M"], found["N"]) == ([0, 1], [2, 4], [1.0, 2.0], [2, 3], [2, 2])


def read(messages: list[bytes]) -> pa.Table:
    """The messages of DoGet as a table, as any reader of Arrow has it."""
    stream = b""
    for message in map(fields, messages):
        header = message[2]
        padded = header + b"\0" * (-len(header) % 8)
        stream += b"\xff" * 4 + struct.pack("<i", len(padded)) + padded + message.get(1000, b"")
    return pa.ipc.open_stream(stream + b"\xff" * 4 + b"\0" * 4).read_all()


def test_columns_as_lists(names: dict[str, Any], caller: Caller) -> None:
    assert not fetched(caller, b"keyed", 7).is_static
    talk = caller.talk(f"{FLIGHT}/DoExchange")
    # The C++ library of Flight must send a descriptor first.
    talk.send(flight(descriptor=command(b"dphn")))
    talk.send(flight(metadata=subscription(7)))
    first = fields(talk.next())
    assert 3 not in first and not first.get(1000)
    schema = pa.ipc.read_schema(pa.py_buffer(b"\xff" * 4 + struct.pack("<i", len(first[2])) + first[2]))
    assert [(each.name, str(each.type.value_type), each.nullable) for each in schema] == [
        ("Key", "int64", False),
        ("Val", "string", False),
        ("N", "int32", False),
    ]
    assert schema.field("Key").metadata[b"deephaven:type"] == b"long"
    snapshot = Update(talk.next())
    said = snapshot.said()
    # These four must be there, or the client gives up; how many rows are sent it sees by those that are added.
    assert said["added"] == said["included"] == [0, 1, 2]
    assert said["removed"] == [] and said["shifts"] == b"\x20" * 3 and said["modified"] == [[], [], []]
    assert said["snapshot"] and said["size"] == 3 and said["columns"] == b"\x07" and said["viewport"] is None
    assert snapshot.length == 1 and snapshot.has_body_last
    assert snapshot.nodes == [(1, 0), (3, 0), (1, 0), (3, 1), (1, 0), (3, 0)]
    assert snapshot.body.startswith(struct.pack("<ii3q", 0, 3, 1, 2, 3))
    put(names["keyed"], (4, "d", 40))
    update = Update(talk.next())
    delta(update, 4, added=[3], modified=[])
    assert update.length == 1 and update.nodes == [(1, 0)] * 6
    assert update.body.startswith(struct.pack("<iiq", 0, 1, 4))
    put(names["keyed"], (2, "zz", 25))
    delta(Update(talk.next()), 4, added=[], modified=[1])
    # What is added and what is modified are batches of their own; the second has no metadata.
    put(names["keyed"], (3, "y", 35), (5, "e", 50))
    delta(Update(talk.next()), 5, added=[4], modified=[2])
    assert Update(talk.next()).metadata is None
    names["keyed"].delete(kinetable.new_table([long_col("Key", [1])]))
    update = Update(talk.next())
    said = update.said()
    assert said["removed"] == [0] and said["added"] == [] and said["size"] == 4 and update.length == 0
    assert talk.close() == []
    assert talk.answers.code().name == "OK"


def delta(update: Update, size: int, added: list[int], modified: list[int]) -> None:
    """Checks a change that takes no rows away: what the client needs is there, what belongs to snapshots is not."""
    said = update.said()
    assert said["added"] == added and said["modified"][1] == modified and len(said["modified"]) == 3
    assert said["removed"] == [] and said["shifts"] == b"\x20" * 3 and said["size"] == size and not said["snapshot"]
    assert said["included"] is None and said["viewport"] is None and said["columns"] is None


# Requests as they were captured: rows 0 and 1 of the first and third column of export 3; rows 1 and 2 of the second
# column of export 4.
VIEWPORT = bytes.fromhex(
    "1000000000000a0010000c000b0004000a0000000c000000000000056470686e5c000000100000000c00160010000c00080004000c000000"
    "1c000000240000002c0000003000000000000a000c0000000b0004000a0000006400000000000001050000000c000cff2000000001000000"
    "05000000050000006503000000000000"
)
SNAPSHOT = bytes.fromhex(
    "1000000000000a0010000c000b0004000a0000000c000000000000076470686e54000000100000000c00140010000c00080004000c000000"
    "180000001c000000240000002800000008000800000007000800000000000001050000000c010cff20000000010000000200000005000000"
    "6504000000000000"
)


def test_a_viewport_as_it_was_captured(names: dict[str, Any], caller: Caller) -> None:
    fetched(caller, b"keyed", 3)
    talk = caller.talk(f"{FLIGHT}/DoExchange")
    talk.send(flight(metadata=VIEWPORT))
    assert 3 not in fields(talk.next())
    update = Update(talk.next())
    said = update.said()
    assert said["snapshot"] and said["viewport"] == [0, 1] and said["columns"] == b"\x05" and said["size"] == 3
    assert said["added"] == [0, 1] and said["removed"] == [] and said["shifts"] is None and said["included"] is None
    # A column that was not asked for has no rows.
    assert update.length == 2 and update.nodes == [(2, 0), (0, 0), (2, 0)]
    assert update.body == struct.pack("<qq", 1, 2) + struct.pack("<ii", 10, 20)
    put(names["keyed"], (1, "a", 11))
    update = Update(talk.next())
    said = update.said()
    assert not said["snapshot"] and said["viewport"] is None and said["added"] == [] and said["shifts"] is None
    assert said["modified"] is not None and said["modified"][2] == [0] and said["modified"][1] == []
    assert talk.close() == []


def test_a_snapshot_as_it_was_captured(caller: Caller) -> None:
    fetched(caller, b"keyed", 4)
    talk = caller.talk(f"{FLIGHT}/DoExchange")
    talk.send(flight(metadata=SNAPSHOT))
    assert 3 not in fields(talk.next())
    update = Update(talk.next())
    said = update.said()
    assert said["snapshot"] and said["viewport"] == [1, 2] and said["columns"] == b"\x02" and said["removed"] is None
    assert said["shifts"] == b"\x20" * 3 and said["included"] is not None and said["modified"] is None
    assert update.length == 2 and update.nodes == [(0, 0), (2, 1), (0, 0)]
    assert b"ccc" in update.body
    assert talk.close() == []
    assert talk.answers.code().name == "OK"
