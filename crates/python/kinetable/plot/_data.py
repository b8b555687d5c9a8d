"""What is plotted, looked at when it is given: columns that are there and fit, lists as tables, functions as tables."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Callable, Mapping, Optional

from ..dherror import DHError
from ..table import Table

NUMBERS = frozenset(("byte", "short", "int", "long", "float", "double", "java.math.BigDecimal", "java.math.BigInteger"))
INTEGERS = frozenset(("byte", "short", "int", "long"))
TIMES = frozenset(("java.time.Instant", "java.time.ZonedDateTime", "java.time.LocalDateTime", "java.time.LocalDate"))

# Columns of `by` that pages tell series apart by (`ui/src/charts/figure.ts`).
KEYS_MAX = 4

# What stands along an axis, by the role of the column.
_PLAIN = {"category", "id", "parent", "label"}

# Names of the columns of tables made from lists.
_NAMES = {"x": "X", "y": "Y", "category": "Category"}


def types_of(table: Table) -> dict[str, str]:
    """The types of a table's columns, as `Table.meta_table` spells them."""
    return {column.name: column.data_type.j_name for column in table.columns}


def chosen(method: str, table: Any, given: Mapping[str, Any]) -> tuple[Table, dict[str, str]]:
    """The table of a series, and its column for each role that was given.

    Raises:
        DHError: if columns are given without a table, lists with one, or a column is missing or does not fit.
    """
    present = {role: value for role, value in given.items() if value is not None}
    if table is None:
        return _of_lists(method, present)
    if not isinstance(table, Table):
        raise DHError(message=f"{method}: t is a {type(table).__name__}\n  hint: a table, or lists without t")
    for role, value in present.items():
        if not isinstance(value, str):
            raise DHError(message=f"{method}: {role} is a {type(value).__name__}\n  hint: with t it is a column's name")
    if table.is_blink:
        text = f"{method}: the rows of a blink table are not kept, so there is nothing to draw"
        raise DHError(message=f"{text}\n  hint: keep them with blink_to_append_only or ring_table first")
    types = types_of(table)
    for role, column in present.items():
        check(method, types, column, role)
    return table, dict(present)


def check(method: str, types: Mapping[str, str], column: str, role: Optional[str] = None) -> None:
    """Checks that a column is there, and can have a role."""
    if column not in types:
        near = difflib.get_close_matches(column, types, 1) or [n for n in types if n.lower() == column.lower()]
        hint = f'did you mean "{near[0]}"?' if near else f"it has {', '.join(types)}"
        raise DHError(message=f'{method}: the table has no column "{column}"\n  hint: {hint}')
    if role is None or role in _PLAIN or types[column] in NUMBERS or types[column] in TIMES:
        return
    kind = types[column].rpartition(".")[2]
    hint = "plot_cat draws categories" if role == "x" else "cast it, or choose another column"
    raise DHError(message=f'{method}: column "{column}" is {kind}, but {role} needs numbers or times\n  hint: {hint}')


def numbers(method: str, table: Table, columns: Mapping[str, str], role: str) -> None:
    """Checks that a column that may be one of times elsewhere is one of numbers here."""
    if role in columns and (kind := types_of(table)[columns[role]]) not in NUMBERS:
        text = f'{method}: column "{columns[role]}" is {kind.rpartition(".")[2]}, but {role} needs numbers'
        raise DHError(message=f"{text}\n  hint: cast it, or choose another column")


def _of_lists(method: str, given: Mapping[str, Any]) -> tuple[Table, dict[str, str]]:
    lists = {}
    for role, values in given.items():
        if isinstance(values, str):
            text = f'{method}: {role} is the column "{values}", but there is no table'
            raise DHError(message=f"{text}\n  hint: t=table, or a list")
        try:
            lists[role] = values if hasattr(values, "dtype") else list(values)
        except TypeError:
            raise DHError(message=f"{method}: {role} is a {type(values).__name__}\n  hint: a list") from None
    lengths = {role: len(values) for role, values in lists.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{role} has {length}" for role, length in lengths.items())
        raise DHError(message=f"{method}: the lists differ in length: {told}\n  hint: a value for each point")
    columns = {role: _NAMES.get(role, "".join(part.title() for part in role.split("_"))) for role in lists}
    from ..table_factory import new_table

    table = new_table({columns[role]: values for role, values in lists.items()})
    types = types_of(table)
    for role, column in columns.items():
        check(method, types, column, role)
    return table, columns


def needs(method: str, given: Mapping[str, Any], *roles: str) -> None:
    """Checks that arguments were given."""
    for role in roles:
        if given.get(role) is None:
            raise DHError(message=f"{method}: {role} is missing\n  hint: a column of t, or a list without t")


def pairs(method: str, given: Mapping[str, Any], *bases: str) -> None:
    """Checks that ranges have both ends."""
    for base in bases:
        low, high = given.get(f"{base}_low"), given.get(f"{base}_high")
        if (low is None) != (high is None):
            which = "low" if low is None else "high"
            raise DHError(message=f"{method}: {base}_{which} is missing\n  hint: a range has both ends")


def keys(method: str, table: Table, by: Any, given: Any) -> tuple[str, ...]:
    """Checks the columns of `by`."""
    if by is None:
        return ()
    names = names_of(method, "by", by)
    if len(names) > KEYS_MAX:
        text = f"{method}: by names {len(names)} columns, and pages tell series apart by {KEYS_MAX}"
        raise DHError(message=f"{text}\n  hint: join some by update_view first")
    if given is None:
        raise DHError(message=f"{method}: by names columns, but there is no table\n  hint: t=table")
    types = types_of(table)
    for name in names:
        check(method, types, name)
    return tuple(names)


def as_time(table: Table, columns: Mapping[str, str], base: str, is_time: Optional[bool], method: str) -> Table:
    """The table, its columns of an axis being times or numbers as asked for.

    Integers are taken as nanoseconds since the epoch.
    """
    if is_time is None:
        return table
    types = types_of(table)
    for role, column in columns.items():
        if role.partition("_")[0] != base or (types[column] in TIMES) == is_time:
            continue
        if is_time and types[column] in INTEGERS:
            table = table.update_view(f"{column} = epochNanosToInstant({column})")
        elif not is_time and types[column] in ("java.time.Instant", "java.time.ZonedDateTime"):
            table = table.update_view(f"{column} = epochNanos({column})")
        else:
            kind = types[column].rpartition(".")[2]
            wants = "times" if is_time else "numbers"
            text = f'{method}: column "{column}" is {kind}, which is no axis of {wants}'
            raise DHError(message=f"{text}\n  hint: leave {base}_time_axis out, or convert the column first")
    return table


def sampled(method: str, function: Callable[[float], float], low: float, high: float, points: int) -> Table:
    """A function's values at places of one distance.

    Raises:
        DHError: if it fails, or gives something that is no number.
    """
    from ..table_factory import new_table

    places = [low + (high - low) * i / (points - 1) for i in range(points)]
    values: list[float] = []
    for place in places:
        try:
            values.append(float(function(place)))
        except Exception as error:
            raise DHError(
                message=f"{method}: the function fails at {place}: {type(error).__name__}: {error}"
            ) from error
    return new_table({"X": places, "Y": values})


def refused(method: str, hints: Mapping[str, str], given: Mapping[str, Any]) -> None:
    """Refuses arguments that have no meaning here."""
    for name, value in given.items():
        if value is not None and value is not False:
            hint = hints.get(name, "leave it out")
            raise DHError(message=f"{method}: {name} is not offered\n  hint: {hint}")


def names_of(method: str, argument: str, value: Any) -> list[str]:
    """One name or several.

    Raises:
        DHError: if it is neither.
    """
    if value is None:
        return []
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, Iterable) else [value]
    for name in names:
        if not isinstance(name, str):
            text = f"{method}: {argument} has a {type(name).__name__}, {name!r}"
            raise DHError(message=f"{text}\n  hint: the name of a column, or a list of names")
    return names


def worded(method: str, name: str, value: Any) -> None:
    """Checks that what is written in a chart is a text, if it is there."""
    if value is not None and not isinstance(value, str):
        raise DHError(message=f"{method}: {name} is a {type(value).__name__}, {value!r}\n  hint: a text")
