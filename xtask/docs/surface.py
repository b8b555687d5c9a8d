"""What the package offers, module by module: the operations and classes that get pages."""

from __future__ import annotations

import enum
import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Iterable

from docstrings import Docstring, parse
from names import PACKAGE, shown

# Modules in the order of the index; those not listed come after, by name.
_ORDER = (
    "table table_factory agg updateby filters column dtypes time constants csv parquet arrow pandas numpy html stream "
    "stream.kafka stream.kafka.consumer stream.kafka.producer table_listener update_graph"
).split()

# Modules with another place in scripts than in the tree.
_SHOWN_AS = {"stream.kafka.consumer": "kafka_consumer", "stream.kafka.producer": "kafka_producer"}

# The command's own.
_HIDDEN = {"__main__", "cli"}


@dataclass(frozen=True)
class Operation:
    """A function, a method or a property with a page of its own, or a class without public members."""

    module: str
    name: str
    """Below the module: ``where`` of a class is ``Table.where``."""
    signature: str
    docstring: Docstring
    family: str
    """What it is grouped under on the page of the module."""
    is_property: bool = False
    parameters: tuple[str, ...] = ()

    @property
    def is_call(self) -> bool:
        """Whether it is a function or method, rather than a class or property."""
        return not self.is_property and not self.name.split(".")[-1][0].isupper()

    @property
    def is_shown(self) -> bool:
        """Whether there is code that shows its use."""
        return bool(self.docstring.examples or self.docstring.usages)

    @property
    def path(self) -> str:
        """The name below the package."""
        return f"{self.module}.{self.name}" if self.module else self.name


@dataclass(frozen=True)
class Module:
    """A module with what it offers."""

    name: str
    docstring: Docstring
    operations: tuple[Operation, ...]
    enums: tuple[type[enum.Enum], ...]
    values: tuple[tuple[str, Any], ...]

    @property
    def shown(self) -> str:
        """The name by which scripts import it."""
        return f"{PACKAGE}.{_SHOWN_AS.get(self.name, self.name)}" if self.name else PACKAGE

    @property
    def folder(self) -> str:
        """Where its pages are."""
        return self.name or PACKAGE


def modules() -> list[Module]:
    """All public modules of the package, in the order of the index."""
    package = importlib.import_module(PACKAGE)
    found = [name for name in _names(package, "") if name not in _HIDDEN]
    found.sort(key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    made = [_module(name, importlib.import_module(f"{PACKAGE}.{name}")) for name in found]
    return [_module("", package), *made]


def _names(package: ModuleType, prefix: str) -> Iterable[str]:
    for info in pkgutil.iter_modules(package.__path__):
        if info.name.startswith("_"):
            continue
        yield prefix + info.name
        if info.ispkg:
            inner = importlib.import_module(f"{PACKAGE}.{prefix}{info.name}")
            yield from _names(inner, f"{prefix}{info.name}.")


def _module(name: str, module: ModuleType) -> Module:
    operations: list[Operation] = []
    enums, values = [], []
    for member_name, member in _members(module):
        if inspect.isclass(member) and issubclass(member, enum.Enum):
            enums.append(member)
        elif inspect.isclass(member):
            operations += _of_class(name, member_name, member)
        elif inspect.isfunction(member):
            operations.append(_operation(name, member_name, member, "Functions"))
        elif not inspect.ismodule(member):
            values.append((member_name, member))
    return Module(name, parse(module.__doc__ or ""), tuple(operations), tuple(enums), tuple(values))


def _members(module: ModuleType) -> Iterable[tuple[str, Any]]:
    """The public names that a module defines, in the order of its source; or those of its ``__all__``."""
    is_package = module.__name__ == PACKAGE
    listed = None if is_package else getattr(module, "__all__", None)
    for name, value in [(name, getattr(module, name)) for name in listed or vars(module)]:
        is_code = inspect.isclass(value) or inspect.isfunction(value)
        if name.startswith("_") or name == "TYPE_CHECKING" or _is_type_alias(value):
            continue
        if is_code and not listed and value.__module__ != module.__name__:
            continue
        if not is_code and not listed and (is_package or _is_import(value)):
            continue
        yield name, value


def _is_import(value: Any) -> bool:
    return inspect.ismodule(value) or type(value).__module__ in ("__future__", "typing")


def _is_type_alias(value: Any) -> bool:
    is_code = inspect.isfunction(value) or inspect.ismodule(value)
    return type(value).__module__ in ("typing", "types") and not is_code


def _of_class(module: str, name: str, cls: type) -> Iterable[Operation]:
    """The class itself, then what it and its families of methods define, in order."""
    docstring = parse(cls.__doc__ or "")
    yield Operation(module, name, _signature(name, cls), docstring, name, False, _parameters(cls))
    seen = set()
    for family in cls.__mro__:
        if family is not cls and not _is_private(family):
            break  # what a public class offers is on its own pages
        group = name if family is cls else f"{name}: {_sentence(family)}"
        for member_name, member in vars(family).items():
            if member_name.startswith("_") or member_name in seen or not _is_operation(member):
                continue
            seen.add(member_name)
            yield _operation(module, f"{name}.{member_name}", member, group)


def _is_private(cls: type) -> bool:
    return any(part.startswith("_") for part in cls.__module__.split("."))


def _sentence(family: type) -> str:
    text = parse(family.__doc__ or family.__name__).summary.rstrip(".")
    return text[0].lower() + text[1:]


def _is_operation(member: Any) -> bool:
    return inspect.isfunction(member) or isinstance(member, (property, classmethod, staticmethod))


def _operation(module: str, name: str, member: Any, family: str) -> Operation:
    is_property = isinstance(member, property)
    function = member.fget if is_property else getattr(member, "__func__", member)
    docstring = parse(inspect.getdoc(function) or "")
    signature = _signature(name, function, is_property)
    return Operation(module, name, signature, docstring, family, is_property, _parameters(function))


def _parameters(function: Any) -> tuple[str, ...]:
    try:
        return tuple(name for name in inspect.signature(function).parameters if name not in ("self", "cls"))
    except (TypeError, ValueError):
        return ()


def _signature(name: str, function: Any, is_property: bool = False) -> str:
    """The call as it is written, with annotations as they stand in the source."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return name
    returns = "" if signature.return_annotation is signature.empty else _annotation(signature.return_annotation)
    if is_property:
        return f"{name}: {returns}"
    parts, keyword_only = [], False
    for parameter in signature.parameters.values():
        if parameter.name in ("self", "cls"):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            parts.append("*")
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        text = star + parameter.name
        if parameter.annotation is not parameter.empty:
            text += f": {_annotation(parameter.annotation)}"
        if parameter.default is not parameter.empty:
            text += f" = {shown(parameter.default)}"
        parts.append(text)
    arrow = f" -> {returns}" if returns and not inspect.isclass(function) else ""
    flat = f"{name}({', '.join(parts)}){arrow}"
    if len(flat) <= 100:
        return flat
    return f"{name}(\n" + "".join(f"    {part},\n" for part in parts) + f"){arrow}"


def _annotation(annotation: Any) -> str:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return text.strip("\"'").replace('"', "")
