"""Results of SQL queries: the way from a driver's Arrow to a table; the drivers stand in by what they promise."""

from __future__ import annotations

import contextlib
import sys
import types

import pyarrow as pa
import pytest
from kinetable import DHError, read_sql
from kinetable.dbc import adbc, odbc

ROWS = pa.table({"Item": ["pen", None], "Count": pa.array([1, 2], pa.int32())})


class Cursor(contextlib.AbstractContextManager):
    """A cursor that knows one query."""

    def __exit__(self, *_):
        return None

    def execute(self, query):
        if query != "SELECT * FROM orders":
            raise RuntimeError("syntax error")

    def fetch_arrow_table(self):
        return ROWS

    fetchallarrow = fetch_arrow_table


class Connection:
    cursor = Cursor


def values(table):
    return [tuple(row.values()) for row in table.iter_dict()]


@pytest.mark.parametrize("driver", ["adbc", "odbc"])
def test_connections(driver):
    assert values(read_sql(Connection(), "SELECT * FROM orders", driver)) == [("pen", 1), (None, 2)]
    with pytest.raises(DHError, match="the query failed: syntax error"):
        read_sql(Connection(), "SELEKT", driver)


def test_cursors():
    assert values(adbc.read_cursor(Cursor())) == values(odbc.read_cursor(Cursor())) == [("pen", 1), (None, 2)]
    with pytest.raises(DHError, match="cannot be fetched"):
        adbc.read_cursor(object())


def test_connectorx(monkeypatch):
    told = {}

    def read(**arguments):
        told.update(arguments)
        return ROWS

    monkeypatch.setitem(sys.modules, "connectorx", types.SimpleNamespace(read_sql=read))
    assert read_sql("sqlite://shop", "SELECT 1").size == 2
    assert told == {"conn": "sqlite://shop", "query": "SELECT 1", "return_type": "arrow"}


def test_what_is_missing_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "connectorx", None)
    with pytest.raises(DHError, match="connectorx"):
        read_sql("sqlite://shop", "SELECT 1")
    with pytest.raises(DHError, match='no driver "jdbc"'):
        read_sql("x", "SELECT 1", "jdbc")
