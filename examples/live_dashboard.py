"""Live charts and a dashboard of a market that is made up.

Three instruments walk at random, twenty times a second. A line a name, candles of ten seconds, volumes as bars and a
table of the last prices follow them, in panels beside each other.

    python examples/live_dashboard.py

prints a link; `desk` is the dashboard, at `/dashboard/desk`.
"""

from __future__ import annotations

import argparse
import random
import time
from urllib.parse import urlsplit

from kinetable import agg, time_table, ui
from kinetable.plot import Figure
from kinetable.plot import express as dx
from kinetable.server import Server

SYMBOLS = ["Alder", "Birch", "Cedar"]
prices = dict.fromkeys(SYMBOLS, 100.0)


def symbol(i: int) -> str:
    return SYMBOLS[i % len(SYMBOLS)]


def price(i: int) -> float:
    """The next step of a walk."""
    name = symbol(i)
    prices[name] *= 1 + random.gauss(0, 0.001)
    return round(prices[name], 2)


trades = time_table("PT0.05S").update(
    ["Symbol = symbol(i)", "Price = price(i)", "Size = 1 + randomInt(0, 100)"],
)
lasts = trades.last_by("Symbol").view(["Symbol", "Time = Timestamp", "Price"])
candles = (
    trades.where("Symbol = `Alder`")
    .update_view("Start = lowerBin(Timestamp, 10 * SECOND)")
    .agg_by(
        [agg.first("Open = Price"), agg.max_("High = Price"), agg.min_("Low = Price"), agg.last("Close = Price")],
        "Start",
    )
)
volumes = trades.view(["Symbol", "Size"]).sum_by("Symbol")

lines = Figure().chart_title(title="Prices").plot_xy("price", t=trades, x="Timestamp", y="Price", by=["Symbol"]).show()
alder = dx.candlestick(candles, x="Start", open="Open", high="High", low="Low", close="Close", title="Alder, 10 s")
traded = dx.bar(volumes, x="Symbol", y="Size", title="Traded")

desk = ui.dashboard(
    ui.row(
        ui.column(
            ui.panel(lines, title="Prices"), ui.row(ui.panel(alder, title="Candles"), traded, height=40), width=65
        ),
        ui.column(lasts, ui.panel(trades, title="All trades")),
    ),
    title="Market",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, default=10000, help="where it listens; 0: any port that is free")
    parser.add_argument("--seconds", type=float, help="end after so long; without it Ctrl-C ends")
    args = parser.parse_args()
    with Server(port=args.port) as server:
        link = urlsplit(server.link)
        print(f"the dashboard: {link.scheme}://{link.netloc}/dashboard/desk?{link.query}", flush=True)
        end = None if args.seconds is None else time.monotonic() + args.seconds
        try:
            while end is None or time.monotonic() < end:
                time.sleep(0.1)
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
