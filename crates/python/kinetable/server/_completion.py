"""What may be typed at a place of a script: names, attributes, and inside formulas the columns of the table."""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
from typing import Any, Iterable, Optional

from ..table import Table

_DOTTED = re.compile(r"[\w.]*$")
_CALL = re.compile(r"([A-Za-z_][\w.]*)\.\w+\(\s*[^()]*$")
_MOST = 200


def complete(names: dict[str, Any], text: str, line: int, character: int) -> list[tuple[str, int, str]]:
    """Texts, where what each replaces begins (UTF-16 units, as editors count), and a word on each."""
    lines = text.split("\n")
    if line >= len(lines):
        return []
    before = _head(lines[line], character)
    string = _open_string("\n".join([*lines[:line], before]))
    found = _in_formula(names, lines[:line], before, string) if string is not None else _in_code(names, before)
    return found[:_MOST]


def _head(line: str, units: int) -> str:
    return line.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _open_string(text: str) -> Optional[str]:
    """What a string that is not closed holds so far."""
    quote, start, at = "", 0, 0
    while at < len(text):
        here = text[at]
        if quote:
            if here == "\\":
                at += 1
            elif text.startswith(quote, at):
                at += len(quote) - 1
                quote = ""
            elif here == "\n" and len(quote) == 1:
                quote = ""
        elif here == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif here in "\"'":
            quote = here * 3 if text.startswith(here * 3, at) else here
            at += len(quote) - 1
            start = at + 1
        at += 1
    return text[start:] if quote else None


def _in_formula(names: dict[str, Any], above: list[str], before: str, string: str) -> list[tuple[str, int, str]]:
    """Columns of the table whose method is called."""
    whole = "\n".join([*above, before])
    called = _CALL.search(whole[: len(whole) - len(string)])
    table = _value(names, called.group(1)) if called else None
    if not isinstance(table, Table):
        return []
    typed = re.search(r"\w*$", string)
    part = typed.group() if typed else ""
    start = _units(before) - _units(part)
    columns = [(column.name, str(column.data_type)) for column in table.columns]
    return [(name, start, kind) for name, kind in columns if name.startswith(part)]


def _in_code(names: dict[str, Any], before: str) -> list[tuple[str, int, str]]:
    typed = _DOTTED.search(before)
    path, dot, part = (typed.group() if typed else "").rpartition(".")
    start = _units(before) - _units(part)
    if dot:
        value = _value(names, path)
        found: Iterable[str] = [] if value is None else _attributes(value)
    else:
        found = {*names, *vars(builtins), *keyword.kwlist}
    shown = sorted(name for name in found if name.startswith(part) and (part.startswith("_") or name[:1] != "_"))
    return [(name, start, _word(names.get(name)) if not dot else "") for name in shown]


def _attributes(value: Any) -> list[str]:
    try:
        return [name for name in dir(value) if isinstance(name, str)]
    except Exception:  # a class of the user's may raise anything
        return []


def _word(value: Any) -> str:
    return "" if value is None else type(value).__name__


def _value(names: dict[str, Any], path: str) -> Any:
    """The value of a dotted name, found without running anything of the user's."""
    first, *rest = path.split(".")
    value = names.get(first)
    for name in rest:
        try:
            value = inspect.getattr_static(value, name)
        except AttributeError:
            return None
    return value
