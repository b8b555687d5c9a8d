"""Python's names in formulas: variables, functions with every kind of annotation, objects, and objects as cells."""

from __future__ import annotations

import datetime as dt
import gc
import math
import weakref
from typing import Optional, Sequence

import kinetable
import kinetable.arrow
import kinetable.pandas
import numpy as np
import pandas as pd
import pytest
from kinetable import DHError, dtypes, empty_table, new_table
from kinetable.column import InputColumn, char_col, double_col, int_col, long_col, pyobj_col, string_col


def column(table, name):
    return [row[name] for row in table.iter_dict()]


def type_of(table, name):
    return table.definition[name].data_type.name


@pytest.fixture
def t():
    return new_table(
        [
            int_col("I", [1, 2, None]),
            long_col("L", [10, 20, None]),
            double_col("D", [0.5, None, 2.0]),
            string_col("S", ["a", "b", None]),
            char_col("C", ["x", "y", None]),
        ]
    )


def test_numbers_are_of_the_narrowest_type(t):
    one, two_hundred, large, huge = 1, 200, 70_000, 10**10
    for name, expected in (("one", "byte"), ("two_hundred", "short"), ("large", "int"), ("huge", "long")):
        assert type_of(t.update_view(f"X = {name}"), "X") == expected
    assert (one, two_hundred, large, huge) == (1, 200, 70_000, 10**10)


def test_a_number_beyond_64_bits_harms_only_who_uses_it(t):
    too_long = 2**70
    assert column(t.view("X = I + 1"), "X") == [2, 3, None]
    with pytest.raises(DHError, match="too_long"):
        t.view("X = I + too_long")
    assert too_long


def test_other_values(t):
    real, truth, text, nothing = 1.5, True, "a", None
    scalar, moment = np.int16(7), dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)
    stamp, day = pd.Timestamp("2024-01-01"), np.datetime64("2024-01-01")
    checks = {
        "real": "double",
        "truth": "boolean",
        "text": "String",
        "(int)nothing": "int",
        "scalar": "short",
        "moment": "Instant",
        "stamp": "Instant",
        "day": "Instant",
    }
    for formula, expected in checks.items():
        assert type_of(t.update_view(f"X = {formula}"), "X") == expected, formula
    assert t.where("S == text").size == 1
    assert t.view("X = moment == stamp && stamp == day").where("X").size == 3
    assert all(value is not None for value in (real, truth, scalar, moment, stamp, day)) and nothing is None


def test_lists_and_dictionaries(t):
    values, names = [10, 20, 30], {"a": 1, "b": 2}
    assert column(t.view("X = (int)values[1] + I"), "X") == [21, 22, None]
    assert column(t.view("X = (int)values[I]"), "X") == [20, 30, None]
    assert column(t.view("X = (int)names[`a`]"), "X") == [1, 1, 1]
    assert column(t.where("S != null").view("X = (int)names[S]"), "X") == [1, 2]
    assert t.where("L in values").size == 2
    assert t.where("L not in values").size == 1


def test_times_of_the_package(t):
    from kinetable.time import to_j_duration, to_j_instant

    start, step = to_j_instant("2024-01-01T00:00:00Z"), to_j_duration("PT1H")
    made = t.view(["X = start + step", "Y = start + 2 * step", "Z = diffMinutes(start, X)"])
    assert type_of(made, "X") == "Instant"
    assert column(made, "Z") == [60.0] * 3


def test_result_annotations(t):
    made = {
        "long": (int, np.int64),
        "int": (np.int32, np.intc),
        "short": (np.int16,),
        "byte": (np.int8,),
        "double": (float, np.float64),
        "float": (np.float32,),
        "boolean": (bool,),
        "String": (str,),
        "Instant": (dt.datetime, np.datetime64, pd.Timestamp),
        "LocalDate": (dt.date,),
        "Duration": (dt.timedelta,),
        "long[]": (list[int], Sequence[int], np.ndarray),
        "double[]": (Sequence[float],),
        "PyObject": (dict, object, None),
    }
    samples = {
        "boolean": True,
        "String": "x",
        "Instant": dt.datetime(2024, 1, 1),
        "LocalDate": dt.date(2024, 1, 1),
        "Duration": dt.timedelta(hours=1),
        "long[]": [1, 2],
        "double[]": [1.5],
        "PyObject": {"a": 1},
    }
    for expected, hints in made.items():
        for hint in hints:
            sample = samples.get(expected, 1)

            def f(x):
                return sample

            if hint is np.ndarray:
                f.__annotations__["return"] = np.ndarray[np.int64]
            elif hint is not None:
                f.__annotations__["return"] = hint
            made_table = t.update("X = f(I)")
            assert type_of(made_table, "X") == expected, hint
            assert made_table.size == 3


def test_optional_results_and_arguments(t):
    def half(x: Optional[int]) -> Optional[float]:
        return None if x is None or x == 2 else x / 2

    def seen(x: Optional[int]) -> str:
        return repr(x)

    assert column(t.update("X = half(I)"), "X") == [0.5, None, None]
    assert column(t.update("X = seen(I)"), "X") == ["1", "2", "None"]
    assert type_of(t.update("X = half(I)"), "X") == "double"


def test_what_functions_receive(t):
    def kind(x) -> str:
        return type(x).__name__

    received = {"I": "int", "L": "int", "C": "int", "D": "float", "S": "str", "I > 1": "bool", "(byte)I": "int"}
    first = t.head(1)
    for formula, expected in received.items():
        assert column(first.view(f"X = kind({formula})"), "X") == [expected], formula


def test_arguments_must_convert_without_loss(t):
    def of_float(x: float) -> float:
        return x

    def of_single(x: np.float32) -> float:
        return float(x)

    def of_text(s: str) -> str:
        return s

    assert column(t.update("X = of_float(D)"), "X") == [0.5, None, 2.0]
    assert column(t.update("X = of_float((float)D)"), "X") == [0.5, None, 2.0]
    with pytest.raises(DHError, match=r'argument 1 \("x"\) of "of_single" takes float, but is given double'):
        t.update("X = of_single(D)")
    with pytest.raises(DHError, match=r'argument 1 \("s"\) of "of_text" takes String, but is given int'):
        t.update("X = of_text(I)")
    with pytest.raises(DHError, match='"of_text" takes 1 argument, but is given 2'):
        t.update("X = of_text(S, S)")


def test_defaults_varargs_lambdas_and_calls_within_calls(t):
    def scaled(x: int, by: int = 10) -> int:
        return x * by

    def total(*args: int) -> int:
        return sum(args)

    def twice(x: int) -> int:
        return scaled(x) * 2

    def plus(x):
        return lambda y: x + y

    double = lambda x: x * 2  # noqa: E731
    five = plus(5)
    assert column(t.view("X = scaled(I)"), "X") == [10, 20, None]
    assert column(t.view("X = scaled(I, 3)"), "X") == [3, 6, None]
    assert column(t.head(2).view("X = total(I, I, 1)"), "X") == [3, 5]
    assert column(t.view("X = twice(I)"), "X") == [20, 40, None]
    assert column(t.head(2).view("X = (int)double(I)"), "X") == [2, 4]
    assert column(t.head(2).view("X = (long)five(I) + 1"), "X") == [7, 8]
    assert column(t.view("X = scaled(scaled(I))"), "X") == [100, 200, None]


def test_math_and_ufuncs(t):
    assert column(t.view("X = math.sqrt(L)"), "X")[0] == pytest.approx(math.sqrt(10))
    assert column(t.view("X = np.sin(D)"), "X")[0] == pytest.approx(math.sin(0.5))
    assert column(t.view("X = np.hypot(L, L)"), "X")[0] == pytest.approx(math.hypot(10, 10))
    assert column(t.view("X = math.pi"), "X") == [math.pi] * 3
    assert type_of(t.view("X = math.floor(D)"), "X") == "long"


def test_numba():
    import numba

    @numba.vectorize([numba.float64(numba.float64, numba.float64)])
    def weighted(a, b):
        return a * 2 + b

    @numba.guvectorize([(numba.float64[:], numba.float64[:])], "(n)->(n)")
    def running(values, sums):
        total = 0.0
        for i in range(values.shape[0]):
            total += values[i]
            sums[i] = total

    t = empty_table(4).update("D = ii * 1.0")
    assert column(t.update("X = weighted(D, D)"), "X") == [0.0, 3.0, 6.0, 9.0]
    assert column(t.update("X = running(D)"), "X") == [0.0, 1.0, 3.0, 6.0]


def test_arrays_in_and_out():
    t = new_table([string_col("K", ["a", "a", "b"]), int_col("I", [1, 2, 3])]).group_by("K")

    def summed(x: np.ndarray[np.int32]) -> int:
        return int(x.sum())

    def doubled(x: np.ndarray[np.int32]) -> np.ndarray[np.int64]:
        return x.astype(np.int64) * 2

    made = t.update(["Sum = summed(I)", "Twice = doubled(I)", "Len = (int)len(I)"])
    assert column(made, "Sum") == [3, 3]
    assert [list(values) for values in column(made, "Twice")] == [[2, 4], [6]]
    assert type_of(made, "Twice") == "long[]"


def test_whole_chunks():
    t = empty_table(5).update(["X = ii * 1.0", "Y = ii * 2.0"])

    def sums(x: np.ndarray[np.float64], y: np.ndarray[np.float64]) -> np.ndarray[np.float64]:
        return x + y

    def short(x: np.ndarray[np.float64]) -> np.ndarray[np.float64]:
        return x[:1]

    assert column(t.update("Z = sums(X, Y)"), "Z") == [0.0, 3.0, 6.0, 9.0, 12.0]
    with pytest.raises(DHError, match='"short" was given arrays of 5 rows and returned 1'):
        t.update("Z = short(X)")


def test_objects_have_attributes_and_methods(t):
    class Limits:
        low = 1
        name = "limits"

        def above(self, x: int) -> bool:
            return x > self.low

        def loose(self, x):
            return x + 1

    limits = Limits()
    assert t.where("I > limits.low").size == 1
    assert t.where("I != null && limits.above(I)").size == 1
    assert column(t.head(2).view("X = limits.above(I)"), "X") == [False, True]
    assert column(t.head(2).view("X = (int)limits.loose(I)"), "X") == [2, 3]
    assert column(t.head(1).view("X = limits.name"), "X") == ["limits"]
    with pytest.raises(DHError, match='a Limits has no attribute "hihg"'):
        t.view("X = limits.hihg")


def test_results_without_annotation_are_kept_and_cast_but_not_computed_with(t):
    def u(x):
        return 5

    kept = t.update("X = u(I)")
    assert type_of(kept, "X") == "PyObject"
    assert column(kept, "X") == [5, 5, 5]
    assert column(kept.view("Y = (int)X + 1"), "Y") == [6, 6, 6]
    assert column(t.view("X = (int)u(I) + 1"), "X") == [6, 6, 6]
    with pytest.raises(DHError, match="give the function a result type"):
        t.view("X = u(I) + 1")
    with pytest.raises(DHError, match="a filter needs a boolean"):
        t.where("u(I)")
    assert t.where("(boolean)(I > 0)").size == 2


def test_failures_say_the_function_and_what_it_returned(t):
    def liar(x: Optional[int]) -> int:
        return "text"  # type: ignore[return-value]

    def broken(x: int) -> int:
        raise ValueError(f"no {x}")

    with pytest.raises(
        DHError,
        match="what \"liar\" returned is not what it says: row 0: a long is expected, but it is 'text' \\(str\\)",
    ):
        t.update("X = liar(I)")
    with pytest.raises(DHError) as failure:
        t.update("X = broken(I)")
    assert isinstance(failure.value.__cause__, ValueError) and str(failure.value.__cause__) == "no 1"


class Point:
    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y

    def moved(self, by: float) -> float:
        return self.x + by


def test_objects_as_cells():
    points = [Point(1, 2), Point(3, 4), None]
    t = new_table([pyobj_col("P", points), double_col("By", [0.5, 1.5, 2.5])])
    assert type_of(t, "P") == "PyObject"
    assert column(t, "P") == points
    assert column(t.view("X = (double)P.x"), "X") == [1.0, 3.0, None]
    assert column(t.view("X = (double)P.moved(By)"), "X") == [1.5, 4.5, None]
    assert t.where("P == null").size == 1 and t.where("!isNull(P)").size == 2

    def length(p: Optional[Point]) -> Optional[float]:
        return None if p is None else math.hypot(p.x, p.y)

    assert column(t.update("X = length(P)"), "X")[1] == 5.0
    assert column(t.where("By > 1").update("Q = P"), "Q") == points[1:]
    assert column(t.sort_descending("By"), "P") == points[::-1]
    dictionaries = new_table([pyobj_col("O", [{"price": 2.5}, {"price": 4.0}])])
    assert column(dictionaries.view("X = (double)O[`price`] * 2"), "X") == [5.0, 8.0]


def test_cells_live_as_long_as_a_table_shows_them():
    from kinetable._kinetable import cells_held

    def made():
        point = Point(1, 2)
        t = new_table([pyobj_col("P", [point, Point(3, 4)]), int_col("I", [1, 2])])
        return weakref.ref(point), t.where("I == 1").update("J = I + 1")

    gc.collect()
    before = cells_held()
    watched, derived = made()
    gc.collect()
    held = (watched() is not None, cells_held() - before)
    shown = [cell.x for cell in column(derived, "P")]
    del derived
    gc.collect()
    released = (watched() is None, cells_held() - before)
    assert (held, shown, released) == ((True, 2), [1], (True, 0))


def test_objects_flow_through_live_tables():
    t = kinetable.time_table("PT0.01s", blink_table=True)

    def tagged(x):
        return {"at": x}

    live = t.update("O = tagged(Timestamp)").update("Again = (boolean)(O != null)")
    assert type_of(live, "O") == "PyObject"
    assert live.is_refreshing


def test_columns_of_big_numbers():
    t = new_table(
        [
            InputColumn("B", dtypes.BigInteger, input_data=[2**100, None, -5]),
            InputColumn("D", dtypes.BigDecimal, input_data=["1.25", 2, None]),
        ]
    )
    assert type_of(t, "B") == "BigInteger" and type_of(t, "D") == "BigDecimal"
    assert column(t.view("X = B * 2 + 1"), "X") == [2**101 + 1, None, -9]
    assert [None if x is None else float(x) for x in column(t.view("X = D / 8"), "X")] == [0.15625, 0.25, None]
    with pytest.raises(DHError, match="more than 76 digits"):
        t.head(1).update("X = B * B * B")


def test_cells_on_the_way_out():
    points = [Point(1, 2), None]
    t = new_table([pyobj_col("P", points), int_col("I", [1, 2])])
    frame = kinetable.pandas.to_pandas(t)
    assert frame["P"].tolist() == points and frame["I"].tolist() == [1, 2]
    texts = kinetable.arrow.to_arrow(t).column("P").to_pylist()
    assert texts == [str(points[0]), None]
    assert [list(chunk["P"]) for chunk in t.iter_chunk_dict()] == [points]


def test_times_in_zones_and_big_numbers_come_out_as_what_they_are():
    t = empty_table(2).update(
        [
            "Z = toZonedDateTime('2024-07-01T12:00:00Z', 'ET')",
            "U = toZonedDateTime('2024-07-01T12:00:00Z', 'UTC')",
            "B = java.math.BigInteger.valueOf(ii)",
            "D = B / 4",
        ]
    )
    assert type_of(t, "Z") == "ZonedDateTime" and type_of(t, "U") == "ZonedDateTime"
    assert column(t, "Z")[0].isoformat() == "2024-07-01T08:00:00-04:00"
    assert column(t, "U")[0].isoformat() == "2024-07-01T12:00:00+00:00"
    assert [str(x) for x in column(t, "D")] == ["0", "0.25"]
    assert t.where("B in 1, 2").size == 1 and t.where("D >= 0.25").size == 1
