"""Many subscribers of one ticking table by Barrage: what passes until they have a row, and what the server needs.

Each of N clients follows all rows of a table that gets so many rows a second, or its last forty, and notes how old
each row is when it comes. One process holds all clients, by the same few lines for each server (`barrage.py`);
servers take turns, round by round.
"""

from __future__ import annotations

import argparse
import time
from typing import Optional

from barrage import Follower
from servers import Engine, add_options, engines

SCRIPT = """
from kinetable import time_table
columns = [f"C{{n}} = ii * {{n}} + 0.5" for n in range(8)]
ticking = time_table("PT{pause}S").update(["Id = ii", *columns])
"""


def measured(
    engine: Engine, subscribers: int, interval_ms: int, last: Optional[int], seconds: float
) -> dict[str, float]:
    """Follows for so many seconds."""
    session = engine.session("ticking")
    followers = [Follower(engine.port, session, "ticking", interval_ms, last) for _ in range(subscribers)]
    time.sleep(2)
    for follower in followers:
        follower.lags.clear()
        follower.messages = 0
    began, since = engine.processor(), time.monotonic()
    time.sleep(seconds)
    lags = sorted(lag for follower in followers for lag in list(follower.lags))
    told = [len(follower.lags) for follower in followers]
    cores = (engine.processor() - began) / (time.monotonic() - since)
    messages = sum(follower.messages for follower in followers) / seconds
    for follower in followers:
        follower.leave()
    time.sleep(0.5)
    for follower in followers:
        follower.close()
    session.close()
    assert min(told) > 0, f"{told.count(0)} of {subscribers} subscribers of {engine.name} were told nothing"
    at = lambda share: lags[int(share * (len(lags) - 1))] * 1e3  # noqa: E731
    return {"p50": at(0.5), "p99": at(0.99), "most": at(1.0), "messages": messages, "cores": cores}


def main() -> None:
    """Measures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_options(parser)
    parser.add_argument("--subscribers", type=int, default=50)
    parser.add_argument("--rate", type=float, default=20.0, help="rows a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    with engines(SCRIPT.format(pause=1 / options.rate), options) as servers:
        for last, what in [(None, "all rows"), (40, "the last 40 rows")]:
            for interval_ms, pace in [(0, "default settings"), (10, "an update each 10 ms at most")]:
                print(f"{options.subscribers} subscribers of {what}, {options.rate:g} rows/s, {pace}")
                for round_ in range(options.rounds):
                    for engine in servers:
                        found = measured(engine, options.subscribers, interval_ms, last, options.seconds)
                        print(
                            f"  {engine.name:10} round {round_ + 1}: p50 {found['p50']:7.1f} ms, "
                            f"p99 {found['p99']:7.1f} ms, most {found['most']:7.1f} ms, "
                            f"{found['messages']:6.0f} messages/s, {found['cores']:.2f} of a core",
                            flush=True,
                        )


if __name__ == "__main__":
    main()
