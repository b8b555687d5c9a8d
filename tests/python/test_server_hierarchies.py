"""Rollups and trees through the port: made, filtered, sorted, expanded by a table of keys, and followed."""

from __future__ import annotations

from typing import Any, Iterator, Optional

import grpc
import kinetable
import pyarrow as pa
import pydeephaven as client
import pytest
from deephaven_core.proto import hierarchicaltable_pb2 as messages
from deephaven_core.proto import hierarchicaltable_pb2_grpc, table_pb2, ticket_pb2
from kinetable import agg
from kinetable.server import Server

EXPAND, EXPAND_ALL, CONTRACT, TWO_LEVELS = 1, 3, 4, 0x71
ROLLUP_KEYS = pa.schema([("Y", pa.int32()), ("S", pa.string()), ("__DEPTH__", pa.int32()), ("__action__", pa.int8())])
TREE_KEYS = pa.schema([("Id", pa.int32()), ("__action__", pa.int8())])


@pytest.fixture
def names() -> dict[str, Any]:
    """The variables that are served."""
    t = kinetable.empty_table(100).update(["X = i", "Y = i % 3", "S = `s` + (i % 2)"])
    staff = kinetable.new_table({"Id": [1, 2, 3, 4], "Boss": [None, 1, 1, 3], "Name": ["a", "b", "c", "d"]})
    staff = staff.update(["Id = (int)Id", "Boss = (int)Boss"])
    aggs = [agg.sum_("X"), agg.count_("N")]
    return {
        "t": t,
        "roll": t.rollup(aggs, by=["Y", "S"]),
        "full": t.rollup(aggs, by=["Y", "S"], include_constituents=True),
        "staff": staff,
        "tree": staff.tree("Id", "Boss"),
    }


class Caller:
    """A client of the service, as those for browsers are."""

    def __init__(self, port: int) -> None:
        self.session = client.Session(host="127.0.0.1", port=port)
        self.stub = hierarchicaltable_pb2_grpc.HierarchicalTableServiceStub(self.session.grpc_channel)
        self._next = 500

    def ticket(self) -> ticket_pb2.Ticket:
        """A new export's."""
        self._next += 1
        return ticket_pb2.Ticket(ticket=b"e" + self._next.to_bytes(4, "little"))

    def call(self, rpc: str, request: Any) -> Any:
        """One call."""
        return self.session.wrap_rpc(getattr(self.stub, rpc), request)

    def rollup(self, by: list[str], constituents: bool = False, table: str = "t") -> ticket_pb2.Ticket:
        """A rollup of sums of X."""
        columns = table_pb2.Aggregation.AggregationColumns(
            match_pairs=["X"], spec=table_pb2.AggSpec(sum=table_pb2.AggSpec.AggSpecSum())
        )
        result = self.ticket()
        request = messages.RollupRequest(
            result_rollup_table_id=result,
            source_table_id=named(table),
            aggregations=[table_pb2.Aggregation(columns=columns)],
            include_constituents=constituents,
            group_by_columns=by,
        )
        self.call("Rollup", request)
        return result

    def view(
        self, of: ticket_pb2.Ticket, keys: Optional[pa.Table] = None, existing: bool = False
    ) -> tuple[ticket_pb2.Ticket, dict[str, list[Any]]]:
        """A view, and its rows."""
        expansions = None
        if keys is not None:
            uploaded = self.session.import_table(keys)
            expansions = messages.HierarchicalTableViewKeyTableDescriptor(
                key_table_id=uploaded.pb_ticket, key_table_action_column="__action__"
            )
        target = {"existing_view_id": of} if existing else {"hierarchical_table_id": of}
        result = self.ticket()
        self.call("View", messages.HierarchicalTableViewRequest(result_view_id=result, expansions=expansions, **target))
        return result, self.rows(result)

    def rows(self, ticket: ticket_pb2.Ticket) -> dict[str, list[Any]]:
        """The rows of a ticket."""
        table = client.Table(self.session, ticket=client.ticket.ExportTicket(ticket.ticket), schema=pa.schema([]))
        columns: dict[str, list[Any]] = table.to_arrow().to_pydict()
        return columns


def named(variable: str) -> ticket_pb2.Ticket:
    """The ticket of a variable."""
    return ticket_pb2.Ticket(ticket=b"s/" + variable.encode())


def keys(schema: pa.Schema, *rows: tuple[Any, ...]) -> pa.Table:
    """A table of keys."""
    return pa.table([list(column) for column in zip(*rows)], schema=schema)


@pytest.fixture
def caller(names: dict[str, Any]) -> Iterator[Caller]:
    """A client of a server that lets everybody in."""
    with Server(port=0, auth="anonymous", variables=names) as running:
        caller = Caller(running.port)
        yield caller
        caller.session.close()


def test_what_a_script_made_is_described(caller: Caller) -> None:
    objects = caller.session.exportable_objects
    assert {name: objects[name].type for name in ("roll", "tree")} == dict.fromkeys(("roll", "tree"), "HierarchicalTable")

    def fields(name: str) -> list[tuple[str, list[str]]]:
        plugin = caller.session.plugin_client(objects[name])
        payload, references = next(plugin.resp_stream)
        plugin.close()
        descriptor = messages.HierarchicalTableDescriptor.FromString(payload)
        assert descriptor.is_static and not references
        schema = pa.ipc.read_schema(pa.py_buffer(descriptor.snapshot_schema))
        marks = ("hierarchicalTable.", "rollupTable.", "treeTable.")
        return [
            (
                field.name,
                sorted(
                    key.decode().removeprefix("deephaven:").partition(".")[2]
                    for key in field.metadata
                    if key.decode().removeprefix("deephaven:").startswith(marks)
                ),
            )
            for field in schema
        ]

    assert fields("tree") == [
        ("__DEPTH__", ["isRowDepthColumn", "isStructuralColumn"]),
        ("__EXPANDED__", ["isRowExpandedColumn", "isStructuralColumn"]),
        ("Id", ["isExpandByColumn", "isIdentifierColumn", "isNodeColumn"]),
        ("Boss", ["isNodeColumn", "isParentIdentifierColumn"]),
        ("Name", ["isNodeColumn"]),
    ]
    key = ["isAggregatedNodeColumn", "isExpandByColumn", "isGroupByColumn"]
    result = ["aggregationInputColumnName", "isAggregatedNodeColumn"]
    groups = [
        ("__DEPTH__", ["isExpandByColumn", "isRowDepthColumn", "isStructuralColumn"]),
        ("__EXPANDED__", ["isRowExpandedColumn", "isStructuralColumn"]),
        ("Y", key),
        ("S", key),
        ("X", result),
        ("N", result),
    ]
    assert fields("roll") == groups
    constituents = [
        ("X", ["isConstituentNodeColumn"]),
        ("Y", ["isConstituentNodeColumn", "isGroupByColumn"]),
        ("S", ["isConstituentNodeColumn", "isGroupByColumn"]),
    ]
    assert fields("full") == groups + constituents


def test_groups_expand_by_keys(caller: Caller) -> None:
    for rollup in (caller.rollup(["Y", "S"]), named("roll")):
        view, rows = caller.view(rollup)
        assert rows["__DEPTH__"] == [1, 2, 2, 2]
        assert rows["__EXPANDED__"] == [True, False, False, False]
        assert rows["X"] == [4950, 1683, 1617, 1650]
        one = [(None, None, 1, EXPAND), (0, None, 2, EXPAND)]
        _, rows = caller.view(view, keys(ROLLUP_KEYS, *one), existing=True)
        assert rows["__DEPTH__"] == [1, 2, 3, 3, 2, 2]
        assert rows["__EXPANDED__"] == [True, True, None, None, False, False]
        assert rows["S"][2:4] == ["s0", "s1"] and rows["X"][2:4] == [816, 867]
        # A client that opens a group, and says nothing of the total, sees the total open as before.
        assert caller.view(rollup, keys(ROLLUP_KEYS, (0, None, 2, EXPAND)))[1]["__DEPTH__"] == [1, 2, 3, 3, 2, 2]
        assert caller.view(rollup, keys(ROLLUP_KEYS, (None, None, 0, CONTRACT)))[1]["__DEPTH__"] == [1]
        everything = keys(ROLLUP_KEYS, (None, None, 1, EXPAND_ALL))
        assert caller.view(rollup, everything)[1]["__DEPTH__"] == [1, *([2, 3, 3] * 3)]
        but_one = keys(ROLLUP_KEYS, (None, None, 1, EXPAND_ALL), (1, None, 2, CONTRACT))
        assert caller.view(rollup, but_one)[1]["__DEPTH__"] == [1, 2, 3, 3, 2, 2, 3, 3]
        assert caller.view(rollup, keys(ROLLUP_KEYS, (None, None, 1, TWO_LEVELS)))[1]["__DEPTH__"] == [1, *([2, 3, 3] * 3)]
        assert caller.view(rollup, keys(ROLLUP_KEYS, (None, None, 1, CONTRACT)))[1]["__DEPTH__"] == [1]


def test_rows_lie_below_the_innermost_groups(caller: Caller) -> None:
    path = [(None, None, 1, EXPAND), (2, None, 2, EXPAND), (2, "s1", 3, EXPAND)]
    for rollup in (caller.rollup(["Y", "S"], constituents=True), named("full")):
        rows = caller.view(rollup, keys(ROLLUP_KEYS, *path))[1]
        assert rows["__DEPTH__"] == [1, 2, 2, 2, 3, *([4] * 16), 3] or rows["__DEPTH__"] == [1, 2, 2, 2, 3, 3, *([4] * 16)]
        below = [place for place, depth in enumerate(rows["__DEPTH__"]) if depth == 4]
        assert {rows["Y__OF_ROWS__"][place] for place in below} == {2}
        assert sorted(rows["X__OF_ROWS__"][place] for place in below) == [x for x in range(100) if x % 3 == 2 and x % 2]


def test_trees_expand_by_ids(caller: Caller) -> None:
    made = caller.ticket()
    tree = messages.TreeRequest(
        result_tree_table_id=made,
        source_table_id=named("staff"),
        identifier_column="Id",
        parent_identifier_column="Boss",
    )
    caller.call("Tree", tree)
    for shown in (made, named("tree")):
        assert caller.view(shown)[1]["Name"] == ["a"]
        rows = caller.view(shown, keys(TREE_KEYS, (1, EXPAND)))[1]
        assert rows["Name"] == ["a", "b", "c"] and rows["__EXPANDED__"] == [True, None, False]
        assert caller.view(shown, keys(TREE_KEYS, (None, EXPAND_ALL)))[1]["Name"] == ["a", "b", "c", "d"]
        assert caller.view(shown, keys(TREE_KEYS, (None, EXPAND_ALL), (3, CONTRACT)))[1]["Name"] == ["a", "b", "c"]
    source = caller.ticket()
    answer = caller.call(
        "ExportSource",
        messages.HierarchicalTableSourceExportRequest(result_table_id=source, hierarchical_table_id=made),
    )
    assert answer.size == 4 and caller.rows(source)["Name"] == ["a", "b", "c", "d"]


def test_filters_sorts_and_columns(caller: Caller) -> None:
    def compare(column: str, value: int) -> table_pb2.Condition:
        left = table_pb2.Value(reference=table_pb2.Reference(column_name=column))
        right = table_pb2.Value(literal=table_pb2.Literal(long_value=value))
        operation = table_pb2.CompareCondition.CompareOperation.GREATER_THAN
        return table_pb2.Condition(compare=table_pb2.CompareCondition(operation=operation, lhs=left, rhs=right))

    descending = table_pb2.SortDescriptor(column_name="X", direction=table_pb2.SortDescriptor.SortDirection.DESCENDING)
    for rollup in (caller.rollup(["Y", "S"]), named("roll")):
        applied = caller.ticket()
        doubled = messages.UpdateViewRequest(column_spec=table_pb2.Selectable(raw="D = X * 2"), node_type=1)
        request = messages.HierarchicalTableApplyRequest(
            result_hierarchical_table_id=applied,
            input_hierarchical_table_id=rollup,
            filters=[compare("Y", 0)],
            sorts=[descending],
            update_views=[doubled],
        )
        caller.call("Apply", request)
        rows = caller.view(applied)[1]
        assert rows["Y"] == [None, 2, 1] and rows["X"] == [3267, 1650, 1617] and rows["D"] == [6534, 3300, 3234]
        request.filters[0].CopyFrom(compare("X", 0))
        request.result_hierarchical_table_id.CopyFrom(caller.ticket())
        with pytest.raises(grpc.RpcError, match='"X"'):
            caller.call("Apply", request)


def test_wrong_keys_are_told(caller: Caller) -> None:
    rollup = caller.rollup(["Y", "S"])
    text = ROLLUP_KEYS.set(0, pa.field("Y", pa.string()))
    with pytest.raises(grpc.RpcError, match='"Y" of the table of keys is'):
        caller.view(rollup, keys(text, ("0", None, 2, EXPAND)))
    with pytest.raises(grpc.RpcError, match="stands for no action"):
        caller.view(rollup, keys(ROLLUP_KEYS, (0, None, 2, 77)))
    with pytest.raises(grpc.RpcError, match="not a HierarchicalTable"):
        caller.view(named("t"))
    with pytest.raises(grpc.RpcError, match='"Nope"'):
        caller.rollup(["Nope"])


def test_a_view_of_live_rows_is_live(names: dict[str, Any], caller: Caller) -> None:
    live = kinetable.time_table("PT0.02s").update(["X = (int)ii", "Y = (int)(ii % 3)", "S = `s`"])
    names["live"] = live
    rollup = caller.rollup(["Y", "S"], table="live")
    view, _ = caller.view(rollup)
    totals: list[int] = []
    while len(totals) < 4:
        rows = caller.rows(view)
        # Whenever it is read, the total is that of its groups.
        total = rows["X"][0] if rows["X"] else None
        assert (total or 0) == sum(rows["X"][1:])
        if total is not None and total not in totals[-1:]:
            totals.append(total)
    assert totals == sorted(totals)
