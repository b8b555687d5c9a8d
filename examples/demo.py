"""The main job in a terminal and in a browser: both scripts on live topics, until Ctrl-C.

Run by ``cargo xtask demo``, which makes the history and, unless a broker is named, starts an embedded one with feeds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import append_vs_blink as trades_script
import service_use_anomalies as services_script

from kinetable import Table
from kinetable import kafka_consumer as kc
from kinetable.server import Server

CLEAR = "\x1b[H\x1b[2J"
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--history", required=True, help="the directory of the Parquet history")
    parser.add_argument("--broker-binary", help="kinetable-broker, for the embedded broker and the feeds")
    parser.add_argument("--bootstrap", help="a broker of your own, HOST:PORT")
    parser.add_argument("--registry", help="its schema registry's URL")
    parser.add_argument("--seconds", type=float, help="end after so long; without it Ctrl-C ends")
    return parser.parse_args()


@contextmanager
def broker(args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """The user's own broker with feeds put into it, or an embedded one that ends with us."""
    feeds = ["--trades", "2000000", "--rate", "10000"]
    feeds += ["--service", "checkout", "--service", "search", "--service-days", "2", "--service-speed", "2000"]
    command = [args.broker_binary, "serve", *feeds]
    if args.bootstrap:
        command = [args.broker_binary, "feed", "--bootstrap", args.bootstrap, "--registry", args.registry, *feeds]
    print("feeding two million trades and two days of service use …", flush=True)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise SystemExit("the broker or its feeds did not start; its message is above")
            ready = json.loads(line)
            yield args.bootstrap or ready["bootstrap"], args.registry or ready["registry"]
        finally:
            process.terminate()


class Rates:
    """Rows a second of each source, from one look to the next."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[float, int]] = {}

    def of(self, name: str, rows: int) -> float:
        now = time.monotonic()
        before, rows_before = self.seen.get(name, (now - 1e-9, rows))
        self.seen[name] = now, rows
        return (rows - rows_before) / (now - before)


def source_line(name: str, source: kc.ConsumedTable, rates: Rates) -> str:
    stats = source.stats()
    rate, memory = rates.of(name, stats["rows"]), source.memory_bytes() / 1e6
    figures = f"{stats['rows']:>12,} rows {rate:>10,.0f} rows/s   lag {stats['lag'] or 0:>9,}   {memory:>8.1f} MB"
    return f"{name:<28}{figures}   {stats['state']}"


def main() -> int:
    args = arguments()
    with broker(args) as (bootstrap, registry):
        where = ["--bootstrap", bootstrap, "--registry", registry]
        sys.argv = ["append_vs_blink.py", *where]
        trades_args = trades_script.arguments()
        start = trades_script.find_start(trades_args)
        append, append_totals, blink, blink_totals = trades_script.open_twice(trades_args, start)
        comparison = trades_script.compare(append, blink, append_totals, blink_totals)
        largest = blink_totals.drop_columns("Instrument__TABLE_STYLE_FORMAT").sort_descending("Total_Size").head(8)

        sys.argv = ["service_use_anomalies.py", *where, "--history", args.history]
        services_args = services_script.arguments()
        expected = services_script.expectations(args.history, services_args.service)
        services, live, unusual = services_script.watch(services_args, expected)
        columns = ["Timestamp", "ServiceName", "Value", "Predicted", "PredictedPct"]
        newest = unusual.view(columns).tail(8)
        sources = {"crypto.trades, append": append, "crypto.trades, blink": blink, "service.use, blink": services}
        served = {
            "trades": append,
            "totals": blink_totals,
            "largest": largest,
            "append_minus_blink": comparison,
            "service_use": live,
            "anomalies": unusual,
        }
        with Server(port=0, variables=served) as server:
            show(server.link, sources, comparison, largest, newest, (live, unusual), args.seconds)
    return 0


def show(
    link: str,
    sources: dict[str, kc.ConsumedTable],
    comparison: Table,
    largest: Table,
    newest: Table,
    services: tuple[Table, Table],
    seconds: float | None,
) -> None:
    """Redraws until the time is over or Ctrl-C."""
    rates, began = Rates(), time.monotonic()
    live, unusual = services
    try:
        while seconds is None or time.monotonic() - began < seconds:
            lines = [f"{BOLD}Kinetable{PLAIN}  tables that move; Ctrl-C ends", f"in a browser: {link}\n"]
            lines += [source_line(name, source, rates) for name, source in sources.items()]
            lines += [f"\n{BOLD}append minus blink, of one step{PLAIN}", comparison.to_string()]
            lines += [f"{BOLD}largest by volume{PLAIN}", largest.to_string(8)]
            lines += [f"{BOLD}anomalies: {unusual.size} among {live.size:,} values{PLAIN}", newest.to_string(8)]
            print(CLEAR + "\n".join(lines), flush=True)
            time.sleep(0.5)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    raise SystemExit(main())
