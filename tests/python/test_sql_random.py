"""SQL against DuckDB: random queries of random tables with nulls give the same rows, then and after every change of the tables."""

from __future__ import annotations

import contextlib
import datetime
import math
import os
import random

import duckdb
import pyarrow as pa
import pytest
from kinetable import input_table
from kinetable.arrow import to_arrow, to_table
from kinetable.experimental import sql

SEEDS = int(os.environ.get("KINETABLE_SQL_SEEDS", "120"))
FIRST = int(os.environ.get("KINETABLE_SQL_FIRST", "0"))
ROUNDS = 3

T = pa.schema([
    ("Id", pa.int64()), ("K", pa.int32()), ("X", pa.int32()), ("Y", pa.int64()), ("D", pa.float64()), ("S", pa.string()),
    ("B", pa.bool_()), ("Ts", pa.timestamp("ns", "UTC")),
])
U = pa.schema([("Id", pa.int64()), ("K", pa.int32()), ("Z", pa.int64()), ("R", pa.string()), ("E", pa.float64())])
TEXTS = ["", "a", "b", "Ab", "ab c", "x_y", "10%", " pad ", "\\", "émile", "zz"]
START = datetime.datetime(2024, 2, 27, 22, 30, tzinfo=datetime.timezone.utc)


def cell(rng, kind, name):
    if name == "Id":
        raise AssertionError
    if rng.random() < 0.2:
        return None
    if name == "K":
        return rng.randint(0, 4)
    if pa.types.is_integer(kind):
        return rng.randint(-9, 9)
    if pa.types.is_floating(kind):
        return rng.choice([0.0, -0.0, 1.5, -2.25, 1e3, math.nan, math.inf, 0.1, 3.0])
    if pa.types.is_boolean(kind):
        return rng.random() < 0.5
    if pa.types.is_timestamp(kind):
        return START + datetime.timedelta(hours=rng.randint(0, 90), milliseconds=rng.choice([0, 250]))
    return rng.choice(TEXTS)


def rows(rng, schema, ids):
    columns = [[cell(rng, field.type, field.name) if field.name != "Id" else None for _ in ids] for field in schema]
    columns[0] = list(ids)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema)], schema=schema)


class Both:
    """A text for each side."""

    def __init__(self, ours, theirs=None):
        self.ours = ours
        self.theirs = ours if theirs is None else theirs


def put(template, *parts):
    """A text of parts, on both sides."""
    return Both(template.format(*(part.ours for part in parts)), template.format(*(part.theirs for part in parts)))


class Writer:
    """Writes random expressions over columns: names by kind."""

    def __init__(self, rng, columns):
        self.rng, self.columns = rng, columns

    def pick(self, *choices):
        return self.rng.choice(choices)

    def column(self, kind):
        names = [name for name, other in self.columns if other == kind]
        return Both(self.rng.choice(names)) if names else None

    def any(self, kind, depth):
        return getattr(self, kind)(depth)

    def int(self, depth):
        column = self.column("int")
        if depth == 0 or self.rng.random() < 0.3:
            return column if column and self.rng.random() < 0.7 else Both(str(self.rng.randint(-5, 9)))
        left, right = self.int(depth - 1), self.int(depth - 1)
        form = self.rng.randrange(10)
        if form == 0:
            return Both(f"({left.ours} / {right.ours})", f"({left.theirs} // {right.theirs})")
        if form == 1:
            return put("(CASE WHEN {} THEN {} ELSE {} END)", self.bool(depth - 1), left, right)
        if form == 2:
            return put("COALESCE({}, {})", left, right)
        if form == 3:
            return put("NULLIF({}, {})", left, right)
        if form == 4:
            return put("ABS({})", left)
        if form == 5:
            return put(self.pick("GREATEST({}, {})", "LEAST({}, {})"), left, right)
        if form == 6:
            return put("LENGTH({})", self.text(depth - 1))
        if form == 7 and self.column("time"):
            part = self.pick("year", "month", "day", "hour", "dow", "doy", "week", "quarter", "second")
            return put("EXTRACT(" + part + " FROM {})", self.time(depth - 1))
        if form == 8:
            return put("CAST({} AS BIGINT)", self.pick(left, self.bool(depth - 1)))
        return put("({} " + self.pick("+", "-", "*", "%") + " {})", left, right)

    def float(self, depth):
        column = self.column("float")
        if depth == 0 or self.rng.random() < 0.3:
            return column if column and self.rng.random() < 0.8 else put("CAST({} AS DOUBLE)", self.int(0))
        form = self.rng.randrange(5)
        if form == 0:
            return put("({} / 4.0)", put("CAST({} AS DOUBLE)", self.int(depth - 1)))
        if form == 1:
            return put("(CASE WHEN {} THEN {} END)", self.bool(depth - 1), self.float(depth - 1))
        if form == 2:
            return put("COALESCE({}, {})", self.float(depth - 1), self.float(depth - 1))
        if form == 3:
            return put("FLOOR({})", self.float(depth - 1))
        return put("({} " + self.pick("+", "-", "*") + " {})", self.float(depth - 1), self.float(depth - 1))

    def text(self, depth):
        column = self.column("text")
        if depth == 0 or self.rng.random() < 0.3:
            return column if column and self.rng.random() < 0.8 else Both(f"'{self.rng.choice(TEXTS)}'")
        inner = self.text(depth - 1)
        form = self.rng.randrange(11)
        if form == 0:
            return put("({} || {})", inner, self.text(depth - 1))
        if form == 1:
            return put(self.pick("UPPER({})", "LOWER({})", "TRIM({})", "LTRIM({})", "RTRIM({})", "REVERSE({})"), inner)
        if form == 2:
            return put(f"SUBSTRING({{}}, {self.rng.randint(1, 3)}, {self.rng.randint(0, 3)})", inner)
        if form == 3:
            return put("REPLACE({}, 'a', 'zz')", inner)
        if form == 4:
            return put(f"{self.pick('LEFT', 'RIGHT')}({{}}, {self.rng.randint(0, 3)})", inner)
        if form == 5:
            return put("CASE {} WHEN 'a' THEN 'first' WHEN {} THEN {} END", inner, self.text(depth - 1), self.text(depth - 1))
        if form == 6:
            return put("COALESCE({}, 'none')", inner)
        if form == 7:
            return put("CAST({} AS VARCHAR)", self.int(depth - 1))
        if form == 8:
            return put("CONCAT({}, '-', {})", inner, self.int(depth - 1))
        if form == 9:
            return put(f"{self.pick('LPAD', 'RPAD')}({{}}, {self.rng.randint(0, 6)}, '*')", inner)
        return put("SPLIT_PART({}, ' ', 1)", inner)

    def time(self, depth):
        column = self.column("time") or Both("TIMESTAMP '2024-02-28 00:00:00'")
        if depth == 0:
            return column if self.rng.random() < 0.8 else Both("TIMESTAMP '2024-02-29 03:00:00'")
        form = self.rng.randrange(4)
        if form == 0:
            unit = self.pick("day", "hour", "month", "week", "year", "quarter", "minute")
            return put("CAST(DATE_TRUNC('" + unit + "', {}) AS TIMESTAMP)", self.time(depth - 1))
        if form == 1:
            unit = self.pick("DAY", "HOUR", "MONTH", "MINUTE", "YEAR")
            return put(f"({{}} {self.pick('+', '-')} INTERVAL '{self.rng.randint(1, 3)}' {unit})", self.time(depth - 1))
        if form == 2:
            return put("COALESCE({}, {})", self.time(depth - 1), self.time(0))
        return put("CASE WHEN {} THEN {} END", self.bool(depth - 1), self.time(depth - 1))

    def bool(self, depth):
        column = self.column("bool")
        if depth == 0:
            return column or Both(self.pick("TRUE", "FALSE", "NULL"))
        form = self.rng.randrange(12)
        kind = self.pick("int", "int", "float", "text", "time")
        if form < 4:
            op = self.pick("=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM")
            return put("({} " + op + " {})", self.any(kind, depth - 1), self.any(kind, depth - 1))
        if form == 4:
            return put("({} " + self.pick("AND", "OR") + " {})", self.bool(depth - 1), self.bool(depth - 1))
        if form == 5:
            return put("(NOT {})", self.bool(depth - 1))
        if form == 6:
            return put("({} IS " + self.pick("", "NOT ") + "NULL)", self.any(kind, depth - 1))
        if form == 7:
            values = [self.int(0) for _ in range(self.rng.randint(1, 4))]
            inside = put(", ".join(["{}"] * len(values)), *values)
            return put("({} " + self.pick("", "NOT ") + "IN ({}))", self.int(depth - 1), inside)
        if form == 8:
            between = "({} " + self.pick("", "NOT ") + "BETWEEN {} AND {})"
            return put(between, self.any(kind, depth - 1), self.any(kind, 0), self.any(kind, 0))
        if form == 9:
            pattern = self.pick("a%", "%b", "_b%", "%\\%", "x!_%' ESCAPE '!", "", "%", "10\\%")
            like = self.pick("LIKE", "NOT LIKE", "ILIKE")
            return put("({} " + like + f" '{pattern}')", self.text(depth - 1))
        if form == 10:
            test = self.pick("IS TRUE", "IS NOT TRUE", "IS FALSE", "IS NOT FALSE")
            return put("({} " + test + ")", self.bool(depth - 1))
        return put(self.pick("STARTS_WITH({}, 'a')", "CONTAINS({}, 'b')"), self.text(depth - 1))


OF_T = [("K", "int"), ("X", "int"), ("Y", "int"), ("D", "float"), ("S", "text"), ("B", "bool"), ("Ts", "time")]
OF_U = [("K", "int"), ("Z", "int"), ("R", "text"), ("E", "float")]
KINDS = ("int", "int", "float", "text", "bool", "time")


def qualified(columns, table):
    return [(f"{table}.{name}", kind) for name, kind in columns]


class Query:
    """A random query, and whether its rows have an order."""

    def __init__(self, rng):
        self.rng = rng
        self.is_ordered = False
        kind = rng.choice(["plain", "plain", "group", "group", "whole", "join", "join", "outer", "set", "distinct", "top",
                           "inner", "member", "using", "comma", "window", "window", "window", "qualify", "correlated", "correlated",
                           "per_group"])
        self.kind = kind
        self.text = getattr(self, kind)()

    def items(self, writer, count):
        kinds = [self.rng.choice(KINDS) for _ in range(count)]
        parts = [writer.any(kind, 2) for kind in kinds]
        return put(", ".join(f"{{}} AS C{place}" for place in range(count)), *parts), kinds

    def where(self, writer, chance=0.6):
        return put(" WHERE {}", writer.bool(2)) if self.rng.random() < chance else Both("")

    def plain(self):
        writer = Writer(self.rng, OF_T)
        items, _ = self.items(writer, self.rng.randint(1, 3))
        return put("SELECT {} FROM t{}", items, self.where(writer))

    def distinct(self):
        writer = Writer(self.rng, OF_T)
        items, _ = self.items(writer, self.rng.randint(1, 2))
        return put("SELECT DISTINCT {} FROM t{}", items, self.where(writer))

    def top(self):
        writer = Writer(self.rng, OF_T)
        self.is_ordered = True
        items, _ = self.items(writer, 2)
        keys = []
        for place in range(self.rng.randint(1, 2)):
            key = self.rng.choice([Both(f"C{place}"), Both(str(place + 1)), put("(X + {})", writer.int(1)), put("(S || {})", writer.text(1)), put("(D + {})", writer.float(1))])
            keys.append(put("{}" + self.rng.choice([" ASC NULLS LAST", " DESC NULLS FIRST", " ASC NULLS FIRST", " DESC NULLS LAST"]), key))
        order = put(", ".join(["{}"] * len(keys)), *keys)
        limit = self.rng.choice(["", " LIMIT 5", " LIMIT 3 OFFSET 2", " OFFSET 4"])
        return put("SELECT {}, Id FROM t{} ORDER BY {}, Id" + limit, items, self.where(writer), order)

    def aggregates(self, writer):
        parts = []
        for _ in range(self.rng.randint(1, 4)):
            form = self.rng.randrange(9)
            if form == 0:
                parts.append(Both("COUNT(*)"))
            elif form == 1:
                parts.append(put("COUNT({})", writer.any(self.rng.choice(KINDS), 1)))
            elif form == 2:
                parts.append(put("COUNT(DISTINCT {})", writer.any(self.rng.choice(KINDS), 1)))
            elif form == 3:
                parts.append(put("SUM({})", writer.int(2)))
            elif form == 4:
                parts.append(put("AVG({})", writer.int(2)))
            elif form == 5:
                kind = self.rng.choice(["int", "float", "text", "time"])
                parts.append(put(self.rng.choice(["MIN({})", "MAX({})"]), writer.any(kind, 1)))
            elif form == 6:
                spread = self.rng.choice(["VAR_SAMP", "VAR_POP", "STDDEV", "STDDEV_POP", "MEDIAN"])
                parts.append(put(spread + "({})", writer.int(1)))
            elif form == 7:
                parts.append(put(self.rng.choice(["BOOL_AND({})", "BOOL_OR({})"]), writer.bool(1)))
            else:
                parts.append(put("SUM({}) FILTER (WHERE {})", writer.int(1), writer.bool(1)))
        return parts

    def group(self):
        writer = Writer(self.rng, OF_T)
        kind, column = self.rng.choice([("int", "X"), ("text", "S"), ("bool", "B"), ("time", "Ts"), ("float", "D")])
        key = put("COALESCE(" + column + ", {})", writer.any(kind, 1)) if self.rng.random() < 0.5 else Both(column)
        aggregates = self.aggregates(writer)
        items = put(", ".join(["{}"] * (1 + len(aggregates))), put("{} AS G", key), *aggregates)
        having = put(" HAVING {} > 1", self.rng.choice(aggregates[:1] + [Both("COUNT(*)")])) if self.rng.random() < 0.3 else Both("")
        if having.ours and not having.ours.startswith((" HAVING COUNT", " HAVING SUM", " HAVING AVG", " HAVING VAR")):
            having = Both(" HAVING COUNT(*) > 1")
        key_again = self.rng.choice([key, Both("1")])
        return put("SELECT {} FROM t{} GROUP BY {}{}", items, self.where(writer, 0.3), key_again, having)

    def whole(self):
        writer = Writer(self.rng, OF_T)
        aggregates = self.aggregates(writer)
        items = put(", ".join(["{}"] * len(aggregates)), *aggregates)
        return put("SELECT {} FROM t{}", items, self.where(writer, 0.5))

    def joined(self, kinds):
        writer = Writer(self.rng, qualified(OF_T, "t") + qualified(OF_U, "u"))
        on = [Both("t.K = u.K")]
        if self.rng.random() < 0.2:
            on = [put("{} = {}", Writer(self.rng, qualified(OF_T, "t")).int(1), Writer(self.rng, qualified(OF_U, "u")).int(1))]
        if self.rng.random() < 0.4:
            side = self.rng.choice([qualified(OF_T, "t"), qualified(OF_U, "u"), writer.columns])
            on.append(Writer(self.rng, side).bool(1))
        items, _ = self.items(writer, self.rng.randint(1, 3))
        condition = put(" AND ".join(["{}"] * len(on)), *on)
        kind = self.rng.choice(kinds)
        return put("SELECT {}, t.Id AS L, u.Id AS M FROM t " + kind + " JOIN u ON {}{}", items, condition, self.where(writer, 0.3))

    def join(self):
        return self.joined(["INNER", ""])

    def outer(self):
        return self.joined(["LEFT", "RIGHT", "FULL"])

    def using(self):
        kind = self.rng.choice(["", "LEFT", "RIGHT", "FULL"])
        how = self.rng.choice([f"t {kind} JOIN u USING (K)", f"(SELECT K, X, S FROM t) t NATURAL {kind} JOIN (SELECT K, Z FROM u) u"])
        return Both(f"SELECT K, X, Z, S FROM {how}")

    def comma(self):
        writer = Writer(self.rng, qualified(OF_T, "a") + qualified(OF_U, "b"))
        items, _ = self.items(writer, 2)
        more = put(" AND {}", writer.bool(1)) if self.rng.random() < 0.5 else Both("")
        return put("SELECT {} FROM t AS a, u b WHERE a.K = b.K AND a.X > -8{}", items, more)

    def set(self):
        kinds = [self.rng.choice(KINDS) for _ in range(2)]

        def branch(columns, table):
            writer = Writer(self.rng, columns)
            parts = [writer.any(kind, 1) for kind in kinds]
            return put("SELECT {} AS C0, {} AS C1 FROM " + table + "{}", *parts, self.where(writer, 0.4))

        op = self.rng.choice(["UNION ALL", "UNION ALL", "UNION", "EXCEPT", "INTERSECT"])
        text = put("{} " + op + " {}", branch(OF_T, "t"), branch(OF_U, "u"))
        if self.rng.random() < 0.3:
            text = put("{} UNION ALL {}", text, branch(OF_T, "t"))
        return text

    def inner(self):
        writer = Writer(self.rng, OF_T)
        within, kinds = self.items(writer, 3)
        outer = Writer(self.rng, [(f"C{place}", kind) for place, kind in enumerate(kinds)])
        items, _ = self.items(outer, 2)
        value = self.rng.choice(["(SELECT MAX(Z) FROM u)", "(SELECT COUNT(*) FROM u WHERE Z > 3)", "(SELECT AVG(E) FROM u WHERE K > 9)"])
        more = f", {value} AS V" if self.rng.random() < 0.5 else ""
        if self.rng.random() < 0.5:
            return put("WITH w AS (SELECT {} FROM t) SELECT {}" + more + " FROM w{}", within, items, self.where(outer))
        return put("SELECT {}" + more + " FROM (SELECT {} FROM t{}) w", items, within, self.where(writer, 0.4))

    def member(self):
        writer = Writer(self.rng, OF_T)
        of_u = Writer(self.rng, OF_U)
        kind = self.rng.choice(["int", "text"])
        within = put("SELECT {} FROM u{}", of_u.any(kind, 1), self.where(of_u, 0.5))
        test = put("{} " + self.rng.choice(["IN", "NOT IN"]) + " ({})", writer.any(kind, 1), within)
        if self.rng.random() < 0.3:
            test = put("({} OR {})", test, writer.bool(1))
        if self.rng.random() < 0.2:
            test = put(self.rng.choice(["", "NOT "]) + "EXISTS ({})", within)
        if self.rng.random() < 0.3:
            return put("SELECT Id, {} AS V FROM t", test)
        return put("SELECT Id, X FROM t WHERE {}", test)


    NULLS = [" ASC NULLS LAST", " DESC NULLS FIRST", " ASC NULLS FIRST", " DESC NULLS LAST"]

    def frame(self):
        start = self.rng.choice(["UNBOUNDED PRECEDING", "3 PRECEDING", "1 PRECEDING", "CURRENT ROW", "1 FOLLOWING"])
        if start.startswith("UNBOUNDED"):
            return f" ROWS BETWEEN {start} AND {self.rng.choice(['CURRENT ROW', 'UNBOUNDED FOLLOWING'])}"
        ends = ["1 FOLLOWING", "2 FOLLOWING"] if "FOLLOWING" in start else ["CURRENT ROW", "2 FOLLOWING"]
        ends += ["1 PRECEDING"] if "PRECEDING" in start else []
        return self.rng.choice([f" ROWS BETWEEN {start} AND {self.rng.choice(ends)}"] + ([f" ROWS {start}"] if "FOLLOWING" not in start else []))

    def over(self, writer, is_unique, frame=""):
        keys = [put("{}" + self.rng.choice(self.NULLS), writer.any(self.rng.choice(KINDS), 1)) for _ in range(self.rng.randint(0 if is_unique else 1, 2))]
        keys += [Both("Id")] if is_unique else []
        parts = [writer.any(self.rng.choice(KINDS), 1) for _ in range(self.rng.choice([0, 1, 1, 2]))]
        by = put("PARTITION BY " + ", ".join(["{}"] * len(parts)) + " ", *parts) if parts else Both("")
        return put("OVER ({}ORDER BY " + ", ".join(["{}"] * len(keys)) + frame + ")", by, *keys)

    def call(self, writer):
        form = self.rng.randrange(8)
        value = writer.any(self.rng.choice(KINDS), 1)
        if form == 0:
            return put("ROW_NUMBER() {}", self.over(writer, True))
        if form == 1:
            return put(self.rng.choice(["RANK() {}", "DENSE_RANK() {}"]), self.over(writer, False))
        if form == 2:
            name = self.rng.choice(["LAG", "LEAD"])
            if self.rng.random() < 0.3:
                return put(name + "({}, 2, {}) {}", writer.int(1), writer.int(0), self.over(writer, True))
            return put(name + self.rng.choice(["({}) {}", "({}, 2) {}", "({}, 0) {}"]), value, self.over(writer, True))
        if form == 3:
            return put(self.rng.choice(["FIRST_VALUE({}) {}", "LAST_VALUE({}) {}"]), value, self.over(writer, True, self.rng.choice(["", self.frame()])))
        value = writer.any(self.rng.choice(["int", "int", "float"]), 1)
        function = self.rng.choice(["SUM({})", "AVG({})", "MIN({})", "MAX({})", "COUNT({})", "COUNT(*)", "SUM({}) FILTER (WHERE {})"])
        if function in ("MIN({})", "MAX({})"):
            value = writer.any(self.rng.choice(["int", "float", "text", "time"]), 1)
        call = put(function, *([] if function == "COUNT(*)" else [value, writer.bool(1)][: function.count("{")]))
        if form == 4:
            return put("{} {}", call, self.over(writer, False))
        if form == 5:
            return put("{} OVER (PARTITION BY {})", call, writer.any(self.rng.choice(KINDS), 1))
        return put("{} {}", call, self.over(writer, True, self.frame()))

    def window(self):
        writer = Writer(self.rng, OF_T)
        calls = [self.call(writer) for _ in range(self.rng.randint(1, 3))]
        items = put(", ".join(["{}"] * len(calls)), *calls)
        return put("SELECT Id, {} FROM t{}", items, self.where(writer, 0.3))

    def qualify(self):
        writer = Writer(self.rng, OF_T)
        test = put(self.rng.choice(["ROW_NUMBER() {} <= 2", "RANK() {} = 1", "COUNT(*) {} > 1", "MAX(X) {} = X"]), self.over(writer, True))
        return put("SELECT Id, {} AS C FROM t{} QUALIFY {}", writer.any("int", 1), self.where(writer, 0.3), test)

    def correlated(self):
        of_u = Writer(self.rng, qualified(OF_U, "u"))
        of_t = Writer(self.rng, qualified(OF_T, "t"))
        equations = [self.rng.choice([Both("u.K = t.K"), Both("t.K = u.K"), put("{} = {}", of_u.int(1), of_t.int(1))])]
        if self.rng.random() < 0.2:
            equations.append(put("{} = {}", of_t.text(0), of_u.text(0)))
        if self.rng.random() < 0.5:
            equations.append(of_u.bool(1))
        self.rng.shuffle(equations)
        where = put(" AND ".join(["{}"] * len(equations)), *equations)
        form = self.rng.randrange(4)
        if form == 0:
            test = put(self.rng.choice(["", "NOT "]) + "EXISTS (SELECT u.Z FROM u WHERE {})", where)
        elif form == 1:
            kind = self.rng.choice(["int", "text"])
            test = put("{} " + self.rng.choice(["IN", "NOT IN"]) + " (SELECT {} FROM u WHERE {})", of_t.any(kind, 1), of_u.any(kind, 1), where)
        else:
            value = put(self.rng.choice(["COUNT(*)", "SUM({})", "MAX({})", "COUNT({}) + 1", "COALESCE(MIN({}), 7)", "COUNT(DISTINCT {})"]), of_u.int(1))
            value = put("(SELECT {} FROM u WHERE {})", value, where)
            if form == 2:
                return put("SELECT Id, {} AS V FROM t", value)
            test = put("{} > {}", of_t.int(1), value)
        if self.rng.random() < 0.3:
            test = put("({} OR {})", test, of_t.bool(1))
        if self.rng.random() < 0.3:
            return put("SELECT Id, {} AS V FROM t", test)
        return put("SELECT Id, X FROM t WHERE {}", test)

    def per_group(self):
        writer = Writer(self.rng, OF_T)
        aggregate = put(self.rng.choice(["SUM({})", "COUNT({})", "MAX({})"]), writer.int(1))
        item = self.rng.choice([
            put("SUM({}) OVER (ORDER BY K NULLS LAST)", aggregate), put("RANK() OVER (ORDER BY {} DESC NULLS LAST)", aggregate),
            put("(SELECT MAX(Z) FROM u WHERE u.K = t.K) + {}", aggregate), put("K IN (SELECT K FROM u) AND {} > 1", aggregate),
            put("EXISTS (SELECT 1 FROM u WHERE u.K = t.K AND u.Z > 0) AND {} > 1", aggregate),
        ])
        return put("SELECT K, {} AS A, {} AS B FROM t{} GROUP BY K", aggregate, item, self.where(writer, 0.3))


def plain(value):
    if isinstance(value, float):
        if math.isnan(value):
            return ("float", "nan")
        if math.isinf(value):
            return ("float", repr(value))
        return ("float", f"{value + 0.0:.9g}")
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return (type(value).__name__, value)
    if isinstance(value, datetime.datetime):
        return ("time", value.replace(tzinfo=None).isoformat())
    if isinstance(value, datetime.date):
        return ("date", value.isoformat())
    return ("float", f"{float(value) + 0.0:.9g}")


def table_rows(table):
    columns = [column.to_pylist() for column in table.columns]
    return [tuple(plain(value) for value in row) for row in zip(*columns)] if columns else []


def theirs(text, tables):
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    with contextlib.suppress(duckdb.CatalogException):
        connection.execute("SET error_on_division_by_zero = false")
    for name, table in tables.items():
        types = [pa.timestamp("ns") if pa.types.is_timestamp(field.type) else field.type for field in table.schema]
        connection.register(name, table.cast(pa.schema([(field.name, kind) for field, kind in zip(table.schema, types)])))
    found = connection.sql(text).to_arrow_table()
    return table_rows(found)


def change(rng, inputs):
    for table, schema in inputs:
        if rng.random() < 0.8:
            table.add(to_table(rows(rng, schema, rng.sample(range(24), rng.randint(1, 6)))))
        if rng.random() < 0.5:
            ids = rng.sample(range(24), rng.randint(1, 6))
            table.delete(to_table(pa.table({"Id": pa.array(ids, pa.int64())})))


def less(rows, others):
    """Some of the rows that are not among others."""
    return [row for row in rows if row not in others][:3]


def same(query, result, inputs, seed, when):
    ours = table_rows(to_arrow(result))
    wanted = theirs(query.text.theirs, {"t": to_arrow(inputs[0][0]), "u": to_arrow(inputs[1][0])})
    if not query.is_ordered:
        ours, wanted = sorted(ours, key=repr), sorted(wanted, key=repr)
    assert ours == wanted, f"seed {seed} {when}: {query.text.ours}\n{query.text.theirs}\nours alone: {less(ours, wanted)}\ntheirs: {less(wanted, ours)}"


@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_rows_are_those_of_duckdb(seed):
    rng = random.Random(seed)
    t = input_table(init_table=to_table(rows(rng, T, range(rng.choice([0, 3, 15])))), key_cols="Id")
    u = input_table(init_table=to_table(rows(rng, U, range(rng.choice([0, 2, 8])))), key_cols="Id")
    inputs = [(t, T), (u, U)]
    query = Query(rng)
    try:
        theirs(query.text.theirs, {"t": to_arrow(t), "u": to_arrow(u)})
    except duckdb.NotImplementedException:
        pytest.skip("DuckDB does not join so")
    result = sql.evaluate(query.text.ours)
    same(query, result, inputs, seed, "at first")
    for turn in range(ROUNDS):
        change(rng, inputs)
        same(query, result, inputs, seed, f"after change {turn}")
