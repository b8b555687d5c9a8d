"""Filters as objects: what they say, and that every argument for filters takes them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from conftest import wait_until
from kinetable import DHError, agg, empty_table, new_table, time_table
from kinetable.column import bool_col, datetime_col, double_col, int_col, string_col
from kinetable.concurrency_control import Barrier
from kinetable.filters import (
    ColumnName,
    Filter,
    PatternMode,
    and_,
    eq,
    ge,
    gt,
    in_,
    is_not_null,
    is_null,
    le,
    lt,
    ne,
    not_,
    or_,
    pattern,
)
from kinetable.table import Selectable
from kinetable.time import to_j_instant

NOON = "2024-01-01T12:00:00Z"


@pytest.fixture(scope="module")
def table():
    return new_table(
        [
            int_col("Row", [0, 1, 2, 3]),
            int_col("A", [1, None, 3, 5]),
            int_col("B", [3, 2, 3, None]),
            string_col("S", ["x", None, "z`\\\n'\"", "xyz"]),
            double_col("D", [1.5, float("nan"), None, float("inf")]),
            bool_col("T", [True, None, False, True]),
            datetime_col("At", [NOON, "1970-01-01T00:00:00.000000001Z", None, NOON]),
        ]
    )


def rows(table, filters):
    return [row["Row"] for row in table.where(filters).iter_dict("Row")]


A, B, S, D, At = (ColumnName(name) for name in ("A", "B", "S", "D", "At"))


@pytest.mark.parametrize(
    "condition, kept",
    [
        (eq(A, 3), [2]),
        (eq(3, A), [2]),
        (eq(A, B), [2]),
        (eq(A, None), [1]),
        (ne(A, 3), [0, 1, 3]),
        (lt(A, 3), [0, 1]),  # null is less than everything
        (le(A, 3), [0, 1, 2]),
        (gt(A, B), [3]),
        (ge(5, A), [0, 1, 2, 3]),
        (eq(S, "x"), [0]),
        (eq(S, "z`\\\n'\""), [2]),
        (gt(D, 1), [0, 3]),
        (lt(D, float("inf")), [0, 2]),
        (eq(D, float("nan")), []),
        (in_("D", [float("nan"), 1.5]), [0, 1]),
        (in_("S", ["x", None]), [0, 1]),
        (in_("S", []), []),
        (in_("A", np.array([1, 5])), [0, 3]),
        (in_("T", [False]), [2]),
        (in_("At", [dt.datetime(2024, 1, 1, 12), to_j_instant(1)]), [0, 1, 3]),
        (ge(At, to_j_instant(NOON)), [0, 3]),
        (gt(At, np.datetime64("1970-01-01T00:00:00.000000001")), [0, 3]),
        (is_null("S"), [1]),
        (is_not_null("S"), [0, 2, 3]),
        (not_(is_null("S")), [0, 2, 3]),
        (in_("A", [1, 3]).not_(), [1, 3]),
        (or_([is_null("A"), gt(A, 3)]), [1, 3]),
        (or_(["isNull(T)", "T"]), [0, 1, 3]),  # the second is not asked where the first holds
        (and_([gt(A, 1), in_("S", ["xyz", "y"]), "B == null"]), [3]),
        (and_("A > 3"), [3]),
        (not_(or_([and_(["A == 1", "B == 3"]), is_null("A")])), [2, 3]),
        (pattern(PatternMode.MATCHES, "S", "x"), [0]),
        (pattern(PatternMode.FIND, "S", "y|`"), [2, 3]),
        (pattern(PatternMode.FIND, "S", "^x$"), [0]),
        (pattern(PatternMode.FIND, "S", "z", invert_pattern=True), [0]),
        (Filter.from_("A in 1, 5"), [0, 3]),
        (Filter.from_(["A > 1", "A < 5"]), [2]),
        ([gt(A, 1), "A < 5"], [2]),
    ],
    ids=str,
)
def test_a_filter_keeps(table, condition, kept):
    assert rows(table, condition) == kept


def test_filters_say_what_they_are():
    assert str(or_([gt(A, 1), in_("S", ["a`"])])) == "(A > 1) || (S in `a\\``)"
    assert repr(is_null("A")) == "Filter('isNull(A)')"
    assert isinstance(Filter.from_("A > 1"), Filter)
    assert Filter.from_(["A > 1"]) == [Filter("A > 1")]


def test_barriers_are_taken():
    barrier = Barrier()
    declared = gt(A, 1).with_serial().with_declared_barriers(barrier)
    assert declared == "A > 1" and lt(A, 5).with_respected_barriers([barrier]) == "A < 5"


def test_serial_formulas_see_the_rows_in_order():
    rows, seen = 400_000, []

    def note(x: int) -> bool:
        seen.append(x)
        return x % 2 == 0

    source = empty_table(rows).update_view("X = ii")
    noting = Filter.from_("note(X)").with_serial()
    for condition in (noting, [noting], noting.not_(), or_([noting, "X < 0"]), and_(["X >= 0", noting])):
        seen.clear()
        assert source.where(condition).size == rows // 2
        assert seen == list(range(rows))
    seen.clear()
    assert source.update([Selectable.parse("Even = note(X)").with_serial(), "Y = X"]).size == rows
    assert seen == list(range(rows))
    assert Selectable.parse("X = 1").with_declared_barriers(Barrier()).with_respected_barriers(Barrier()) == "X = 1"


def test_arguments_for_filters_take_them(table):
    assert table.where_one_of([is_null("A"), eq(A, 1)]).size == 2
    counted = table.agg_by(agg.count_where("N", or_([is_null("A"), in_("A", [5])])))
    assert [row["N"] for row in counted.iter_dict()] == [2]
    assert [row["N"] for row in table.agg_by(agg.count_where("N", ["A in 1, 3", gt(B, 2)])).iter_dict()] == [2]


def test_variables_of_the_script_are_seen(table):
    least = 3
    assert table.where(or_(["A >= least", is_null("A")])).size == 3


def test_a_live_table_takes_them():
    ticking = time_table("PT0.01S").update("X = ii").where(or_([in_("X", [0, 2]), "X == 3"]))
    wait_until(lambda: ticking.size == 3)
    assert [row["X"] for row in ticking.iter_dict("X")] == [0, 2, 3]


def test_mistakes_are_told():
    with pytest.raises(DHError, match="no filter to join"):
        and_([])
    with pytest.raises(DHError, match="does not fit a long"):
        gt(A, 2**63)
    with pytest.raises(DHError, match="has no literal in a formula"):
        eq(A, object())
