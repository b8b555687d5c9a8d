"""Makes the pictures of docs/plot.md, beside this file: `python docs/images/plots.py`, with `kinetable[plot]`."""

from __future__ import annotations

import pathlib

import kinetable.plot.express as dx
from kinetable import agg, empty_table, new_table
from kinetable.plot import Figure

FOLDER = pathlib.Path(__file__).parent
SIZE = {"width": 560, "height": 300}


def main() -> None:
    """Draws them all."""
    ticks = empty_table(600).update(
        [
            "Time = '2026-11-02T09:30:00Z' + i * 10 * SECOND",
            "Symbol = i % 2 == 0 ? `Alder` : `Birch`",
            "Price = 100 + 4 * sin(i / 70.0) + 1.5 * sin(i / 7.0) + (i % 2) * 3",
            "Size = 40 + 25 * sin(i / 25.0) + (i * 7919) % 9",
        ]
    )
    lines = Figure().plot_xy("price", t=ticks, x="Time", y="Price", by=["Symbol"]).y_axis(label="Price")
    lines.show().save(str(FOLDER / "plot-lines.png"), **SIZE)

    price = Figure().plot_xy("price", t=ticks.where("Symbol = `Alder`"), x="Time", y="Price").y_axis(label="Price")
    sizes = ticks.where("Symbol = `Birch`").view(["Time", "Size"])
    both = price.x_twin().plot_xy("size", t=sizes, x="Time", y="Size").axes(plot_style="SCATTER").point(size=0.5)
    both.y_axis(label="Size").save(str(FOLDER / "plot-two-axes.png"), **SIZE)

    minutes = ticks.where("Symbol = `Alder`").update_view("Start = lowerBin(Time, 5 * MINUTE)")
    ends = [agg.first("Open = Price"), agg.max_("High = Price"), agg.min_("Low = Price"), agg.last("Close = Price")]
    candles = minutes.agg_by(ends, "Start")
    dx.candlestick(candles, x="Start", open="Open", high="High", low="Low", close="Close").save(
        str(FOLDER / "plot-candles.png"), **SIZE
    )

    sales = new_table({"Fruit": ["apples", "pears", "plums"], "Sold": [12.0, 7.0, 4.0], "Left": [3.0, 6.0, 8.0]})
    desk = Figure(rows=1, cols=3).figure_title("Fruit")
    desk = desk.new_chart().plot_cat("sold", sales, "Fruit", "Sold").plot_cat("left", sales, "Fruit", "Left")
    desk = desk.new_chart().plot_pie("sold", sales, "Fruit", "Sold")
    desk = desk.new_chart().plot_xy_hist("prices", ticks, x="Price", nbins=20)
    desk.save(str(FOLDER / "plot-grid.png"), width=960, height=300)


if __name__ == "__main__":
    main()
