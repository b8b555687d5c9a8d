"""Tables from data, operations on them, and how they show themselves."""

from __future__ import annotations

import datetime as dt

import kinetable
import numpy as np
import pytest
from kinetable import DHError, NaturalJoinType, SortDirection, agg, dtypes, empty_table, merge, new_table
from kinetable.column import (
    bool_col,
    byte_col,
    char_col,
    datetime_col,
    double_col,
    float_col,
    int_col,
    long_col,
    short_col,
    string_col,
)


def rows(table, *columns):
    return [tuple(row.values()) for row in table.iter_dict(list(columns) or None)]


@pytest.fixture
def trades():
    return new_table(
        [
            string_col("Sym", ["A", "B", "A", None, "B"]),
            double_col("Price", [1.5, 2.0, None, 4.0, 5.5]),
            long_col("Size", [10, 20, 30, 40, None]),
        ]
    )


def test_new_table_keeps_types_values_and_nulls():
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.timezone.utc)
    table = new_table(
        [
            bool_col("Bool", [True, None]),
            byte_col("Byte", [-1, None]),
            char_col("Char", ["x", 121]),
            short_col("Short", [300, None]),
            int_col("Int", [70_000, None]),
            long_col("Long", [2**40, None]),
            float_col("Float", [0.5, None]),
            double_col("Double", [0.1, None]),
            string_col("String", ["ü", None]),
            datetime_col("Instant", [moment, "2026-01-02T03:04:05.678901Z"]),
        ]
    )
    assert [c.data_type.j_name for c in table.columns] == [
        "java.lang.Boolean", "byte", "char", "short", "int", "long", "float", "double", "java.lang.String",
        "java.time.Instant",
    ]  # fmt: skip
    assert rows(table) == [
        (True, -1, ord("x"), 300, 70_000, 2**40, 0.5, 0.1, "ü", moment),
        (None, None, 121, None, None, None, None, None, None, moment),
    ]


def test_new_table_of_a_dict_takes_the_types_of_the_values():
    table = new_table(
        {"I": [1, None], "F": [1, 2.5], "S": ["a", None], "B": [True, False], "N": np.arange(2, dtype="i4")}
    )
    assert [c.data_type for c in table.columns] == [
        dtypes.long, dtypes.double, dtypes.string, dtypes.bool_, dtypes.int32,
    ]  # fmt: skip
    assert rows(table) == [(1, 1.0, "a", True, 0), (None, 2.5, None, False, 1)]


def test_new_table_says_which_value_does_not_fit():
    with pytest.raises(DHError, match="column \"Size\", row 1: a long is expected, but it is 'x' \\(str\\)"):
        new_table([long_col("Size", [1, "x"])])
    with pytest.raises(DHError, match='column "Mixed" holds values of types that no column takes together: int, str'):
        new_table({"Mixed": [1, "x"]})


def test_empty_table_counts_rows():
    assert rows(empty_table(3).update("X = ii * 2")) == [(0,), (2,), (4,)]
    assert empty_table(-1).size == 0


def test_columns(trades):
    assert trades.view(["Sym", "Twice = Size * 2"]).column_names == ["Sym", "Twice"]
    assert trades.update_view("V = Price * Size").column_names == ["Sym", "Price", "Size", "V"]
    assert rows(trades.update("V = Price * Size"), "V") == [(15.0,), (40.0,), (None,), (160.0,), (None,)]
    assert rows(trades.select("Size").head(2)) == [(10,), (20,)]
    assert trades.select().column_names == trades.column_names
    assert rows(trades.lazy_update("L = Size + 1"), "L")[0] == (11,)
    assert trades.drop_columns("Price").column_names == ["Sym", "Size"]
    assert trades.rename_columns(["Price = Size", "Size = Price"]).column_names == ["Sym", "Size", "Price"]
    assert trades.move_columns_up("Size").column_names == ["Size", "Sym", "Price"]
    assert trades.move_columns_down("Sym").column_names == ["Price", "Size", "Sym"]
    assert trades.move_columns(1, "Size").column_names == ["Sym", "Size", "Price"]


def test_rows(trades):
    assert rows(trades.where("Size > 15"), "Size") == [(20,), (30,), (40,)]
    assert rows(trades.where(["Size > 15", "Sym = `B`"]), "Size") == [(20,)]
    assert rows(trades.where_one_of(["Size = 10", "Sym = `B`"]), "Size") == [(10,), (20,), (None,)]
    assert trades.where().size == 5
    assert rows(trades.head(2), "Size") == [(10,), (20,)]
    assert rows(trades.tail(1), "Price") == [(5.5,)]
    assert rows(trades.slice(-2, 5), "Price") == [(4.0,), (5.5,)]
    assert trades.head_pct(0.4).size == trades.tail_pct(0.4).size == 2
    assert rows(trades.reverse(), "Size") == [(None,), (40,), (30,), (20,), (10,)]
    assert rows(trades.sort(["Sym", "Size"])) == [
        (None, 4.0, 40), ("A", 1.5, 10), ("A", None, 30), ("B", 5.5, None), ("B", 2.0, 20),
    ]  # fmt: skip
    descending = trades.sort(["Sym", "Size"], [SortDirection.DESCENDING, SortDirection.ASCENDING])
    assert rows(descending, "Size") == [(None,), (20,), (10,), (30,), (40,)]
    assert rows(trades.sort_descending("Price"), "Price")[0] == (5.5,)
    with pytest.raises(DHError, match="must not be negative"):
        trades.head(-1)


def test_merge_matches_columns_by_name(trades):
    other = new_table({"Size": [7], "Sym": ["Z"], "Price": [0.5]})
    merged = merge([trades, other])
    assert merged.column_names == trades.column_names
    assert rows(merged.tail(1)) == [("Z", 0.5, 7)]


def test_natural_join(trades):
    names = new_table({"Key": ["A", "B", None], "Name": ["Ay", "Bee", "none"]})
    assert rows(trades.natural_join(names, on="Sym = Key", joins="Name"), "Name") == [
        ("Ay",), ("Bee",), ("Ay",), ("none",), ("Bee",),
    ]  # fmt: skip
    double = new_table({"Sym": ["A", "A"], "N": [1, 2]})
    with pytest.raises(DHError, match="A"):
        trades.natural_join(double, on="Sym")
    assert rows(trades.natural_join(double, on="Sym", type=NaturalJoinType.LAST_MATCH), "N")[0] == (2,)
    with pytest.raises(DHError):
        trades.exact_join(names.where("Key = `A`"), on="Sym = Key")


def test_agg_by(trades):
    by_sym = trades.agg_by(
        [
            agg.count_("N"), agg.sum_("Total = Size"), agg.avg("Mean = Price"), agg.first("First = Size"),
            agg.last("Last = Size"), agg.min_("Least = Price"), agg.max_("Most = Price"),
            agg.count_distinct("Different = Size"), agg.count_where("Big", "Size > 15"),
        ],
        by="Sym",
    )  # fmt: skip
    assert rows(by_sym) == [
        ("A", 2, 40, 1.5, 10, 30, 1.5, 1.5, 2, 1),
        ("B", 2, 20, 3.75, 20, None, 2.0, 5.5, 1, 1),
        (None, 1, 40, 4.0, 40, 40, 4.0, 4.0, 1, 1),
    ]


def test_by_family(trades):
    numbers = trades.view(["Price", "Size"])
    assert rows(trades.count_by("N")) == [(5,)]
    assert rows(trades.sum_by("Sym"), "Size") == [(40,), (20,), (40,)]
    assert rows(trades.last_by("Sym"), "Size") == [(30,), (None,), (40,)]
    assert rows(trades.first_by("Sym"), "Size") == [(10,), (20,), (40,)]
    assert rows(numbers.avg_by()) == [(3.25, 25.0)]
    assert rows(numbers.min_by()) == [(1.5, 10)]
    assert rows(numbers.max_by()) == [(5.5, 40)]
    assert rows(numbers.median_by()) == [(3.0, 25.0)]
    assert rows(numbers.std_by(), "Size")[0][0] == pytest.approx(12.909944487358056)
    assert rows(numbers.var_by(), "Size")[0][0] == pytest.approx(166.66666666666666)
    assert rows(trades.select_distinct("Sym")) == [("A",), ("B",), (None,)]
    assert rows(trades.group_by("Sym"), "Size")[0] == ([10, 30],)
    assert rows(trades.weighted_avg_by("Size", "Sym").head(1), "Price") == [(1.5,)]


def test_reading_out(trades):
    assert [row.Size for row in trades.iter_tuple()] == [10, 20, 30, 40, None]
    chunks = list(trades.iter_chunk_dict("Price", chunk_size=2))
    assert [len(chunk["Price"]) for chunk in chunks] == [2, 2, 1]
    assert np.isnan(chunks[1]["Price"][0])
    sizes = next(trades.iter_chunk_tuple("Size")).Size
    assert sizes.dtype == np.int64 and sizes.mask.tolist() == [False] * 4 + [True]
    assert trades.size == 5
    assert not trades.is_refreshing and not trades.is_blink and not trades.is_failed
    assert trades.has_columns(["Sym", "Price"]) and not trades.has_columns("Nope")
    assert rows(trades.meta_table)[1] == ("Price", "double", "Normal", False)
    assert trades.memory_bytes() > 0


def test_to_string():
    table = new_table({"Number": [1, None], "Text": ["a", "a long text"]})
    assert table.to_string() == (
        "    Number|       Text\n----------+-----------\n         1|a          \n    (null)|a long text\n"
    )
    assert table.to_string(1, "Text") == "      Text\n----------\na         \n"
    assert repr(table) == f"static table of 2 rows × 2 columns\n{table.to_string()}"


def test_notebook_html_escapes_and_colours():
    table = new_table({"Text": ["<b>", "BTC"], "N": [1, 2]})
    coloured = table.format_column_where("Text", "Text.startsWith(`BTC`)", "IVORY")
    html = coloured._repr_html_()
    assert "&lt;b&gt;" in html and "<b>" not in html
    assert "__TABLE_STYLE_FORMAT" not in html
    assert '<td style="text-align:left;background-color:#fffff0' in html
    assert html.count("background-color") == 1
    assert "static table of 2 rows × 2 columns" in html
    from kinetable.html import to_html

    assert to_html(table).startswith('<table border="1">')


def test_unknown_attribute_and_version():
    with pytest.raises(AttributeError):
        getattr(kinetable, "nothing_of_the_sort")  # noqa: B009
    assert kinetable.__version__.count(".") == 2
