"""The page that says of every name of the API how it stands: `docs/api/state.md`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from names import Name, find, is_missing, mismatch, read_differences, read_names

WORKS, DIFFERS, NOT_YET, NOT_HERE = "works", "differs", "not yet", "does not apply"

_HEAD = """# The state of the API

Every name of Deephaven's Python API (42.7), and how it stands here. Made by `cargo xtask docs` from
[names.tsv](names.tsv), [differences.tsv](differences.tsv) and the package itself: a name *works* if it can be imported
and its parameters and defaults are those of the API; parameters that only this package has come after them.

Marks: **M** the main job needs it · **C** core · **N** nice to have · **X** has a meaning on a JVM only.
"""


@dataclass(frozen=True)
class State:
    """How a name stands."""

    name: Name
    state: str
    reason: str = ""

    @property
    def is_unexplained(self) -> bool:
        """Whether it differs, and no line of `differences.tsv` says why."""
        return self.state == DIFFERS and self.reason.startswith("?")


def states() -> list[State]:
    """All names, in the order of the list."""
    differences = read_differences()
    return [_state(name, differences) for name in read_names()]


def _state(name: Name, differences: dict[str, str]) -> State:
    value = find(name.path)
    if is_missing(value):
        return State(name, NOT_HERE if name.mark == "X" else NOT_YET)
    why = mismatch(name, value)
    if name.path in differences:
        return State(name, DIFFERS, differences[name.path])
    return State(name, WORKS) if why is None else State(name, DIFFERS, f"? {why}")


def page() -> str:
    """The page."""
    all_states = states()
    modules: dict[str, list[State]] = {}
    for state in all_states:
        modules.setdefault(state.name.module or "top level", []).append(state)
    parts = [_HEAD, *_summary(modules, all_states)]
    for module, of_module in modules.items():
        parts.append(f"\n## {module}\n\n| | name | state |\n|---|---|---|")
        parts += [_line(state) for state in of_module]
    return "\n".join(parts) + "\n"


def _summary(modules: dict[str, list[State]], all_states: list[State]) -> Iterable[str]:
    yield "| module | M, C that work | N that work | differ | not yet | do not apply |\n|---|---|---|---|---|---|"
    for module, of_module in [*modules.items(), ("**all**", all_states)]:
        needed = [state for state in of_module if state.name.mark in ("M", "C")]
        nice = [state for state in of_module if state.name.mark == "N"]
        works = [f"{sum(s.state in (WORKS, DIFFERS) for s in part)} of {len(part)}" for part in (needed, nice)]
        counts = [sum(s.state == which for s in of_module) for which in (DIFFERS, NOT_YET, NOT_HERE)]
        label = module if module.startswith("**") else f"[{module}](#{_anchor(module)})"
        yield f"| {label} | {' | '.join(works)} | {' | '.join(str(count or '') for count in counts)} |"


def _anchor(module: str) -> str:
    return "".join(c for c in module.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def _line(state: State) -> str:
    name = state.name
    shown = name.name + (name.shape if name.shape.startswith("(") else "")
    reason = f": {state.reason.removeprefix('? ')}" if state.reason else ""
    text = f"{state.state}{reason}".replace("|", "\\|")
    return f"| {name.mark} | `{shown.replace('|', '¦')}` | {text} |"
