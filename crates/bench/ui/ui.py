"""The web app beside Deephaven's, in the same browser: servers with the same tables, looked at by `ui/tests/bench`.

Three tables: ten million rows that get ten more a second, a hundred million rows, and twenty rows of which one changes each ten milliseconds.
Servers are processes of their own, and are there at the same time; what looks at them takes turns. Its arguments are those of `npm run bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent / "wire"))

from servers import Engine, add_options, engines  # noqa: E402

SCRIPT = """
from kinetable import empty_table, merge, time_table
columns = [
    "Name = `r` + (100000000 + ii)", "Id = ii", "Half = ii * 0.5", "Third = ii / 3.0", "Rest = (int)(ii % 1000)", "Mixed = (ii * 7919) % 1000003",
    "Sym = ii % 3 == 0 ? `ACME` : `BOLT`", "Price = 100 + (ii % 50) / 4.0", "Size = (int)(10 * (ii % 9))", "Kind = (int)(ii % 20)",
]
history = empty_table({end}).update_view(columns)
past = empty_table({rows}).update(["Timestamp = now() - (long)({rows} - ii) * MILLI", *columns])
live = merge([past, time_table("PT0.1s").update(columns)]).move_columns_up("Name")
pulse = time_table("PT0.01s").update(columns).last_by("Kind")
trades = time_table("PT0.02s").update(columns)
"""


def awaited(engine: Engine, seconds: float = 180.0) -> None:
    """Waits until its pages are there, and its tables."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{engine.port}/", timeout=5).close()
            break
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
    engine.session("trades", seconds).close()


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_options(parser)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the table that grows")
    parser.add_argument("--end", type=int, default=100_000_000, help="rows of the table whose end is looked for")
    options, rest = parser.parse_known_args()
    with engines(SCRIPT.format(rows=options.rows, end=options.end), options) as servers:
        told = []
        for engine in servers:
            print(f"waiting for {engine.name} to have its tables", flush=True)
            awaited(engine)
            told.append({"name": engine.name, "port": engine.port, "process": engine.process})
        given = json.dumps({"engines": told, "end": options.end})
        command = ["npm", "run", "--silent", "bench", "--", *rest]
        done = subprocess.run(command, cwd=ROOT / "ui", env={**os.environ, "BENCH_SERVERS": given}, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
