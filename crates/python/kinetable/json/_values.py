"""What a JSON value looks like: a tree that Rust's side reads as JSON."""

from __future__ import annotations

import datetime
import decimal
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Mapping, Optional, Sequence

from ..dherror import DHError
from ..dtypes import DType


class RepeatedFieldBehavior(Enum):
    """What is done with a field that an object has more than once."""

    USE_FIRST = "use_first"
    """The first counts."""
    USE_LAST = "use_last"
    """The last counts."""
    ERROR = "error"
    """The record is refused."""


@dataclass(frozen=True)
class JsonValue:
    """What a JSON value looks like and what columns it becomes; made by the functions of this module."""

    declared: Mapping[str, Any]

    def _rules(
        self, allow_missing: bool, allow_null: bool, on_missing: Any = None, on_null: Any = None
    ) -> JsonValue:
        rules = {
            "allow_missing": allow_missing,
            "allow_null": allow_null,
            "on_missing": _plain(on_missing),
            "on_null": _plain(on_null),
        }
        return JsonValue({**self.declared, **rules})


@dataclass(frozen=True)
class ObjectField:
    """A field of an object, with more to say of it than its value.

    Attributes:
        value_type: What its value looks like, or a Python type for it.
        aliases: Other names under which it may come.
        repeated_behavior: What is done if it comes more than once.
        case_sensitive: Whether its name is to be spelled exactly.
    """

    value_type: Any
    aliases: Sequence[str] = field(default_factory=list)
    repeated_behavior: RepeatedFieldBehavior = RepeatedFieldBehavior.ERROR
    case_sensitive: bool = True


def scalar(data_type: str, accept: Sequence[str], unit: Optional[str] = None) -> JsonValue:
    """A value that fills one column."""
    return JsonValue({"kind": "scalar", "data_type": data_type, "accept": list(accept), "unit": unit})


def accepted(always: Sequence[str], **more: bool) -> list[str]:
    """JSON types that are taken: some always, some if they are allowed."""
    return [*always, *(name for name, allowed in more.items() if allowed)]


_OF_TYPES = {
    bool: ("boolean", ["bool"]),
    int: ("long", ["number"]),
    float: ("double", ["number", "decimal"]),
    str: ("String", ["string"]),
    datetime.datetime: ("Instant", ["string"]),
    decimal.Decimal: ("BigDecimal", ["number", "decimal"]),
}

_OF_DTYPES = {
    "boolean": ["bool"],
    "char": ["string"],
    "byte": ["number"],
    "short": ["number"],
    "int": ["number"],
    "long": ["number"],
    "float": ["number", "decimal"],
    "double": ["number", "decimal"],
    "String": ["string"],
    "Instant": ["string"],
    "BigInteger": ["number"],
    "BigDecimal": ["number", "decimal"],
}


def value_of(like: Any) -> JsonValue:
    """What a Python type, dictionary, list, tuple or column type stands for."""
    if isinstance(like, JsonValue):
        return like
    if isinstance(like, Mapping):
        return object_of(like)
    if isinstance(like, list):
        if len(like) != 1:
            raise _wrong(like, "a list stands for an array of what is in it: give one item, e.g. [int]")
        return JsonValue({"kind": "array", "element": value_of(like[0]).declared})
    if isinstance(like, tuple):
        return JsonValue({"kind": "tuple", "items": [[str(i), value_of(v).declared] for i, v in enumerate(like)]})
    if like is object:
        return JsonValue({"kind": "any"})
    if isinstance(like, type) and like in _OF_TYPES:
        return scalar(*_OF_TYPES[like])
    if isinstance(like, DType):
        if like.component_type is not None and like.name != "byte[]":
            return JsonValue({"kind": "array", "element": value_of(like.component_type).declared})
        if like.name in _OF_DTYPES:
            return scalar(like.name, _OF_DTYPES[like.name])
    raise _wrong(like, "give one of this module's values, a type (bool, int, float, str, datetime), a dict, list or tuple")


def fields_of(fields: Mapping[str, Any], case_sensitive: bool = True, repeated: Any = None) -> list[dict[str, Any]]:
    """The fields of an object as Rust's side reads them."""
    return [_field(name, like, case_sensitive, repeated) for name, like in fields.items()]


def _field(name: str, like: Any, case_sensitive: bool, repeated: Any) -> dict[str, Any]:
    told = like if isinstance(like, ObjectField) else None
    default = repeated or RepeatedFieldBehavior.ERROR
    return {
        "name": name,
        "aliases": list(told.aliases) if told else [],
        "value": value_of(told.value_type if told else like).declared,
        "repeated": (told.repeated_behavior if told else default).value,
        "case_sensitive": told.case_sensitive if told else case_sensitive,
    }


def object_of(
    fields: Mapping[str, Any], allow_unknown: bool = True, case_sensitive: bool = True, repeated: Any = None
) -> JsonValue:
    """An object of these fields."""
    declared = fields_of(fields, case_sensitive, repeated)
    return JsonValue({"kind": "object", "fields": declared, "allow_unknown": allow_unknown})


def _plain(value: Any) -> Any:
    """A value that stands in, as JSON."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, decimal.Decimal) else value


def _wrong(like: Any, hint: str) -> DHError:
    return DHError(message=f"{like!r} does not say what a JSON value looks like\n  hint: {hint}")
