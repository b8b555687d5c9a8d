"""Tables from and to Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional, Sequence, Union

from . import _kinetable as _native
from .table import Table

if TYPE_CHECKING:
    import polars as pl

__all__ = ["to_polars", "to_table"]


def to_polars(table: Table, cols: Optional[Sequence[str]] = None) -> "pl.DataFrame":
    """The rows of the current step as a Polars DataFrame. Numbers, times and texts are not copied where they lie in one piece.

    Args:
        table: The table.
        cols: The columns; all if not given.

    Raises:
        DHError: if there is no column of a name in `cols`.

    Example:
        from kinetable import new_table, polars as kpl
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B"]), int_col("Size", [100, None])])
        print(kpl.to_polars(t).to_dicts())
    """
    return table.to_polars(list(cols) if cols is not None else None)


def to_table(df: "Union[pl.DataFrame, pl.LazyFrame]", cols: Optional[Sequence[str]] = None) -> Table:
    """A static table from a Polars DataFrame; a LazyFrame is collected. Types become what `kinetable.arrow.to_table` says.

    Args:
        df: The frame.
        cols: The columns; all if not given.

    Raises:
        DHError: if a column has no type here, or there is no column of a name in `cols`.

    Example:
        import polars as pl
        from kinetable import polars as kpl
        print(kpl.to_table(pl.DataFrame({"A": [1, 2], "B": ["x", None]})).to_string())
    """
    collect = getattr(df, "collect", None)
    table = Table(_native.table_from_arrow(df if collect is None else collect()))
    return table if cols is None else table.select(list(cols))
