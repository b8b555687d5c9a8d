"""Results of SQL queries as static tables, by way of Arrow.

The packages that speak to databases are not part of this one: ``connectorx``, ``turbodbc`` (`odbc`), or an ADBC driver
(`adbc`).
"""

from __future__ import annotations

from typing import Any, Callable, Literal

from ..arrow import to_table
from ..dherror import DHError
from ..table import Table

__all__ = ["read_sql"]


def read_sql(conn: Any, query: str, driver: Literal["odbc", "adbc", "connectorx"] = "connectorx") -> Table:
    """The result of a query as a static table.

    Args:
        conn: What the driver connects with: a URL for ``connectorx``; a connection, or a URL (``sqlite:``, ``postgresql:``), for ``adbc``; a
            connection, or a connection string, for ``odbc``.
        query: The query, in the SQL of the database.
        driver: The package that speaks to the database.

    Raises:
        DHError: if there is no such driver, its package is not installed, or the database refuses the query.

    Usage:
        from kinetable import read_sql
        orders = read_sql("postgresql://user:password@localhost/shop", "SELECT * FROM orders")
    """
    read = {"connectorx": _connectorx, "adbc": _adbc, "odbc": _odbc}.get(driver)
    if read is None:
        raise DHError(message=f'there is no driver "{driver}"\n  hint: connectorx, odbc or adbc')
    return _attempt(read, conn, query)


def _connectorx(url: Any, query: str) -> Table:
    import connectorx

    return to_table(connectorx.read_sql(conn=url, query=query, return_type="arrow"))


def _adbc(conn: Any, query: str) -> Table:
    from . import adbc

    if isinstance(conn, str):
        with _adbc_connection(conn) as made:
            return _adbc(made, query)
    with conn.cursor() as cursor:
        cursor.execute(query)
        return adbc.read_cursor(cursor)


def _adbc_connection(url: str) -> Any:
    """A connection by the driver that the URL's scheme names."""
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite":
        from adbc_driver_sqlite import dbapi as sqlite

        # ``sqlite:///shop.db`` is a file beside the script, ``sqlite:////var/shop.db`` one by its full path.
        return sqlite.connect(rest[3:] if rest.startswith("///") else rest.removeprefix("//"))
    if scheme in ("postgresql", "postgres"):
        from adbc_driver_postgresql import dbapi as postgresql

        return postgresql.connect(url)
    text = f'no ADBC driver is known for "{scheme}:"'
    raise DHError(message=f"{text}\n  hint: sqlite: and postgresql: are; give a connection of another driver's dbapi")


def _odbc(conn: Any, query: str) -> Table:
    from . import odbc

    if isinstance(conn, str):
        import turbodbc

        conn = turbodbc.connect(connection_string=conn)
    with conn.cursor() as cursor:
        cursor.execute(query)
        return odbc.read_cursor(cursor)


def _attempt(read: Callable[[Any, str], Table], conn: Any, query: str) -> Table:
    try:
        return read(conn, query)
    except DHError:
        raise
    except ImportError as error:
        raise DHError(error, f"{error}\n  hint: pip install {error.name or 'the driver'}") from error
    except Exception as error:
        raise DHError(error, f"the query failed: {error}") from error
