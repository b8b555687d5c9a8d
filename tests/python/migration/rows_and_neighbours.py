# Positions, neighbours, groups and arrays.
from deephaven import agg, empty_table

source = empty_table(8).update(["X = i", "Group = X % 3 == 0 ? `a` : `b`", "Y = X * X"])

steps = source.update(["Before = Y_[i-1]", "Step = Y - Before", "Next = Y_[ii+1]"])
assert [row["Step"] for row in steps.iter_dict("Step")] == [None, 1, 3, 5, 7, 9, 11, 13]
assert [row["Next"] for row in steps.tail(2).iter_dict("Next")] == [49, None]

grouped = source.group_by("Group")
assert grouped.column_names == ["Group", "X", "Y"]
shaped = grouped.update(["N = len(X)", "Total = sum(Y)", "Mean = avg(X)", "Last = X[X.size() - 1]", "Doubled = X * 2"])
first = next(shaped.iter_dict())
assert (first["N"], first["Total"], first["Mean"], first["Last"]) == (3, 45, 3.0, 6)
assert list(first["Doubled"]) == [0, 6, 12]

summary = source.agg_by(
    [
        agg.first("First = X"),
        agg.last("Last = X"),
        agg.median("Middle = X"),
        agg.pct(0.5, "Upper = X"),
        agg.std("Deviation = Y"),
        agg.count_distinct("Different = X"),
        agg.unique("Only = Group"),
        agg.weighted_avg("X", "Weighted = Y"),
    ],
    by="Group",
)
a = next(summary.iter_dict())
assert (a["First"], a["Last"], a["Middle"], a["Upper"]) == (0, 6, 3.0, 3)
assert a["Different"] == 3 and a["Only"] == "a" and a["Weighted"] == (0 + 27 + 216) / 9
# The median of ints is a double, a percentile stays an int.
assert [summary.definition[name].data_type.name for name in ("Middle", "Upper")] == ["double", "int"]

assert source.head(0).agg_by(agg.count_("N")).size == 0
assert [row["X"] for row in source.slice(-3, -1).iter_dict("X")] == [5, 6]
assert source.select_distinct("Group").size == 2
assert source.view(["Even = X % 2 == 0"]).where("Even").size == 4
