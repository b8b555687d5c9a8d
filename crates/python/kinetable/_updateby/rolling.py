"""Operations on windows."""

from __future__ import annotations

from typing import Any, Optional

from .._texts import Texts, texts
from .._values import duration
from .kinds import Time, UpdateByOperation


def _count(value: Any, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise TypeError(f"{name} is {value!r}, but must be an integer")


def _ticks(rev_ticks: int, fwd_ticks: int) -> tuple[None, int, int]:
    """A window of rows, as the native module takes it."""
    return None, _count(rev_ticks, "rev_ticks"), _count(fwd_ticks, "fwd_ticks")


def _time(ts_col: str, rev_time: Time, fwd_time: Time) -> tuple[str, int, int]:
    """A window of time, as the native module takes it."""
    return ts_col, duration(rev_time), duration(fwd_time)


def _rolling(kind: str, cols: Texts, window: tuple[Optional[str], int, int], **options: Any) -> UpdateByOperation:
    return UpdateByOperation(f"rolling_{kind}", texts(cols), {"window": window, **options})


def rolling_sum_tick(cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The sum of a window: ``long`` of integers, chars and Booleans, else ``double``.

    Nulls are left out; null of no value.

    Args:
        cols: Columns of numbers, chars or Booleans.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_sum_tick("New = Price", rev_ticks=2), by="Sym").to_string())
    """
    return _rolling("sum", cols, _ticks(rev_ticks, fwd_ticks))


def rolling_sum_time(ts_col: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The sum of a window: ``long`` of integers, chars and Booleans, else ``double``.

    Nulls are left out; null of no value.

    Args:
        ts_col: The column of timestamps.
        cols: Columns of numbers, chars or Booleans.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_sum_time("Time", "New = Price", "PT2s")).to_string())
    """
    return _rolling("sum", cols, _time(ts_col, rev_time, fwd_time))


def rolling_avg_tick(cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The mean of a window, as ``double``.

    Nulls are left out; null of no value.

    Args:
        cols: Columns of numbers or chars.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_avg_tick("New = Price", rev_ticks=2), by="Sym").to_string())
    """
    return _rolling("avg", cols, _ticks(rev_ticks, fwd_ticks))


def rolling_avg_time(ts_col: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The mean of a window, as ``double``.

    Nulls are left out; null of no value.

    Args:
        ts_col: The column of timestamps.
        cols: Columns of numbers or chars.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_avg_time("Time", "New = Price", "PT2s")).to_string())
    """
    return _rolling("avg", cols, _time(ts_col, rev_time, fwd_time))


def rolling_min_tick(cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The least value of a window, of the column's type.

    Nulls are left out; null of no value. NaN while one is in the window.

    Args:
        cols: Columns of numbers, decimals, chars, texts, binary or times.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_min_tick("New = Price", rev_ticks=2), by="Sym").to_string())
    """
    return _rolling("min", cols, _ticks(rev_ticks, fwd_ticks))


def rolling_min_time(ts_col: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The least value of a window, of the column's type.

    Nulls are left out; null of no value. NaN while one is in the window.

    Args:
        ts_col: The column of timestamps.
        cols: Columns of numbers, decimals, chars, texts, binary or times.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_min_time("Time", "New = Price", "PT2s")).to_string())
    """
    return _rolling("min", cols, _time(ts_col, rev_time, fwd_time))


def rolling_max_tick(cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The greatest value of a window, of the column's type.

    Nulls are left out; null of no value. NaN while one is in the window.

    Args:
        cols: Columns of numbers, decimals, chars, texts, binary or times.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_max_tick("New = Price", rev_ticks=2), by="Sym").to_string())
    """
    return _rolling("max", cols, _ticks(rev_ticks, fwd_ticks))


def rolling_max_time(ts_col: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The greatest value of a window, of the column's type.

    Nulls are left out; null of no value. NaN while one is in the window.

    Args:
        ts_col: The column of timestamps.
        cols: Columns of numbers, decimals, chars, texts, binary or times.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_max_time("Time", "New = Price", "PT2s")).to_string())
    """
    return _rolling("max", cols, _time(ts_col, rev_time, fwd_time))


def rolling_prod_tick(cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The product of a window, as ``double``.

    Nulls are left out; null of no value.

    Args:
        cols: Columns of numbers.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_prod_tick("New = Price", rev_ticks=2), by="Sym").to_string())
    """
    return _rolling("prod", cols, _ticks(rev_ticks, fwd_ticks))


def rolling_prod_time(ts_col: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The product of a window, as ``double``.

    Nulls are left out; null of no value.

    Args:
        ts_col: The column of timestamps.
        cols: Columns of numbers.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_prod_time("Time", "New = Price", "PT2s")).to_string())
    """
    return _rolling("prod", cols, _time(ts_col, rev_time, fwd_time))


def rolling_count_tick(cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The number of values of a window that are not null, as ``long``.

    Args:
        cols: Columns of any type.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_count_tick("New = Price", rev_ticks=2), by="Sym").to_string())
    """
    return _rolling("count", cols, _ticks(rev_ticks, fwd_ticks))


def rolling_count_time(ts_col: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The number of values of a window that are not null, as ``long``.

    Args:
        ts_col: The column of timestamps.
        cols: Columns of any type.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_count_time("Time", "New = Price", "PT2s")).to_string())
    """
    return _rolling("count", cols, _time(ts_col, rev_time, fwd_time))


def rolling_std_tick(cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The sample standard deviation of a window, as ``double``; NaN of one value.

    Nulls are left out; null of no value.

    Args:
        cols: Columns of numbers or chars.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_std_tick("New = Price", rev_ticks=2), by="Sym").to_string())
    """
    return _rolling("std", cols, _ticks(rev_ticks, fwd_ticks))


def rolling_std_time(ts_col: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The sample standard deviation of a window, as ``double``; NaN of one value.

    Nulls are left out; null of no value.

    Args:
        ts_col: The column of timestamps.
        cols: Columns of numbers or chars.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_std_time("Time", "New = Price", "PT2s")).to_string())
    """
    return _rolling("std", cols, _time(ts_col, rev_time, fwd_time))


def rolling_wavg_tick(wcol: str, cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The mean of a window weighted by another column, as ``double``.

    Rows where weight or value is null are left out; null of no value, and NaN when the weights add up to zero.

    Args:
        wcol: The column of weights, which are numbers.
        cols: Columns of numbers or chars.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, int_col
        t = new_table([int_col("Size", [1, 3, 1]), double_col("Price", [1.0, 5.0, 4.0])])
        print(t.update_by(uby.rolling_wavg_tick("Size", "New = Price", rev_ticks=2)).to_string())
    """
    return _rolling("wavg", cols, _ticks(rev_ticks, fwd_ticks), weight=wcol)


def rolling_wavg_time(ts_col: str, wcol: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The mean of a window weighted by another column, as ``double``.

    Rows where weight or value is null are left out; null of no value, and NaN when the weights add up to zero.

    Args:
        ts_col: The column of timestamps.
        wcol: The column of weights, which are numbers.
        cols: Columns of numbers or chars.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col, int_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3)]
        prices = [double_col("Price", [1.0, 5.0, 4.0]), int_col("Size", [1, 3, 1])]
        t = new_table([datetime_col("Time", times), *prices])
        print(t.update_by(uby.rolling_wavg_time("Time", "Size", "New = Price", "PT2s")).to_string())
    """
    return _rolling("wavg", cols, _time(ts_col, rev_time, fwd_time), weight=wcol)


def rolling_group_tick(cols: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The values of a window as an array, nulls among them; empty of no rows.

    Args:
        cols: Columns of any type.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_group_tick("New = Price", rev_ticks=0, fwd_ticks=2), by="Sym").to_string())
    """
    return _rolling("group", cols, _ticks(rev_ticks, fwd_ticks))


def rolling_group_time(ts_col: str, cols: Texts, rev_time: Time, fwd_time: Time = 0) -> UpdateByOperation:
    """The values of a window as an array, nulls among them; empty of no rows.

    Args:
        ts_col: The column of timestamps.
        cols: Columns of any type.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_group_time("Time", "New = Price", "PT2s")).to_string())
    """
    return _rolling("group", cols, _time(ts_col, rev_time, fwd_time))


def rolling_formula_tick(
    formula: str, formula_param: Optional[str] = None, cols: Texts = None, rev_ticks: int = 0, fwd_ticks: int = 0
) -> UpdateByOperation:
    """What a formula makes of a window.

    Written whole, ``"Out = expression"``, it may read several columns; or as an expression in which `formula_param`
    stands for one column after the other. In it columns are arrays: the values of the window. The result is of the
    type of the expression.

    Args:
        formula: ``"Out = expression"``, or an expression if there is a `formula_param`.
        formula_param: The name that stands for a column.
        cols: With `formula_param`, the columns; every column but keys and timestamps if none is named.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_formula_tick("Range = max(Price) - min(Price)", rev_ticks=2)).to_string())
    """
    return _rolling("formula", cols, _ticks(rev_ticks, fwd_ticks), formula=formula, parameter=formula_param)


def rolling_formula_time(
    ts_col: str,
    formula: str,
    formula_param: Optional[str] = None,
    cols: Texts = None,
    rev_time: Time = 0,
    fwd_time: Time = 0,
) -> UpdateByOperation:
    """What a formula makes of a window.

    Written whole, ``"Out = expression"``, it may read several columns; or as an expression in which `formula_param`
    stands for one column after the other. In it columns are arrays: the values of the window. The result is of the
    type of the expression.

    Args:
        ts_col: The column of timestamps.
        formula: ``"Out = expression"``, or an expression if there is a `formula_param`.
        formula_param: The name that stands for a column.
        cols: With `formula_param`, the columns; every column but keys and timestamps if none is named.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_formula_time("Time", "max(x)", "x", "Most = Price", rev_time="PT2s")).to_string())
    """
    return _rolling("formula", cols, _time(ts_col, rev_time, fwd_time), formula=formula, parameter=formula_param)


def rolling_count_where_tick(col: str, filters: Texts, rev_ticks: int, fwd_ticks: int = 0) -> UpdateByOperation:
    """The number of rows of a window that pass all filters.

    Args:
        col: The name of the result, of type ``long``.
        filters: One condition or several, as for `Table.where`. A condition that is null is not passed.
        rev_ticks: How many rows before, with the row itself; 0 or less to begin after it.
        fwd_ticks: How many rows after; negative for rows before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.rolling_count_where_tick("Dear", "Price > 2", rev_ticks=2), by="Sym").to_string())
    """
    return _rolling("count_where", [col], _ticks(rev_ticks, fwd_ticks), filters=texts(filters))


def rolling_count_where_time(
    ts_col: str, col: str, filters: Texts, rev_time: Time, fwd_time: Time = 0
) -> UpdateByOperation:
    """The number of rows of a window that pass all filters.

    Args:
        ts_col: The column of timestamps.
        col: The name of the result, of type ``long``.
        filters: One condition or several, as for `Table.where`. A condition that is null is not passed.
        rev_time: How much time before; negative for times after it.
        fwd_time: How much time after; negative for times before it.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.rolling_count_where_time("Time", "Dear", "Price > 3", "PT2s")).to_string())
    """
    return _rolling("count_where", [col], _time(ts_col, rev_time, fwd_time), filters=texts(filters))
