"""Names of the script in formulas, and what happens when a formula is wrong."""

from __future__ import annotations

import datetime as dt
import math
import traceback
from typing import Optional

import numpy as np
import pandas as pd
import pytest
from conftest import wait_until
from kinetable import DHError, empty_table, new_table
from kinetable.column import datetime_col, double_col, int_col, long_col, string_col
from numpy.typing import NDArray

LIMIT = 2


class Config:
    factor = 10

    def __init__(self) -> None:
        self.names = ["a", "b"]


@pytest.fixture
def numbers():
    return new_table(
        [int_col("I", [1, 2, None, 4]), double_col("D", [0.5, None, 1.5, 2.0]), string_col("S", list("abcd"))]
    )


def column(table, name):
    return [row[name] for row in table.iter_dict(name)]


def test_variables_of_all_kinds(numbers):
    limit, text, flag, real, listed, nothing = 3, "b", True, 0.25, [2, 4], None
    assert column(numbers.where("I > limit"), "I") == [4]
    assert column(numbers.where("S = text"), "S") == ["b"]
    assert column(numbers.where("I in listed"), "I") == [2, 4]
    assert column(numbers.view("X = flag ? real : D"), "X") == [0.25] * 4
    assert column(numbers.view("X = D == nothing"), "X") == [False, True, False, False]
    assert column(numbers.where("I > LIMIT"), "I") == [4]


def test_ints_take_the_narrowest_type():
    byte, short, integer, long = 1, 200, 70_000, 10**10
    table = empty_table(1).view(["A = byte", "B = short", "C = integer", "D = long"])
    assert [c.data_type.name for c in table.columns] == ["byte", "short", "int", "long"]


def test_locals_hide_globals_and_comprehensions_see_out(numbers):
    LIMIT = 3  # hides the global one
    assert column(numbers.where("I > LIMIT"), "I") == [4]
    assert [numbers.where("I = n + LIMIT - 3").size for n in (1, 2, 3)] == [1, 1, 0]


def test_attributes_items_and_modules(numbers):
    config, prices = Config(), {"a": 5, "b": 6}
    assert column(numbers.view("X = (int)Config.factor * I"), "X") == [10, 20, None, 40]
    assert column(numbers.where("S in config.names"), "S") == ["a", "b"]
    assert column(numbers.view("X = (int)prices[`b`]"), "X") == [6] * 4
    assert column(numbers.view("X = math.sqrt(D * 2)"), "X") == [1.0, None, math.sqrt(3), 2.0]
    assert column(numbers.where("!isNull(D)").view("X = np.sqrt(D)"), "X") == np.sqrt([0.5, 1.5, 2.0]).tolist()


def test_times_of_python_are_instants_and_durations():
    start = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    stamp, np64, day, step = (
        pd.Timestamp(start),
        np.datetime64("2026-01-01"),
        dt.date(2026, 1, 1),
        dt.timedelta(hours=1),
    )
    table = empty_table(2).view(["T = start + ii * step", "U = stamp", "V = np64", "W = day"])
    assert [c.data_type.name for c in table.columns] == ["Instant", "Instant", "Instant", "LocalDate"]
    assert [tuple(row.values()) for row in table.iter_dict()] == [
        (start, start, start, day), (start + step, start, start, day),
    ]  # fmt: skip


def test_result_types_follow_annotations(numbers):
    def long_of(x) -> int:
        return 1

    def double_of(x) -> float:
        return 1

    def text_of(x) -> str:
        return f"<{x}>"

    def bool_of(x) -> Optional[bool]:
        return None if x is None else x > 1

    def list_of(x) -> list[int]:
        return [1, 2]

    def moment_of(x) -> dt.datetime:
        return dt.datetime(2026, 1, 1)

    def short_of(x) -> np.int16:
        return np.int16(7)

    table = numbers.view(
        ["A = long_of(I)", "B = double_of(I)", "C = text_of(I)", "D = bool_of(I)", "E = list_of(I)", "F = moment_of(I)",
         "G = short_of(I)"]
    )  # fmt: skip
    assert [c.data_type.name for c in table.columns] == [
        "long",
        "double",
        "String",
        "boolean",
        "long[]",
        "Instant",
        "short",
    ]
    first = next(table.iter_dict())
    assert first == {
        "A": 1, "B": 1.0, "C": "<1>", "D": False, "E": [1, 2], "G": 7,
        "F": dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
    }  # fmt: skip
    assert column(table, "C")[2] == "<None>"
    assert column(table, "D") == [False, True, None, True]


def test_a_function_that_takes_no_null_is_not_given_one(numbers):
    seen = []

    def double(x: int) -> int:
        seen.append(x)
        return 2 * x

    def whole(x: NDArray[np.float64]) -> NDArray[np.float64]:
        assert not np.isnan(x).any()
        return x + 1

    assert column(numbers.update("X = double(I)"), "X") == [2, 4, None, 8]
    assert sorted(seen) == [1, 2, 4]
    assert column(numbers.view("X = whole(D)"), "X") == [1.5, None, 2.5, 3.0]


def test_functions_of_arrays_are_called_once_a_chunk():
    calls = []

    def scaled(x: np.ndarray, by: np.ndarray) -> np.ndarray:
        calls.append(len(x))
        return x * by

    table = empty_table(10_000).update(["X = ii", "Y = scaled(X, 3)"])
    assert column(table, "Y") == [3 * i for i in range(10_000)]
    assert sum(calls) == 10_000 and len(calls) < 100


def test_instants_reach_functions_in_the_form_they_ask_for():
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc)
    table = new_table([datetime_col("T", [moment])])
    seen = {}

    def plain(t) -> bool:
        seen["plain"] = t
        return True

    def naive(t: dt.datetime) -> bool:
        seen["naive"] = t
        return True

    def scalar(t: np.datetime64) -> bool:
        seen["scalar"] = t
        return True

    def timestamp(t: pd.Timestamp) -> bool:
        seen["timestamp"] = t
        return True

    table.update(["A = plain(T)", "B = naive(T)", "C = scalar(T)", "D = timestamp(T)"])
    assert seen["plain"] == moment
    assert seen["naive"] == moment.replace(tzinfo=None)
    assert seen["scalar"] == np.datetime64(moment.replace(tzinfo=None), "ns")
    assert seen["timestamp"] == pd.Timestamp(moment)


def test_unhinted_functions_need_a_cast(numbers):
    def unhinted(x):
        return 5

    assert column(numbers.view("X = (int)unhinted(I) + 1"), "X") == [6] * 4
    with pytest.raises(DHError, match="give the function a result type, e.g. def f\\(x\\) -> float, or cast it"):
        numbers.view("X = unhinted(I) + 1")
    assert column(numbers.view("X = unhinted(I)"), "X") == [5] * 4


def test_lambdas_methods_and_objects_as_arguments(numbers):
    class Scale:
        def __init__(self, by):
            self.by = by

        def times(self, x: float) -> float:
            return self.by * x

    scale = Scale(4)
    twice = lambda x: 2 * x  # noqa: E731

    def with_object(scale, x: float) -> float:
        return scale.by + x

    assert column(numbers.where("!isNull(D)").view("X = (double)twice(D)"), "X") == [1.0, 3.0, 4.0]
    assert column(numbers.view("X = scale.times(D)"), "X") == [2.0, None, 6.0, 8.0]
    assert column(numbers.view("X = with_object(scale, D)"), "X") == [4.5, None, 5.5, 6.0]


def test_argument_types_and_counts_are_checked(numbers):
    def f(x: int) -> int:
        return x

    with pytest.raises(DHError, match='argument 1 \\("x"\\) of "f" takes long, but is given String'):
        numbers.view("X = f(S)")
    with pytest.raises(DHError, match='"f" takes 1 argument, but is given 2'):
        numbers.view("X = f(I, I)")


def test_errors_point_at_the_character_and_offer_the_nearest_name(numbers):
    with pytest.raises(DHError) as raised:
        numbers.view("Price = D").view("X = 1 + Prise")
    text = str(raised.value)
    line = next(number for number, line in enumerate(text.splitlines()) if "X = 1 + Prise" in line)
    code, carets = text.splitlines()[line : line + 2]
    assert carets.index("^") == code.index("Prise")
    assert 'did you mean "Price"?' in text
    with pytest.raises(DHError, match="\\^"):
        numbers.where("I >")


def test_a_failing_function_shows_the_users_own_traceback(numbers):
    def inverse(x: float) -> float:
        return 1 / (x - 0.5)  # the line to be shown

    with pytest.raises(DHError) as raised:
        numbers.update("X = inverse(D)")
    error = raised.value
    assert isinstance(error.__cause__, ZeroDivisionError)
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    assert "return 1 / (x - 0.5)  # the line to be shown" in text
    assert __file__ in text
    assert "inverse" in str(error) and "row 0" in str(error)
    assert error.root_cause.startswith("ZeroDivisionError")
    assert "ZeroDivisionError" in error.compact_traceback and "the line to be shown" in error.traceback


def test_a_wrong_result_is_told(numbers):
    def wrong(x) -> int:
        return "text"

    with pytest.raises(DHError, match='what "wrong" returned is not what it says: row 0: a long is expected'):
        numbers.update("X = wrong(I)")


def test_keyboard_interrupt_is_not_swallowed(numbers):
    def interrupted(x) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        numbers.update("X = interrupted(I)")


def test_math_functions_have_types():
    table = new_table([long_col("L", [1]), double_col("D", [0.5])])
    floor, isnan = math.floor, math.isnan
    made = table.view(["A = floor(D)", "B = isnan(D)", "C = math.hypot(D, D)"])
    assert [c.data_type.name for c in made.columns] == ["long", "boolean", "double"]
    assert [tuple(row.values()) for row in made.iter_dict()] == [(0, False, math.hypot(0.5, 0.5))]


def test_what_live_tables_allow():
    from kinetable import time_table

    ticking = time_table("PT0.02S").update("N = ii")
    newest_first = ticking.sort_descending("N")
    differences = newest_first.update_view("Step = N - N_[ii+1]").where("Step != null && Step != 1")
    stored = newest_first.update("Before = N_[i-1]").where("Before != null && Before != N + 1")
    wait_until(lambda: ticking.size > 5)
    assert differences.size == 0 and stored.size == 0
    for formula in ("X = i", "X = ii", "X = k", "X = sum(N_)"):
        with pytest.raises(DHError, match="uses i, ii, k, or column array variables .* is not safe to refresh"):
            newest_first.update_view(formula)
    assert ticking.update_view(["I = i", "K = k"]).is_refreshing
    blink = time_table("PT0.02S", blink_table=True).update("N = 1")
    assert blink.update(["I = ii", "K = k", "All = sum(N_)"]).is_refreshing
