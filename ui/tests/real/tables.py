"""The tables that the journeys against a real server look at."""

import plotly.express as px
from kinetable import agg, empty_table, time_table
from kinetable.plot import Figure

trades = time_table("PT0.02s").update(
    ["Id = ii", "Sym = ii % 3 == 0 ? `ACME` : `BOLT`", "Price = 100 + (ii % 50) / 4", "Size = (int)(10 * (ii % 9))"]
)
newest = trades.reverse()
totals = trades.count_by("Count", "Sym")
history = empty_table(1_000_000_000).update_view(["Id = ii", "Rest = (int)(ii % 7)", "Half = ii / 2"])
kinds = empty_table(3).update_view(
    [
        "Flag = ii == 1",
        "Small = (short)ii",
        "Letter = ii == 0 ? 'a' : 'b'",
        "Text = ii == 2 ? null : `row ` + ii",
        "When = '2026-05-01T10:00:00Z' + (long)(ii * SECOND)",
        "Day = '2026-05-01'",
        "Exact = new java.math.BigDecimal(`12.50`)",
    ]
)
groups = trades.rollup([agg.sum_("Size"), agg.count_("N")], by=["Sym"], include_constituents=True)
lines = Figure().plot_xy(series_name="price", t=trades, x="Timestamp", y="Price", by=["Sym"]).show()
drawn = px.violin(x=["ACME", "BOLT"] * 40, y=[float(i % 7) for i in range(80)], title="Sizes of <b>two</b>", box=True)
nothing = empty_table(0).update_view(["Id = ii"])
painted = (
    empty_table(100)
    .update(["Id = ii", "Price = 100 + Id * 12.5", "When = '2026-05-01T10:00:00Z' + Id * SECOND"])
    .format_columns(["Price = heatmap(Price, 100, 1000, `#ffffff`, `#b00020`)", "Price = Decimal(`$#,##0.00`)", "When = Date(`d MMM, HH:mm:ss`)"])
    .format_row_where("Id % 10 == 3", "`#ffd0d0`")
)
