"""Filters as objects: conditions that are made, joined and negated before a table is there to be filtered.

Every argument that takes filters as texts (`Table.where`, `Table.where_one_of`, `agg.count_where`, …) takes these too.
A `Filter` is the text of its condition, so that it can be printed, and mixed with texts of your own.

    from kinetable.filters import ColumnName, gt, in_, or_
    interesting = or_([gt(ColumnName("Size"), 1_000), in_("Sym", ["AAPL", "MSFT"])])
    print(interesting)                      # (Size > 1000) || (Sym in `AAPL`, `MSFT`)
    big = trades.where(interesting)
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Sequence, Union

from ._literals import literal
from ._serial import FormulaText
from ._texts import texts
from .concurrency_control import Barrier
from .dherror import DHError

__all__ = [
    "ColumnName",
    "Filter",
    "PatternMode",
    "and_",
    "eq",
    "ge",
    "gt",
    "in_",
    "incremental_release",
    "is_not_null",
    "is_null",
    "le",
    "lt",
    "ne",
    "not_",
    "or_",
    "pattern",
]


class ColumnName(str):
    """A text that is the name of a column, where a text would be a value.

    Example:
        from kinetable.filters import ColumnName, eq
        print(eq(ColumnName("A"), ColumnName("B")))
        print(eq(ColumnName("A"), "B"))
    """

    __slots__ = ()


Value = Union[bool, int, float, str, ColumnName, None, Any]
Conditions = Union[str, Sequence[str]]
Barriers = Union[Barrier, Sequence[Barrier]]


class Filter(FormulaText):
    """A condition on the rows of a table: the text of it."""

    def __repr__(self) -> str:
        return f"Filter({str(self)!r})"

    @classmethod
    def from_(cls, conditions: Conditions) -> Union[Filter, list[Filter]]:
        """A filter of a text, or filters of several.

        Args:
            conditions: A condition as `Table.where` takes it, or a list of them.

        Returns:
            A filter of one text; a list of filters of a list.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            from kinetable.filters import Filter
            t = new_table([int_col("A", [1, 2, 3])])
            print(t.where(Filter.from_("A in 1, 3")).to_string())
        """
        if isinstance(conditions, str):
            return cls(conditions)
        return [cls(condition) for condition in texts(conditions)]

    def not_(self) -> Filter:
        """The rows that this filter leaves out.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            from kinetable.filters import is_null
            t = new_table([int_col("A", [1, None, 3])])
            print(t.where(is_null("A").not_()).to_string())
        """
        negation = Filter(f"!({self})")
        return negation._marked() if self.is_serial else negation

    def with_serial(self) -> Filter:
        """The same filter, with functions called row after row, on one thread.

        For functions that keep something between calls. Other filters may be evaluated for several runs of rows at
        once.

        Example:
            from kinetable import empty_table
            from kinetable.filters import Filter
            seen = []
            def is_new(x) -> bool:
                seen.append(x)
                return x not in seen[:-1]
            t = empty_table(6).update("X = i % 3")
            print(t.where(Filter.from_("is_new(X)").with_serial()).to_string())
        """
        return self._marked()

    def with_declared_barriers(self, barriers: Barriers) -> Filter:
        """The same filter: filters are evaluated in the order they are given in, so that a barrier always holds."""
        return self

    def with_respected_barriers(self, barriers: Barriers) -> Filter:
        """The same filter; see `with_declared_barriers`."""
        return self


def or_(filters: Conditions) -> Filter:
    """The rows that pass at least one of the filters.

    Args:
        filters: One or more conditions, as texts or filters.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        from kinetable.filters import ColumnName, gt, is_null, or_
        t = new_table([int_col("A", [1, None, 3])])
        print(t.where(or_([is_null("A"), gt(ColumnName("A"), 2)])).to_string())
    """
    return _joined(" || ", filters)


def and_(filters: Conditions) -> Filter:
    """The rows that pass all of the filters.

    Args:
        filters: One or more conditions, as texts or filters.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        from kinetable.filters import and_
        t = new_table([int_col("A", [1, 2, 3, 4])])
        print(t.where(and_(["A > 1", "A in 1, 2, 3"])).to_string())
    """
    return _joined(" && ", filters)


def _joined(operator: str, filters: Conditions) -> Filter:
    conditions = texts(filters)
    if not conditions:
        raise DHError(message="there is no filter to join\n  hint: give at least one condition")
    if len(conditions) == 1:
        joined = Filter(conditions[0])
    else:
        joined = Filter(operator.join(f"({condition})" for condition in conditions))
    return joined._marked() if any(getattr(condition, "is_serial", False) for condition in conditions) else joined


def not_(filter_: str) -> Filter:
    """The rows that a filter leaves out.

    Example:
        from kinetable import new_table
        from kinetable.column import string_col
        from kinetable.filters import in_, not_
        t = new_table([string_col("Sym", ["A", "B", "C"])])
        print(t.where(not_(in_("Sym", ["A", "B"]))).to_string())
    """
    return (filter_ if isinstance(filter_, Filter) else Filter(filter_)).not_()


def is_null(col: str) -> Filter:
    """The rows in which a column is null.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        from kinetable.filters import is_null
        t = new_table([int_col("A", [1, None, 3])])
        print(t.where(is_null("A")).to_string())
    """
    return Filter(f"isNull({col})")


def is_not_null(col: str) -> Filter:
    """The rows in which a column is not null.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        from kinetable.filters import is_not_null
        t = new_table([int_col("A", [1, None, 3])])
        print(t.where(is_not_null("A")).to_string())
    """
    return Filter(f"!isNull({col})")


class PatternMode(Enum):
    """Where `pattern` looks."""

    MATCHES = 0
    """The whole text is what the expression says."""
    FIND = 1
    """A part of the text, anywhere, is."""


def pattern(mode: PatternMode, col: str, regex: str, invert_pattern: bool = False) -> Filter:
    r"""The rows in which a text column is what a regular expression says; null never is.

    Args:
        mode: Whether the whole text, or any part of it, must be what the expression says.
        col: A column of texts.
        regex: The expression, in the syntax of the Rust crate ``regex``: linear in time, and without look-around and
            back-references.
        invert_pattern: Whether to take the rows whose text is *not* what the expression says; null is not taken either.

    Example:
        from kinetable import new_table
        from kinetable.column import string_col
        from kinetable.filters import PatternMode, pattern
        t = new_table([string_col("Sym", ["AAPL", "MSFT", None, "AMZN"])])
        print(t.where(pattern(PatternMode.MATCHES, "Sym", "A.*")).to_string())
        print(t.where(pattern(PatternMode.FIND, "Sym", "[LT]$", invert_pattern=True)).to_string())
    """
    whole = regex if mode is PatternMode.MATCHES else f"(?s:.*)(?:{regex})(?s:.*)"
    return Filter(f"!isNull({col}) && {'!' if invert_pattern else ''}{col}.matches({literal(whole)})")


def in_(col: str, values: Sequence[Union[bool, int, float, str]]) -> Filter:
    """The rows in which a column has one of these values; none, if there are no values.

    Args:
        col: The column.
        values: Values of a type that the column can be compared with. ``None`` finds null, and NaN finds NaN.

    Example:
        from kinetable import new_table
        from kinetable.column import string_col
        from kinetable.filters import in_
        t = new_table([string_col("Sym", ["A", "B", "C"])])
        print(t.where(in_("Sym", ["A", "C"])).to_string())
    """
    listed = [literal(value) for value in values]
    return Filter(f"{col} in {', '.join(listed)}" if listed else "false")


def eq(left: Value, right: Value) -> Filter:
    """The rows in which both sides are equal. Null equals null; NaN equals nothing.

    Args:
        left: A value, or a `ColumnName`.
        right: A value, or a `ColumnName`.

    Example:
        from kinetable import new_table
        from kinetable.column import string_col
        from kinetable.filters import ColumnName, eq
        t = new_table([string_col("Sym", ["A", "B", "C"])])
        print(t.where(eq(ColumnName("Sym"), "B")).to_string())
    """
    return _compared(left, "==", right)


def ne(left: Value, right: Value) -> Filter:
    """The rows in which the sides differ.

    Args:
        left: A value, or a `ColumnName`.
        right: A value, or a `ColumnName`.

    Example:
        from kinetable import new_table
        from kinetable.column import string_col
        from kinetable.filters import ColumnName, ne
        t = new_table([string_col("Sym", ["A", "B", "C"])])
        print(t.where(ne(ColumnName("Sym"), "B")).to_string())
    """
    return _compared(left, "!=", right)


def lt(left: Value, right: Value) -> Filter:
    """The rows in which the left side is less than the right. Null is less than everything.

    Args:
        left: A value, or a `ColumnName`.
        right: A value, or a `ColumnName`.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        from kinetable.filters import ColumnName, lt
        t = new_table([int_col("A", [1, 2, None])])
        print(t.where(lt(ColumnName("A"), 2)).to_string())
    """
    return _compared(left, "<", right)


def le(left: Value, right: Value) -> Filter:
    """The rows in which the left side is at most the right. Null is less than everything.

    Args:
        left: A value, or a `ColumnName`.
        right: A value, or a `ColumnName`.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        from kinetable.filters import ColumnName, le
        t = new_table([int_col("A", [1, 2, 3])])
        print(t.where(le(ColumnName("A"), 2)).to_string())
    """
    return _compared(left, "<=", right)


def gt(left: Value, right: Value) -> Filter:
    """The rows in which the left side is greater than the right.

    Args:
        left: A value, or a `ColumnName`.
        right: A value, or a `ColumnName`.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        from kinetable.filters import ColumnName, gt
        t = new_table([int_col("A", [1, 2, 3]), int_col("B", [3, 2, 1])])
        print(t.where(gt(ColumnName("A"), ColumnName("B"))).to_string())
    """
    return _compared(left, ">", right)


def ge(left: Value, right: Value) -> Filter:
    """The rows in which the left side is at least the right.

    Args:
        left: A value, or a `ColumnName`.
        right: A value, or a `ColumnName`.

    Example:
        from kinetable import new_table
        from kinetable.column import int_col
        from kinetable.filters import ColumnName, ge
        t = new_table([int_col("A", [1, 2, 3])])
        print(t.where(ge(ColumnName("A"), 2)).to_string())
    """
    return _compared(left, ">=", right)


def _compared(left: Value, operator: str, right: Value) -> Filter:
    return Filter(f"{_side(left)} {operator} {_side(right)}")


def _side(value: Value) -> str:
    return str(value) if isinstance(value, ColumnName) else literal(value)


def incremental_release(initial_rows: int, increment: int) -> Filter:
    """The first rows of a table, and some more in each cycle: for trying on a static table what is made for a live one.

    Cycles follow each other as fast as the tables below allow, 10 ms apart at least. Only `Table.where` takes it:
    filters before it choose the rows that it lets out, those after it choose among them.

    Args:
        initial_rows: How many rows are there at once.
        increment: How many come with each cycle, at least 1. The table's rows must only ever be added.

    Raises:
        DHError: if a number is out of range; later, if rows of the table can go or change.

    Example:
        from kinetable import empty_table
        from kinetable.filters import incremental_release
        t = empty_table(5).update("A = i").where(incremental_release(1, 2))
        while t.size < 5:
            t.await_update(1_000)
        print(t.snapshot().to_string())
    """
    if initial_rows < 0 or increment < 1:
        text = f"incremental_release of {initial_rows} rows and {increment} a cycle"
        raise DHError(message=f"{text}\n  hint: the first is at least 0, the second at least 1")
    return Filter(f"incremental_release({int(initial_rows)}, {int(increment)})")
