"""SQL that is hostile, or that a hostile reader doubted: small statements stay small, doubts are refused, live results follow."""

from __future__ import annotations

import pyarrow as pa
import pytest
from conftest import wait_until
from kinetable import DHError, dtypes, empty_table, input_table
from kinetable.arrow import to_arrow, to_table
from kinetable.experimental import sql
from kinetable.table_listener import listen
from test_sql_random import table_rows, theirs

T = pa.table({
    "Id": pa.array([1, 2, 3, 4, 5], pa.int64()), "K": pa.array([1, 1, 2, None, 2], pa.int32()),
    "X": pa.array([5, None, 7, 9, 5], pa.int32()), "Big": pa.array([2**63 - 1, 1, 3, None, -5], pa.int64()),
    "S": ["a", "b", None, "a", "c"],
})
U = pa.table({"K": pa.array([1, 2, 2, None, 7], pa.int32()), "Z": pa.array([10, 20, None, 40, 50], pa.int64()), "now": [1, 2, 3, 4, 5]})
t, u = to_table(T), to_table(U)
one = empty_table(1).update("X = i")
many = to_table(pa.table({"X": list(range(2000)), "S": ["x"] * 2000}))


def rows(text):
    return [tuple(row.values()) for row in to_arrow(sql.evaluate(text)).to_pylist()]


def nested(times, text, inner):
    for _ in range(times):
        inner = text.format(inner)
    return inner


@pytest.mark.parametrize(
    "text",
    [
        "SELECT SUM(X + (SELECT MAX(Z) FROM u)) FROM t",
        "SELECT K, SUM(X + (SELECT MAX(Z) FROM u)) + (SELECT MIN(Z) FROM u) FROM t GROUP BY K",
        "SELECT COUNT(*) FILTER (WHERE K IN (SELECT K FROM u)) FROM t",
        "SELECT K, COUNT(*) FROM t GROUP BY K HAVING K IN (SELECT K FROM u)",
        "SELECT K, COUNT(*) FROM t GROUP BY K HAVING COUNT(*) NOT IN (SELECT K FROM u WHERE K IS NOT NULL)",
        "SELECT K, K IN (SELECT K FROM u) AS M FROM t GROUP BY K",
        "SELECT ROUND(15, -1), ROUND(14, -1), ROUND(-15, -1), ROUND(1250, -2), ROUND(7, 2), ROUND(5, -30)",
        "SELECT NULL AS N UNION ALL SELECT 'a' UNION ALL SELECT NULL",
        "SELECT COALESCE(x, 'n') FROM (SELECT NULL AS x FROM t) q",
        "SELECT x IS NULL, COUNT(*) FROM (SELECT NULL AS x FROM t) q GROUP BY x",
        "SELECT K, X, SUM(X) FROM t GROUP BY (K, X)",
        "SELECT SUM(X) FROM t GROUP BY ()",
        "SELECT SUM(Big), AVG(Big) FROM t WHERE Id > 1",
        "SELECT NULLIF(X, 5), NULLIF(X, 5.0), NULLIF(S, 'a'), NULLIF(5, X), NULLIF(X, NULL) FROM t",
        "SELECT EXTRACT(EPOCH FROM DATE '9999-12-31'), EXTRACT(EPOCH FROM DATE '0001-01-01')",
        "SELECT Id, RANK() OVER (PARTITION BY K, K ORDER BY K, X NULLS LAST, X NULLS LAST), DENSE_RANK() OVER (PARTITION BY X ORDER BY X) FROM t",
        "SELECT Id FROM t WHERE EXISTS (SELECT 1 FROM u WHERE FALSE) OR NOT EXISTS (SELECT 1 FROM u WHERE Z > 45)",
    ],
)
def test_what_duckdb_gives(text):
    assert sorted(table_rows(to_arrow(sql.evaluate(text))), key=repr) == sorted(theirs(text, {"t": T, "u": U}), key=repr)


@pytest.mark.parametrize(
    "text, pattern",
    [
        ("SELECT now FROM u a, u b", '"now" is the name of several columns'),
        ("SELECT SUM(Big) FROM t WHERE Id < 3", "out of range Int64"),
        ("SELECT Id FROM t ORDER BY Id LIMIT 1.7", "a number of rows is a constant integer"),
        ("SELECT Id FROM t LIMIT '3'", "a number of rows is a constant integer"),
        ("SELECT Id FROM t LIMIT (SELECT 2)", "a query where a constant is wanted is not supported"),
        ("SELECT Id, X AS A, K AS A FROM t ORDER BY A", '"A" is the name of several things'),
        ("WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a", 'WITH gives the name "a" twice'),
        ("SELECT CAST(DATE '2024-01-01' AS INTEGER)", "(?s)a DATE cannot become a INTEGER.*number of days"),
        ("SELECT ROUND(CAST(15.5 AS DECIMAL(5, 1)), -1)", "at least 0: CAST it to DOUBLE"),
        ("SELECT TO_TIMESTAMP(1e300)", "1e300 s lie outside"),
        ("SELECT SUM(Big) OVER (ORDER BY Id) FROM t", "a SUM of 9223372036854775808 does not fit into a BIGINT"),
    ],
)
def test_what_is_doubtful_is_refused(text, pattern):
    with pytest.raises(DHError, match=pattern):
        sql.evaluate(text)


@pytest.mark.parametrize(
    "text, pattern",
    [
        ("SELECT REPEAT(S, 8000000) AS R FROM many", "bytes together"),
        ("SELECT STRING_AGG(S, REPEAT('x', 16000000)) AS R FROM many", "would be too long"),
        ("SELECT CONCAT(" + ", ".join(["R"] * 900) + ") AS C FROM (SELECT REPEAT(S, 16000000) AS R FROM many LIMIT 1) q", "would be too long"),
        ("SELECT COUNT(*) FROM " + nested(22, "(SELECT *, * FROM {}) q", "one"), "name the columns that are wanted"),
        ("WITH a0 AS (SELECT X FROM one)" + "".join(f", a{n + 1} AS (SELECT * FROM a{n} l, a{n} r)" for n in range(22)) + " SELECT 1 FROM a22", "are the most"),
    ],
)
def test_small_statements_do_not_become_large(text, pattern):
    with pytest.raises(DHError, match=pattern):
        sql.evaluate(text)


def test_what_is_written_once_is_there_once():
    assert rows("SELECT " + nested(40, "NULLIF({}, 1)", "X") + " FROM one") == [(0,)]
    assert rows("SELECT SUM(LENGTH(REPLACE(S, 'x', 'yy'))) FROM many") == [(4000,)]


def test_texts_that_are_too_long_are_null_in_what_stands():
    kept = input_table(col_defs={"K": dtypes.int64, "S": dtypes.string}, key_cols="K")
    long = sql.evaluate("SELECT K, REPEAT(S, 16000000) AS R FROM kept")
    kept.add(to_table(pa.table({"K": list(range(100)), "S": ["x"] * 100})))
    lengths = [len(text) if text else 0 for text in to_arrow(long.view("R")).column("R").to_pylist()]
    assert 0 < sum(lengths) <= 1 << 29 and "together" in long.errors.to_string()


def test_a_sum_that_is_no_bigint_is_null_once_it_stands():
    kept = input_table(col_defs={"K": dtypes.int64, "V": dtypes.int64}, key_cols="K")
    sums = sql.evaluate("SELECT SUM(V) AS S, AVG(V) AS A FROM kept")
    kept.add(to_table(pa.table({"K": [1, 2], "V": [2**63 - 1, -5]})))
    assert to_arrow(sums).column("S").to_pylist() == [2**63 - 6]
    kept.add(to_table(pa.table({"K": [2], "V": [1]})))
    assert to_arrow(sums).to_pylist() == [{"S": None, "A": 2.0**62}]
    assert sums.errors.size > 0
    kept.add(to_table(pa.table({"K": [1], "V": [4]})))
    assert to_arrow(sums).column("S").to_pylist() == [5]


def test_aliases_of_columns_do_not_leave_out_files(tmp_path):
    from kinetable import parquet

    path = str(tmp_path / "swapped.parquet")
    parquet.write(to_table(pa.table({"A": pa.array(range(1000), pa.int64()), "B": pa.array([-n for n in range(1000)], pa.int64())})), path)
    stored = parquet.read(path)
    for text in ("SELECT COUNT(*) FROM stored AS s(B, A) WHERE A < -990", "SELECT COUNT(*) FROM stored AS s WHERE A > 990"):
        assert to_arrow(sql.evaluate(text)).to_pylist() == [{"EXPR$0": 9}]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT Id FROM t WHERE EXISTS (SELECT 1 FROM kept)",
        "SELECT Id, EXISTS (SELECT 1 FROM kept WHERE V > 0) AS E FROM t",
        "SELECT Id, K NOT IN (SELECT V FROM kept) AS N FROM t",
        "SELECT Id FROM t WHERE K NOT IN (SELECT V FROM kept)",
        "SELECT Id, (SELECT COUNT(*) FROM kept WHERE kept.V = t.K) AS N FROM t",
    ],
)
def test_rows_change_with_their_answers_alone(text):
    kept = input_table(col_defs={"K": dtypes.int64, "V": dtypes.int32}, key_cols="K")
    kept.add(to_table(pa.table({"K": [0, 1], "V": pa.array([50, None], pa.int32())})))
    seen = []
    result = sql.evaluate(text)
    handle = listen(result, lambda update, is_replay: seen.append(update))
    for key in range(2, 6):
        kept.add(to_table(pa.table({"K": [key], "V": pa.array([50 + key], pa.int32())})))
    # A listener is told on its own thread; when it stops, it has been told of all that waited.
    wait_until(lambda: handle.backlog == 0)
    handle.stop()
    assert seen == []
