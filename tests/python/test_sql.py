"""SQL over tables: what DuckDB gives for the same query; what is ours alone; and what is said of what is wrong."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa
import pytest
from kinetable import DHError, dtypes, empty_table, input_table, new_table, time_table
from kinetable.arrow import to_arrow, to_table
from kinetable.column import char_col, double_col, int_col, string_col
from kinetable.experimental import sql
from test_sql_random import table_rows, theirs

ORDERS = pa.table({
    "Id": pa.array([1, 2, 3, 4, 5], pa.int64()),
    "Customer": pa.array(["ann", "bob", "ann", None, "cy"]),
    "Amount": pa.array([10, 25, None, 7, 25], pa.int32()),
    "Price": pa.array([1.5, 2.0, -3.25, None, 1e6]),
    "Paid": pa.array([True, False, None, True, False]),
    "Ts": pa.array([datetime.datetime(2024, 2, day, 10, 30, 15) for day in (27, 28, 29, 1, 2)], pa.timestamp("ns", "UTC")),
    "Day": pa.array([datetime.date(2024, 2, day) for day in (27, 28, 29, 1, 2)], pa.date32()),
})
CUSTOMERS = pa.table({"Name": ["ann", "bob", "dee"], "City": ["Oslo", None, "Rome"], "Id": pa.array([7, 8, 9], pa.int64())})

orders, customers = to_table(ORDERS), to_table(CUSTOMERS)
letters = new_table([char_col("C", [ord("a"), ord("é")]), int_col("N", [1, 2])])
odd = new_table([double_col("D", [float("nan"), 1.0, -0.0, 0.0]), string_col("S", ["a", "a", "b", "b"])])

SAME = [
    "SELECT * FROM orders",
    "SELECT o.*, City FROM orders o JOIN customers c ON o.Customer = c.Name",
    "SELECT Id + Amount AS S, -Amount, Amount % 4, Amount * 2 - 1 FROM orders WHERE Amount > 7 AND NOT Paid",
    "SELECT Id FROM orders WHERE Paid OR Amount > 20",
    "SELECT Id FROM orders WHERE Amount <> 25",
    "SELECT Id FROM orders WHERE Customer IS NULL OR Customer IN ('bob', 'cy', NULL)",
    "SELECT Id FROM orders WHERE Customer NOT IN ('bob')",
    "SELECT Id FROM orders WHERE Amount BETWEEN 7 AND 10",
    "SELECT Id, Customer LIKE '%n%', Customer ILIKE 'A%', Customer LIKE 'b!_b' ESCAPE '!' FROM orders",
    "SELECT CASE WHEN Amount > 20 THEN 'much' WHEN Amount > 5 THEN 'some' END FROM orders",
    "SELECT CASE Customer WHEN 'ann' THEN 1 ELSE 0 END FROM orders",
    "SELECT CAST(Amount AS DOUBLE), CAST(Price AS INTEGER), CAST(Id AS VARCHAR), Paid::INTEGER FROM orders",
    "SELECT TRY_CAST(Customer AS INTEGER), TRY_CAST('12' AS BIGINT) FROM orders",
    "SELECT CAST('2024-02-29' AS DATE), CAST(Ts AS DATE), CAST(Day AS TIMESTAMP) FROM orders",
    "SELECT CAST(12.345 AS DECIMAL(10, 2)), CAST('7.50' AS DECIMAL(5, 2)) + 1, CAST(3 AS DECIMAL(5, 1)) > 2.5",
    "SELECT COALESCE(Amount, 0), NULLIF(Amount, 25), GREATEST(Amount, Id), LEAST(Price, 2.0) FROM orders",
    "SELECT ABS(Price), SIGN(Price), FLOOR(Price), CEIL(Price), ROUND(Price), ROUND(Price, 1), TRUNC(Price) FROM orders",
    "SELECT SQRT(ABS(Price)), POWER(Amount, 2), EXP(0.5), LN(2.0), LOG10(1000.0), LOG2(8.0), PI() FROM orders",
    "SELECT UPPER(Customer), LOWER('ABC'), LENGTH(Customer), REVERSE(Customer), Customer || '!' FROM orders",
    "SELECT SUBSTRING(Customer, 2, 2), SUBSTRING(Customer FROM 2), LEFT(Customer, 2), RIGHT(Customer, -1) FROM orders",
    "SELECT TRIM('  a '), LTRIM('xxa', 'x'), TRIM(BOTH 'x' FROM 'xax'), LPAD('7', 3, '0'), RPAD('7', 3, '0')",
    "SELECT REPLACE(Customer, 'n', 'm'), POSITION('n' IN Customer), STRPOS(Customer, 'b'), REPEAT('ab', 3) FROM orders",
    "SELECT CONCAT(Customer, '-', orders.Id), CONCAT_WS('/', Customer, City) FROM orders LEFT JOIN customers ON Customer = Name",
    "SELECT STARTS_WITH(Customer, 'a'), CONTAINS(Customer, 'o'), SPLIT_PART('a.b.c', '.', 2), ASCII('A'), CHR(66) FROM orders",
    "SELECT EXTRACT(YEAR FROM Ts), EXTRACT(DOW FROM Day), EXTRACT(HOUR FROM Ts), YEAR(Day), MONTH(Ts), DAY(Ts) FROM orders",
    "SELECT CAST(DATE_TRUNC('month', Ts) AS TIMESTAMP), CAST(DATE_TRUNC('week', Ts) AS TIMESTAMP) FROM orders",
    "SELECT Ts + INTERVAL '1' DAY, Ts - INTERVAL '2 hours', Day + INTERVAL '1' MONTH, Day + 3, Day - DATE '2024-01-01' FROM orders",
    "SELECT Id FROM orders WHERE Ts > TIMESTAMP '2024-02-28 00:00:00' AND Day < DATE '2024-02-29'",
    "SELECT Id FROM orders WHERE Ts >= '2024-02-28'",
    "SELECT Id FROM orders WHERE Ts - TIMESTAMP '2024-02-27 00:00:00' > INTERVAL '1' DAY",
    "SELECT COUNT(*), COUNT(Amount), COUNT(DISTINCT Amount), SUM(Amount), AVG(Amount), MIN(Customer), MAX(Ts) FROM orders",
    "SELECT SUM(Amount), COUNT(*), AVG(Price), MAX(Id) FROM orders WHERE Id > 99",
    "SELECT Customer, SUM(Amount) AS S FROM orders GROUP BY Customer HAVING COUNT(*) > 1 OR SUM(Amount) > 20",
    "SELECT UPPER(Customer) AS U, COUNT(*) FROM orders GROUP BY UPPER(Customer)",
    "SELECT UPPER(Customer) AS U, COUNT(*) + 1 FROM orders GROUP BY U",
    "SELECT Amount / 5.0 AS A, COUNT(*) FROM orders GROUP BY 1",
    "SELECT STDDEV(Amount), VARIANCE(Amount), VAR_POP(Amount), STDDEV_POP(Price), MEDIAN(Amount) FROM orders",
    "SELECT Customer, STDDEV(Amount), VAR_POP(Amount) FROM orders GROUP BY Customer",
    "SELECT BOOL_AND(Paid), BOOL_OR(Paid), COUNT(*) FILTER (WHERE Paid), SUM(Amount) FILTER (WHERE NOT Paid) FROM orders",
    "SELECT STRING_AGG(Customer, ',') FROM orders",
    "SELECT FIRST(Customer), LAST(Amount) FROM orders",
    "SELECT Customer FROM orders GROUP BY Customer",
    "SELECT DISTINCT Customer, Paid FROM orders",
    "SELECT Name, Amount FROM customers LEFT JOIN orders ON Name = Customer AND Amount > 9",
    "SELECT Name, Amount FROM orders RIGHT JOIN customers ON Name = Customer",
    "SELECT Name, Customer FROM orders FULL JOIN customers ON Name = Customer",
    "SELECT a.Id, b.Id FROM orders a LEFT JOIN orders b ON a.Customer = b.Customer AND a.Id < b.Id",
    "SELECT a.Id, b.Id FROM orders a JOIN orders b ON a.Id < b.Id AND a.Amount = b.Amount",
    "SELECT o.Id, c.Id FROM orders o CROSS JOIN customers c",
    "SELECT o.Id, c.City FROM orders o, customers c WHERE o.Customer = c.Name AND c.City IS NOT NULL",
    "SELECT * FROM (SELECT Name AS Customer, City FROM customers) c NATURAL JOIN orders",
    "SELECT Customer, City, Amount FROM orders FULL JOIN (SELECT Name AS Customer, City FROM customers) c USING (Customer)",
    "SELECT x.A FROM (SELECT Id * 2 AS A FROM orders) x WHERE x.A > 4",
    "WITH big AS (SELECT * FROM orders WHERE Amount > 9), n AS (SELECT COUNT(*) AS C FROM big) SELECT Id, C FROM big, n",
    "WITH a(x) AS (SELECT Id FROM orders) SELECT l.x FROM a l JOIN a r ON l.x = r.x + 1",
    "SELECT Id FROM orders UNION ALL SELECT Id FROM customers",
    "SELECT Customer FROM orders UNION SELECT Name FROM customers",
    "SELECT Customer FROM orders EXCEPT SELECT Name FROM customers",
    "SELECT Customer FROM orders INTERSECT SELECT Name FROM customers",
    "SELECT Amount FROM orders UNION ALL SELECT 1.5",
    "SELECT Id FROM orders WHERE Customer IN (SELECT Name FROM customers)",
    "SELECT Id FROM orders WHERE Customer NOT IN (SELECT Name FROM customers)",
    "SELECT Id FROM orders WHERE Customer NOT IN (SELECT City FROM customers)",
    "SELECT Id, Customer IN (SELECT City FROM customers) FROM orders",
    "SELECT Id FROM orders WHERE Amount = (SELECT MAX(Amount) FROM orders)",
    "SELECT (SELECT COUNT(*) FROM customers) AS N, Id FROM orders",
    "SELECT Customer, SUM(Amount) FROM orders GROUP BY Customer HAVING SUM(Amount) > (SELECT AVG(Amount) FROM orders)",
    "SELECT Id FROM orders WHERE EXISTS (SELECT 1 FROM customers WHERE City = 'Oslo')",
    "SELECT Id FROM orders WHERE NOT EXISTS (SELECT 1 FROM customers WHERE City = 'Bonn')",
    "SELECT 88, 'it''s', NULL, TRUE, 1.5, 3000000000",
    "VALUES (1, 'a'), (NULL, 'b')",
    "SELECT b FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b) WHERE a > 1",
    "SELECT 1 WHERE 1 > 2",
    "SELECT IF(Amount > 9, 'a', 'b'), Paid IS NOT TRUE, Amount IS DISTINCT FROM NULL FROM orders",
    "SELECT \"Id\" FROM \"orders\" WHERE \"Paid\"",
    "SELECT Id, ROW_NUMBER() OVER (ORDER BY Id DESC), RANK() OVER (), DENSE_RANK() OVER (PARTITION BY Customer) FROM orders",
    "SELECT Id, LAG(Amount) OVER w, LEAD(Customer, 2, 'none') OVER w FROM orders WINDOW w AS (PARTITION BY Paid ORDER BY Id)",
    "SELECT Id, SUM(Amount) OVER (ORDER BY Amount NULLS LAST), AVG(Id) OVER (ORDER BY Id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM orders",
    "SELECT Id, MIN(Price) OVER (PARTITION BY Customer), MAX(Ts) OVER (ORDER BY Id), COUNT(*) OVER () FROM orders",
    "SELECT Id, FIRST_VALUE(Customer) OVER (ORDER BY Id ROWS 1 PRECEDING), LAST_VALUE(Paid) OVER (ORDER BY Id) FROM orders",
    "SELECT Id FROM orders QUALIFY ROW_NUMBER() OVER (PARTITION BY Customer ORDER BY Amount DESC NULLS LAST, Id) = 1",
    "SELECT Customer, SUM(SUM(Amount)) OVER (ORDER BY Customer NULLS FIRST) FROM orders GROUP BY Customer",
    "SELECT Name, (SELECT SUM(Amount) FROM orders WHERE Customer = Name) AS S, (SELECT COUNT(*) FROM orders o WHERE o.Customer = c.Name) FROM customers c",
    "SELECT Name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE c.Name = o.Customer AND o.Amount > 9)",
    "SELECT Id, Amount IN (SELECT q.Amount FROM orders q WHERE q.Paid = o.Paid AND q.Id > 1) AS V FROM orders o",
]
ORDERED = [
    "SELECT Id FROM orders ORDER BY Amount NULLS FIRST, Id DESC",
    "SELECT Id, Amount AS A FROM orders ORDER BY A DESC NULLS LAST, 1",
    "SELECT Customer FROM orders ORDER BY LENGTH(Customer) NULLS FIRST, Id LIMIT 3 OFFSET 1",
    "SELECT Customer, SUM(Amount) FROM orders GROUP BY Customer ORDER BY COUNT(*) DESC NULLS LAST, MIN(Id) NULLS LAST",
    "SELECT Id FROM orders UNION ALL SELECT Id FROM customers ORDER BY Id DESC NULLS LAST LIMIT 4",
    "SELECT Id FROM orders ORDER BY Id OFFSET 2",
    "SELECT Id FROM orders ORDER BY Id LIMIT 0",
]


@pytest.mark.parametrize("text", SAME + ORDERED)
def test_what_duckdb_gives(text):
    ours = table_rows(to_arrow(sql.evaluate(text)))
    wanted = theirs(text, {"orders": ORDERS, "customers": CUSTOMERS})
    assert (ours == wanted) if text in ORDERED else (sorted(ours, key=repr) == sorted(wanted, key=repr))


def rows(text: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in to_arrow(sql.evaluate(text)).to_pylist()]


def test_nulls_come_last_in_what_ascends():
    assert [amount for (amount,) in rows("SELECT Amount FROM orders ORDER BY Amount")] == [7, 10, 25, 25, None]
    assert [amount for (amount,) in rows("SELECT Amount FROM orders ORDER BY Amount DESC")] == [None, 25, 25, 10, 7]


def test_division():
    assert rows("SELECT 7 / 2, -7 / 2, 7 / 0, 7 % 0, 1.0 / 0, 7 / 2.0") == [(3, -3, None, None, float("inf"), 3.5)]


def test_names_of_columns():
    assert to_arrow(sql.evaluate("SELECT 88")).schema.equals(pa.schema([("EXPR$0", pa.int32())]))
    text = "SELECT Id, o.Id, c.Id, 1, Id AS Id0 FROM (SELECT Id FROM orders) o LEFT JOIN customers c USING (Id)"
    assert to_arrow(sql.evaluate(text)).column_names == ["Id", "Id1", "Id2", "EXPR$3", "Id0"]


def test_chars_are_texts():
    assert rows("SELECT N, C || '!' FROM letters WHERE C = 'é'") == [(2, "é!")]
    assert str(sql.evaluate("SELECT C FROM letters").columns[0].data_type) == str(dtypes.char)


def test_tables_of_the_callers_scope():
    def within():
        orders = empty_table(2).update("Id = i")
        return sql.evaluate("SELECT COUNT(*) AS N FROM orders")

    assert within().to_string().split()[-1] == "2"
    assert [sql.evaluate("SELECT COUNT(*) FROM orders").size for _ in range(1)] == [1]


def test_what_is_live_stays_live():
    kept = input_table(col_defs={"K": dtypes.int64, "V": dtypes.string}, key_cols="K")
    shown = sql.evaluate("SELECT V, COUNT(*) AS N FROM kept WHERE K > 1 GROUP BY V ORDER BY V")
    assert shown.is_refreshing and shown.size == 0
    kept.add(to_table(pa.table({"K": [1, 2, 3], "V": ["a", "b", "b"]})))
    assert to_arrow(shown).to_pylist() == [{"V": "b", "N": 2}]
    kept.add(to_table(pa.table({"K": [3, 4], "V": ["a", None]})))
    assert [tuple(row.values()) for row in to_arrow(shown).to_pylist()] == [("a", 1), ("b", 1), (None, 1)]
    ticks = time_table("PT0.05s")
    assert ticks.is_refreshing and sql.evaluate("SELECT COUNT(*) FROM ticks").is_refreshing
    assert not sql.evaluate("SELECT COUNT(*) FROM orders").is_refreshing


def test_a_row_that_fails():
    with pytest.raises(DHError, match="(?s)Cannot cast.*TRY_CAST"):
        sql.evaluate("SELECT CAST(Customer AS INTEGER) FROM orders")
    with pytest.raises(DHError, match="Overflow"):
        sql.evaluate("SELECT 2147483647 + Amount FROM orders")
    kept = input_table(col_defs={"K": dtypes.int64, "V": dtypes.string}, key_cols="K")
    numbers = sql.evaluate("SELECT K, CAST(V AS INTEGER) AS N FROM kept")
    kept.add(to_table(pa.table({"K": [1, 2, 3], "V": ["10", "ten", None]})))
    assert to_arrow(numbers).column("N").to_pylist() == [10, None, None]
    assert "Cannot cast" in numbers.errors.to_string()
    assert "SELECT K, CAST" in numbers.errors.to_string()


def test_dry_run():
    kept = time_table("PT1s").update("X = ii")
    looked_at = sql.evaluate("SELECT X, COUNT(*) AS N FROM kept GROUP BY X", dry_run=True)
    assert not looked_at.is_refreshing and looked_at.size == 0
    assert [column.name for column in looked_at.columns] == ["X", "N"]
    with pytest.raises(DHError, match='there is no column "Y"'):
        sql.evaluate("SELECT Y FROM kept", dry_run=True)


def test_floats_that_are_no_numbers():
    assert rows("SELECT COUNT(*) FROM odd WHERE D > 5") == [(1,)]
    assert rows("SELECT COUNT(*) FROM odd WHERE D = 0") == [(2,)]
    assert rows("SELECT S, MIN(D) FROM odd GROUP BY S ORDER BY S")[0] == ("a", 1.0)
    assert rows("SELECT COUNT(DISTINCT D) FROM odd") == [(3,)]


@pytest.mark.parametrize(
    "text, pattern",
    [
        ("", "there is no statement"),
        ("SELEC 1", "line 1, column 1"),
        ("SELECT 1; SELECT 2", "after the end of the query"),
        ("SELECT * FROM orders WHERE", "Expected: an expression, found: EOF"),
        ("SELECT Idd FROM orders", 'line 1, column 8: there is no column "Idd"'),
        ("SELECT ID FROM orders", 'did you mean "Id"'),
        ("SELECT Id\nFROM Orders", '(?s)line 2, column 6: there is no table "Orders".*did you mean "orders"'),
        ("SELECT x.Id FROM orders", 'there is no table "x" in FROM'),
        ("SELECT Id FROM orders, customers", "the name of several columns"),
        ("SELECT Customer, Amount FROM orders GROUP BY Customer", 'line 1, column 18: column "Amount" is neither'),
        ("SELECT SUM(COUNT(*)) FROM orders", "the aggregate COUNT has no place"),
        ("SELECT Id FROM orders WHERE SUM(Amount) > 1", "has no place in WHERE"),
        ("SELECT Id FROM orders WHERE Amount", "a condition is wanted"),
        ("SELECT Customer + 1 FROM orders", "VARCHAR . a INTEGER makes no sense"),
        ("SELECT Id FROM orders WHERE Customer > 1", "do not compare"),
        ("SELECT UPER(Customer) FROM orders", "(?s)no function UPER"),
        ("SELECT SUBSTRING(Customer) FROM orders", "SUBSTRING takes"),
        ("SELECT NTILE(2) OVER () FROM orders", "(?s)NTILE … OVER is not supported.*ROW_NUMBER, RANK"),
        ("SELECT Id FROM orders WHERE ROW_NUMBER() OVER () = 1", "(?s)a window has no place in WHERE.*QUALIFY"),
        ("SELECT SUM(ROW_NUMBER() OVER ()) FROM orders", "a window has no place in the argument of an aggregate"),
        ("SELECT SUM(Id) OVER (ORDER BY Id RANGE 1 PRECEDING) FROM orders", "a frame of RANGE or GROUPS with distances is not supported"),
        ("SELECT SUM(Id) OVER (ORDER BY Id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM orders", "(?s)unbounded on one side.*ORDER BY around"),
        ("SELECT SUM(Id) OVER w FROM orders", 'there is no window "w"'),
        ("SELECT DISTINCT ON (Id) Id FROM orders", "(?s)DISTINCT ON is not supported.*first_by"),
        ("WITH RECURSIVE r AS (SELECT 1) SELECT * FROM r", "RECURSIVE is not supported"),
        ("SELECT Id FROM orders o WHERE EXISTS (SELECT 1 FROM customers c WHERE c.Name > o.Customer)", "(?s)that is no equation.*a join"),
        ("SELECT (SELECT City FROM customers c WHERE c.Name = o.Customer LIMIT 1) FROM orders o", "LIMIT in a query that names columns"),
        ("SELECT (SELECT c.Id + o.Id FROM customers c WHERE c.Name = o.Customer) FROM orders o", 'there is no table "o" in FROM'),
        ("SELECT Id FROM orders UNION SELECT Id, Name FROM customers", "one query has 1 columns, and the other 2"),
        ("SELECT Id FROM orders UNION SELECT Name FROM customers", "column \"Id\" is BIGINT in one query"),
        ("SELECT Id FROM orders LIMIT -1", "a constant integer from 0 on"),
        ("SELECT Id FROM orders ORDER BY 9", "there is no column number 9"),
        ("SELECT Id AS \"a b\" FROM orders", '"a b" is no name for a column'),
        ("SELECT Id FROM orders WHERE Ts > 'yesterday'", "line 1, column 29"),
        ("SELECT * FROM orders JOIN customers", "a join without a condition"),
        ("DELETE FROM orders", "is no query"),
        ("SELECT CAST(Id AS BLOB) FROM orders", "there is no type BLOB"),
        ("SELECT DATE '2024-13-01'", "line 1"),
        ("SELECT " + "(" * 200 + "1" + ")" * 200, "nests too deep"),
        ("SELECT " + "+".join(["1"] * 400), "nests more than"),
        ("SELECT " + "+".join(["1"] * 9000), "more than 2500 words"),
        ("SELECT Id FROM orders WHERE " + " OR ".join(f"Id = {n}" for n in range(2000)), "more than 2500 words"),
        ("SELECT (SELECT Id FROM orders) FROM customers", "several|duplicate|more than one|twice"),
    ],
)
def test_what_is_wrong_is_said(text, pattern):
    with pytest.raises(DHError, match=pattern):
        sql.evaluate(text)


def test_long_lists_and_conditions():
    assert rows(f"SELECT COUNT(*) FROM orders WHERE Id IN ({', '.join(map(str, range(3000)))})") == [(5,)]
    either = " OR ".join(f"Id = {n}" for n in range(400))
    assert rows(f"SELECT COUNT(*) FROM orders WHERE {either}") == [(5,)]
    assert rows(" UNION ".join(f"SELECT {n % 7}" for n in range(90)) + " ORDER BY 1") == [(n,) for n in range(7)]


def test_the_clock_stands_still():
    [(one, other)] = rows("SELECT CURRENT_TIMESTAMP, NOW()")
    assert one == other and one.year >= 2024
