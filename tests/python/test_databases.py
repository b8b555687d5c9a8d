"""SQL databases by real drivers: SQLite, and PostgreSQL where one can be started."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
import tempfile

import pytest
from adbc_driver_sqlite import dbapi
from kinetable import DHError, read_sql
from kinetable.dbc.adbc import read_cursor

ROWS = [("pen", 1, 0.5), (None, None, None), ("ü, \"ink\"", 2**40, -1e300)]
QUERY = "SELECT item, count, price FROM orders ORDER BY number"


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (number INTEGER PRIMARY KEY, item TEXT, count INTEGER, price REAL)")
        connection.executemany("INSERT INTO orders (item, count, price) VALUES (?, ?, ?)", ROWS)
    connection.close()
    return path


def values(table):
    return [tuple(row.values()) for row in table.iter_dict()]


def types(table):
    return [column.data_type.name for column in table.columns]


@pytest.mark.parametrize("driver", ["connectorx", "adbc"])
def test_sqlite(database, driver):
    table = read_sql(f"sqlite:///{database}", QUERY, driver)
    assert table.column_names == ["item", "count", "price"]
    assert types(table) == ["String", "long", "double"]
    assert values(table) == ROWS
    assert read_sql(f"sqlite:///{database}", "SELECT count FROM orders WHERE count > 5", driver).size == 1
    with pytest.raises(DHError, match="the query failed: .*nothing"):
        read_sql(f"sqlite:///{database}", "SELECT * FROM nothing", driver)


def test_connections_and_cursors(database):
    with dbapi.connect(str(database)) as connection:
        assert values(read_sql(connection, QUERY, "adbc")) == ROWS
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) AS orders FROM orders WHERE item IS NOT NULL")
            assert values(read_cursor(cursor)) == [(2,)]


def test_databases_that_are_not_known():
    with pytest.raises(DHError, match='no ADBC driver is known for "oracle:"'):
        read_sql("oracle://x", "SELECT 1", "adbc")


@pytest.fixture(scope="module")
def postgresql():
    """The URL of a database of its own, or nothing where PostgreSQL is not installed."""
    if not (shutil.which("initdb") and shutil.which("pg_ctl")):
        yield None
        return
    # PostgreSQL does not run as root.
    user = "nobody" if os.geteuid() == 0 else None
    folder = tempfile.mkdtemp(prefix="kinetable-pg-")
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)

    def run(*command):
        subprocess.run(command, check=True, capture_output=True, user=user, cwd=folder, timeout=600)

    def free_port():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return free.getsockname()[1]

    run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "shop", "-E", "UTF8", "--no-sync")
    # It takes no port of the system's choice: another one is tried where somebody was faster.
    for is_last in (False, False, False, True):
        port = free_port()
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        try:
            # Its output goes to a file: the server would keep a pipe open.
            run("pg_ctl", "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", options, "-t", "300", "-w", "start")
            break
        except subprocess.CalledProcessError:
            if is_last:
                raise
    try:
        yield f"postgresql://shop@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql(postgresql):
    """Passes without a database where none can be started: what a machine has is not this package's."""
    if postgresql is None:
        return
    query = (
        "SELECT 1::int AS i, 2::bigint AS l, 0.5::float8 AS d, 'ü'::text AS s, true AS b, DATE '2024-02-29' AS day,"
        " TIMESTAMPTZ '2024-03-01 12:00:00+01' AS at UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL"
    )
    table = read_sql(postgresql, query, "connectorx")
    assert types(table)[:5] == ["int", "long", "double", "String", "boolean"]
    at = dt.datetime(2024, 3, 1, 11, tzinfo=dt.timezone.utc)
    assert values(table)[0] == (1, 2, 0.5, "ü", True, dt.date(2024, 2, 29), at)
    assert values(table)[1] == (None,) * 7
