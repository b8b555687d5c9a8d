# Trades and quotes: as-of joins, running columns, and the usual ways to slice them.
from deephaven import agg, empty_table, new_table
from deephaven import updateby as uby
from deephaven.column import datetime_col, double_col, int_col, string_col

quotes = new_table(
    [
        string_col("Sym", ["A", "B", "A", "A", "B"]),
        datetime_col("QuoteTime", [f"2024-01-02T09:30:{s:02d} ET" for s in (0, 1, 2, 4, 9)]),
        double_col("Bid", [10.0, 20.0, 10.5, 11.0, 21.0]),
    ]
)
trades = new_table(
    [
        string_col("Sym", ["A", "A", "B", "C", "A"]),
        datetime_col("Time", [f"2024-01-02T09:30:{s:02d} ET" for s in (1, 4, 8, 9, 10)]),
        double_col("Price", [10.1, 11.2, 20.2, 30.0, 11.1]),
        int_col("Size", [100, 200, 300, 400, 500]),
    ]
)


def column(table, name):
    return [row[name] for row in table.iter_dict(name)]


# The quote at or before each trade; a tie counts.
quoted = trades.aj(quotes, on=["Sym", "Time >= QuoteTime"], joins=["Bid", "QuoteTime"])
assert column(quoted, "Bid") == [10.0, 11.0, 20.0, None, 11.0]
assert column(trades.aj(quotes, ["Sym", "Time > QuoteTime"], "Bid"), "Bid") == [10.0, 10.5, 20.0, None, 11.0]
assert column(trades.raj(quotes, ["Sym", "Time <= QuoteTime"], "Bid"), "Bid") == [10.5, 11.0, 21.0, None, None]

# Running columns, by symbol.
running = trades.update_by(
    [
        uby.cum_sum("Volume = Size"),
        uby.rolling_avg_tick("Mean = Price", rev_ticks=2),
        uby.delta("Move = Price"),
        uby.forward_fill("Last = Price"),
        uby.ema_time("Time", "PT10s", "Ema = Price"),
        uby.rolling_sum_time("Time", "Recent = Size", "PT5s"),
    ],
    by="Sym",
)
assert column(running, "Volume") == [100, 300, 300, 400, 800]
assert column(running, "Recent") == [100, 300, 300, 400, 500]
assert column(running, "Move")[0] is None and round(column(running, "Move")[1], 9) == 1.1
assert [running.definition[name].data_type.name for name in ("Volume", "Mean", "Ema")] == ["long", "double", "double"]

# A set of keys, and every pair of rows with one key.
watched = new_table([string_col("Sym", ["A", "C"])])
assert column(trades.where_in(watched, "Sym"), "Sym") == ["A", "A", "C", "A"]
assert column(trades.where_not_in(watched, "Sym"), "Sym") == ["B"]
assert trades.join(quotes, on="Sym").size == 3 * 3 + 1 * 2

# The newest of each, as rows and as arrays.
assert column(trades.tail_by(1, "Sym"), "Size") == [500, 300, 400]
assert trades.group_by("Sym").ungroup().size == trades.size
spread = quoted.update_view("Spread = Price - Bid").agg_by(
    [agg.weighted_avg("Size", "Spread"), agg.count_where("Wide", "Spread > 0.15"), agg.formula("Most = max(Size)")],
    by="Sym",
)
assert column(spread, "Wide") == [1, 1, 0] and column(spread, "Most") == [500, 300, 400]
assert (
    empty_table(10)
    .update("X = i")
    .update_by(uby.rolling_prod_tick("P = X", rev_ticks=2))
    .definition["P"]
    .data_type.name
    == "double"
)
