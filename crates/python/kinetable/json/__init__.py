"""What JSON values look like, for records that are to become columns.

A shape is built of the functions here, or of plain Python: a type is a value (``int`` is a long, ``float`` a double, ``str`` a
String, ``bool`` a boolean, ``datetime`` an Instant, ``object`` any value as its JSON text), a dictionary is an object, a
list an array of its one item, a tuple an array of so many items::

    {"name": str, "age": int, "marks": [float], "place": (float, float)}

Each scalar becomes a column; the names on the way to it are joined with ``_``, an item of a tuple goes by its number
(``place_0``). A value that is alone is column ``Value``. Within an array each scalar becomes a list, within arrays of
arrays a list of lists. Unlike `kinetable.kafka_consumer.json_spec`, which takes what it can, a shape is kept to: a value
of another type refuses the record, which is then found in the ``errors`` of its table.

`kinetable.json.jackson.provider` makes of a shape what `kinetable.kafka_consumer.object_processor_spec` takes.
"""

from __future__ import annotations

import datetime
from typing import Any, Mapping, Optional, Sequence, Union

from ..dherror import DHError
from ._values import (
    JsonValue,
    ObjectField,
    RepeatedFieldBehavior,
    accepted,
    fields_of,
    object_of,
    scalar,
    value_of,
)

__all__ = [
    "JsonValue",
    "ObjectField",
    "RepeatedFieldBehavior",
    "any_val",
    "array_val",
    "big_decimal_val",
    "big_integer_val",
    "bool_val",
    "byte_val",
    "char_val",
    "double_val",
    "float_val",
    "instant_val",
    "int_val",
    "json_val",
    "long_val",
    "object_entries_val",
    "object_val",
    "short_val",
    "skip_val",
    "string_val",
    "tuple_val",
    "typed_object_val",
]


def json_val(json_value_type: Any) -> JsonValue:
    """What a Python type, dictionary, list or tuple stands for.

    Args:
        json_value_type: A type, dictionary, list, tuple, one of `kinetable.dtypes`, or a value of this module.

    Raises:
        DHError: if it stands for nothing.

    Example:
        from kinetable import json
        print(json.json_val({"name": str, "marks": [float]}).declared["kind"])
    """
    return value_of(json_value_type)


def object_val(
    fields: Mapping[str, Any],
    allow_unknown_fields: bool = True,
    allow_missing: bool = True,
    allow_null: bool = True,
    repeated_field_behavior: RepeatedFieldBehavior = RepeatedFieldBehavior.ERROR,
    case_sensitive: bool = True,
) -> JsonValue:
    """An object: a column for each of its fields.

    Args:
        fields: Name to what the value looks like, or to an `ObjectField`.
        allow_unknown_fields: Whether it may have other fields, which are skipped.
        allow_missing: Whether it may be missing; its columns are null then.
        allow_null: Whether it may be null; its columns are null then.
        repeated_field_behavior: What is done with a field that comes again, if its `ObjectField` does not say.
        case_sensitive: Whether names are to be spelled exactly, if an `ObjectField` does not say.

    Example:
        from kinetable import json
        print(json.object_val({"name": str, "age": json.int_val()}, allow_unknown_fields=False).declared["kind"])
    """
    value = object_of(fields, allow_unknown_fields, case_sensitive, repeated_field_behavior)
    return value._rules(allow_missing, allow_null)


def typed_object_val(
    type_field: str,
    shared_fields: Mapping[str, Any],
    objects: Mapping[str, Any],
    allow_unknown_types: bool = True,
    allow_missing: bool = True,
    allow_null: bool = True,
    on_missing: Optional[str] = None,
    on_null: Optional[str] = None,
) -> JsonValue:
    """An object of which one field, wherever it stands, says which others there are.

    The columns are the type, the shared fields, then the fields of each type, their names after that of the type
    (``trade_price``). Those of other types than a record's are null. Objects within are read in the order of their names.

    Args:
        type_field: The name of the field that says the type.
        shared_fields: Fields of all types.
        objects: Type to its own fields: a dictionary, or an `object_val`.
        allow_unknown_types: Whether other types may come; of these only the shared fields are read.
        allow_missing: Whether the type may be missing.
        allow_null: Whether the type may be null.
        on_missing: The type in place of one that is missing.
        on_null: The type in place of null.

    Example:
        from kinetable import json
        shape = json.typed_object_val("type", {"symbol": str}, {"trade": {"price": float}, "quote": {"bid": float}})
        print(shape.declared["kind"])
    """
    kind = {
        "name": type_field,
        "value": scalar("String", ["string"])._rules(allow_missing, allow_null, on_missing, on_null).declared,
    }
    return JsonValue(
        {
            "kind": "typed",
            "type_field": kind,
            "shared": fields_of(shared_fields),
            "objects": {name: _own_fields(name, fields) for name, fields in objects.items()},
            "allow_unknown": allow_unknown_types,
        }
    )


def _own_fields(name: str, like: Any) -> list[dict[str, Any]]:
    declared = value_of(like).declared
    if declared["kind"] != "object":
        raise DHError(message=f'type "{name}" is no object\n  hint: give its fields, e.g. {{"price": float}}')
    return list(declared["fields"])


def object_entries_val(
    value_type: Any, key_type: Any = str, allow_missing: bool = True, allow_null: bool = True
) -> JsonValue:
    """An object as a list of its names and one of its values: columns ``Key`` and ``Value``.

    Args:
        value_type: What its values look like.
        key_type: What its names are: ``str``, or another scalar that they write.
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.

    Example:
        from kinetable import json
        print(json.object_entries_val(float).declared["kind"])
    """
    entries = {"kind": "entries", "key": value_of(key_type).declared, "value": value_of(value_type).declared}
    return JsonValue(entries)._rules(allow_missing, allow_null)


def array_val(element: Any, allow_missing: bool = True, allow_null: bool = True) -> JsonValue:
    """An array of any length: its columns are lists.

    Args:
        element: What its items look like.
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.

    Example:
        from kinetable import json
        print(json.array_val({"x": float, "y": float}).declared["kind"])
    """
    return JsonValue({"kind": "array", "element": value_of(element).declared})._rules(allow_missing, allow_null)


def tuple_val(
    values: Union[Sequence[Any], Mapping[str, Any]], allow_missing: bool = True, allow_null: bool = True
) -> JsonValue:
    """An array of so many items, each with a shape of its own.

    Args:
        values: What the items look like; a dictionary gives them names, else they go by their numbers.
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.

    Example:
        from kinetable import json
        print(json.tuple_val({"x": float, "y": float}).declared["items"][0][0])
    """
    named = values.items() if isinstance(values, Mapping) else ((str(at), like) for at, like in enumerate(values))
    items = [[name, value_of(like).declared] for name, like in named]
    return JsonValue({"kind": "tuple", "items": items})._rules(allow_missing, allow_null)


def bool_val(
    allow_string: bool = False,
    allow_missing: bool = True,
    allow_null: bool = True,
    on_missing: Optional[bool] = None,
    on_null: Optional[bool] = None,
) -> JsonValue:
    """A boolean.

    Args:
        allow_string: Whether the texts ``"true"`` and ``"false"`` are taken too.
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.
        on_missing: What stands in if it is missing.
        on_null: What stands in for null.

    Example:
        from kinetable import json
        print(json.bool_val(on_null=False).declared["data_type"])
    """
    value = scalar("boolean", accepted(["bool"], string=allow_string))
    return value._rules(allow_missing, allow_null, on_missing, on_null)


def char_val(
    allow_missing: bool = True,
    allow_null: bool = True,
    on_missing: Optional[str] = None,
    on_null: Optional[str] = None,
) -> JsonValue:
    """A text of one character.

    Args:
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.
        on_missing: What stands in if it is missing.
        on_null: What stands in for null.

    Example:
        from kinetable import json
        print(json.char_val().declared["data_type"])
    """
    return scalar("char", ["string"])._rules(allow_missing, allow_null, on_missing, on_null)


def string_val(
    allow_number: bool = False,
    allow_decimal: bool = False,
    allow_bool: bool = False,
    allow_missing: bool = True,
    allow_null: bool = True,
    on_missing: Optional[str] = None,
    on_null: Optional[str] = None,
) -> JsonValue:
    """A text.

    Args:
        allow_number: Whether whole numbers are taken, as text.
        allow_decimal: Whether numbers with a fraction are taken, as text.
        allow_bool: Whether booleans are taken, as text.
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.
        on_missing: What stands in if it is missing.
        on_null: What stands in for null.

    Example:
        from kinetable import json
        print(json.string_val(on_missing="n/a").declared["on_missing"])
    """
    accept = accepted(["string"], number=allow_number, decimal=allow_decimal, bool=allow_bool)
    return scalar("String", accept)._rules(allow_missing, allow_null, on_missing, on_null)


def instant_val(
    number_format: Optional[str] = None,
    allow_decimal: bool = False,
    allow_missing: bool = True,
    allow_null: bool = True,
    on_missing: Optional[datetime.datetime] = None,
    on_null: Optional[datetime.datetime] = None,
) -> JsonValue:
    """An instant: ISO 8601 text, or a number since the epoch.

    Args:
        number_format: The unit of numbers: ``"s"``, ``"ms"``, ``"us"`` or ``"ns"``; if not given, it is text.
        allow_decimal: Whether a number may have a fraction.
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.
        on_missing: What stands in if it is missing.
        on_null: What stands in for null.

    Raises:
        DHError: if there is no such unit.

    Example:
        from kinetable import json
        print(json.instant_val(number_format="ms").declared["unit"])
    """
    if number_format not in (None, "s", "ms", "us", "ns"):
        raise DHError(message=f"number_format is {number_format!r}\n  hint: it is 's', 'ms', 'us', 'ns' or None")
    # What stands in is text, whatever the numbers are.
    stands_in = on_missing is not None or on_null is not None
    text = number_format is None or stands_in
    accept = accepted([], number=number_format is not None, decimal=allow_decimal, string=text)
    return scalar("Instant", accept, number_format)._rules(allow_missing, allow_null, on_missing, on_null)


def any_val(allow_missing: bool = True, allow_null: bool = True) -> JsonValue:
    """Any value: a column of its JSON text.

    Args:
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.

    Example:
        from kinetable import json
        print(json.any_val().declared["kind"])
    """
    return JsonValue({"kind": "any"})._rules(allow_missing, allow_null)


def skip_val(allow_missing: bool = True, allow_null: bool = True) -> JsonValue:
    """Any value, of which nothing is kept: for fields that are known and not wanted.

    Args:
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.

    Example:
        from kinetable import json
        print(json.skip_val().declared["kind"])
    """
    return JsonValue({"kind": "skip"})._rules(allow_missing, allow_null)


def _number(name: str, data_type: str, always: Sequence[str], what: str) -> Any:
    def number(
        allow_decimal: bool = "decimal" in always,
        allow_string: bool = False,
        allow_missing: bool = True,
        allow_null: bool = True,
        on_missing: Any = None,
        on_null: Any = None,
    ) -> JsonValue:
        accept = accepted(["number"], decimal=allow_decimal, string=allow_string)
        return scalar(data_type, accept)._rules(allow_missing, allow_null, on_missing, on_null)

    fraction = "may have a fraction" if "decimal" in always else "may have a fraction, which is cut off"
    number.__name__ = number.__qualname__ = name
    number.__doc__ = f"""{what}

    Args:
        allow_decimal: Whether the number {fraction}.
        allow_string: Whether the number may be written as text.
        allow_missing: Whether it may be missing.
        allow_null: Whether it may be null.
        on_missing: What stands in if it is missing.
        on_null: What stands in for null.

    Example:
        from kinetable import json
        print(json.{name}(on_missing=0).declared["data_type"])
    """
    return number


byte_val = _number("byte_val", "byte", ["number"], "A whole number of 8 bits.")
short_val = _number("short_val", "short", ["number"], "A whole number of 16 bits.")
int_val = _number("int_val", "int", ["number"], "A whole number of 32 bits.")
long_val = _number("long_val", "long", ["number"], "A whole number of 64 bits.")
float_val = _number("float_val", "float", ["number", "decimal"], "A number of single precision.")
double_val = _number("double_val", "double", ["number", "decimal"], "A number of double precision.")
big_integer_val = _number(
    "big_integer_val", "BigInteger", ["number"], "A whole number of up to 76 digits; past 64 bits written as text."
)
big_decimal_val = _number(
    "big_decimal_val", "BigDecimal", ["number", "decimal"], "A number of up to 18 digits after the point."
)
