"""How long it takes to ask for the memory of an operator with millions of groups, which a cycle waits for.

`python crates/bench/ops/memory.py [GROUPS]`, with the package installed (`cargo xtask setup`). Prints the median of eleven times.
"""

from __future__ import annotations

import statistics
import sys
import time

from kinetable import agg, empty_table, merge, perfmon, time_table


def main() -> None:
    """Measures."""
    groups = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000_000
    past = empty_table(groups).update(["K = i", "V = i * 3 % 1000"])
    ticking = merge([past, time_table("PT1s").view(["K = (int)(ii % 1000)", "V = 5"])])
    grouped = ticking.agg_by([agg.median("M = V"), agg.first("F = V"), agg.count_distinct("D = V")], by="K")
    times = []
    for _ in range(11):
        began = time.perf_counter()
        held = perfmon.memory(grouped)
        times.append(time.perf_counter() - began)
    print(f"{grouped.size:,} groups, {held / 1e6:,.0f} MB: {statistics.median(times) * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
