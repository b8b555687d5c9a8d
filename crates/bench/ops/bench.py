"""The same operations in Kinetable, Polars, DuckDB and, where it is installed, Deephaven, on the same data.

Each engine runs in a process of its own, one after the other; loading is not timed. Of several runs of a case the least time
counts. `cargo xtask bench ops` starts this.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

import data
from cases import CASES

ENGINES = {"kinetable": "kinetable", "polars": "polars", "duckdb": "duckdb", "deephaven": "deephaven_server"}
HERE = Path(__file__).parent


def main() -> None:
    """Makes the data, runs the engines, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--cpu", action="store_true", help="show processor time: for a machine that others use too")
    parser.add_argument("--scratch", type=Path, required=True, help="where the data is kept")
    parser.add_argument("--engines", nargs="*", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--cases", nargs="*", choices=CASES, default=list(CASES))
    options = parser.parse_args()
    print(f"making the data: {options.rows:,} rows", file=sys.stderr)
    folder = data.make(options.scratch.resolve(), options.rows)
    runs = {}
    for engine in options.engines:
        reason = missing(engine)
        if reason:
            print(f"{engine} is left out: {reason}", file=sys.stderr)
            continue
        found = run(engine, folder, options.repeats, options.cases)
        if found["cases"]:
            runs[engine] = found
    (options.scratch / "ops-last.json").write_text(json.dumps(runs, indent=1))
    print(table(runs, options.cases, options.rows, "cpu" if options.cpu else "seconds"))


def missing(engine: str) -> Optional[str]:
    """Why an engine cannot run here."""
    if importlib.util.find_spec(ENGINES[engine]) is None:
        return f"{ENGINES[engine]} is not installed"
    if engine == "deephaven" and shutil.which("java") is None:
        return "there is no Java"
    return None


def run(engine: str, folder: Path, repeats: int, cases: list[str]) -> dict[str, Any]:
    """What an engine's process says."""
    print(f"running {engine}", file=sys.stderr)
    command = [sys.executable, str(HERE / "run.py"), engine, str(folder), str(repeats), *cases]
    found: dict[str, Any] = {"cases": {}}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if not line.startswith("{"):
                continue
            said = json.loads(line)
            case = said.pop("case", None)
            if case is None:
                found.update(said)
                continue
            found["cases"][case] = said
            note = said.get("skip") or f"{said['seconds']:.3f} s"
            print(f"  {case}: {note}", file=sys.stderr)
    if process.returncode != 0:
        print(f"{engine} ended with {process.returncode}", file=sys.stderr)
    return found


def table(runs: dict[str, Any], cases: list[str], rows: int, figure: str) -> str:
    """Seconds by case and engine, the ratios that count, and memory."""
    names = [f"{run.get('engine', engine)} {run.get('version', '?')}" for engine, run in runs.items()]
    reads = "kinetable" in runs
    head = ["", *names, "K / best of Polars, DuckDB", "K / Deephaven", *(["K, then reading all"] if reads else [])]
    lines = [head]
    notes = []
    for case in cases:
        line = [CASES[case]]
        for engine, run in runs.items():
            said = run["cases"].get(case, {"skip": "did not finish"})
            line.append("–" if "skip" in said else f"{said[figure]:.3f}")
            if "skip" in said:
                notes.append(f"{run.get('engine', engine)}, {CASES[case]}: {said['skip']}")
        ours = seconds(runs, "kinetable", case, figure)
        peers = [seconds(runs, engine, case, figure) for engine in ("polars", "duckdb")]
        line.append(ratio(ours, min((peer for peer in peers if peer), default=None)))
        line.append(ratio(ours, seconds(runs, "deephaven", case, figure)))
        if reads:
            read = runs["kinetable"]["cases"].get(case, {}).get("read")
            line.append(f"{ours + read:.3f}" if ours and read else "")
        lines.append(line)
    for label, field in (("memory after loading, MB", "loaded"), ("greatest memory, MB", "highest")):
        figures = [f"{run.get(field, 0) / 1e6:,.0f}" for run in runs.values()]
        lines.append([label, *figures, *[""] * (len(head) - 1 - len(figures))])
    what = "seconds of processor time in the quickest of" if figure == "cpu" else "seconds, the least of"
    text = [f"{rows:,} rows; {what} several runs\n", *grid(lines)]
    return "\n".join([*text, *(f"- {note}" for note in notes)])


def seconds(runs: dict[str, Any], engine: str, case: str, figure: str) -> Optional[float]:
    """The time of a case, if it ran."""
    return runs.get(engine, {}).get("cases", {}).get(case, {}).get(figure)


def ratio(ours: Optional[float], theirs: Optional[float]) -> str:
    """How many times as long we take."""
    return f"{ours / theirs:.2f}" if ours and theirs else ""


def grid(lines: list[list[str]]) -> list[str]:
    """A Markdown table."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    padded = [
        [cell.ljust(width) if not column else cell.rjust(width) for column, (cell, width) in enumerate(zip(line, widths))]
        for line in [lines[0], rule, *lines[1:]]
    ]
    return [f"| {' | '.join(line)} |" for line in padded]


if __name__ == "__main__":
    main()
