"""The names of the API (`docs/api/names.tsv`) beside those of the package: what is there, and whether it fits."""

from __future__ import annotations

import enum
import importlib
import inspect
import pathlib
from dataclasses import dataclass
from typing import Any, Iterable, Optional

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAMES = ROOT / "docs/api/names.tsv"
DIFFERENCES = ROOT / "docs/api/differences.tsv"
PACKAGE = "kinetable"

_MISSING = object()


@dataclass(frozen=True)
class Name:
    """A name of the API."""

    module: str
    name: str
    kind: str
    mark: str
    shape: str

    @property
    def path(self) -> str:
        """The name below the package."""
        return f"{self.module}.{self.name}" if self.module else self.name


def _rows(path: pathlib.Path) -> Iterable[list[str]]:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return (line.split("\t") for line in lines[1:])


def read_names() -> list[Name]:
    """The list of names."""
    return [Name(*row, *[""] * (5 - len(row))) for row in _rows(NAMES)]


def read_differences() -> dict[str, str]:
    """Names that differ on purpose, and why."""
    return {row[0]: row[1] for row in _rows(DIFFERENCES)}


def find(path: str) -> Any:
    """What the package has under a name; `missing` if nothing."""
    parts = path.split(".")
    value: Any = importlib.import_module(PACKAGE)
    for index, part in enumerate(parts):
        found = _member(value, part)
        if found is _MISSING and inspect.ismodule(value):
            module = ".".join([PACKAGE, *parts[: index + 1]])
            try:
                found = importlib.import_module(module)
            except ModuleNotFoundError:
                return _MISSING
        if found is _MISSING:
            return _MISSING
        value = found
    return value


def _member(value: Any, name: str) -> Any:
    if inspect.isclass(value):
        fields = getattr(value, "__dataclass_fields__", {})
        if name in fields and name not in vars(value):
            return fields[name]
        found = inspect.getattr_static(value, name, _MISSING)
        # A method is looked at as it is called; a property as it is written.
        return getattr(value, name) if isinstance(found, (classmethod, staticmethod)) else found
    return getattr(value, name, _MISSING)


def is_missing(value: Any) -> bool:
    """Whether `find` found nothing."""
    return value is _MISSING


def mismatch(name: Name, value: Any) -> Optional[str]:
    """Why what the package has is not what the API says; ``None`` if it is."""
    if name.kind == "enum":
        wanted = name.shape.split(", ")
        is_enum = inspect.isclass(value) and issubclass(value, enum.Enum)
        given = [member.name for member in value] if is_enum else []
        return None if set(wanted) <= set(given) else f"has the members {', '.join(given) or 'of no enum'}"
    if name.kind == "value":
        return _value_mismatch(name.shape, value)
    if name.kind == "module":
        return None if inspect.ismodule(value) else "is no module"
    if name.kind == "property":
        return "is a method" if inspect.isfunction(value) else None
    if name.kind == "class" and not inspect.isclass(value):
        return "is no class"
    if not name.shape.startswith("("):
        return None
    return _signature_mismatch(name.shape, value)


def _value_mismatch(shape: str, value: Any) -> Optional[str]:
    if not shape:
        return None
    given = value.value if isinstance(value, enum.Enum) else value
    return None if repr(given) == shape or str(given) == shape else f"is {given!r}"


@dataclass(frozen=True)
class _Parameter:
    name: str
    default: str
    keyword_only: bool


def _signature_mismatch(shape: str, value: Any) -> Optional[str]:
    wanted, given = _parsed(shape), _given(value)
    if given is None:
        return "tells no signature"
    for index, parameter in enumerate(wanted):
        if parameter.name not in [other.name for other in given]:
            return f'has no parameter "{parameter.name}"'
        at = [other.name for other in given].index(parameter.name)
        other = given[at]
        if at != index and not (parameter.keyword_only and other.keyword_only):
            return f'has "{parameter.name}" at another place'
        if other.keyword_only and not parameter.keyword_only:
            return f'takes "{parameter.name}" by name only'
        if not _same_default(parameter.default, other.default):
            return f'has {other.default or "no default"} for "{parameter.name}"'
    extra = [other.name for other in given[len(wanted) :] if not other.default and not other.name.startswith("*")]
    return f'also needs "{extra[0]}"' if extra else None


def _same_default(wanted: str, given: str) -> bool:
    # A number may be written as a name of `constants`; a sequence that nothing changes may be a list or a tuple; a constant of old
    # scripts is what a method makes now.
    alike = {"MAX_LONG": str(2**63 - 1), "[]": "()", "TableType.Stream": "TableType.blink()"}
    return wanted == given or alike.get(wanted) == given or (wanted == "{}" and given == "None")


def _given(value: Any) -> Optional[list[_Parameter]]:
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return None
    parameters = []
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        default = "" if parameter.default is parameter.empty else shown(parameter.default)
        parameters.append(_Parameter(star + parameter.name, default, parameter.kind is parameter.KEYWORD_ONLY))
    return parameters


def shown(value: Any) -> str:
    """A default as it is written."""
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    return repr(value)


def _parsed(shape: str) -> list[_Parameter]:
    parameters, keyword_only = [], False
    for text in _split(shape[1:-1]):
        if text == "*":
            keyword_only = True
            continue
        name, _, default = text.partition("=")
        parameters.append(_Parameter(name, default, keyword_only))
    return parameters


def _split(text: str) -> list[str]:
    """Parts between commas that no bracket or quote encloses."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        depth += (character in "([{") - (character in ")]}") if not quote else 0
        if character == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]
