"""What Deephaven's Go client sends, replayed: it cannot be run here.

Its sequence: the handshake of Flight with a credential as its payload, the token of the answer with all that follows;
tables by single calls and by batches, the joins and aggregations of the old kinds, the list of variables as a stream,
rows by DoGet and DoPut.
"""

from __future__ import annotations

from typing import Any, Iterator

import kinetable
import pyarrow as pa
import pytest
from deephaven_core.proto import application_pb2, console_pb2, inputtable_pb2, session_pb2, table_pb2, ticket_pb2
from kinetable import dtypes
from kinetable.server import Server
from raw_calls import FLIGHT, GRPC, SCRIPT, Caller, export, field, fields, flight, path
from test_clients_native import Created, fetched, read

PSK = b"io.deephaven.authentication.psk.PskAuthenticationHandler"


@pytest.fixture
def names() -> dict[str, Any]:
    """What is served."""
    trades = kinetable.empty_table(6).view(["Id = i", "Side = i % 2", "Text = `t` + i"])
    book = kinetable.empty_table(3).view(["Id = i * 2", "Quote = i * 10"])
    keyed = kinetable.input_table({"K": dtypes.string, "V": dtypes.int64}, key_cols="K")
    return {"__name__": "__main__", "trades": trades, "book": book, "keyed": keyed}


@pytest.fixture
def caller(names: dict[str, Any]) -> Iterator[Caller]:
    """A client that has shaken hands."""
    with Server(port=0, auth="psk=secret", console=True, variables=names) as server:
        caller = Caller(server.port, None)
        talk = caller.talk(f"{FLIGHT}/Handshake")
        talk.send(field(2, field(4, PSK) + field(5, b"secret")))
        token = fields(talk.next())[2].decode()
        assert not token.startswith("Bearer ") and len(token) == 36
        assert talk.close() == []
        caller.authorization = f"Bearer {token}"
        yield caller
        caller.channel.close()


def ticket(number: int) -> ticket_pb2.Ticket:
    """An export's."""
    return ticket_pb2.Ticket(ticket=export(number))


def of(number: int) -> table_pb2.TableReference:
    """A source that is an export."""
    return table_pb2.TableReference(ticket=ticket(number))


def test_a_wrong_credential_is_refused_by_the_handshake(names: dict[str, Any]) -> None:
    with Server(port=0, auth="psk=secret", variables=names) as server:
        talk = Caller(server.port, None).talk(f"{FLIGHT}/Handshake")
        talk.send(field(2, field(4, PSK) + field(5, b"wrong")))
        with pytest.raises(Exception, match="UNAUTHENTICATED"):
            talk.next()


def test_the_list_of_variables_stays_open(names: dict[str, Any], caller: Caller) -> None:
    request = application_pb2.ListFieldsRequest()
    stream = caller.follow(f"{GRPC}.ApplicationService/ListFields", request, application_pb2.FieldsChangeUpdate)
    first = next(stream)
    assert {each.field_name for each in first.created} == {"trades", "book", "keyed"}
    (one,) = (each for each in first.created if each.field_name == "trades")
    assert one.typed_ticket.ticket.ticket == b"s/trades" and one.typed_ticket.type == "Table"
    assert one.application_id == "scope" and not first.updated and not first.removed
    bound = console_pb2.BindTableToVariableRequest(variable_name="mine", table_id=ticket(2))
    fetched(caller, b"trades", 2)
    caller.call(f"{SCRIPT}.ConsoleService/BindTableToVariable", bound, console_pb2.BindTableToVariableResponse)
    assert [each.field_name for each in next(stream).created] == ["mine"]
    stream.cancel()


def test_single_calls_and_a_batch(caller: Caller) -> None:
    empty = table_pb2.EmptyTableRequest(result_id=ticket(1), size=4)
    made = caller.call(f"{GRPC}.TableService/EmptyTable", empty, Created)
    assert made.success and made.is_static and made.size == 4 and made.result_id.ticket == ticket(1)
    offset = table_pb2.TableReference(batch_offset=0)
    operation = table_pb2.BatchTableRequest.Operation
    chosen = table_pb2.UnstructuredFilterTableRequest(source_id=offset, filters=["X > 1"], result_id=ticket(2))
    operations = [
        operation(update=table_pb2.SelectOrUpdateRequest(source_id=of(1), column_specs=["X = i", "Y = X * X"])),
        operation(unstructured_filter=chosen),
        operation(head=table_pb2.HeadOrTailRequest(source_id=offset, num_rows=1, result_id=ticket(3))),
    ]
    batch = table_pb2.BatchTableRequest(ops=operations)
    answers = list(caller.follow(f"{GRPC}.TableService/Batch", batch, Created))
    told = {answer.result_id.ticket.ticket or answer.result_id.batch_offset: answer for answer in answers}
    assert set(told) == {0, export(2), export(3)} and all(answer.success for answer in answers)
    assert read(caller.get(export(2))).to_pydict() == {"X": [2, 3], "Y": [4, 9]}
    assert read(caller.get(export(3))).to_pydict() == {"X": [0], "Y": [0]}


@pytest.mark.parametrize(
    ("rule", "quotes"),
    [
        (0, [0, 0, 10, 10, 20, 20]),
        (1, [None, 0, 0, 10, 10, 20]),
        (2, [0, 10, 10, 20, 20, None]),
        (3, [10, 10, 20, 20, None, None]),
    ],
)
def test_the_old_join_as_of_has_its_rules_reversed(caller: Caller, rule: int, quotes: list[Any]) -> None:
    fetched(caller, b"trades", 1)
    fetched(caller, b"book", 2)
    request = table_pb2.AsOfJoinTablesRequest(
        result_id=ticket(3),
        left_id=of(1),
        right_id=of(2),
        columns_to_match=["Id"],
        columns_to_add=["Quote"],
        as_of_match_rule=rule,
    )
    assert caller.call(f"{GRPC}.TableService/AsOfJoinTables", request, Created).size == 6
    assert read(caller.get(export(3)))["Quote"].to_pylist() == quotes


def test_the_old_aggregation(caller: Caller) -> None:
    fetched(caller, b"trades", 1)
    aggregate = table_pb2.ComboAggregateRequest.Aggregate
    kinds = {"FIRST": "F=Id", "LAST": "L=Id", "MIN": "Mi=Id", "MEDIAN": "Me=Id", "VAR": "Va=Id", "ABS_SUM": "Ab=Id"}
    number = table_pb2.ComboAggregateRequest.AggType.Value
    request = table_pb2.ComboAggregateRequest(
        result_id=ticket(2),
        source_id=of(1),
        aggregates=[
            *(aggregate(type=number(kind), match_pairs=[pair]) for kind, pair in kinds.items()),
            aggregate(type=table_pb2.ComboAggregateRequest.WEIGHTED_AVG, match_pairs=["W=Id"], column_name="Id"),
        ],
        group_by_columns=["Side"],
    )
    assert caller.call(f"{GRPC}.TableService/ComboAggregate", request, Created).success
    found = read(caller.get(export(2))).to_pydict()
    assert found.pop("W") == pytest.approx([20 / 6, 35 / 9])
    assert found == {
        "Side": [0, 1],
        "F": [0, 1],
        "L": [4, 5],
        "Mi": [0, 1],
        "Me": [2.0, 3.0],
        "Va": [4.0, 4.0],
        "Ab": [6, 9],
    }


def test_the_whole_metadata_of_a_schema(caller: Caller) -> None:
    schema = pa.ipc.open_stream(fetched(caller, b"keyed", 1).schema_header).schema
    marks = {each.name: {key.decode(): value.decode() for key, value in each.metadata.items()} for each in schema}
    assert marks["K"]["deephaven:type"] == "java.lang.String" and marks["V"]["deephaven:type"] == "long"
    assert marks["K"]["deephaven:isSortable"] == marks["V"]["deephaven:isSortable"] == "true"
    assert marks["K"]["deephaven:inputtable.isKey"] == "true" and marks["V"]["deephaven:inputtable.isValue"] == "true"
    assert "deephaven:inputtable.isKey" not in marks["V"]
    assert b"deephaven:unsent.attribute.InputTable" in schema.metadata
    assert all(each.nullable for each in schema)


def sent(caller: Caller, number: int, table: pa.Table) -> None:
    """Puts a table to an export, as it is written: the schema with the path, then a message for each batch."""
    talk = caller.talk(f"{FLIGHT}/DoPut")
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    reader = pa.ipc.MessageReader.open_stream(sink.getvalue())
    for index, message in enumerate(reader):
        body = message.body.to_pybytes() if message.body else b""
        place = path("export", str(number)) if index == 0 else b""
        talk.send(flight(descriptor=place, header=message.metadata.to_pybytes(), body=body))
        if index:
            assert talk.next() == b""
    assert talk.close() == []


def test_rows_go_up_and_into_an_input_table(names: dict[str, Any], caller: Caller) -> None:
    rows = pa.table({"K": ["a", "b"], "V": pa.array([1, 2], pa.int64())})
    sent(caller, 5, rows)
    assert read(caller.get(export(5))).to_pydict() == {"K": ["a", "b"], "V": [1, 2]}
    fetched(caller, b"keyed", 6)
    add = inputtable_pb2.AddTableRequest(input_table=ticket(6), table_to_add=ticket(5))
    caller.call(f"{GRPC}.InputTableService/AddTableToInputTable", add, inputtable_pb2.AddTableResponse)
    assert names["keyed"].size == 2
    sent(caller, 8, pa.table({"K": ["a"]}))
    delete = inputtable_pb2.DeleteTableRequest(input_table=ticket(6), table_to_remove=ticket(8))
    caller.call(f"{GRPC}.InputTableService/DeleteTableFromInputTable", delete, inputtable_pb2.DeleteTableResponse)
    assert read(caller.get(b"s/keyed")).to_pydict() == {"K": ["b"], "V": [2]}
    caller.call(f"{GRPC}.SessionService/Release", session_pb2.ReleaseRequest(id=ticket(5)), session_pb2.ReleaseResponse)
    with pytest.raises(Exception, match="RELEASED"):
        caller.get(export(5))
