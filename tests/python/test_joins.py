"""Joins: against plain loops, Polars and DuckDB on static tables; argument forms; mistakes; live tables."""

from __future__ import annotations

import math
import random

import duckdb
import polars as pl
import pytest
from conftest import wait_until
from kinetable import DHError, NaturalJoinType, agg, empty_table, new_table, time_table
from kinetable.column import double_col, float_col, int_col, long_col, string_col
from kinetable.experimental import full_outer_join as same_full_outer_join
from kinetable.experimental.outer_joins import full_outer_join, left_outer_join
from kinetable.table import MultiJoinInput, multi_join

WORDS = ["", "a", "b", "ü", "a text of more than twelve bytes", None]
NUMBERS = [0.0, -0.0, 1.5, -2.0, math.nan, math.inf, -math.inf, None]


def rows(table, *columns):
    return [tuple(plain(value) for value in row.values()) for row in table.iter_dict(list(columns) or None)]


def plain(value):
    """A value that equals what it matches."""
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value + 0.0
    return value


def order(value):
    """Null first, NaN last."""
    value = plain(value)
    return (0, 0) if value is None else (2, 0) if value == "NaN" else (1, value)


def data(kind, seed):
    """Keys S and X of a left and a right table."""
    rng = random.Random(seed)

    def some(count, distinct):
        return [(rng.choice(WORDS[:distinct]), rng.choice(NUMBERS[-distinct:])) for _ in range(count)]

    if kind == "random":
        return some(40, 6), some(40, 6)
    if kind == "left empty":
        return [], some(5, 6)
    if kind == "right empty":
        return some(5, 6), []
    if kind == "both empty":
        return [], []
    if kind == "one row":
        return some(1, 1), some(1, 1)
    if kind == "all equal":
        return [("a", math.nan)] * 7, [("a", math.nan)] * 5
    return [(str(n), float(n)) for n in range(9)], [(str(n), n - 0.5) for n in range(20, 3, -1)]


KINDS = ["random", "left empty", "right empty", "both empty", "one row", "all equal", "all different"]
CASES = [(kind, seed) for kind in KINDS for seed in range(6 if kind == "random" else 1)]


def tables(kind, seed):
    left, right = data(kind, seed)

    def make(pairs, index):
        texts, numbers = [s for s, _ in pairs], [x for _, x in pairs]
        return new_table([string_col("S", texts), double_col("X", numbers), long_col(index, list(range(len(pairs))))])

    return left, right, make(left, "I"), make(right, "J")


def frames(left, right):
    def make(pairs, index):
        texts = pl.Series("S", [s for s, _ in pairs], pl.String)
        # Polars tells zeros apart in keys.
        numbers = [None if x is None else x + 0.0 for _, x in pairs]
        return pl.DataFrame([texts, pl.Series("X", numbers, pl.Float64), pl.Series(index, range(len(pairs)), pl.Int64)])

    return make(left, "I"), make(right, "J")


def same(left, right, on):
    keys = {"S": 0, "X": 1}
    return all(plain(left[keys[name]]) == plain(right[keys[name]]) for name in on)


ON = [["S"], ["X"], ["S", "X"]]


@pytest.mark.parametrize("on", ON)
@pytest.mark.parametrize("kind, seed", CASES)
def test_pairs_are_those_of_loops_polars_and_duckdb(kind, seed, on):
    left, right, lt, rt = tables(kind, seed)
    inner = [(i, j) for i, a in enumerate(left) for j, b in enumerate(right) if same(a, b, on)]
    matched, used = {i for i, _ in inner}, {j for _, j in inner}
    lone = [(i, None) for i in range(len(left)) if i not in matched]
    outer = sorted(inner + lone, key=lambda pair: (pair[0], -1 if pair[1] is None else pair[1]))
    full = outer + [(None, j) for j in range(len(right)) if j not in used]
    assert rows(lt.join(rt, on, "J"), "I", "J") == inner
    assert rows(left_outer_join(lt, rt, on, "J"), "I", "J") == outer
    assert rows(full_outer_join(lt, rt, on, "J"), "I", "J") == full
    assert rows(same_full_outer_join(lt, rt, on, "J"), "I", "J") == full

    lf, rf = frames(left, right)
    options = {"on": on, "nulls_equal": True, "maintain_order": "left_right"}
    assert lf.join(rf, how="inner", **options).select("I", "J").rows() == inner
    assert lf.join(rf, how="left", **options).select("I", "J").rows() == outer
    theirs = lf.join(rf, how="full", coalesce=True, **options).select("I", "J").rows()
    assert sorted(theirs, key=str) == sorted(full, key=str)

    db = duckdb.connect()
    db.register("l", lf.to_arrow())
    db.register("r", rf.to_arrow())
    condition = " and ".join(f"l.{name} is not distinct from r.{name}" for name in on)
    for how, expected in [("join", inner), ("left join", outer)]:
        found = db.execute(f"select I, J from l {how} r on {condition} order by I, J nulls first").fetchall()
        assert found == expected


@pytest.mark.parametrize("on", ON)
@pytest.mark.parametrize("kind, seed", CASES)
def test_natural_joins_and_memberships_are_those_of_loops_and_polars(kind, seed, on):
    left, right, lt, rt = tables(kind, seed)
    matches = [[j for j, b in enumerate(right) if same(a, b, on)] for a in left]
    first = [(i, js[0] if js else None) for i, js in enumerate(matches)]
    last = [(i, js[-1] if js else None) for i, js in enumerate(matches)]
    assert rows(lt.natural_join(rt, on, "J", NaturalJoinType.FIRST_MATCH), "I", "J") == first
    assert rows(lt.natural_join(rt, on, "J", NaturalJoinType.LAST_MATCH), "I", "J") == last
    assert rows(lt.where_in(rt, on), "I") == [(i,) for i, js in enumerate(matches) if js]
    assert rows(lt.where_not_in(rt, on), "I") == [(i,) for i, js in enumerate(matches) if not js]
    if max(map(len, matches), default=0) > 1:
        with pytest.raises(DHError, match="Natural Join found duplicate right key for"):
            lt.natural_join(rt, on, "J")
    else:
        assert rows(lt.natural_join(rt, on, "J"), "I", "J") == first
    lf, rf = frames(left, right)
    unique = rf.unique(on, keep="last", maintain_order=True)
    theirs = lf.join(unique, on=on, how="left", nulls_equal=True, maintain_order="left_right")
    assert theirs.select("I", "J").rows() == last


NEAREST = {
    "X": ("aj", lambda x, r: r <= x),
    "X >= X": ("aj", lambda x, r: r <= x),
    "X>X": ("aj", lambda x, r: r < x),
    "X <= X": ("raj", lambda x, r: r >= x),
    "X < X": ("raj", lambda x, r: r > x),
}


@pytest.mark.parametrize("exact", [[], ["S"]])
@pytest.mark.parametrize("last", list(NEAREST))
@pytest.mark.parametrize("kind, seed", CASES)
def test_nearest_rows_are_those_of_loops(kind, seed, last, exact):
    left, right, lt, rt = tables(kind, seed)
    method, is_in_reach = NEAREST[last]
    expected = []
    for i, a in enumerate(left):
        near = [
            (order(b[1]), j) for j, b in enumerate(right) if same(a, b, exact) and is_in_reach(order(a[1]), order(b[1]))
        ]
        best = None if not near else max(near)[1] if method == "aj" else min(near)[1]
        expected.append((i, best))
    assert rows(getattr(lt, method)(rt, [*exact, last], "J"), "I", "J") == expected


@pytest.mark.parametrize("seed", range(5))
def test_nearest_rows_are_those_of_polars_and_duckdb(seed):
    rng = random.Random(seed)
    lefts = [(rng.choice("abc"), rng.randrange(1000)) for _ in range(300)]
    rights = [(rng.choice("abcd"), time) for time in rng.sample(range(1000), 200)]
    lt = new_table([string_col("S", [s for s, _ in lefts]), long_col("T", [t for _, t in lefts])])
    rt = new_table([string_col("S", [s for s, _ in rights]), int_col("R", [t for _, t in rights])])
    rt = rt.update("R = (long)R")
    lf, rf = lt.to_polars(), rt.to_polars()
    back, ahead = rows(lt.aj(rt, "S, T >= R")), rows(lt.raj(rt, "S, T <= R"))
    for found, strategy in [(back, "backward"), (ahead, "forward")]:
        keyed = lf.with_row_index("I").sort("T")
        theirs = keyed.join_asof(
            rf.sort("R"), left_on="T", right_on="R", by="S", strategy=strategy, coalesce=False, check_sortedness=False
        )
        assert theirs.sort("I").select("S", "T", "R").rows() == found
    db = duckdb.connect()
    db.register("l", lf.with_row_index("I").to_arrow())
    db.register("r", rf.to_arrow())
    query = "select l.S, T, R from l asof left join r on l.S = r.S and l.T {} r.R order by I"
    assert db.execute(query.format(">=")).fetchall() == back
    assert db.execute(query.format("<")).fetchall() == rows(lt.raj(rt, ["S", "T < R"]))


def test_keys_and_additions_are_given_in_many_ways():
    left = new_table([long_col("K", [1, 2]), string_col("J", ["x", "y"]), long_col("A", [10, 20])])
    right = new_table(
        [long_col("K", [2, 1]), string_col("RJ", ["y", "x"]), long_col("Y", [7, 8]), long_col("Z", [5, 6])]
    )
    expected = [(1, "x", 10, "x", 8, 6), (2, "y", 20, "y", 7, 5)]
    for on in ["K, J = RJ", ["K", "J == RJ"], ("K", "J=RJ")]:
        for joined in (left.natural_join(right, on), left.join(right, on), left_outer_join(left, right, on)):
            assert joined.column_names == ["K", "J", "A", "RJ", "Y", "Z"]
            assert rows(joined) == expected
    assert rows(left.natural_join(right, "K", "Y,Z")) == [(1, "x", 10, 8, 6), (2, "y", 20, 7, 5)]
    assert left.natural_join(right, "K", ["New = Y", "Z"]).column_names == ["K", "J", "A", "New", "Z"]
    assert rows(left.exact_join(right, "K", "Y"), "Y") == [(8,), (7,)]
    assert rows(left.join(right.view("B = Y"))) == [(1, "x", 10, 7), (1, "x", 10, 8), (2, "y", 20, 7), (2, "y", 20, 8)]
    assert left.aj(right, ["J = RJ", "K"]).column_names == ["K", "J", "A", "RJ", "Y", "Z"]
    assert rows(left.aj(right, ["A > Y"], "Y"), "Y") == [(8,), (8,)]


def test_full_outer_join_shows_the_keys_of_both_sides():
    left = new_table([long_col("K", [1, 2]), long_col("A", [10, 20])])
    right = new_table([long_col("RK", [3, 2]), long_col("B", [300, 200])])
    joined = full_outer_join(left, right, "K = RK")
    assert joined.column_names == ["K", "A", "RK", "B"]
    assert rows(joined) == [(1, 10, None, None), (2, 20, 2, 200), (3, None, 3, 300)]


def test_many_tables_are_merged_by_key():
    one = new_table([string_col("K", ["a", None]), long_col("A", [1, 2])])
    two = new_table([string_col("K", ["b", "a"]), long_col("B", [3, 4])])
    three = new_table([string_col("Other", [None, "c"]), long_col("C", [5, 6])])
    merged = multi_join([one, two], on="K").table
    assert rows(merged) == [("a", 1, 4), (None, 2, None), ("b", None, 3)]
    inputs = [MultiJoinInput(one, "K"), MultiJoinInput(two, "K", "Bee = B"), MultiJoinInput(three, "K = Other")]
    merged = multi_join(inputs).table
    assert merged.column_names == ["K", "A", "Bee", "C"]
    assert rows(merged) == [("a", 1, 4, None), (None, 2, None, 5), ("b", None, 3, None), ("c", None, None, 6)]
    assert rows(multi_join(one, on="K").table) == rows(one)
    assert rows(multi_join([one.head(1).view("A"), two.tail(1).view("B")]).table) == [(1, 4)]
    with pytest.raises(DHError, match="have the same key"):
        multi_join([one, two.update('K = "a"')], on="K")
    with pytest.raises(DHError, match=r"Conflicting column names \[A\]"):
        multi_join([one, one], on="K")
    with pytest.raises(DHError, match="key columns are"):
        multi_join([MultiJoinInput(one, "K"), MultiJoinInput(three, "Other")])
    with pytest.raises(DHError, match="leave `on` out"):
        multi_join([MultiJoinInput(one, "K")], on="K")


def test_rows_in_a_range_are_listed():
    left = new_table([string_col("S", ["a", "a", "b"]), long_col("From", [1, 4, 0]), long_col("To", [3, 2, 9])])
    right = new_table([string_col("S", ["a", "a", "a"]), long_col("At", [5, 3, 1]), long_col("V", [50, 30, 10])])
    joined = left.range_join(right, ["S", "From <= At <= To"], agg.group(["V", "T = At"]))
    assert joined.column_names == ["S", "From", "To", "V", "T"]
    lists = [[None if value is None else list(value) for value in row] for row in rows(joined, "V", "T")]
    assert lists == [[[10, 30], [1, 3]], [None, None], [[], []]]
    open_ended = left.head(1).range_join(right, "<- From < = At <= To ->".replace("< =", "<="), [agg.group("V")])
    assert [list(row[0]) for row in rows(open_ended, "V")] == [[10, 30]]
    with pytest.raises(DHError, match="cannot compute sum"):
        left.range_join(right, "From <= At <= To", agg.sum_("V"))
    with pytest.raises(DHError, match="is no range"):
        left.range_join(right, "From <= At", agg.group("V"))
    with pytest.raises(DHError, match="live"):
        left.range_join(time_table("PT1s").update("At = ii"), "From <= At <= To", agg.group("V = At"))


def test_mistakes_say_what_and_what_to_do():
    left = new_table([long_col("K", [1]), long_col("X", [1]), float_col("F", [1.0])])
    right = new_table([long_col("K", [1]), long_col("X", [1]), string_col("S", ["a"])])
    with pytest.raises(DHError, match=r"Conflicting column names \[X\](.|\n)*NewX=X"):
        left.natural_join(right, "K")
    with pytest.raises(DHError, match=r"Conflicting column names \[K, X\]"):
        left.join(right)
    for join in (left.natural_join, left.join, left.aj, left.exact_join):
        with pytest.raises(DHError, match="Mismatched join types"):
            join(right, "K = S", "S")
    with pytest.raises(DHError, match="no mappings for key 1"):
        left.exact_join(right.where("K > 1"), "K", "S")
    with pytest.raises(DHError, match="multiple mappings for key 1"):
        left.exact_join(new_table([long_col("K", [1, 1])]), "K")
    with pytest.raises(DHError, match="use raj"):
        left.aj(right, "K <= K", "S")
    with pytest.raises(DHError, match="use aj"):
        left.raj(right, "K > K", "S")
    with pytest.raises(DHError, match="there is no key"):
        left.aj(right, [])
    with pytest.raises(DHError, match='no column "Q"'):
        left.where_in(right, "Q")
    with pytest.raises(TypeError):
        left.join(right, [1])


def test_live_tables_are_joined_as_they_change():
    quotes = time_table("PT0.005s").update(["Sym = ii % 3", "Bid = ii"])
    trades = time_table("PT0.007s").update(["Sym = ii % 3", "N = ii"])
    nearest = trades.aj(quotes, ["Sym", "Timestamp"], "Bid")
    pairs = trades.join(quotes.last_by("Sym"), "Sym", "Bid")
    both = full_outer_join(trades.last_by("Sym"), quotes.last_by("Sym"), "Sym", "Bid")
    merged = multi_join([trades.last_by("Sym").view(["Sym", "N"]), quotes.last_by("Sym").view(["Sym", "Bid"])], "Sym")
    assert nearest.is_refreshing and pairs.is_refreshing and both.is_refreshing and merged.table.is_refreshing
    wait_until(lambda: nearest.size > 30 and pairs.size > 30, what="rows")
    assert not any(table.is_failed for table in (nearest, pairs, both, merged.table))
    assert both.size == 3 and merged.table.size == 3
    seen = rows(nearest.snapshot(), "N", "Sym", "Bid")
    assert all(bid is None or bid % 3 == sym for _, sym, bid in seen)
    assert any(bid is not None for _, _, bid in seen)


def test_empty_tables_join():
    table = empty_table(0).update("K = ii")
    assert table.join(table, "K").size == 0
    assert table.aj(table, "K").size == 0
    assert full_outer_join(table, empty_table(3).update("K = ii"), "K").size == 3
