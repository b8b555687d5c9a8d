"""Scripts as users of Deephaven write them (`migration/`): they run with the import lines changed, and nothing else."""

from __future__ import annotations

import pathlib
import re

import pytest

SCRIPTS = sorted((pathlib.Path(__file__).parent / "migration").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_runs_with_its_imports_changed(script):
    text, count = re.subn(r"^(\s*(?:from|import)\s+)deephaven\b", r"\1kinetable", script.read_text("utf-8"), flags=re.M)
    assert count > 0
    assert "deephaven" not in text and "kinetable." not in re.sub(r"^\s*(from|import) .*$", "", text, flags=re.M)
    exec(compile(text, str(script), "exec"), {"__name__": "__main__"})
