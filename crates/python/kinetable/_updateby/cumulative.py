"""Operations on all rows up to one."""

from __future__ import annotations

from .._texts import Texts, texts
from .kinds import DeltaControl, UpdateByOperation


def cum_sum(cols: Texts) -> UpdateByOperation:
    """The sum so far: ``long`` of integers, chars and Booleans, else ``double``.

    A null repeats the result before it, and is null before the first value. NaN stays.

    Args:
        cols: Columns of numbers, chars or Booleans.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.cum_sum("New = Price"), by="Sym").to_string())
    """
    return UpdateByOperation("cum_sum", texts(cols))


def cum_prod(cols: Texts) -> UpdateByOperation:
    """The product so far: ``long`` of integers, else ``double``.

    A null repeats the result before it, and is null before the first value. NaN stays.

    Args:
        cols: Columns of numbers.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.cum_prod("New = Price"), by="Sym").to_string())
    """
    return UpdateByOperation("cum_prod", texts(cols))


def cum_min(cols: Texts) -> UpdateByOperation:
    """The least value so far, of the column's type.

    A null or NaN repeats the result before it, and is null before the first value.

    Args:
        cols: Columns of numbers, decimals, chars, texts, binary or times.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.cum_min("New = Price"), by="Sym").to_string())
    """
    return UpdateByOperation("cum_min", texts(cols))


def cum_max(cols: Texts) -> UpdateByOperation:
    """The greatest value so far, of the column's type.

    A null or NaN repeats the result before it, and is null before the first value.

    Args:
        cols: Columns of numbers, decimals, chars, texts, binary or times.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.cum_max("New = Price"), by="Sym").to_string())
    """
    return UpdateByOperation("cum_max", texts(cols))


def cum_count_where(col: str, filters: Texts) -> UpdateByOperation:
    """The number of rows so far that pass all filters.

    Args:
        col: The name of the result, of type ``long``.
        filters: One condition or several, as for `Table.where`. A condition that is null is not passed.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.cum_count_where("Dear", "Price > 2"), by="Sym").to_string())
    """
    return UpdateByOperation("cum_count_where", [col], {"filters": texts(filters)})


def forward_fill(cols: Texts) -> UpdateByOperation:
    """The last value that is not null, of the column's type; NaN is a value.

    Args:
        cols: Columns of any type.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.forward_fill("New = Price"), by="Sym").to_string())
    """
    return UpdateByOperation("forward_fill", texts(cols))


def delta(cols: Texts, delta_control: DeltaControl = DeltaControl.NULL_DOMINATES) -> UpdateByOperation:
    """The difference to the row before, of the column's type; of instants ``long`` nanoseconds.

    Null where the value is null. A difference of integers wraps around on overflow.

    Args:
        cols: Columns of numbers, chars or instants.
        delta_control: What to give where the value before is null, as in the first row of a group: null, the value, or
            zero.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.delta("New = Price", uby.DeltaControl.VALUE_DOMINATES), by="Sym").to_string())
    """
    return UpdateByOperation("delta", texts(cols), {"control": delta_control.name})
