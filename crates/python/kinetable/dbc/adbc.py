"""Results of ADBC cursors as static tables."""

from __future__ import annotations

from typing import Any

from ..arrow import to_table
from ..dherror import DHError
from ..table import Table


def read_cursor(cursor: Any) -> Table:
    """What a cursor that has executed a query gives, as a static table.

    Args:
        cursor: A cursor of an ADBC driver's ``dbapi``.

    Raises:
        DHError: if the rows cannot be fetched.

    Usage:
        from adbc_driver_sqlite import dbapi
        from kinetable.dbc.adbc import read_cursor
        with dbapi.connect("shop.sqlite") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT * FROM orders")
            orders = read_cursor(cursor)
    """
    try:
        rows = cursor.fetch_arrow_table()
    except Exception as error:
        raise DHError(error, f"the rows of the query cannot be fetched: {error}") from error
    return to_table(rows)
