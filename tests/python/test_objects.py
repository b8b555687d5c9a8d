"""Variables that are no tables, by an unmodified `pydeephaven`: figures, dashboards, data frames, and kinds of
plug-ins."""

from __future__ import annotations

import contextlib
import io
import math
import pathlib
import subprocess
import sys
import threading
import urllib.parse
from json import loads
from typing import Any, Iterator

import grpc
import kinetable
import pandas
import plotly.graph_objects
import pydeephaven as client
import pytest
from deephaven_core.proto import console_pb2, object_pb2
from kinetable import DHError, agg, appmode, dtypes, input_table, new_table, plugin, ui
from kinetable.plot import Figure
from kinetable.plugin import _registry
from kinetable.plugin.object_type import BidirectionalObjectType, FetchOnlyObjectType, MessageStream
from kinetable.server import Server, _things
from kinetable.table import NodeType
from pydeephaven.experimental.plugin_client import PluginClient


@pytest.fixture
def names() -> dict[str, Any]:
    return {"__name__": "__main__"}


@pytest.fixture
def server(names: dict[str, Any]) -> Iterator[Server]:
    with Server(port=0, auth="anonymous", variables=names) as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[client.Session]:
    with client.Session(host="127.0.0.1", port=server.port) as opened:
        yield opened


@pytest.fixture
def kinds() -> Iterator[dict[str, Any]]:
    """The registered kinds, which are those of before after the test."""
    before = dict(_registry._kinds)
    yield _registry._kinds
    _registry._kinds.clear()
    _registry._kinds.update(before)


def trades() -> kinetable.Table:
    formulas = ["X = i", "Y = i * 2.0", "S = i % 2 == 0 ? `a` : `b`", "T = '2026-01-01T00:00:00Z' + i * SECOND"]
    return kinetable.empty_table(20).update([*formulas, "Low = Y - 1", "High = Y + 1"])


@contextlib.contextmanager
def opened(session: client.Session, name: str) -> Iterator[PluginClient]:
    """A talk with an object."""
    talk = session.plugin_client(session.exportable_objects[name])
    try:
        yield talk
    finally:
        talk.close()


def fetched(session: client.Session, name: str) -> tuple[bytes, list[tuple[str, Any]]]:
    """What an object says first: the payload, and its references with their kinds."""
    with opened(session, name) as talk:
        payload, references = next(talk.resp_stream)
        return payload, [(one.type, one.fetch() if one.type == "Table" else None) for one in references]


def described(session: client.Session, name: str) -> tuple[Any, list[tuple[str, Any]]]:
    payload, references = fetched(session, name)
    read = console_pb2.FigureDescriptor()
    read.ParseFromString(payload)
    return read, references


def sources(series: Any) -> list[tuple[str, str, str]]:
    """Type, axis and column of the sources of a series."""
    kind = console_pb2.FigureDescriptor.SourceType.Name
    return [(kind(source.type), source.axis_id, source.column_name) for source in series.data_sources]


def test_kinds_of_variables(names: dict[str, Any], session: client.Session) -> None:
    table = trades()
    names |= {"t": table, "f": Figure().plot_xy("a", table, x="X", y="Y"), "d": ui.dashboard(table), "n": 5}
    names |= {"p": table.partition_by("S"), "frame": pandas.DataFrame({"A": [1]}), "_f": Figure()}
    found = {name: one.type for name, one in session.exportable_objects.items()}
    kinds = {"t": "Table", "f": "Figure", "d": "Dashboard", "p": "PartitionedTable", "frame": "pandas.DataFrame"}
    assert found == kinds
    assert session.tables == ["t"]


def test_a_figure_as_deephavens_clients_read_it(names: dict[str, Any], session: client.Session) -> None:
    figure = Figure(rows=2).figure_title("Desk").new_chart().chart_title(title="Price")
    figure = figure.plot_xy("price", trades(), x="T", y="Y").line(color="RED", visible=True).x_twin()
    figure = figure.axes(plot_style="SCATTER").plot_xy("other", trades(), x="T", y="Low").point(size=3, shape="SQUARE")
    figure = figure.y_axis(label="Right", log=True, invert=True, min=1, max=9).new_chart(row=1, col=0)
    names["figure"] = figure.axes(plot_style="STACKED_BAR").plot_cat("bars", trades(), category="S", y="Y")
    read, references = described(session, "figure")
    assert (read.title, read.rows, read.cols, read.update_interval) == ("Desk", 2, 1, 1000)
    assert [kind for kind, _ in references] == ["Table"] * 3
    assert references[0][1].to_arrow().column_names == ["X", "Y", "S", "T", "Low", "High"]
    above, below = read.charts
    descriptor = console_pb2.FigureDescriptor
    assert (above.title, above.row, above.chart_type) == ("Price", 0, descriptor.ChartDescriptor.XY)
    first, second = above.series
    assert (first.name, first.plot_style, first.line_color) == ("price", descriptor.LINE, "#ff0000")
    assert first.lines_visible and not first.HasField("shapes_visible")
    assert sources(first) == [("X", "X0", "T"), ("Y", "Y0", "Y")]
    assert [source.table_id for source in first.data_sources] == [0, 0]
    assert [source.partitioned_table_id for source in first.data_sources] == [-1, -1]
    assert (second.plot_style, second.shape, second.shape_size) == (descriptor.SCATTER, "SQUARE", 3)
    assert sources(second) == [("X", "X0", "T"), ("Y", "Y1", "Low")]
    axes = {axis.id: axis for axis in above.axes}
    right = axes["Y1"]
    assert (right.label, right.log, right.invert, right.min_range, right.max_range) == ("Right", True, True, 1, 9)
    assert math.isnan(axes["X0"].min_range) and axes["X0"].gap_between_major_ticks == -1
    positions = {id: axis.position for id, axis in axes.items()}
    assert positions == {"X0": descriptor.AxisDescriptor.BOTTOM, "Y0": 2, "Y1": descriptor.AxisDescriptor.RIGHT}
    assert (below.row, below.chart_type) == (1, descriptor.ChartDescriptor.CATEGORY)
    assert below.series[0].plot_style == descriptor.STACKED_BAR
    assert {axis.id: axis.format_type for axis in below.axes} == {"X0": 0, "Y0": 1}


def test_every_kind_of_series_as_deephavens_clients_read_it(names: dict[str, Any], session: client.Session) -> None:
    t, parts = trades(), new_table({"Id": ["a", "b"], "In": [None, "a"], "V": [0.0, 1.0]})
    names |= {
        "ranges": Figure().plot_xy("r", t, x="X", y="Y", y_low="Low", y_high="High"),
        "pie": Figure().plot_pie("p", t, category="S", y="Y"),
        "ohlc": Figure().plot_ohlc("o", t, x="T", open="Y", high="High", low="Low", close="Y"),
        "keyed": Figure().plot_ohlc("o", t, x="T", open="Y", high="High", low="Low", close="Y", by=["S"]),
        "tree": Figure().plot_treemap("t", parts, id="Id", parent="In", value="V", label="Id"),
        "counts": Figure().plot_cat_hist("c", t, category="S"),
        "list": Figure().plot_xy("l", x=[1, 2], y=[3, 4]),
    }
    found = {name: described(session, name) for name in names if name in session.exportable_objects}
    (ranges,) = found["ranges"][0].charts[0].series
    assert set(sources(ranges)) == {
        ("X", "X0", "X"), ("X_LOW", "X0", "X"), ("X_HIGH", "X0", "X"),
        ("Y", "Y0", "Y"), ("Y_LOW", "Y0", "Low"), ("Y_HIGH", "Y0", "High"),
    }  # fmt: skip
    kind = console_pb2.FigureDescriptor.ChartDescriptor.ChartType.Name
    charts = {name: kind(read.charts[0].chart_type) for name, (read, _) in found.items()}
    assert charts["pie"] == "PIE" and charts["tree"] == "TREEMAP" and charts["counts"] == "CATEGORY"
    (ohlc,) = found["ohlc"][0].charts[0].series
    assert {source[0] for source in sources(ohlc)} == {"TIME", "OPEN", "HIGH", "LOW", "CLOSE"}
    (keyed,) = found["keyed"][0].charts[0].multi_series
    assert sources(keyed) == sources(ohlc)
    (tree,) = found["tree"][0].charts[0].series
    assert set(sources(tree)) == {("X", "X0", "Id"), ("PARENT", "-1", "In"), ("Y", "Y0", "V"), ("LABEL", "-1", "Id")}
    assert found["counts"][1][0][1].to_arrow().to_pydict() == {"S": ["a", "b"], "Count": [10, 10]}
    assert found["list"][1][0][1].to_arrow().to_pydict() == {"X": [1, 2], "Y": [3, 4]}


def test_a_series_a_key_is_a_partitioned_table(names: dict[str, Any], session: client.Session) -> None:
    t = trades()
    figure = Figure().plot_xy("by", t, x="T", y="Y", by=["S"]).plot_xy("all", t, x="T", y="Low")
    names["figure"] = figure.plot_xy("again", t, x="T", y="High", by=["S"])
    read, references = described(session, "figure")
    assert [kind for kind, _ in references] == ["Table", "PartitionedTable"]
    first, second = read.charts[0].multi_series
    assert sources(first) == [("X", "X0", "T"), ("Y", "Y0", "Y")]
    assert [source.partitioned_table_id for series in (first, second) for source in series.data_sources] == [0] * 4
    assert read.charts[0].series[0].data_sources[0].table_id == 0


def test_a_histogram_is_a_table_of_intervals(names: dict[str, Any], session: client.Session) -> None:
    rows = input_table({"V": dtypes.double})
    rows.add(new_table({"V": [0.0, 1.0, 1.0, 4.0]}))
    names |= {
        "h": Figure().plot_xy_hist("h", rows, x="V", nbins=4),
        "t": Figure().plot_xy_hist("t", trades(), x="T", nbins=2),
    }
    with opened(session, "h") as talk:
        payload, (reference,) = next(talk.resp_stream)
        table = reference.fetch()
        assert table.to_arrow().to_pydict() == {
            "BinMin": [0.0, 1.0, 3.0], "BinMid": [0.5, 1.5, 3.5], "BinMax": [1.0, 2.0, 4.0], "Count": [1, 2, 1],
        }  # fmt: skip
        rows.add(new_table({"V": [2.5]}))
        assert table.to_arrow().to_pydict()["Count"] == [1, 2, 1, 1], "it is live"
        read = console_pb2.FigureDescriptor.FromString(payload)
        assert ("X_LOW", "X0", "BinMin") in sources(read.charts[0].series[0])
    times = fetched(session, "t")[1][0][1].to_arrow()
    assert str(times.schema.field("BinMin").type) == "timestamp[ns, tz=UTC]"
    assert times.to_pydict()["Count"] == [10, 10]


def test_data_frames_and_dashboards(names: dict[str, Any], session: client.Session) -> None:
    names |= {"frame": pandas.DataFrame({"A": [1, 2]}), "desk": ui.dashboard(ui.row(trades(), ui.markdown("hello")))}
    payload, ((kind, table),) = fetched(session, "frame")
    assert (payload, kind, table.to_arrow().to_pydict()) == (b"", "Table", {"A": [1, 2]})
    payload, references = fetched(session, "desk")
    assert b'"kind": "markdown", "text": "hello"' in payload and [kind for kind, _ in references] == ["Table"]


def test_what_pages_are_told() -> None:
    table = trades()
    json, tables = _things.shown(Figure().plot_xy("a", table, x="X", y="Y"))
    assert '"columns": {"x": "X", "y": "Y"}' in json and tables == [table._native]
    json, (frame,) = _things.shown(pandas.DataFrame({"A": [1, 2]}))
    assert json == "null" and kinetable.Table(frame).size == 2


def test_rollups_and_trees_as_pages_open_them() -> None:
    table = trades().update("Parent = (int)null")
    aggs = [agg.sum_(["Total = Y", "X"]), agg.count_("N"), agg.median("Y"), agg.count_distinct("Kinds = S")]
    rollup = table.rollup([*aggs, agg.unique("Low")], by=["S", "T"], include_constituents=True)
    sorted_groups = rollup.node_operation_recorder(NodeType.AGGREGATED).sort_descending("Total")
    json, tables = _things.shown(rollup.with_node_operations([sorted_groups]))
    value = loads(json)["rollup"]
    assert value == {
        "keys": ["S", "T"], "rows": True, "open": [[]], "sort": [["Total", "desc"]],
        "aggs": [
            ["sum", "Total", "Y"], ["sum", "X", "X"], ["count", "N"], ["median", "Y", "Y"],
            ["distinct", "Kinds", "S"], ["unique", "Low", "Low"],
        ],
    }  # fmt: skip
    assert tables == [table._native]
    json, tables = _things.shown(table.tree("X", "Parent"))
    assert loads(json) == {"tree": {"id": "X", "parent": "Parent", "open": []}} and tables == [table._native]
    for refused, text in (
        (table.rollup(agg.weighted_avg("Y", "Low"), by="S"), "with the aggregation weighted_avg"),
        (table.rollup(agg.sum_("Y"), by="S").with_update_view("Z = Y * 2"), "with columns of with_update_view"),
    ):
        with pytest.raises(DHError, match=text):
            _things.shown(refused)


class Counter:
    """What the test's own plug-ins are about. It allows no weak references."""

    __slots__ = ("value", "table")

    def __init__(self, value: int, table: Any) -> None:
        self.value, self.table = value, table


class CounterType(FetchOnlyObjectType):
    name = "test.Counter"

    def is_type(self, obj: Any) -> bool:
        return isinstance(obj, Counter)

    def to_bytes(self, exporter: Any, obj: Any) -> bytes:
        if obj.value < 0:
            raise ValueError("it is below 0")
        first, again = exporter.reference(obj.table), exporter.reference(obj.table)
        frame = exporter.reference(pandas.DataFrame({"V": [obj.value]}))
        return f"{obj.value} {first.index}{again.index}{frame.index} {first.type} {frame.type}".encode()


def test_an_object_that_says_everything_at_once(names: dict[str, Any], session: client.Session, kinds: Any) -> None:
    plugin.register(CounterType)
    names |= {"counter": Counter(5, trades()), "bad": Counter(-1, None), "odd": Counter(1, object())}
    assert session.exportable_objects["counter"].type == "test.Counter"
    payload, references = fetched(session, "counter")
    assert payload == b"5 001 Table pandas.DataFrame"
    assert [kind for kind, _ in references] == ["Table", "pandas.DataFrame"] and references[0][1].size == 20
    with opened(session, "counter") as talk:
        next(talk.resp_stream)
        with pytest.raises(StopIteration):
            next(talk.resp_stream)
    for name, text in (("bad", "it is below 0"), ("odd", "clients cannot fetch a object")):
        with pytest.raises(grpc.RpcError) as raised, opened(session, name) as talk:
            next(talk.resp_stream)
        assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT and text in raised.value.details()


class Adder(MessageStream):
    """Answers with sums, and remembers that it was closed."""

    def __init__(self, counter: Counter, connection: MessageStream) -> None:
        self.counter, self.connection = counter, connection
        self.closed = threading.Event()

    def on_data(self, payload: bytes, references: list[Any]) -> None:
        if payload == b"end":
            self.connection.on_close()
        elif payload == b"flood":
            for _ in range(3000):
                self.connection.on_data(b"x" * 50_000, [])
        else:
            self.counter.value += int(payload) + sum(table.size for table in references)
            grown = [table.update("Twice = X * 2") for table in references]
            self.connection.on_data(str(self.counter.value).encode(), grown)

    def on_close(self) -> None:
        self.closed.set()


class AdderType(BidirectionalObjectType):
    name = "test.Counter"

    def __init__(self) -> None:
        self.made: list[Adder] = []

    def is_type(self, obj: Any) -> bool:
        return isinstance(obj, Counter)

    def create_client_connection(self, obj: Any, connection: MessageStream) -> MessageStream:
        connection.on_data(b"hello", [obj.table])
        self.made.append(Adder(obj, connection))
        return self.made[-1]


@pytest.fixture
def adder(names: dict[str, Any], kinds: Any) -> AdderType:
    """A kind that talks, and an object of it."""
    kind = AdderType()
    plugin.register(kind)
    names["counter"] = Counter(1, trades())
    return kind


def test_an_object_that_talks(session: client.Session, adder: AdderType) -> None:
    with opened(session, "counter") as talk:
        payload, (table,) = next(talk.resp_stream)
        assert (payload, table.type) == (b"hello", "Table")
        talk.req_stream.write(b"10", [])
        assert next(talk.resp_stream)[0] == b"11"
        mine = session.empty_table(3).update("X = i")
        talk.req_stream.write(b"100", [mine])
        payload, (grown,) = next(talk.resp_stream)
        assert payload == b"114"
        assert grown.fetch().to_arrow().to_pydict() == {"X": [0, 1, 2], "Twice": [0, 2, 4]}
        # From another thread, later.
        threading.Timer(0.05, adder.made[0].connection.on_data, (b"later", [])).start()
        assert next(talk.resp_stream)[0] == b"later"
        assert not adder.made[0].closed.is_set()
    assert adder.made[0].closed.wait(60)


def test_ends_of_a_talk(session: client.Session, adder: AdderType) -> None:
    with opened(session, "counter") as talk:
        next(talk.resp_stream)
        talk.req_stream.write(b"end", [])
        with pytest.raises(StopIteration):
            next(talk.resp_stream)
    with opened(session, "counter") as talk, pytest.raises(grpc.RpcError) as raised:
        next(talk.resp_stream)
        talk.req_stream.write(b"no number", [])
        next(talk.resp_stream)
    assert "invalid literal for int()" in raised.value.details()
    with opened(session, "counter") as talk, pytest.raises(grpc.RpcError) as raised:
        next(talk.resp_stream)
        talk.req_stream.req_queue.put(object_pb2.StreamRequest(connect=object_pb2.ConnectRequest()))
        next(talk.resp_stream)
    assert raised.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    for made in adder.made:
        assert made.closed.wait(60)


def test_a_client_that_does_not_listen_is_cut_off(session: client.Session, adder: AdderType) -> None:
    with opened(session, "counter") as talk:
        next(talk.resp_stream)
        talk.req_stream.write(b"flood", [])
        assert adder.made[0].closed.wait(60)
        heard = 0
        with pytest.raises(grpc.RpcError) as raised:
            while heard < 3000:
                next(talk.resp_stream)
                heard += 1
        assert raised.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def fails_to_close() -> Any:
    """The client's session cannot say farewell to a server that has stopped."""
    return pytest.raises(client.DHError, match="failed to close the session")


def test_sessions_and_servers_that_end_close_talks(names: dict[str, Any], kinds: Any) -> None:
    kind = AdderType()
    plugin.register(kind)
    names["counter"] = Counter(1, trades())
    with Server(port=0, auth="anonymous", variables=names) as server:
        with client.Session(host="127.0.0.1", port=server.port) as session:
            talk = session.plugin_client(session.exportable_objects["counter"])
            next(talk.resp_stream)
        assert kind.made[0].closed.wait(60)
        with fails_to_close(), client.Session(host="127.0.0.1", port=server.port) as session:
            talk = session.plugin_client(session.exportable_objects["counter"])
            next(talk.resp_stream)
            server.stop()
            assert kind.made[1].closed.wait(60)


def test_assigning_another_object_is_told(names: dict[str, Any], session: client.Session, kinds: Any) -> None:
    plugin.register(CounterType)
    names["counter"] = Counter(1, trades())
    assert fetched(session, "counter")[0].startswith(b"1 ")
    names["counter"] = Counter(2, trades())
    assert fetched(session, "counter")[0].startswith(b"2 ")
    names["counter"] = 3
    assert "counter" not in session.exportable_objects


def test_what_cannot_be_registered(kinds: Any) -> None:
    class NoKind:
        name = "test.NoKind"

    with pytest.raises(DHError, match="NoKind is no kind of objects"):
        plugin.register(NoKind)
    plugin.register(CounterType)
    plugin.register(CounterType)
    with pytest.raises(DHError, match='"test.Counter" is registered already, by .*CounterType'):
        plugin.register(AdderType)

    class Mine(CounterType):
        name = "Table"

    with pytest.raises(DHError, match='"Table" is a kind of this package'):
        plugin.register(Mine)


PACKAGE = '''
from deephaven_like import Registration
from kinetable.plugin.object_type import FetchOnlyObjectType

class Point:
    pass

class PointType(FetchOnlyObjectType):
    name = "geometry.Point"
    def is_type(self, obj):
        return isinstance(obj, Point)
    def to_bytes(self, exporter, obj):
        return b"a point"

class JsPlugin:
    """As the class of that name of `deephaven-plugin`."""

class Pane(JsPlugin):
    name = "pane"

class Registered(Registration):
    @classmethod
    def register_into(cls, callback):
        callback.register(PointType)
        callback.register(Pane())
'''


def test_packages_with_entry_points(tmp_path: Any, monkeypatch: Any, kinds: Any, capsys: Any) -> None:
    (tmp_path / "geometry.py").write_text(PACKAGE)
    (tmp_path / "deephaven_like.py").write_text("from kinetable.plugin import Registration")
    for name, entry in (("geometry", "geometry:Registered"), ("broken", "no_such_module:Registered")):
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[deephaven.plugin]\nregistration_cls = {entry}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(_registry, "_loaded", False)
    import geometry

    assert appmode is not None
    assert _registry.kind_of(geometry.Point()).name == "geometry.Point"
    told = capsys.readouterr().err
    assert 'the plug-in "no_such_module:Registered" cannot be loaded' in told and "ModuleNotFoundError" in told
    assert 'the plug-in "Pane" is for Deephaven\'s web client: it is not used' in told
    sys.modules.pop("geometry"), sys.modules.pop("deephaven_like")


def test_a_figure_of_plotly_as_clients_of_its_plug_in_read_it(
    names: dict[str, Any], session: client.Session, kinds: dict[str, Any], capsys: Any
) -> None:
    names["drawn"] = figure = plotly.graph_objects.Figure(plotly.graph_objects.Bar(x=["a"], y=[1]))
    assert session.exportable_objects["drawn"].type == "plotly.figure"
    payload, references = fetched(session, "drawn")
    assert (payload.decode(), references) == (figure.to_json(), [])

    class FigureType(FetchOnlyObjectType):
        name = "plotly.figure"

        def is_type(self, obj: Any) -> bool:
            return False

        def to_bytes(self, exporter: Any, obj: Any) -> bytes:
            return b""

    # Deephaven's plug-in is found beside ours: nothing is said, and pages go on showing figures. A script's is refused.
    before = kinds["plotly.figure"]
    _registry._Callback().register(FigureType)
    assert kinds["plotly.figure"] is before and capsys.readouterr().err == ""
    with pytest.raises(DHError, match='the kind "plotly.figure" is registered already'):
        plugin.register(FigureType)


def test_figures_print_what_they_are() -> None:
    printed = io.StringIO()
    print(Figure().figure_title("Desk").plot_xy("a", x=[1], y=[2]), file=printed)
    assert printed.getvalue() == 'Figure("Desk", a)\n'


def test_the_example_serves_its_charts_and_its_dashboard() -> None:
    script = pathlib.Path(__file__).resolve().parents[2] / "examples/live_dashboard.py"
    command = [sys.executable, str(script), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            link = running.stdout.readline().split(": ", 1)[1].strip()
            at = urllib.parse.urlsplit(link)
            assert at.path == "/dashboard/desk"
            key = urllib.parse.parse_qs(at.query)["psk"][0]
            handler = "io.deephaven.authentication.psk.PskAuthenticationHandler"
            with client.Session("127.0.0.1", at.port, auth_type=handler, auth_token=key) as session:
                kinds = {name: one.type for name, one in session.exportable_objects.items()}
                figures = {"lines": "Figure", "alder": "Figure", "traded": "Figure", "desk": "Dashboard"}
                assert figures.items() <= kinds.items()
                read, references = described(session, "alder")
                assert read.charts[0].series[0].plot_style == console_pb2.FigureDescriptor.OHLC
                table = references[0][1]
                assert set(table.to_arrow().column_names) == {"Start", "Open", "High", "Low", "Close"}
        finally:
            running.terminate()
