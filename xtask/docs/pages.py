"""The pages below `docs/api`: one for each operation, one for each module, and the index."""

from __future__ import annotations

import re
from typing import Iterable

import state
from docstrings import Docstring
from names import shown
from run_code import run
from surface import Module, Operation, modules

_HEAD = """# The Python API

Made by `cargo xtask docs` from the docstrings of the package; the tables under the examples are what these print.
[The state of the API](state.md) says of every name of Deephaven's API how it stands here; [the guide](../python.md)
says how formulas, functions, nulls and listeners work.

"""


def pages() -> dict[str, str]:
    """Every page, by its path below `docs/api`.

    Raises:
        ExampleError: if an example fails.
    """
    everything = modules()
    made = {"index.md": _index(everything), "state.md": state.page()}
    for module in everything:
        made[_module_path(module)] = _module_page(module)
        for operation in module.operations:
            made[_path(module, operation)] = _operation_page(module, operation)
    return made


def _module_path(module: Module) -> str:
    return f"{module.folder}/index.md"


def _path(module: Module, operation: Operation) -> str:
    return f"{module.folder}/{operation.name}.md"


def _index(everything: list[Module]) -> str:
    lines = [f"| [`{module.shown}`]({_module_path(module)}) | {module.docstring.summary} |" for module in everything]
    return _HEAD + "| module | |\n|---|---|\n" + "\n".join(lines) + "\n"


def _module_page(module: Module) -> str:
    parts = [f"# `{module.shown}`", _paragraphs(module.docstring.text)]
    families: dict[str, list[Operation]] = {}
    for operation in module.operations:
        families.setdefault(operation.family, []).append(operation)
    for family, operations in families.items():
        lines = [f"| [`{op.name}`]({op.name}.md) | {_cell(op.docstring.summary)} |" for op in operations]
        parts.append(f"## {family}\n\n| | |\n|---|---|\n" + "\n".join(lines))
    for kind in module.enums:
        members = ", ".join(f"`{member.name}`" for member in kind)
        parts.append(f"## `{kind.__name__}`\n\n{_paragraphs(kind.__doc__ or '')}\n\n{members}")
    if module.values:
        lines = [f"| `{name}` | `{_cell(shown(value))}` |" for name, value in module.values]
        parts.append("## Values\n\n| | |\n|---|---|\n" + "\n".join(lines))
    return "\n\n".join(part for part in parts if part) + "\n"


def _operation_page(module: Module, operation: Operation) -> str:
    docstring = operation.docstring
    parts = [
        f"# `{operation.name}`",
        f"[`{module.shown}`](index.md)",
        f"```python\n{operation.signature}\n```",
        _paragraphs(docstring.text),
        *_details(docstring),
    ]
    for code in docstring.examples:
        printed = run(code, operation.path)
        parts.append(f"**Example**\n\n```python\n{code}\n```\n\n```text\n{printed}\n```")
    parts += [f"**Usage**\n\n```python\n{code}\n```" for code in docstring.usages]
    return "\n\n".join(part for part in parts if part) + "\n"


def _details(docstring: Docstring) -> Iterable[str]:
    if docstring.args:
        lines = [f"| `{name}` | {_cell(text)} |" for name, text in docstring.args]
        yield "| argument | |\n|---|---|\n" + "\n".join(lines)
    if docstring.returns:
        yield f"**Returns** {_inline(docstring.returns)}"
    if docstring.raises:
        yield "\n".join(f"**Raises** `{name}`: {_inline(text)}" for name, text in docstring.raises)


def _paragraphs(text: str) -> str:
    """Text as Markdown: a literal block after ``::``, or one that is indented, becomes a block of code."""
    out: list[str] = []
    for block in text.split("\n\n"):
        if block.startswith("    "):
            code = "\n".join(line[4:] for line in block.splitlines())
            if out and out[-1].startswith("```python\n"):
                out[-1] = out[-1].removesuffix("\n```") + f"\n\n{code}\n```"
            else:
                out.append(f"```python\n{code}\n```")
        elif block.strip() != "::":
            out.append(_inline(block.replace("::", ":") if block.endswith("::") else block))
    return "\n\n".join(out)


def _cell(text: str) -> str:
    return _inline(text).replace("|", "\\|").replace("\n", " ")


def _inline(text: str) -> str:
    """Code in the double backticks of docstrings as in Markdown, unless it holds backticks itself."""
    return re.sub(r"``([^`]+)``", r"`\1`", text)
