"""The parts of a docstring in Google's style, with `Example:` sections of runnable code."""

from __future__ import annotations

import inspect
import re
import textwrap
from dataclasses import dataclass, field

_SECTIONS = ("Args", "Returns", "Yields", "Raises", "Example", "Usage")
_HEADING = re.compile(rf"^({'|'.join(_SECTIONS)})(?:, (.*))?:$")
_ITEM = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*): (.*)$")


@dataclass
class Docstring:
    """A docstring, taken apart."""

    text: str = ""
    """The paragraphs before the first section."""
    args: list[tuple[str, str]] = field(default_factory=list)
    returns: str = ""
    raises: list[tuple[str, str]] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    """Code that is run, and prints."""
    usages: list[str] = field(default_factory=list)
    """Code that is shown only: it needs a broker, say."""

    @property
    def summary(self) -> str:
        """The first sentence."""
        paragraph = " ".join(self.text.split("\n\n")[0].split())
        match = re.match(r"(.+?\.)(?: [A-Z(`]|$)", paragraph)
        return match.group(1) if match else paragraph


def parse(text: str) -> Docstring:
    """Takes a docstring apart."""
    result = Docstring()
    lines, body = inspect.cleandoc(text or "").splitlines(), []
    at = 0
    while at < len(lines):
        heading = _HEADING.match(lines[at])
        at += 1
        if heading is None:
            body.append(lines[at - 1])
            continue
        section = []
        while at < len(lines) and (not lines[at] or lines[at].startswith(" ")):
            section.append(lines[at])
            at += 1
        _add(result, heading.group(1), textwrap.dedent("\n".join(section)).strip("\n"))
    result.text = "\n".join(body).strip()
    return result


def _add(result: Docstring, heading: str, text: str) -> None:
    if heading == "Args":
        result.args += _items(text)
    elif heading == "Raises":
        result.raises += _items(text)
    elif heading in ("Returns", "Yields"):
        result.returns = text
    elif heading == "Example":
        result.examples.append(text)
    else:
        result.usages.append(text)


def _items(text: str) -> list[tuple[str, str]]:
    """``name: what`` entries, whose lines after the first are indented."""
    items: list[tuple[str, str]] = []
    for line in text.splitlines():
        match = _ITEM.match(line)
        if match:
            items.append((match.group(1), match.group(2)))
        elif items:
            items[-1] = (items[-1][0], f"{items[-1][1]} {line.strip()}".strip())
    return items
