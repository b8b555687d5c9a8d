"""Results of turbodbc cursors as static tables."""

from __future__ import annotations

from typing import Any

from ..arrow import to_table
from ..dherror import DHError
from ..table import Table


def read_cursor(cursor: Any) -> Table:
    """What a cursor that has executed a query gives, as a static table.

    Args:
        cursor: A cursor of ``turbodbc``, which must be built with Arrow.

    Raises:
        DHError: if the rows cannot be fetched.

    Usage:
        import turbodbc
        from kinetable.dbc.odbc import read_cursor
        with turbodbc.connect(dsn="shop") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT * FROM orders")
            orders = read_cursor(cursor)
    """
    try:
        rows = cursor.fetchallarrow()
    except Exception as error:
        raise DHError(error, f"the rows of the query cannot be fetched: {error}") from error
    return to_table(rows)
