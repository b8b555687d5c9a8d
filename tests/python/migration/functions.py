# ruff: noqa: F401
# Functions of the script in formulas: with hints, over arrays, and of numpy.
import math
from typing import Optional

import numpy as np
from deephaven import empty_table, new_table
from deephaven.column import double_col, int_col, string_col

source = new_table(
    [
        int_col("I", [1, 2, None, 4]),
        double_col("D", [0.0, 1.0, 4.0, None]),
        string_col("S", ["a", "bb", None, "dddd"]),
    ]
)
factor = 3
limits = {"low": 1.5, "high": 3.5}
wanted = ["a", "dddd"]


def scale(x: int) -> float:
    return x * 1.5


def label(text: Optional[str], number: Optional[int] = None) -> str:
    return f"{text}:{number}"


def root(x: np.ndarray) -> np.ndarray:
    return np.sqrt(x)


def untyped(x):
    return x


class Model:
    def __init__(self, slope):
        self.slope = slope

    def predict(self, x: float) -> float:
        return self.slope * x


model = Model(2.0)


def column(table, name):
    return [row[name] for row in table.iter_dict(name)]


assert column(source.update("X = I * factor"), "X") == [3, 6, None, 12]
assert column(source.update("X = scale(I)"), "X") == [1.5, 3.0, None, 6.0]
assert column(source.update("X = label(S, I)"), "X") == ["a:1", "bb:2", "None:None", "dddd:4"]
assert column(source.update("X = (double)untyped(D) + 1"), "X") == [1.0, 2.0, 5.0, None]
assert column(source.where("D != null").update("X = (double)root(D)"), "X") == [0.0, 1.0, 2.0]
assert column(source.where("D != null").update("X = (double)np.sqrt(D)"), "X") == [0.0, 1.0, 2.0]
assert column(source.where("D != null").update("X = math.floor(D) + 1"), "X") == [1, 2, 5]
assert column(source.update("X = (double)model.predict(D)"), "X") == [0.0, 2.0, 8.0, None]
assert column(source.where("S in wanted"), "S") == ["a", "dddd"]
assert column(source.where(["D > (double)limits[`low`]"]), "D") == [4.0]


def in_a_function():
    local = 10
    return empty_table(2).update("X = i + local")


assert column(in_a_function(), "X") == [10, 11]
