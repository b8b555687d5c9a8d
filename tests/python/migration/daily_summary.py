# Orders of a shop in a dict, a price list, and what each customer spent.
import deephaven.pandas as dhpd
from deephaven import SortDirection, agg, new_table
from deephaven.column import datetime_col, double_col, int_col, string_col

orders = new_table(
    {
        "Customer": ["ann", "bob", "ann", "cid", "bob", "ann"],
        "Item": ["pen", "ink", "ink", "pen", "pad", "cup"],
        "Count": [10, 2, 1, 3, 4, None],
    }
)
prices = new_table(
    [
        string_col("Name", ["pen", "ink", "pad"]),
        double_col("Price", [0.5, 4.0, 2.25]),
        datetime_col("Since", ["2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", None]),
    ]
)

priced = orders.natural_join(prices, on=["Item = Name"], joins=["Price", "Since"])
lines = priced.update_view(["Total = Count * Price", "Known = !isNull(Price)"])
spent = (
    lines.where("Known")
    .agg_by([agg.sum_(["Spent = Total"]), agg.count_("Lines"), agg.max_("Dearest = Price")], by=["Customer"])
    .sort(["Spent"], [SortDirection.DESCENDING])
)
frame = dhpd.to_pandas(spent)

assert frame["Customer"].tolist() == ["bob", "ann", "cid"]
assert frame["Spent"].tolist() == [17.0, 9.0, 1.5]
assert frame["Lines"].tolist() == [2, 2, 1]
assert lines.where("isNull(Price)").size == 1

# A number of a dict is a long, as in NumPy; the key of another name stays.
assert lines.meta_table.where("Name == `Count`").view("DataType").to_string().split()[-1] == "long"
assert "Name" not in priced.column_names

top = new_table([string_col("Customer", ["ann"]), int_col("Limit", [20])])
assert [row.Limit for row in spent.natural_join(top, "Customer").iter_tuple()] == [None, 20, None]
