# What arithmetic, nulls and casts do: the things a script silently relies on.
from deephaven import empty_table, new_table
from deephaven.column import double_col, float_col, int_col, long_col, string_col
from deephaven.constants import NULL_INT

t = new_table(
    [
        int_col("I", [7, -7, None, 0]),
        long_col("L", [2, 3, 4, None]),
        float_col("F", [0.5, 1.5, None, 2.5]),
        double_col("D", [1.0, float("nan"), None, -0.0]),
        string_col("S", ["abc", None, "", "Abc"]),
    ]
)


def column(table, name):
    return [row[name] for row in table.iter_dict(name)]


# Division of integers gives a double; a cast cuts towards zero.
assert column(t.update("X = I / 2"), "X") == [3.5, -3.5, None, 0.0]
assert column(t.update("X = (long)(I / 2)"), "X") == [3, -3, None, 0]
assert column(empty_table(1).update("X = 1 / 0"), "X") == [float("inf")]
assert column(t.update("X = I % 3"), "X") == [1, -1, None, 0]

# Types: int + long is long, int * float is float.
types = t.update(["A = I + L", "B = I * F", "C = I + 1", "E = L / F"]).definition
assert [types[name].data_type.name for name in "ABCE"] == ["long", "float", "int", "float"]

# Null is less than everything, so that < and <= keep it, and it is first when sorted; NaN is last.
assert column(t.where("I < 7"), "I") == [-7, None, 0]
assert column(t.where("I <= 0"), "I") == [-7, None, 0]
assert column(t.where("I > -100"), "I") == [7, -7, 0]
assert column(t.where("I == NULL_INT"), "I") == [None]
assert column(t.where("I != null"), "I") == [7, -7, 0]
assert column(t.sort("I"), "I") == [None, -7, 0, 7]
assert str(column(t.sort("D"), "D")) == "[None, -0.0, 1.0, nan]"
assert t.where("D == D").size == 3 and t.where("D in NaN").size == 1
assert NULL_INT == -(2**31)

# A condition of two parts asks the second only where the first lets it.
assert column(t.where("S != null && S.startsWith(`a`)"), "S") == ["abc"]
assert column(t.update("X = isNull(S) ? `-` : S.toUpperCase()"), "X") == ["ABC", "-", "", "ABC"]
assert column(t.where("S icase in `ABC`"), "S") == ["abc", "Abc"]
assert column(t.where("S not in `abc`, null"), "S") == ["", "Abc"]
assert column(t.where("S = `abc` || I = 0"), "S") == ["abc", "Abc"]

# Java on values, and what stands without a class.
row = next(
    empty_table(1)
    .update(["A = Math.max(1, 2.5)", "B = `a,b`.split(`,`)[1]", "C = Integer.parseInt(`12`) + 1"])
    .iter_dict()
)
assert row == {"A": 2.5, "B": "b", "C": 13}
