"""Files of properties: lines of a key and a value."""

from __future__ import annotations

import re

from ..dherror import DHError

_SEPARATOR = re.compile(r"(?<!\\)(?:\s*[=:]\s*|\s+)")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_MEANT = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


def properties(path: str) -> dict[str, str]:
    """The keys and values of a file, as Java's class of that name reads them.

    Raises:
        DHError: if it cannot be read.
    """
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise DHError(message=f'cannot read "{path}": {reason}') from error
    found = {}
    for line in _lines(text):
        parts = _SEPARATOR.split(line, maxsplit=1)
        found[_plain(parts[0])] = _plain(parts[1]) if len(parts) > 1 else ""
    return found


def _lines(text: str) -> list[str]:
    """Lines that say something; those that end with a backslash go on in the next."""
    whole: list[str] = []
    begun = ""
    for line in text.splitlines():
        line = line.lstrip()
        if not begun and (not line or line[0] in "#!"):
            continue
        begun += line
        if (len(begun) - len(begun.rstrip("\\"))) % 2:
            begun = begun[:-1]
            continue
        whole.append(begun)
        begun = ""
    return [*whole, begun] if begun else whole


def _plain(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        escape = match.group(1)
        return chr(int(escape[1:], 16)) if len(escape) == 5 else _MEANT.get(escape, escape)

    return _ESCAPE.sub(one, text)
