"""Operations in which old values decay."""

from __future__ import annotations

from typing import Optional, Union

from .._texts import Texts, texts
from .._values import duration
from .kinds import OperationControl, Time, UpdateByOperation


def _decay(
    kind: str, ts_col: Optional[str], decay: Union[float, int], cols: Texts, op_control: Optional[OperationControl]
) -> UpdateByOperation:
    control = op_control or OperationControl()
    options = {"ts_col": ts_col, "decay": decay, "control": (control.on_null.name, control.on_nan.name)}
    return UpdateByOperation(kind, texts(cols), options)


def ema_tick(decay_ticks: float, cols: Texts, op_control: Optional[OperationControl] = None) -> UpdateByOperation:
    """The exponential moving average: ``x̄ = a·x̄ + (1-a)·x``, beginning with the first value.

    Here ``a = exp(-1 / decay_ticks)``, a row. Nulls and NaN are passed over
    unless `op_control` says otherwise.

    Args:
        decay_ticks: In how many rows a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.ema_tick(2, "New = Price"), by="Sym").to_string())
    """
    return _decay("ema", None, float(decay_ticks), cols, op_control)


def ema_time(
    ts_col: str, decay_time: Time, cols: Texts, op_control: Optional[OperationControl] = None
) -> UpdateByOperation:
    """The exponential moving average: ``x̄ = a·x̄ + (1-a)·x``, beginning with the first value.

    Here ``a = exp(-Δt / decay_time)``, with the time since the last value.
    Nulls and NaN are passed over unless `op_control` says otherwise.

    Args:
        ts_col: The column of timestamps.
        decay_time: In what time a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.ema_time("Time", "PT2s", "New = Price")).to_string())
    """
    return _decay("ema", ts_col, duration(decay_time), cols, op_control)


def ems_tick(decay_ticks: float, cols: Texts, op_control: Optional[OperationControl] = None) -> UpdateByOperation:
    """The sum of which old values decay: ``s = a·s + x``.

    Here ``a = exp(-1 / decay_ticks)``, a row. Nulls and NaN are passed over
    unless `op_control` says otherwise.

    Args:
        decay_ticks: In how many rows a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.ems_tick(2, "New = Price"), by="Sym").to_string())
    """
    return _decay("ems", None, float(decay_ticks), cols, op_control)


def ems_time(
    ts_col: str, decay_time: Time, cols: Texts, op_control: Optional[OperationControl] = None
) -> UpdateByOperation:
    """The sum of which old values decay: ``s = a·s + x``.

    Here ``a = exp(-Δt / decay_time)``, with the time since the last value.
    Nulls and NaN are passed over unless `op_control` says otherwise.

    Args:
        ts_col: The column of timestamps.
        decay_time: In what time a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.ems_time("Time", "PT2s", "New = Price")).to_string())
    """
    return _decay("ems", ts_col, duration(decay_time), cols, op_control)


def emmin_tick(decay_ticks: float, cols: Texts, op_control: Optional[OperationControl] = None) -> UpdateByOperation:
    """The least value, where old ones decay towards zero: ``m = min(a·m, x)``.

    Here ``a = exp(-1 / decay_ticks)``, a row. Nulls and NaN are passed over
    unless `op_control` says otherwise.

    Args:
        decay_ticks: In how many rows a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.emmin_tick(2, "New = Price"), by="Sym").to_string())
    """
    return _decay("emmin", None, float(decay_ticks), cols, op_control)


def emmin_time(
    ts_col: str, decay_time: Time, cols: Texts, op_control: Optional[OperationControl] = None
) -> UpdateByOperation:
    """The least value, where old ones decay towards zero: ``m = min(a·m, x)``.

    Here ``a = exp(-Δt / decay_time)``, with the time since the last value.
    Nulls and NaN are passed over unless `op_control` says otherwise.

    Args:
        ts_col: The column of timestamps.
        decay_time: In what time a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.emmin_time("Time", "PT2s", "New = Price")).to_string())
    """
    return _decay("emmin", ts_col, duration(decay_time), cols, op_control)


def emmax_tick(decay_ticks: float, cols: Texts, op_control: Optional[OperationControl] = None) -> UpdateByOperation:
    """The greatest value, where old ones decay towards zero: ``m = max(a·m, x)``.

    Here ``a = exp(-1 / decay_ticks)``, a row. Nulls and NaN are passed over
    unless `op_control` says otherwise.

    Args:
        decay_ticks: In how many rows a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.emmax_tick(2, "New = Price"), by="Sym").to_string())
    """
    return _decay("emmax", None, float(decay_ticks), cols, op_control)


def emmax_time(
    ts_col: str, decay_time: Time, cols: Texts, op_control: Optional[OperationControl] = None
) -> UpdateByOperation:
    """The greatest value, where old ones decay towards zero: ``m = max(a·m, x)``.

    Here ``a = exp(-Δt / decay_time)``, with the time since the last value.
    Nulls and NaN are passed over unless `op_control` says otherwise.

    Args:
        ts_col: The column of timestamps.
        decay_time: In what time a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.emmax_time("Time", "PT2s", "New = Price")).to_string())
    """
    return _decay("emmax", ts_col, duration(decay_time), cols, op_control)


def emstd_tick(decay_ticks: float, cols: Texts, op_control: Optional[OperationControl] = None) -> UpdateByOperation:
    """The exponential moving standard deviation: the root of ``v = a·(v + (1-a)·(x - x̄)²)``.

    NaN for the first value. x̄ is the average before the row.
    Here ``a = exp(-1 / decay_ticks)``, a row. Nulls and NaN are passed over
    unless `op_control` says otherwise.

    Args:
        decay_ticks: In how many rows a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 5.0, None, 4.0])])
        print(t.update_by(uby.emstd_tick(2, "New = Price"), by="Sym").to_string())
    """
    return _decay("emstd", None, float(decay_ticks), cols, op_control)


def emstd_time(
    ts_col: str, decay_time: Time, cols: Texts, op_control: Optional[OperationControl] = None
) -> UpdateByOperation:
    """The exponential moving standard deviation: the root of ``v = a·(v + (1-a)·(x - x̄)²)``.

    NaN for the first value. x̄ is the average before the row.
    Here ``a = exp(-Δt / decay_time)``, with the time since the last value.
    Nulls and NaN are passed over unless `op_control` says otherwise.

    Args:
        ts_col: The column of timestamps.
        decay_time: In what time a value decays to 1/e; greater than zero.
        cols: Columns of numbers.
        op_control: What to do with nulls and NaN.

    Example:
        from kinetable import new_table, updateby as uby
        from kinetable.column import datetime_col, double_col
        times = [f"2026-01-01T09:00:0{second}Z" for second in (0, 1, 3, 4)]
        t = new_table([datetime_col("Time", times), double_col("Price", [1.0, 5.0, 3.0, 4.0])])
        print(t.update_by(uby.emstd_time("Time", "PT2s", "New = Price")).to_string())
    """
    return _decay("emstd", ts_col, duration(decay_time), cols, op_control)
