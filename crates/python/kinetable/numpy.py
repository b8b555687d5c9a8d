"""Tables from and to NumPy.

Wherever this package gives NumPy arrays (here, in listeners, in ``iter_chunk_dict``, to functions in formulas): null
is NaN in floating point and NaT in times; integers and Booleans with nulls come as masked arrays, and without nulls
as plain ones; text and everything else as objects, where null is ``None``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Sequence

from .dherror import DHError
from .table import Table
from .table_factory import new_table

if TYPE_CHECKING:
    import numpy as np

    from .calendar import BusinessCalendar


def to_numpy(table: Table, cols: Optional[Sequence[str]] = None) -> "np.ndarray":
    """The rows of the current step as a two-dimensional array.

    Args:
        table: The table.
        cols: The columns, which must be of one type; all if not given.

    Returns:
        An array of a row for each row and a column for each column; a masked one if integers or Booleans are null.

    Raises:
        DHError: if the columns are of several types.

    Example:
        from kinetable import new_table, numpy as dhnp
        from kinetable.column import double_col
        t = new_table([double_col("X", [1.5, None]), double_col("Y", [2.5, 3.5])])
        print(dhnp.to_numpy(t))
    """
    import numpy as np

    names = list(cols) if cols is not None else table.column_names
    rows = table._native.rows()
    arrays = rows.read(names, 0, rows.size)
    types = sorted({array.type_name for array in arrays})
    if len(types) > 1:
        text = f"the columns are of several types: {', '.join(types)}"
        raise DHError(message=f"{text}\n  hint: name columns of one type in cols, or cast them")
    columns = [array.to_numpy() for array in arrays]
    if not columns:
        return np.empty((rows.size, 0))
    stack = np.ma.column_stack if any(isinstance(c, np.ma.MaskedArray) for c in columns) else np.column_stack
    return stack(columns)


def to_table(np_array: "np.ndarray", cols: Sequence[str]) -> Table:
    """A static table from an array.

    Args:
        np_array: An array of one dimension (a column) or two (rows by columns).
        cols: A name for each column.

    Raises:
        DHError: if there are more or fewer names than columns.

    Example:
        import numpy as np
        from kinetable import numpy as dhnp
        print(dhnp.to_table(np.array([[1, 2], [3, 4]]), ["A", "B"]).to_string())
    """
    columns = [np_array] if np_array.ndim == 1 else list(np_array.T)
    if len(columns) != len(cols):
        raise DHError(message=f"the array has {len(columns)} columns, but {len(cols)} names are given")
    return new_table(dict(zip(cols, columns)))


def to_np_busdaycalendar(cal: BusinessCalendar, include_partial: bool = True) -> "np.busdaycalendar":
    """A business calendar for NumPy's functions of business days.

    Args:
        cal: The calendar.
        include_partial: Whether holidays on which business is done for a part of the day count as holidays.

    Example:
        import numpy as np
        from kinetable import numpy as dhnp
        from kinetable.calendar import calendar
        days = dhnp.to_np_busdaycalendar(calendar("USNYSE_EXAMPLE"))
        print(np.busday_count("2024-07-01", "2024-07-08", busdaycal=days))
    """
    import numpy as np

    holidays = cal.holidays()
    if not include_partial and holidays:
        partial = set(cal.businessDates(min(holidays), max(holidays)))
        holidays = [day for day in holidays if day not in partial]
    free = set(cal.weekendDays())
    weekdays = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
    return np.busdaycalendar(weekmask=[day not in free for day in weekdays], holidays=holidays)
