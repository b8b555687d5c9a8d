"""What the annotations of a Python function say of its arguments and its result; called by the native module."""

from __future__ import annotations

import builtins
import collections.abc
import datetime as dt
import inspect
import math
import typing
from typing import Any, Callable, Optional

# One parameter: name, type name or None, whether null may be given as None, how values are handed over.
Parameter = tuple[str, Optional[str], bool, str]

# name, parameters, how many are required, whether more may be given, result type, whether it is an array, ufunc.
Description = tuple[str, list[Parameter], int, bool, Optional[str], bool, bool]

_PLAIN = {bool: "boolean", int: "long", float: "double", str: "String", bytes: "byte[]"}

_TIMES = {
    dt.datetime: ("Instant", "datetime"),
    dt.date: ("LocalDate", "value"),
    dt.time: ("LocalTime", "value"),
    dt.timedelta: ("Duration", "value"),
}

_NUMPY = {
    "bool": "boolean",
    "bool_": "boolean",
    "int8": "byte",
    "int16": "short",
    "int32": "int",
    "intc": "int",
    "int64": "long",
    "longlong": "long",
    "uint16": "char",
    "float32": "float",
    "float64": "double",
    "str_": "String",
    "datetime64": "Instant",
    "timedelta64": "Duration",
}

# Functions written in C carry no annotations.
_ARGUMENTS_MAX = 16
_INTEGRAL_MATH = {"ceil", "comb", "factorial", "floor", "gcd", "isqrt", "lcm", "perm", "trunc"}
_BOOLEAN_MATH = {"isclose", "isfinite", "isinf", "isnan"}
_TUPLE_MATH = {"frexp", "modf"}
_BUILTIN_RESULTS = {"len": "long", "ord": "long", "hash": "long", "chr": "String", "repr": "String"}


def describe(function: Any) -> Description:
    """The signature of a callable, for the native module."""
    name: str = getattr(function, "__name__", type(function).__name__)
    params: list[Parameter] = []
    required, variadic = 0, False
    if _is_ufunc(function):
        count: int = function.nin
        params = [(f"x{i}", None, False, "array") for i in range(count)]
        return name, params, count, False, None, False, True
    if isinstance(function, type):
        return name, [("x", None, True, "value")], 1, False, _PLAIN.get(function), False, False
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        # A C function that tells nothing of itself. Those known here take no null, as all of `math` does not.
        known = _known_result(function)
        strict: list[Parameter] = [(f"x{i}", None, known is None, "value") for i in range(_ARGUMENTS_MAX)]
        return name, strict, 0, True, known, False, False
    hints, known = _hints(function), _known_result(function)
    for param in signature.parameters.values():
        if param.kind is param.VAR_POSITIONAL:
            variadic = True
        elif param.kind in (param.POSITIONAL_ONLY, param.POSITIONAL_OR_KEYWORD):
            type_name, nullable, form = _parameter(hints.get(param.name, param.annotation))
            params.append((param.name, type_name, nullable and known is None, form))
            required += param.default is param.empty
    result, is_array = _result(hints.get("return", signature.return_annotation))
    return name, params, required, variadic, result or known, is_array, False


def _is_ufunc(function: Any) -> bool:
    kind = type(function)
    return kind.__name__ in ("ufunc", "DUFunc", "GUFunc") and hasattr(function, "nin")


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    target = getattr(function, "func", function)  # what functools.partial is made of
    if not inspect.isroutine(target):
        target = type(target).__call__
    try:
        return typing.get_type_hints(target)
    except Exception:  # a name in an annotation that is not to be found: as if not annotated
        return {}


def _parameter(annotation: Any) -> tuple[Optional[str], bool, str]:
    inner, nullable = _without_none(annotation)
    if _is_array(inner):
        return _item_of_array(inner), nullable, "array"
    type_name, form = _type_of(inner)
    return type_name, nullable or type_name is None, form


def _result(annotation: Any) -> tuple[Optional[str], bool]:
    inner, _ = _without_none(annotation)
    if _is_array(inner):
        return _item_of_array(inner), True
    origin, args = typing.get_origin(inner), typing.get_args(inner)
    if origin in (list, tuple, collections.abc.Sequence, collections.abc.Iterable) and args:
        return _type_of(args[0])[0], True
    return _type_of(inner)[0], False


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """``Optional[T]`` as ``T``, and whether it was optional."""
    import types

    if typing.get_origin(annotation) in (typing.Union, getattr(types, "UnionType", typing.Union)):
        members = [member for member in typing.get_args(annotation) if member is not type(None)]
        optional = len(members) < len(typing.get_args(annotation))
        return (members[0] if len(members) == 1 else Any), optional
    return annotation, False


def _type_of(annotation: Any) -> tuple[Optional[str], str]:
    """The type name that a class means, and how such values are handed over."""
    if not isinstance(annotation, type):
        return None, "value"
    if annotation in _PLAIN:
        return _PLAIN[annotation], "value"
    if annotation in _TIMES:
        return _TIMES[annotation]
    if annotation.__module__ == "numpy":
        name = _NUMPY.get(annotation.__name__)
        return name, "numpy" if name in ("Instant", "Duration") else "value"
    if annotation.__name__ == "Timestamp" and annotation.__module__.startswith("pandas"):
        return "Instant", "pandas"
    return None, "value"


def _is_array(annotation: Any) -> bool:
    kind = typing.get_origin(annotation) or annotation
    return isinstance(kind, type) and kind.__name__ == "ndarray" and kind.__module__ == "numpy"


def _item_of_array(annotation: Any) -> Optional[str]:
    """The item type of ``ndarray[int64]``, ``NDArray[int64]`` or ``ndarray[Any, dtype[int64]]``."""
    for arg in reversed(typing.get_args(annotation)):
        for inner in (*typing.get_args(arg), arg):
            name = _type_of(inner)[0]
            if name is not None:
                return name
    return None


def _known_result(function: Any) -> Optional[str]:
    name, module = getattr(function, "__name__", ""), getattr(function, "__module__", None)
    if getattr(math, name, None) is function and name not in _TUPLE_MATH:
        if name in _INTEGRAL_MATH:
            return "long"
        return "boolean" if name in _BOOLEAN_MATH else "double"
    if module == "builtins" and getattr(builtins, name, None) is function:
        return _BUILTIN_RESULTS.get(name)
    return None
