"""Tables from nothing, from data, from time, and from other tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union

from . import _kinetable as _native
from ._values import decimal_scale, duration, instant_counts, list_type
from .column import InputColumn
from .dherror import DHError
from .dtypes import BigDecimal
from .table import Table

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np

DurationLike = Union[int, str, "dt.timedelta", "np.timedelta64"]
InstantLike = Union[int, str, "dt.datetime", "np.datetime64"]


def empty_table(size: int) -> Table:
    """A static table of so many rows and no columns: the start of a table of formulas.

    Args:
        size: The number of rows; none if it is negative.

    Example:
        from kinetable import empty_table
        print(empty_table(3).update(["X = i", "Y = X * X"]).to_string())
    """
    return Table(_native.empty_table(max(size, 0)))


def new_table(cols: Union[Sequence[InputColumn], Mapping[str, Any]]) -> Table:
    """A static table of columns.

    Args:
        cols: Columns that the functions of `kinetable.column` make, or a dict of names to values. Values may be lists,
            NumPy arrays, pandas and Polars series, or Arrow arrays; ``None`` is null. In a dict the types are those of
            the values: ``int`` is long, ``float`` double, and ``None`` among them is null.

    Raises:
        DHError: if columns have different lengths, or a value does not fit its column.

    Example:
        from kinetable import new_table
        from kinetable.column import double_col, string_col
        print(new_table([string_col("Sym", ["A", "B"]), double_col("Price", [1.5, None])]).to_string())
        print(new_table({"Sym": ["A", "B"], "Size": [100, None]}).to_string())
    """
    named = cols.items() if isinstance(cols, Mapping) else ((col.name, col) for col in cols)
    return Table(_native.new_table([(name, *_typed(name, data)) for name, data in named]))


def _typed(name: str, data: Any) -> tuple[Optional[str], Any]:
    """The type name of a column, or ``None`` where its values tell; and the values."""
    if isinstance(data, InputColumn):
        return _type_name(data), data.input_data
    if hasattr(data, "__arrow_c_array__") or hasattr(data, "__arrow_c_stream__"):
        return None, data
    if hasattr(data, "to_numpy"):
        data = data.to_numpy()
    dtype = getattr(data, "dtype", None)
    if dtype is not None and getattr(dtype, "kind", "O") not in "OUS":
        return None, data
    type_name, items = list_type(data)
    if type_name is None and any(item is not None for item in items):
        kinds = sorted({type(item).__name__ for item in items if item is not None})
        text = f'column "{name}" holds values of types that no column takes together: {", ".join(kinds)}'
        raise DHError(message=f"{text}\n  hint: make them one type, or say it with kinetable.column, e.g. double_col")
    return type_name or "String", items


def _type_name(column: InputColumn) -> str:
    """The type's name for the native module; a decimal's with the digits that its values need."""
    if column.data_type is BigDecimal:
        try:
            return f"BigDecimal[{decimal_scale(column.input_data)}]"
        except (ArithmeticError, TypeError, ValueError) as error:
            raise DHError(error, f'column "{column.name}" holds a value that is no decimal number') from error
    return column.data_type.name


def time_table(period: DurationLike, start_time: Optional[InstantLike] = None, blink_table: bool = False) -> Table:
    """A live table that gets a row with a ``Timestamp`` in every period.

    Args:
        period: ``"PT1S"``, ``"PT0.1S"``, a ``timedelta``, or nanoseconds.
        start_time: The first timestamp; now if it is not given.
        blink_table: Whether to keep only the rows of the latest cycle.

    Raises:
        DHError: if the period is not positive, or a text is no duration or instant.

    Example:
        from kinetable import time_table
        ticking = time_table("PT0.01S", start_time="2024-01-01T00:00:00Z").head(2)
        while ticking.size < 2:
            ticking.await_update()
        print(ticking.to_string())
    """
    try:
        nanos = duration(period)
        start = None if start_time is None else instant_counts([start_time])[0]
    except (TypeError, ValueError) as error:
        raise DHError(error, str(error)) from error
    return Table(_native.time_table(nanos, start, blink_table))


def merge(tables: Sequence[Table]) -> Table:
    """The rows of all tables, those of the first before those of the second, even as they change.

    Columns are matched by name, and are in the order of the first table. Blink tables alone make a blink table.

    Args:
        tables: Tables with the same columns, which may be in another order.

    Raises:
        DHError: if there is no table, or names or types differ.

    Example:
        from kinetable import merge, new_table
        from kinetable.column import int_col
        print(merge([new_table([int_col("A", [1, 2])]), new_table([int_col("A", [3])])]).to_string())
    """
    return Table(_native.merge([table._native for table in tables]))


def ring_table(parent: Table, capacity: int, initialize: bool = True) -> Table:
    """The last rows added to a table, so many; rows that go from `parent` stay.

    Args:
        parent: A table whose rows are not modified and do not move: if they do, the ring fails.
        capacity: How many rows to keep; at least 1.
        initialize: Whether the rows that are there already count.

    Returns:
        A live table if `parent` is; it is neither append-only nor blink.

    Raises:
        DHError: if the capacity is less than 1.

    Example:
        from kinetable import empty_table, ring_table
        print(ring_table(empty_table(5).update("X = i"), 2).to_string())
    """
    if capacity < 1:
        raise DHError(message=f"capacity is {capacity}, but has to be at least 1")
    return Table(_native.ring_table(parent._native, capacity, initialize))


def merge_sorted(tables: Sequence[Table], order_by: str) -> Table:
    """The rows of static tables, ordered by a column; rows that are equal in it are in the order of the tables.

    Args:
        tables: Static tables with the same columns.
        order_by: The column; ascending, null first and NaN last.

    Raises:
        DHError: if a table is live (``merge(tables).sort(order_by)`` works on those), or the columns differ.

    Example:
        from kinetable import merge_sorted, new_table
        from kinetable.column import int_col
        odd, even = new_table([int_col("X", [1, 3])]), new_table([int_col("X", [2, 4])])
        print(merge_sorted([odd, even], "X").to_string())
    """
    return Table(_native.merge_sorted([table._native for table in tables], order_by))


from ._writing import DynamicTableWriter as DynamicTableWriter  # noqa: E402
from ._writing import InputTable as InputTable  # noqa: E402
from ._writing import function_generated_table as function_generated_table  # noqa: E402
from ._writing import input_table as input_table  # noqa: E402
