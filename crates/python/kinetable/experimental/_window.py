"""Columns that change because time passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from .. import _kinetable as _native
from .._values import duration
from ..dherror import DHError
from ..table import Table

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np

__all__ = ["time_window"]


def time_window(
    table: Table, ts_col: str, window: Union[int, str, "dt.timedelta", "np.timedelta64"], bool_col: str
) -> Table:
    """Adds a Boolean column that says whether a row is new: true while its time is at most so long ago, then false.

    The result ticks when a row gets too old, also if `table` is static.

    Args:
        table: A table.
        ts_col: A column of Instants; where it is null, so is the result.
        window: How long a row is new: nanoseconds, ``"PT5S"`` or a ``timedelta``.
        bool_col: The name of the new column.

    Returns:
        A live table.

    Raises:
        DHError: if there is no such column, it is no Instant, or the new name is taken.

    Example:
        from kinetable import new_table
        from kinetable.column import datetime_col
        from kinetable.experimental import time_window
        t = new_table([datetime_col("T", ["2020-01-01T00:00:00Z", "2199-01-01T00:00:00Z", None])])
        print(time_window(t, "T", 5_000_000_000, "IsNew").to_string())
    """
    try:
        nanos = duration(window)
    except (TypeError, ValueError) as error:
        raise DHError(error, str(error)) from error
    return Table(_native.time_window(table._native, ts_col, nanos, bool_col))
