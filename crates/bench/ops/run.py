"""One engine's run: `run.py ENGINE FOLDER REPEATS [CASE ...]` prints a line of JSON a case."""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Callable

from cases import CASES, LAZY, Skip


def main() -> None:
    """Loads the data, then runs the cases one after the other."""
    name, folder, repeats, *only = sys.argv[1:]
    engine = importlib.import_module(f"engine_{name}")
    cases = engine.load(Path(folder))
    gc.collect()
    say(engine=engine.NAME, version=engine.version(), loaded=memory("VmRSS"), pid=os.getpid())
    highest = memory("VmHWM")
    for case in only or CASES:
        try:
            measured = measure(getattr(cases, case), int(repeats))
            if case in LAZY and hasattr(cases, "read"):
                result = getattr(cases, case)()
                measured["read"] = measure(lambda: cases.read(result), 2)["seconds"]
                del result
            highest = max(highest, measured["peak"])
            say(case=case, **measured)
        except Skip as reason:
            say(case=case, skip=str(reason))
        except Exception as error:  # A case that fails is a line of the table, not the end of the run.
            say(case=case, skip=f"failed: {type(error).__name__}: {str(error)[:200]}")
    say(highest=highest)
    sys.stdout.flush()
    os._exit(0)


def measure(work: Callable[[], Any], repeats: int) -> dict[str, float]:
    """The least time of several runs, s; the processor time of that run, s; the most memory of all, bytes."""
    forget_peak()
    best, processor = float("inf"), 0.0
    for _ in range(repeats):
        gc.collect()
        began, used = time.perf_counter(), time.process_time()
        result = work()
        took = time.perf_counter() - began
        if took < best:
            best, processor = took, time.process_time() - used
        del result
    return {"seconds": best, "cpu": processor, "peak": memory("VmHWM")}


def memory(field: str) -> int:
    """A figure of `/proc/self/status`, bytes."""
    try:
        with open("/proc/self/status") as status:
            for line in status:
                if line.startswith(field + ":"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def forget_peak() -> None:
    """Sets the greatest memory back to the memory now, where the system allows it."""
    try:
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")
    except OSError:
        pass


def say(**what: Any) -> None:
    """Prints a line of JSON."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
