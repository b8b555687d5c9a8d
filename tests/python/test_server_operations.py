"""Operations of a client: what pydeephaven gets is what the same call gives in this process."""

from __future__ import annotations

import datetime as dt
import gc
import math
from typing import Any, Callable, Iterator

import pyarrow as pa
import pytest

pytest.importorskip("pydeephaven")

import pydeephaven  # noqa: E402
from conftest import wait_until  # noqa: E402
from kinetable import NaturalJoinType, SortDirection, agg, merge, updateby  # noqa: E402
from kinetable import arrow as local_arrow  # noqa: E402
from kinetable.server import Server  # noqa: E402
from kinetable.table import MultiJoinInput, multi_join  # noqa: E402
from pydeephaven import agg as remote_agg  # noqa: E402
from pydeephaven import filters as remote_filters  # noqa: E402
from pydeephaven import updateby as remote_uby  # noqa: E402
from pydeephaven.table import MultiJoinInput as RemoteInput  # noqa: E402
from pydeephaven.table import multi_join as remote_multi_join  # noqa: E402

TRADES = pa.table(
    {
        "Sym": pa.array(["A", "B", "A", None, "B", "A"]),
        "Size": pa.array([10, -20, 30, 40, None, 60], pa.int32()),
        "Price": pa.array([1.5, 2.5, math.nan, 4.5, 5.5, None]),
        "Weight": pa.array([1, 2, 3, 4, 5, 6], pa.int64()),
        "Time": pa.array(
            [dt.datetime(2024, 1, 1, 0, 0, second, tzinfo=dt.timezone.utc) for second in range(6)],
            pa.timestamp("ns", "UTC"),
        ),
    }
)
NAMES = pa.table({"Name": ["A", "B", "C"], "Rank": pa.array([1, 2, 3], pa.int32())})
LEVELS = pa.table({"At": pa.array([1, 3, 5], pa.int64()), "Level": ["low", "mid", "high"]})


@pytest.fixture(scope="module")
def session() -> Iterator[pydeephaven.Session]:
    server = Server(port=0, auth="anonymous", variables={})
    server.start()
    session = pydeephaven.Session(host="127.0.0.1", port=server.port)
    # The client releases a table where it is collected: on the thread of its channel that waits for itself.
    gc.disable()
    yield session
    gc.enable()
    session.close()
    server.stop()


@pytest.fixture(scope="module")
def remote(session: pydeephaven.Session) -> dict[str, pydeephaven.Table]:
    return {name: session.import_table(data) for name, data in _data().items()}


@pytest.fixture(scope="module")
def local() -> dict[str, Any]:
    return {name: local_arrow.to_table(data) for name, data in _data().items()}


def _data() -> dict[str, pa.Table]:
    return {"trades": TRADES, "names": NAMES, "levels": LEVELS}


def plain(value: Any) -> Any:
    """A value that can be compared: NaN is one, and times are instants."""
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "value") and hasattr(value, "tz_convert"):
        return value.value
    return value


def rows(table: pa.Table) -> list[Any]:
    return plain(table.to_pylist())


SAME: list[tuple[str, Callable[[Any], Any]]] = [
    ("update", lambda t: t.update(["Total = Size * Price", "Next = Weight + 1", "Who = Sym + `!`"])),
    ("update_view", lambda t: t.update_view("Double = Weight * 2.0")),
    ("lazy_update", lambda t: t.lazy_update("Double = Weight * 2.0")),
    ("view", lambda t: t.view(["Sym", "New = Size"])),
    ("select", lambda t: t.select(["Sym", "New = Size"])),
    ("select all", lambda t: t.select()),
    ("drop_columns", lambda t: t.drop_columns(["Time", "Size"])),
    ("select_distinct", lambda t: t.select_distinct("Sym")),
    ("select_distinct all", lambda t: t.view(["Sym"]).select_distinct()),
    ("where", lambda t: t.where(["Size > 5", "Sym in `A`, `B`"])),
    ("where null", lambda t: t.where("isNull(Sym)")),
    ("sort", lambda t: t.sort("Size")),
    ("sort_descending", lambda t: t.sort_descending("Size")),
    ("head", lambda t: t.head(2)),
    ("tail", lambda t: t.tail(2)),
    ("slice", lambda t: t.slice(1, -1)),
    ("head_by", lambda t: t.head_by(1, by="Sym")),
    ("tail_by", lambda t: t.tail_by(1, by=["Sym"])),
    ("group_by", lambda t: t.group_by("Sym")),
    ("ungroup", lambda t: t.group_by("Sym").ungroup()),
    ("ungroup one", lambda t: t.view(["Sym", "Size"]).group_by("Sym").ungroup("Size")),
    ("first_by", lambda t: t.first_by("Sym")),
    ("last_by", lambda t: t.last_by("Sym")),
    ("sum_by", lambda t: t.drop_columns("Time").sum_by("Sym")),
    ("avg_by", lambda t: t.drop_columns("Time").avg_by("Sym")),
    ("std_by", lambda t: t.drop_columns("Time").std_by("Sym")),
    ("var_by", lambda t: t.drop_columns("Time").var_by("Sym")),
    ("median_by", lambda t: t.drop_columns("Time").median_by("Sym")),
    ("min_by", lambda t: t.min_by("Sym")),
    ("max_by", lambda t: t.max_by("Sym")),
    ("count_by", lambda t: t.count_by("N", by="Sym")),
    ("snapshot", lambda t: t.snapshot()),
]


@pytest.mark.parametrize("call", [call for _, call in SAME], ids=[name for name, _ in SAME])
def test_calls_of_one_table(remote: dict, local: dict, call: Callable[[Any], Any]) -> None:
    assert rows(call(remote["trades"]).to_arrow()) == rows(local_arrow.to_arrow(call(local["trades"])))


TWO: list[tuple[str, Callable[[dict], Any]]] = [
    ("natural_join", lambda t: t["trades"].natural_join(t["names"], on="Sym = Name", joins="Rank")),
    ("exact_join", lambda t: t["names"].exact_join(t["names"], on="Name", joins="Other = Rank")),
    ("join", lambda t: t["trades"].join(t["names"], on="Sym = Name")),
    ("cross join", lambda t: t["levels"].join(t["names"], on=[])),
    ("aj", lambda t: t["trades"].aj(t["levels"], on="Weight >= At")),
    ("aj before", lambda t: t["trades"].aj(t["levels"], on="Weight > At", joins="Level")),
    ("raj", lambda t: t["trades"].raj(t["levels"], on="Weight <= At", joins="Level")),
    ("where_in", lambda t: t["trades"].where_in(t["names"], "Sym = Name")),
    ("where_not_in", lambda t: t["trades"].where_not_in(t["names"], "Sym = Name")),
]


@pytest.mark.parametrize("call", [call for _, call in TWO], ids=[name for name, _ in TWO])
def test_calls_of_two_tables(remote: dict, local: dict, call: Callable[[dict], Any]) -> None:
    assert rows(call(remote).to_arrow()) == rows(local_arrow.to_arrow(call(local)))


def aggregations(module: Any) -> list[Any]:
    return [
        module.sum_("Sum = Size"),
        module.abs_sum("Abs = Size"),
        module.avg("Avg = Price"),
        module.std("Std = Weight"),
        module.var("Var = Weight"),
        module.min_("Min = Price"),
        module.max_("Max = Size"),
        module.first("First = Size"),
        module.last("Last = Size"),
        module.sorted_first("Size", "Low = Weight"),
        module.sorted_last("Size", "High = Weight"),
        module.median("Mid = Weight"),
        module.median("Upper = Weight", average_evenly_divided=False),
        module.pct(0.25, "Quarter = Weight"),
        module.count_("N"),
        module.count_where("Big", ["Size > 15", "Weight < 6"]),
        module.count_distinct("Kinds = Size", count_nulls=True),
        module.distinct("All = Size", include_nulls=True),
        module.unique("One = Size"),
        module.weighted_avg("Weight", "Mean = Size"),
        module.weighted_sum("Weight", "Value = Size"),
        module.group("Sizes = Size"),
        module.formula("Span = max(Weight) - min(Weight)"),
        module.formula("sum(each) * 2", "each", "Twice = Weight"),
    ]


def test_aggregations(remote: dict, local: dict) -> None:
    found = remote["trades"].agg_by(aggregations(remote_agg), by=["Sym"]).to_arrow()
    assert rows(found) == rows(local_arrow.to_arrow(local["trades"].agg_by(aggregations(agg), by=["Sym"])))
    unique = remote["trades"].agg_by([remote_agg.unique("U = Size", non_unique_sentinel=-1)], by="Sym")
    assert unique.to_arrow()["U"].to_pylist() == [-1, -20, 40]
    everything = remote["trades"].drop_columns(["Time"]).agg_all_by(remote_agg.max_(), by=["Sym"])
    assert rows(everything.to_arrow()) == rows(
        local_arrow.to_arrow(local["trades"].drop_columns("Time").agg_all_by(agg.max_(), by=["Sym"]))
    )
    with pytest.raises(pydeephaven.DHError):
        remote["trades"].agg_by([remote_agg.sum_("Sym")], by=["Size"])


def windows(module: Any) -> list[Any]:
    skip = module.OperationControl()
    return [
        module.cum_sum("CumSum = Size"),
        module.cum_prod("CumProd = Weight"),
        module.cum_min("CumMin = Size"),
        module.cum_max("CumMax = Size"),
        module.cum_count_where("CumBig", "Size > 15"),
        module.forward_fill("Fill = Size"),
        module.delta("Delta = Size"),
        module.delta("Delta0 = Size", module.DeltaControl.ZERO_DOMINATES),
        module.ema_tick(2.0, "Ema = Size"),
        module.ema_time("Time", "PT2S", "EmaT = Size", skip),
        module.ems_tick(2.0, "Ems = Size"),
        module.emmin_tick(2.0, "EmMin = Size"),
        module.emmax_time("Time", 2_000_000_000, "EmMax = Size"),
        module.emstd_tick(2.0, "EmStd = Size"),
        module.rolling_sum_tick("RSum = Size", 2, 1),
        module.rolling_avg_tick("RAvg = Size", 3),
        module.rolling_min_time("Time", "RMin = Size", "PT00:00:02", 0),
        module.rolling_max_time("Time", "RMax = Size", 2_000_000_000, "PT1S"),
        module.rolling_prod_tick("RProd = Weight", 2),
        module.rolling_count_tick("RCount = Size", 4, -1),
        module.rolling_std_tick("RStd = Weight", 3),
        module.rolling_wavg_tick("Weight", "RWavg = Size", 3),
        module.rolling_group_tick("RGroup = Size", 2),
        module.rolling_formula_tick("sum(x) + 1", "x", "RFormula = Weight", 2),
        module.rolling_count_where_tick("RBig", "Size > 15", 3),
    ]


def test_windows(remote: dict, local: dict) -> None:
    for by in ([], ["Sym"]):
        found = remote["trades"].update_by(windows(remote_uby), by=by).to_arrow()
        assert rows(found) == rows(local_arrow.to_arrow(local["trades"].update_by(windows(updateby), by=by)))


@pytest.mark.parametrize(
    ("condition", "weights"),
    [
        (remote_filters.eq(remote_filters.ColumnName("Sym"), "A"), [1, 3, 6]),
        (remote_filters.eq(remote_filters.ColumnName("Sym"), "a", case_sensitive=False), [1, 3, 6]),
        (remote_filters.ne(remote_filters.ColumnName("Sym"), "A"), [2, 4, 5]),
        (remote_filters.lt(remote_filters.ColumnName("Weight"), 3), [1, 2]),
        (remote_filters.lt(3, remote_filters.ColumnName("Weight")), [4, 5, 6]),
        (remote_filters.ge(remote_filters.ColumnName("Price"), 4.5), [4, 5]),
        (remote_filters.gt(remote_filters.ColumnName("Size"), remote_filters.ColumnName("Weight")), [1, 3, 4, 6]),
        (remote_filters.is_null("Sym"), [4]),
        (remote_filters.is_not_null("Size"), [1, 2, 3, 4, 6]),
        (remote_filters.in_("Sym", ["A", "C"]), [1, 3, 6]),
        (remote_filters.in_("Sym", ["b"], case_sensitive=False), [2, 5]),
        (remote_filters.in_("Weight", [1, 2.0, 7.5]), [1, 2]),
        (remote_filters.not_(remote_filters.in_("Weight", [1, 2])), [3, 4, 5, 6]),
        (remote_filters.matches("Sym", "[A-Z]"), [1, 2, 3, 5, 6]),
        (remote_filters.matches("Sym", "A", invert=True), [2, 5]),
        (remote_filters.contains("Sym", "b", case_sensitive=False), [2, 5]),
        (
            remote_filters.ge(
                remote_filters.ColumnName("Time"), dt.datetime(2024, 1, 1, 0, 0, 4, tzinfo=dt.timezone.utc)
            ),
            [5, 6],
        ),
        (
            remote_filters.or_(
                [
                    remote_filters.is_null("Sym"),
                    remote_filters.and_(
                        [
                            remote_filters.eq(remote_filters.ColumnName("Sym"), "B"),
                            remote_filters.gt(remote_filters.ColumnName("Weight"), 2),
                        ]
                    ),
                ]
            ),
            [4, 5],
        ),
    ],
)
def test_conditions(remote: dict, condition: Any, weights: list[int]) -> None:
    assert remote["trades"].where(condition).to_arrow()["Weight"].to_pylist() == weights


def test_joins_of_several_tables(remote: dict, local: dict) -> None:
    found = remote_multi_join(
        [RemoteInput(remote["names"], "Name"), RemoteInput(remote["trades"].last_by("Sym"), "Name = Sym", "Size")]
    ).table
    expected = multi_join(
        [MultiJoinInput(local["names"], "Name"), MultiJoinInput(local["trades"].last_by("Sym"), "Name = Sym", "Size")]
    ).table
    assert rows(found.to_arrow()) == rows(local_arrow.to_arrow(expected))


def test_policies_and_errors(remote: dict, local: dict) -> None:
    last = pydeephaven.table.NaturalJoinType.LAST_MATCH if hasattr(pydeephaven.table, "NaturalJoinType") else None
    if last is not None:
        found = remote["names"].natural_join(remote["trades"], on="Name = Sym", joins="Weight", type=last)
        kept = local["names"].natural_join(
            local["trades"], on="Name = Sym", joins="Weight", type=NaturalJoinType.LAST_MATCH
        )
        assert rows(found.to_arrow()) == rows(local_arrow.to_arrow(kept))
    for wrong in (
        lambda t: t["names"].natural_join(t["trades"], on="Name = Sym", joins="Weight"),
        lambda t: t["trades"].exact_join(t["names"], on="Sym = Name", joins="Rank"),
        lambda t: t["trades"].natural_join(t["names"], on="Weight = Name"),
        lambda t: t["trades"].update("X = Missing + 1"),
        lambda t: t["trades"].drop_columns("Missing"),
        lambda t: t["trades"].slice(3, 1),
        lambda t: t["trades"].snapshot_when(t["names"], history=True, initial=True),
    ):
        with pytest.raises(pydeephaven.DHError):
            wrong(remote)


def test_merges_and_sorts(session: pydeephaven.Session, remote: dict, local: dict) -> None:
    both = session.merge_tables([remote["trades"], remote["trades"].head(1)], order_by="Weight")
    expected = merge([local["trades"], local["trades"].head(1)]).sort("Weight")
    assert rows(both.to_arrow()) == rows(local_arrow.to_arrow(expected))
    directions = [pydeephaven.SortDirection.DESCENDING, pydeephaven.SortDirection.ASCENDING]
    found = remote["trades"].sort(["Sym", "Weight"], directions)
    ordered = local["trades"].sort(["Sym", "Weight"], [SortDirection.DESCENDING, SortDirection.ASCENDING])
    assert rows(found.to_arrow()) == rows(local_arrow.to_arrow(ordered))


def test_tables_that_begin_on_the_server(session: pydeephaven.Session) -> None:
    squares = session.empty_table(3).update(["X = i", "Y = X * X"])
    assert squares.to_arrow().to_pydict() == {"X": [0, 1, 2], "Y": [0, 1, 4]}
    ticking = session.time_table(period="PT0.05S", start_time="2024-01-01T00:00:00Z")
    assert ticking.is_refreshing
    assert session.time_table(period=1_000_000_000, blink_table=True).is_refreshing
    wait_until(lambda: ticking.head(2).snapshot().size == 2)
    copies = squares.snapshot_when(ticking.head(1), stamp_cols=["Timestamp"], initial=True)
    assert copies.is_refreshing
    meta = squares.meta_table.to_arrow().to_pydict()
    assert (meta["Name"], meta["DataType"], meta["ColumnType"]) == (["X", "Y"], ["int", "int"], ["Normal", "Normal"])
    with pytest.raises(pydeephaven.DHError):
        session.empty_table(-1)


def test_batches(session: pydeephaven.Session, remote: dict, local: dict) -> None:
    query = session.query(remote["trades"]).where("Size > 5").update("Double = Size * 2").sort("Double")
    expected = local["trades"].where("Size > 5").update("Double = Size * 2").sort("Double")
    assert rows(query.exec().to_arrow()) == rows(local_arrow.to_arrow(expected))
    with pytest.raises(pydeephaven.DHError):
        session.query(remote["trades"]).update("X = Missing").head(1).exec()


def test_input_tables(session: pydeephaven.Session) -> None:
    schema = pa.schema([("Key", pa.string()), ("Value", pa.int32()), ("When", pa.timestamp("s"))])
    given = session.input_table(schema=schema)
    assert given.to_arrow().schema.names == schema.names
    some = session.import_table(pa.table({"Key": ["a", "b"], "Value": pa.array([1, 2], pa.int32())}))
    appended = session.input_table(init_table=some)
    for size in (2, 4):
        appended.add(some)
        assert appended.snapshot().size == size
    with pytest.raises(PermissionError):
        appended.delete(some)
    keyed = session.input_table(init_table=some, key_cols="Key")
    keyed.add(some)
    keyed.add(session.import_table(pa.table({"Key": ["b", "c"], "Value": pa.array([7, 8], pa.int32())})))
    assert keyed.snapshot().to_arrow().to_pydict() == {"Key": ["a", "b", "c"], "Value": [1, 7, 8]}
    keyed.delete(session.import_table(pa.table({"Key": ["a"]})))
    assert keyed.snapshot().to_arrow().to_pydict() == {"Key": ["b", "c"], "Value": [7, 8]}
    with pytest.raises(pydeephaven.DHError):
        keyed.add(session.import_table(pa.table({"Key": ["a"]})))
    blink = session.input_table(init_table=some, blink_table=True)
    blink.add(some)
    assert blink.is_refreshing
