"""SQL over tables: the result of a query of live tables is live."""

from __future__ import annotations

from .. import _kinetable as _native
from .._scope import caller
from ..table import Table

__all__ = ["evaluate"]


def evaluate(sql: str, dry_run: bool = False) -> Table:
    """The result of a query, over the tables that the calling code can name.

    It is made of the operations that a program could call itself, so it is live if one of its tables is, and each change costs what
    changed. ``docs/sql.md`` has the grammar, the functions and what is not supported. Names are case-sensitive, as
    those of variables are; nulls and conditions follow SQL, not the formulas of ``where`` and ``update``.

    Args:
        sql: A query: ``SELECT``, ``WITH``, ``VALUES``, or several with ``UNION``, ``EXCEPT``, ``INTERSECT``.
        dry_run: Whether the query is only looked at: the result is then a static table without rows that has the columns
            which the query would give, and no row is read.

    Returns:
        The result. A column without a name of its own is called ``EXPR$`` and its place, from 0.

    Raises:
        DHError: If the query is wrong, or not supported: the message says in which line and column, and what to do.

    Example:
        from kinetable import new_table
        from kinetable.column import double_col, string_col
        from kinetable.experimental import sql
        trades = new_table([string_col("Sym", ["A", "B", "A"]), double_col("Price", [1.5, 7.0, 2.5])])
        print(sql.evaluate("SELECT Sym, AVG(Price) AS Mean FROM trades GROUP BY Sym ORDER BY Mean DESC").to_string())
    """
    local_names, global_names = caller()
    tables: dict[str, _native.Table] = {}
    for names in (global_names, local_names):
        for name, value in names.items():
            if isinstance(value, Table):
                tables[name] = value._native
            else:
                tables.pop(name, None)
    return Table(_native.sql_query(sql, tables, dry_run))
