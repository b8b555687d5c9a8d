"""Aggregations: the results of Polars and DuckDB on static tables, and what only this package has."""

from __future__ import annotations

import fractions
import math
import random
import statistics

import duckdb
import numpy as np
import polars as pl
import pytest
from conftest import wait_until
from kinetable import DHError, agg, empty_table, merge, new_table, time_table
from kinetable.column import (
    bool_col,
    byte_col,
    char_col,
    datetime_col,
    double_col,
    float_col,
    int_col,
    long_col,
    short_col,
    string_col,
)
from kinetable.experimental.data_index import data_index, has_data_index
from kinetable.stream import add_only_to_blink
from kinetable.table import NewColumnBehaviorType, keyed_transpose

LONG_MAX = 2**63 - 1


def rows(table, *columns):
    return [tuple(row.values()) for row in table.iter_dict(list(columns) or None)]


def same(left, right):
    """Equal; floating point to one part in 10¹², as others do not round once."""
    if isinstance(left, float) and isinstance(right, float):
        if math.isnan(left) or math.isnan(right):
            return math.isnan(left) and math.isnan(right)
        return left == right or math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-300)
    return left == right


def assert_same(found, expected):
    assert len(found) == len(expected), (found, expected)
    for mine, others in zip(found, expected):
        assert len(mine) == len(others) and all(map(same, mine, others)), (mine, others)


def random_rows(count, keys, seed=7):
    draw = random.Random(seed)
    special = [float("inf"), float("-inf"), 0.0, -0.0, 1e300, 5e-324]

    def maybe(value, nulls=0.1):
        return None if draw.random() < nulls else value

    return {
        "K": [maybe(f"k{draw.randrange(keys)}") for _ in range(count)],
        "I": [maybe(draw.randrange(-50, 50)) for _ in range(count)],
        "L": [maybe(draw.randrange(-(2**40), 2**40)) for _ in range(count)],
        "D": [maybe(draw.choice(special) if draw.random() < 0.01 else draw.gauss(0, 10)) for _ in range(count)],
        "W": [maybe(draw.randrange(1, 9)) for _ in range(count)],
        "S": [maybe(draw.choice(["", "a", "b", "größe", "a rather long name"])) for _ in range(count)],
    }


def of(data):
    return new_table(
        [
            string_col("K", data["K"]),
            int_col("I", data["I"]),
            long_col("L", data["L"]),
            double_col("D", data["D"]),
            int_col("W", data["W"]),
            string_col("S", data["S"]),
        ]
    )


def frame(data):
    kinds = {"K": pl.String, "I": pl.Int32, "L": pl.Int64, "D": pl.Float64, "W": pl.Int32, "S": pl.String}
    return pl.DataFrame(data, schema=kinds)


SHAPES = {
    "empty": (0, 1),
    "one row": (1, 1),
    "one key": (500, 1),
    "few keys": (3_000, 7),
    "all keys differ": (400, 10**9),
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_polars(shape):
    data = random_rows(*SHAPES[shape])
    mine = of(data).agg_by(
        [
            agg.count_("N"),
            agg.sum_(["SumI = I", "SumL = L"]),
            agg.abs_sum("AbsI = I"),
            agg.avg(["AvgI = I", "AvgL = L"]),
            agg.min_(["MinI = I", "MinS = S"]),
            agg.max_(["MaxL = L", "MaxS = S"]),
            agg.first(["FirstD = D", "FirstS = S"]),
            agg.last(["LastI = I", "LastS = S"]),
            agg.median("MedianI = I"),
            agg.count_distinct("Distinct = S"),
            agg.count_distinct("DistinctOrNull = S", count_nulls=True),
            agg.distinct("All = S"),
            agg.group("Group = I"),
            agg.count_where("Large", "I > 10"),
        ],
        by="K",
    )
    column = pl.col
    theirs = (
        frame(data)
        .group_by("K", maintain_order=True)
        .agg(
            pl.len().alias("N"),
            pl.when(column("I").count() > 0).then(column("I").cast(pl.Int64).sum()).alias("SumI"),
            pl.when(column("L").count() > 0).then(column("L").sum()).alias("SumL"),
            pl.when(column("I").count() > 0).then(column("I").cast(pl.Int64).abs().sum()).alias("AbsI"),
            column("I").mean().alias("AvgI"),
            column("L").mean().alias("AvgL"),
            column("I").min().alias("MinI"),
            column("S").min().alias("MinS"),
            column("L").max().alias("MaxL"),
            column("S").max().alias("MaxS"),
            column("D").first().alias("FirstD"),
            column("S").first().alias("FirstS"),
            column("I").last().alias("LastI"),
            column("S").last().alias("LastS"),
            column("I").median().alias("MedianI"),
            pl.when(column("S").count() > 0).then(column("S").drop_nulls().n_unique()).alias("Distinct"),
            column("S").n_unique().alias("DistinctOrNull"),
            column("S").drop_nulls().unique(maintain_order=True).alias("All"),
            column("I").alias("Group"),
            (column("I") > 10).sum().alias("Large"),
        )
    )
    expected = [
        tuple(None if name == "All" and not value else value for name, value in row.items())
        for row in theirs.iter_rows(named=True)
    ]
    assert_same(rows(mine), expected)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_as_duckdb(shape):
    data = random_rows(*SHAPES[shape], seed=11)
    finite = [value if value is None or math.isfinite(value) and abs(value) < 1e200 else 1.0 for value in data["D"]]
    data["D"] = finite
    mine = of(data).agg_by(
        [
            agg.sum_("SumD = D"),
            agg.avg("AvgD = D"),
            agg.var("VarD = D"),
            agg.std("StdI = I"),
            agg.weighted_sum("W", "WeightedL = I"),
            agg.weighted_avg("W", "WeightedD = D"),
            agg.min_("MinD = D"),
            agg.max_("MaxD = D"),
            agg.median("MedianD = D"),
            agg.sorted_first("I", "FirstL = L"),
        ],
        by="K",
    )
    theirs = frame(data).with_row_index("Row")  # noqa: F841 (DuckDB finds it by name)
    query = """
        select K, sum(D), avg(D), var_samp(D), stddev_samp(I), sum(W * I), sum(W * D) / sum(W) filter (D is not null),
               min(D), max(D), median(D), first(L order by I nulls first, Row), count(D), count(I)
        from theirs group by K order by min(Row)
    """
    expected = []
    for *values, of_doubles, of_ints in duckdb.sql(query).fetchall():
        # One value has no spread: NaN here, null there.
        values[3] = float("nan") if of_doubles == 1 else values[3]
        values[4] = float("nan") if of_ints == 1 else values[4]
        values[5] = None if values[5] is None else int(values[5])
        expected.append(tuple(values))
    found = rows(mine)
    assert len(found) == len(expected)
    for ours, others in zip(found, expected):
        for place, (left, right) in enumerate(zip(ours, others)):
            close = (
                isinstance(left, float) and right is not None and math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)
            )
            assert close or same(left, right), (place, ours, others)


def test_result_types_are_those_of_the_table_in_the_api():
    table = new_table(
        [
            byte_col("B", [1]), short_col("H", [1]), int_col("I", [1]), long_col("L", [1]), float_col("F", [1]),
            double_col("D", [1]), char_col("C", ["a"]), bool_col("Z", [True]), string_col("S", ["x"]),
            datetime_col("T", ["2026-01-01T00:00:00Z"]),
        ]
    )  # fmt: skip

    def types(aggregation):
        return [column.data_type.name for column in table.agg_by(aggregation).columns]

    numbers = list("BHILFD")
    assert types(agg.sum_([*numbers, "C", "Z"])) == ["long"] * 4 + ["float", "double", "long", "long"]
    assert types(agg.abs_sum(numbers)) == ["long"] * 4 + ["float", "double"]
    for of_doubles in (agg.avg, agg.std, agg.var):
        assert types(of_doubles(numbers)) == ["double"] * 6
    everything = [*numbers, *"CZST"]
    own = [column.data_type.name for column in table.columns]
    for same_type in (agg.min_, agg.max_, agg.first, agg.last, agg.unique, lambda cols: agg.pct(0.5, cols)):
        assert types(same_type(everything)) == own
    assert types(agg.sorted_first("T", everything)) == own
    assert types(agg.sorted_last("S", everything)) == own
    medians = ["byte", "short", "double", "double", "float", "double", "char"]
    assert types(agg.median([*numbers, "C"])) == medians
    assert types(agg.median([*numbers, "C"], average_evenly_divided=False)) == own[:7]
    assert types([agg.count_("N"), agg.count_where("M", "I > 0"), agg.count_distinct("S")]) == ["long"] * 3
    assert types(agg.weighted_avg("I", ["L", "D"])) == ["double"] * 2
    assert types(agg.weighted_sum("I", ["L", "D"])) == ["long", "double"]
    assert types(agg.formula("X = sum(D) / count(I)")) == ["double"]


def test_percentiles_are_those_of_the_api():
    table = new_table([int_col("X", [3, 1, 4, 2])])
    shares = {0.5: 3, 0.25: 2, 0.99: 4, 0.0: 1, 1.0: 4}
    for share, expected in shares.items():
        assert rows(table.agg_by(agg.pct(share, "X"))) == [(expected,)], share
    assert rows(table.agg_by(agg.pct(0.5, "X", average_evenly_divided=True))) == [(2.5,)]
    assert rows(table.agg_by(agg.median("X", average_evenly_divided=False))) == [(3,)]
    with pytest.raises(ValueError, match="from 0 to 1"):
        agg.pct(1.5, "X")


def test_nan_infinity_signed_zero_and_overflow():
    nan, inf = float("nan"), float("inf")
    table = new_table([string_col("K", list("aabbcc")), double_col("D", [1.0, nan, inf, -inf, 0.0, -0.0])])
    result = table.agg_by([agg.sum_("Sum = D"), agg.avg("Avg = D"), agg.min_("Min = D"), agg.max_("Max = D")], by="K")
    a, b, c = rows(result)
    assert all(map(math.isnan, a[1:]))
    assert math.isnan(b[1]) and math.isnan(b[2]) and b[3:] == (-inf, inf)
    assert c == ("c", 0.0, 0.0, 0.0, 0.0)
    assert table.count_by("N", "D").size == 5, "0.0 and -0.0 are one key, and NaN is one"
    longs = new_table([long_col("L", [LONG_MAX, 1])])
    assert rows(longs.sum_by()) == [(-(2**63),)]
    assert rows(longs.agg_by(agg.avg("L"))) == [(2.0**62,)]
    assert rows(new_table([double_col("D", [1e308, 1e308, -1e308])]).sum_by()) == [(1e308,)]


def test_nulls_and_groups_of_nulls():
    table = new_table([string_col("K", ["a", "a", "b"]), int_col("I", [None, 1, None])])
    result = table.agg_by(
        [
            agg.count_("N"), agg.sum_("Sum = I"), agg.avg("Avg = I"), agg.min_("Min = I"), agg.std("Std = I"),
            agg.count_distinct("CD = I"), agg.count_distinct("CDN = I", count_nulls=True), agg.distinct("D = I"),
            agg.distinct("DN = I", include_nulls=True), agg.unique("U = I"), agg.unique("UN = I", include_nulls=True),
            agg.group("G = I"),
        ],
        by="K",
    )  # fmt: skip
    a, b = rows(result)
    assert a[:5] == ("a", 2, 1, 1.0, 1) and math.isnan(a[5])
    assert a[6:] == (1, 2, [1], [None, 1], 1, None, [None, 1])
    assert b == ("b", 1, None, None, None, None, None, 1, None, [None], None, None, [None])


def test_unique_has_a_value_for_groups_with_several():
    table = new_table([string_col("K", ["a", "a", "b"]), int_col("I", [1, 2, 3]), string_col("S", ["x", "y", "z"])])
    result = table.agg_by(
        [agg.unique("I", non_unique_sentinel=-1), agg.unique("S", non_unique_sentinel="several")], by="K"
    )
    assert rows(result) == [("a", -1, "several"), ("b", 3, "z")]
    assert rows(table.agg_by(agg.unique("I", non_unique_sentinel=np.int64(7)), by="K")) == [("a", 7), ("b", 3)]
    for wrong in ("text", 2**40, 1.5, [1]):
        with pytest.raises(DHError, match="fits|holds"):
            table.agg_by(agg.unique("I", non_unique_sentinel=wrong), by="K")


def test_no_rows_no_groups_but_those_that_are_kept():
    table = new_table([string_col("K", []), int_col("I", [])])
    assert rows(table.agg_by([agg.count_("N"), agg.sum_("I")])) == []
    assert rows(table.agg_by([agg.count_("N"), agg.sum_("I")], preserve_empty=True)) == [(0, None)]
    assert rows(table.agg_by([agg.count_("N")], by="K")) == []


def test_initial_groups_come_first_and_stay_if_asked():
    table = new_table([string_col("K", ["c", "a"]), int_col("I", [1, 2])])
    initial = new_table([string_col("K", ["a", "b", "c"]), int_col("Other", [0, 0, 0])])
    kept = table.agg_by([agg.count_("N"), agg.sum_("I")], "K", preserve_empty=True, initial_groups=initial)
    assert rows(kept) == [("a", 1, 2), ("b", 0, None), ("c", 1, 1)]
    ordered = table.agg_by(agg.count_("N"), "K", initial_groups=initial)
    assert rows(ordered) == [("a", 1), ("c", 1)]
    with pytest.raises(DHError, match='no column "K"'):
        table.agg_by(agg.count_("N"), "K", initial_groups=initial.drop_columns("K"))


def test_every_by_method_gives_what_agg_by_gives():
    table = of(random_rows(300, 5)).drop_columns("S")
    pairs = [
        (table.sum_by("K"), agg.sum_), (table.abs_sum_by("K"), agg.abs_sum), (table.avg_by("K"), agg.avg),
        (table.std_by("K"), agg.std), (table.var_by("K"), agg.var), (table.median_by("K"), agg.median),
        (table.min_by("K"), agg.min_), (table.max_by("K"), agg.max_), (table.first_by("K"), agg.first),
        (table.last_by("K"), agg.last), (table.group_by("K"), agg.group),
    ]  # fmt: skip
    for short, long in pairs:
        expected = table.agg_by(long(["I", "L", "D", "W"]), by="K")
        assert short.column_names == ["K", "I", "L", "D", "W"]
        assert repr(rows(short)) == repr(rows(expected)) == repr(rows(table.agg_all_by(long(), "K"))), long
    weighted = table.agg_by(agg.weighted_avg("W", ["I", "L", "D"]), by="K")
    assert repr(rows(table.weighted_avg_by("W", "K"))) == repr(rows(weighted))
    weighted = table.agg_by(agg.weighted_sum("W", ["I", "L", "D"]), by="K")
    assert repr(rows(table.weighted_sum_by("W", "K"))) == repr(rows(weighted))
    assert rows(table.count_by("N", "K")) == rows(table.agg_by(agg.count_("N"), "K"))
    assert rows(table.last_by()) == rows(table.tail(1))
    assert rows(table.view("K").sum_by("K")) == rows(table.select_distinct("K"))


def test_mistakes_are_told():
    table = new_table([string_col("K", ["a"]), string_col("S", ["x"]), int_col("I", [1])])
    with pytest.raises(DHError, match='column "S" is text, a type that sum does not support'):
        table.sum_by("K")
    with pytest.raises(DHError, match="Duplicate output columns found: I used 2 times"):
        table.agg_by([agg.sum_("I"), agg.avg("I")], by="K")
    for wrong in (agg.count_("N"), agg.count_where("N", "I > 0"), agg.formula("X = sum(I)")):
        with pytest.raises(DHError, match="agg_all_by"):
            table.agg_all_by(wrong, "K")
    with pytest.raises(DHError, match='no column "I \\+ 1"'):
        table.agg_by(agg.count_("N"), by="I + 1")
    with pytest.raises(DHError, match="must not be negative"):
        table.head_by(-1, "K")
    with pytest.raises(DHError, match='no column "Nope"'):
        table.tail_by(1, "Nope")
    with pytest.raises(ValueError, match="formula_param"):
        agg.formula("sum(x)", cols="I")


def test_what_a_blink_table_does_not_support():
    blink = time_table("PT1s", blink_table=True).update("X = 1")
    cases = {
        "group": lambda: blink.group_by("X"),
        "formula": lambda: blink.agg_by(agg.formula("S = sum(X)")),
        "head_by": lambda: blink.head_by(1, "X"),
        "tail_by": lambda: blink.tail_by(1, "X"),
        "head_pct": lambda: blink.head_pct(0.5),
        "tail_pct": lambda: blink.tail_pct(0.5),
        "slice": lambda: blink.slice(0, 1),
        "slice_pct": lambda: blink.slice_pct(0, 1),
    }
    for name, call in cases.items():
        with pytest.raises(DHError, match=f"Blink tables do not support {name}:.*\n.*blink_to_append_only"):
            call()


def test_slice_pct():
    table = empty_table(10).update("X = i")
    assert rows(table.slice_pct(0.25, 0.55)) == [(2,), (3,), (4,)]
    assert rows(table.slice_pct(0, 1)) == rows(table)
    with pytest.raises(DHError, match="between 0 and 1"):
        table.slice_pct(0.5, 1.5)


def test_head_by_and_tail_by():
    table = new_table([int_col("X", range(8)), string_col("K", list("abcabcab"))])
    assert table.head_by(2, "K").column_names == ["K", "X"]
    assert rows(table.head_by(2, "K")) == [("a", 0), ("a", 3), ("b", 1), ("b", 4), ("c", 2), ("c", 5)]
    assert rows(table.tail_by(2, ["K"])) == [("a", 3), ("a", 6), ("b", 4), ("b", 7), ("c", 2), ("c", 5)]
    assert rows(table.head_by(0, "K")) == []
    assert rows(table.head_by(3)) == rows(table.head(3))
    assert rows(table.tail_by(3)) == rows(table.tail(3))
    for count in (1, 2, 5):
        cut = table.group_by("K").update(f"X = X.subVector(0, {count})")
        if count <= 2:
            assert rows(table.head_by(count, "K")) == rows(cut.ungroup())


def test_ungroup():
    table = new_table(
        [string_col("K", ["a", "b", "a", None]), int_col("X", [1, None, 3, 4]), double_col("Y", [1, 2, 3, 4])]
    )
    grouped = table.group_by("K")
    assert rows(grouped.ungroup()) == [("a", 1, 1.0), ("a", 3, 3.0), ("b", None, 2.0), (None, 4, 4.0)]
    assert rows(grouped.ungroup("X")) == [
        ("a", 1, [1.0, 3.0]),
        ("a", 3, [1.0, 3.0]),
        ("b", None, [2.0]),
        (None, 4, [4.0]),
    ]
    assert rows(table.ungroup()) == rows(table), "no arrays, nothing to do"
    distinct = table.agg_by([agg.distinct("X"), agg.group("Y")], by="K")
    with pytest.raises(DHError, match="row 1 differ in length: 0 values in one column, 1 in another"):
        distinct.ungroup()
    assert rows(distinct.view(["K", "X"]).ungroup()) == [("a", 1), ("a", 3), (None, 4)]
    with pytest.raises(DHError, match='column "K" is'):
        grouped.ungroup("K")
    split = new_table([string_col("Line", ["x y", "", "z"])]).update("Word = Line.split(` `)")
    assert [word for _, word in rows(split.ungroup("Word"))][:2] == ["x", "y"]


def test_formulas_over_groups():
    table = new_table([string_col("K", ["a", "b", "a"]), double_col("P", [1.0, 2.0, 4.0]), int_col("Q", [10, 20, 30])])
    factor = 100
    result = table.agg_by(
        [
            agg.formula("Vwap = sum(P * Q) / sum(Q)"),
            agg.formula("max(x) - min(x)", "x", ["RangeP = P", "RangeQ = Q"]),
            agg.formula("Label = K + `/` + len(P)"),
            agg.formula("Scaled = factor * sum(Q)"),
            agg.formula("Last = Q[len(Q) - 1]"),
            agg.count_("N"),
        ],
        by="K",
    )
    assert rows(result) == [("a", 3.25, 3.0, 20, "a/2", 4000, 30, 2), ("b", 2.0, 0.0, 0, "b/1", 2000, 20, 1)]
    assert factor == 100

    def spread(values: np.ndarray) -> float:
        return float(values.max() - values.min())

    assert rows(table.agg_by(agg.formula("S = spread(P)"), by="K")) == [("a", 3.0), ("b", 0.0)]
    assert rows(table.agg_all_by(agg.formula("first(x)", "x"), "K")) == rows(table.first_by("K"))
    assert agg.formula("X = sum(Q)").is_formula and not agg.sum_("Q").is_formula
    with pytest.raises(DHError, match="names none"):
        table.agg_by(agg.formula("sum(x)", "x"), by="K")
    with pytest.raises(DHError, match="Qq"):
        table.agg_by(agg.formula("X = sum(Qq)"), by="K")
    with pytest.raises(DHError, match="position|not i"):
        table.agg_by(agg.formula("X = sum(Q) + i"), by="K")


def test_keyed_transpose():
    table = new_table(
        [
            string_col("Day", ["Mon", "Mon", "Tue", "Mon"]),
            string_col("Level", ["INFO", "WARN", "INFO", "INFO"]),
            int_col("Node", [10, 20, 10, 10]),
        ]
    )
    result = keyed_transpose(table, agg.count_("Count"), "Day", "Level")
    assert result.column_names == ["Day", "INFO", "WARN"]
    assert rows(result) == [("Mon", 2, 1), ("Tue", 1, None)]
    several = keyed_transpose(table, [agg.count_("N"), agg.sum_("Node")], ["Day"], ["Level"])
    assert several.column_names == ["Day", "N_INFO", "Node_INFO", "N_WARN", "Node_WARN"]
    assert rows(several) == [("Mon", 2, 20, 1, 20), ("Tue", 1, 10, None, None)]
    assert keyed_transpose(table, agg.count_("N"), "Day", "Node").column_names == ["Day", "column_10", "column_20"]
    both = keyed_transpose(table, agg.count_("N"), "Day", ["Level", "Node"])
    assert both.column_names == ["Day", "INFO_10", "WARN_20"]
    initial = new_table([string_col("Day", ["Sun", "Mon"]), string_col("Level", ["WARN", "ERROR"])])
    seeded = keyed_transpose(
        table, agg.count_("N"), "Day", "Level", initial, new_column_behavior=NewColumnBehaviorType.IGNORE
    )
    assert seeded.column_names == ["Day", "WARN", "ERROR", "INFO"]
    assert rows(seeded) == [("Sun", 0, None, None), ("Mon", 1, 0, 2), ("Tue", None, None, 1)]
    with pytest.raises(DHError, match="column keys"):
        keyed_transpose(table, agg.count_("N"), "Day", [])


def test_select_distinct_with_formulas_on_live_and_blink():
    live = time_table("PT0.01s").update("X = ii")
    blink = add_only_to_blink(live)
    of_live, of_blink = live.select_distinct("Mod = X % 3"), blink.select_distinct(["Mod = X % 3"])
    wait_until(lambda: of_blink.size == 3 and of_live.size == 3)
    assert sorted(rows(of_live)) == sorted(rows(of_blink)) == [(0,), (1,), (2,)]


def test_groups_of_a_live_table_follow_it():
    live = time_table("PT0.005s").update(["X = ii", "K = ii % 3"]).view(["K", "X"])
    ends = live.tail_by(2, "K")
    flat = live.group_by("K").ungroup()
    spread = live.agg_by(agg.formula("Spread = max(X) - min(X)"), by="K")
    wait_until(lambda: flat.size >= 30 and ends.size == 6 and spread.size == 3)
    wait_until(lambda: all(row[1] >= 20 for row in rows(ends)))
    copy, ends, flat, spread = (table.snapshot() for table in (live, ends, flat, spread))
    seen = rows(flat)
    assert seen == sorted(seen, key=lambda row: (row[0], row[1]))
    assert len(seen) >= 30 and len({x for _, x in seen}) == len(seen)
    assert copy.size >= 30
    assert len(rows(ends)) == 6 and all(row[1] >= 20 for row in rows(ends))
    assert len(rows(spread)) == 3


def test_spreads_do_not_drift():
    draw = random.Random(3)
    values = [draw.gauss(1e9, 1e-3) for _ in range(2_000)]
    table = new_table([double_col("X", values)])
    (found,) = rows(table.var_by())[0]
    exact = statistics.variance(map(fractions.Fraction, values))
    assert found == float(exact), "the true variance, rounded once"


def test_an_aggregation_of_merged_static_tables():
    table = new_table([string_col("K", ["a", "b"]), int_col("X", [1, 2])])
    assert rows(merge([table, table]).tail_by(1, "K")) == [("a", 1), ("b", 2)]


def test_arrays_that_come_to_differ_in_length_fail_the_result_and_a_new_column_too():
    live = time_table("PT0.005s").update(["A = ii % 2", "X = ii < 5 ? 1 : ii"]).view(["A", "X"])
    flat = live.agg_by([agg.group("X"), agg.distinct("D = X")], by="A").ungroup()
    transposed = keyed_transpose(live, agg.count_("N"), "A", "X")
    ignoring = keyed_transpose(live, agg.count_("N"), "A", "X", None, NewColumnBehaviorType.IGNORE)
    wait_until(lambda: flat.is_failed and transposed.is_failed)
    assert "differ in length" in flat.failure
    assert "initial_groups" in transposed.failure
    assert not ignoring.is_failed and not live.is_failed


def test_keyed_transpose_of_a_blink_table_counts_all_that_came():
    source = time_table("PT0.005s").update(["A = ii % 2", "B = ii % 3"]).view(["A", "B"])
    cells = [long_col("A", [0, 0, 0]), long_col("B", [0, 1, 2])]
    counts = keyed_transpose(add_only_to_blink(source), agg.count_("N"), "A", "B", new_table(cells))
    # It counts what came since it was made, not what came since the source was.
    wait_until(lambda: sum(cell or 0 for row in rows(counts) for cell in row[1:]) > 3 and counts.size == 2)
    table = counts.snapshot()
    assert table.column_names == ["A", "column_0", "column_1", "column_2"]
    assert [row[0] for row in rows(table)] == [0, 1]


def test_a_predicate_that_changes_its_mind_harms_nothing():
    def maybe(x) -> bool:
        return random.random() < 0.5

    live = time_table("PT0.002s").update("X = ii").tail(10)
    counted, distinct = live.agg_by(agg.count_where("N", "maybe(X)")), live.select_distinct("M = maybe(X)")
    for _ in range(60):
        live.await_update(100)
    assert not counted.is_failed and not distinct.is_failed


def test_data_index():
    table = new_table([string_col("K", ["a", "b", "a"]), int_col("X", [1, 2, 3])])
    assert not has_data_index(table, "K")
    assert data_index(table, "K", create_if_absent=False) is None
    index = data_index(table, "K")
    assert index.keys == ["K"] and rows(index.table) == [("a", [0, 2]), ("b", [1])]
    assert has_data_index(table, ["K"]) and data_index(table, "K") is index
    assert not has_data_index(table, ["K", "X"])
    for wrong in ([], "Nope"):
        with pytest.raises(DHError, match="column"):
            data_index(table, wrong)
    live = data_index(time_table("PT1s").update("K = ii % 2"), "K")
    assert live.table.is_refreshing
