"""What `Table.update_by` computes for each row, from the rows before and after it in its group.

Columns are given as ``"Column"``, whose place the result takes, or ``"New = Column"``; no columns at all (``[]``) mean
every column that the operation can be applied to, apart from keys, timestamps and weights. The rows of a group are in
the order of the table.

- **Cumulative** operations (``cum_…``, `forward_fill`) see all rows up to the row.
- **Decaying** ones (``em…``) too, but the older a value, the less it counts: in tick form with each row, by
  ``a = exp(-1 / decay_ticks)``; in time form with the time between rows, by ``a = exp(-Δt / decay_time)``. Results are
  ``double``.
- **Rolling** ones see a window. In tick form from the row ``rev_ticks - 1`` rows before to the row ``fwd_ticks`` rows
  after: ``rev_ticks=1`` is the row alone, and a negative number moves an end of the window to the other side of the
  row, so that ``rev_ticks=0, fwd_ticks=3`` are the next three rows. In time form the rows whose timestamps lie from
  ``t - rev_time`` to ``t + fwd_time``, both included.

Timestamps are instants, or longs of nanoseconds; within a group they must not be null nor descend, or a `DHError` is
raised (and a live table fails). Times are integers of nanoseconds, or durations: ``"PT1s"``, ``"PT00:00:01"``, a
`timedelta`.

Sums of floating point numbers in windows are the true sums, rounded once, and products are multiplied in an order that
the window alone determines: results do not depend on when rows came, and a NaN that leaves a window leaves no trace.
"""

from __future__ import annotations

from ._updateby.cumulative import (
    cum_count_where,
    cum_max,
    cum_min,
    cum_prod,
    cum_sum,
    delta,
    forward_fill,
)
from ._updateby.decaying import (
    ema_tick,
    ema_time,
    emmax_tick,
    emmax_time,
    emmin_tick,
    emmin_time,
    ems_tick,
    ems_time,
    emstd_tick,
    emstd_time,
)
from ._updateby.kinds import BadDataBehavior, DeltaControl, MathContext, OperationControl, UpdateByOperation
from ._updateby.rolling import (
    rolling_avg_tick,
    rolling_avg_time,
    rolling_count_tick,
    rolling_count_time,
    rolling_count_where_tick,
    rolling_count_where_time,
    rolling_formula_tick,
    rolling_formula_time,
    rolling_group_tick,
    rolling_group_time,
    rolling_max_tick,
    rolling_max_time,
    rolling_min_tick,
    rolling_min_time,
    rolling_prod_tick,
    rolling_prod_time,
    rolling_std_tick,
    rolling_std_time,
    rolling_sum_tick,
    rolling_sum_time,
    rolling_wavg_tick,
    rolling_wavg_time,
)

__all__ = [
    "BadDataBehavior",
    "DeltaControl",
    "MathContext",
    "OperationControl",
    "UpdateByOperation",
    "cum_count_where",
    "cum_max",
    "cum_min",
    "cum_prod",
    "cum_sum",
    "delta",
    "ema_tick",
    "ema_time",
    "emmax_tick",
    "emmax_time",
    "emmin_tick",
    "emmin_time",
    "ems_tick",
    "ems_time",
    "emstd_tick",
    "emstd_time",
    "forward_fill",
    "rolling_avg_tick",
    "rolling_avg_time",
    "rolling_count_tick",
    "rolling_count_time",
    "rolling_count_where_tick",
    "rolling_count_where_time",
    "rolling_formula_tick",
    "rolling_formula_time",
    "rolling_group_tick",
    "rolling_group_time",
    "rolling_max_tick",
    "rolling_max_time",
    "rolling_min_tick",
    "rolling_min_time",
    "rolling_prod_tick",
    "rolling_prod_time",
    "rolling_std_tick",
    "rolling_std_time",
    "rolling_sum_tick",
    "rolling_sum_time",
    "rolling_wavg_tick",
    "rolling_wavg_time",
]
