"""The folder `docs/api`: its pages written, or compared with what would be written."""

from __future__ import annotations

import argparse
import pathlib
import sys

from names import ROOT
from pages import pages
from run_code import ExampleError

FOLDER = ROOT / "docs/api"


def stale(made: dict[str, str]) -> list[str]:
    """Paths of pages that differ from what is made, or should not be there."""
    there = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.md")}
    differ = [path for path, text in made.items() if path in there and (FOLDER / path).read_text("utf-8") != text]
    return sorted([*differ, *(there ^ set(made))])


def write(made: dict[str, str]) -> None:
    """Writes the pages, and removes those of operations that are gone."""
    for path in stale(made):
        target: pathlib.Path = FOLDER / path
        if path not in made:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(made[path], "utf-8")


def main() -> int:
    """Runs the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="cargo xtask docs", description="Makes the pages of the API.")
    parser.add_argument("--check", action="store_true", help="write nothing, and fail if a page is stale")
    arguments = parser.parse_args()
    try:
        made = pages()
    except ExampleError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if not arguments.check:
        write(made)
        print(f"docs/api: {len(made)} pages")
        return 0
    found = stale(made)
    if found:
        print("these pages are stale; run cargo xtask docs:\n  " + "\n  ".join(found), file=sys.stderr)
    return 1 if found else 0
