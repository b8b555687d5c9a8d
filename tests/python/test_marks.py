"""Attributes, keys, orders, formats, layout, and what tells tables apart."""

from __future__ import annotations

import pytest
from kinetable import DHError, SortDirection, dtypes, empty_table, input_table, new_table, time_table
from kinetable.column import double_col, int_col, string_col
from kinetable.table import SearchDisplayMode, table_diff


def table():
    return new_table(
        [int_col("A", [1, 2, 3]), string_col("B", ["x", "y", None]), double_col("C", [1.0, float("nan"), 3.0])]
    )


def test_attributes_travel():
    marked = table().with_attributes({"Source": "desk", "Level": 3, "Checked": True})
    assert marked.attributes()["Source"] == "desk" and marked.attributes()["Level"] == "3"
    assert marked.where("A > 1").attributes()["Checked"] is True
    assert "Source" not in marked.without_attributes(["Source", "Nobody"]).attributes()
    assert "Source" not in table().attributes()
    with pytest.raises(DHError, match="BlinkTable"):
        table().with_attributes({"BlinkTable": True})
    with pytest.raises(DHError, match="Source"):
        table().with_attributes({"Source": object()})
    blink = time_table("PT1S", blink_table=True)
    assert not blink.without_attributes("BlinkTable").is_blink


def test_keys():
    assert table().with_keys(["A", "B"]).attributes()["keyColumns"] == "A,B"
    unique = table().with_unique_keys("A").attributes()
    assert unique["keyColumns"] == "A" and unique["uniqueKeys"] is True
    with pytest.raises(DHError, match='no column "Z"'):
        table().with_keys("Z")


def test_restricted_sorts():
    restricted = table().restrict_sort_to(["A"])
    assert restricted.sort_descending("A").size == 3
    with pytest.raises(DHError, match='not be sorted by "B"'):
        restricted.where("A > 0").sort(["A", "B"])
    with pytest.raises(DHError, match="no column"):
        table().restrict_sort_to("Z")
    with pytest.raises(DHError):
        table().restrict_sort_to([]).sort("A")


def test_orders():
    marked = table().with_order_for_column("A").with_order_for_column("B", SortDirection.DESCENDING)
    assert marked.attributes()["SortedColumns"] == "A=Ascending,B=Descending"
    assert "SortedColumns" not in marked.reverse().attributes()
    assert table().assert_sorted("A").attributes()["SortedColumns"] == "A=Ascending"
    assert table().reverse().assert_sorted("A", SortDirection.DESCENDING).size == 3
    with pytest.raises(DHError, match='the ids: column "A" is not sorted descending: row 1 is before row 0'):
        table().assert_sorted("A", SortDirection.DESCENDING, "the ids")
    assert new_table([double_col("C", [None, 1.0, 1.0, float("nan")])]).assert_sorted("C").size == 4


def test_a_live_table_that_loses_its_order_fails():
    source = input_table({"K": dtypes.string, "V": dtypes.int32}, key_cols="K")
    checked = source.assert_sorted("V")
    put = lambda **values: source.add(new_table([string_col("K", list(values)), int_col("V", list(values.values()))]))  # noqa: E731
    put(a=1, b=5, c=9)
    put(b=9)
    source.delete(new_table([string_col("K", ["b"])]))
    put(d=9)
    assert not checked.is_failed and checked.size == 3
    put(c=10)
    assert checked.is_failed and "not sorted ascending" in checked.failure and not source.is_failed


def test_is_flat_and_meta_table():
    assert table().is_flat and not table().where("A != 2").is_flat and table().where("A != 2").flatten().is_flat
    meta = list(table().meta_table.iter_tuple(["Name", "DataType"]))
    assert meta == [("A", "int"), ("B", "java.lang.String"), ("C", "double")]


def test_formats():
    shade = 3
    formatted = table().format_columns(
        ["A = A > shade ? RED : NO_FORMATTING", "C = Decimal(`#,##0.00`)", "* = `#ff0000`", "B = BLUE"]
    )
    assert formatted.column_names[3:] == [
        "A__TABLE_STYLE_FORMAT",
        "C__TABLE_NUMBER_FORMAT",
        "__ROW__TABLE_STYLE_FORMAT",
        "B__TABLE_STYLE_FORMAT",
    ]
    row = next(formatted.iter_dict())
    assert row["A__TABLE_STYLE_FORMAT"] == 0 and row["C__TABLE_NUMBER_FORMAT"] == "#,##0.00" and shade == 3
    assert row["__ROW__TABLE_STYLE_FORMAT"] != 0
    dates = empty_table(1).update("T = now()").format_columns("T = Date(`yyyy`)")
    assert next(dates.iter_dict("T__TABLE_DATE_FORMAT")) == {"T__TABLE_DATE_FORMAT": "yyyy"}
    for wrong in ("A", "Z = RED", "A = NOCOLOUR", "* = Decimal(`0`)", "C = Decimal(`#,##0..00`)", "C = Date(`yyyy-MM-ddTHH`)"):
        with pytest.raises(DHError):
            table().format_columns(wrong)


def test_layout_hints():
    hinted = table().layout_hints(
        front="C",
        back=["A"],
        freeze="B",
        hide="A",
        column_groups=[
            {"name": "G", "children": ["A", "B"], "color": "#ff0000"},
            {"name": "H", "children": ["G", "C"]},
        ],
        search_display_mode=SearchDisplayMode.SHOW,
    )
    assert hinted.attributes()["LayoutHints"] == (
        "front=C;back=A;hide=A;freeze=B;searchable=Show;"
        "columnGroups=name:G::children:A,B::color:#ff0000|name:H::children:G,C;"
    )
    for wrong in (
        {"front": "Z"},
        {"column_groups": [{"name": "G"}]},
        {"column_groups": [{"name": "G", "children": ["Z"]}]},
    ):
        with pytest.raises(DHError):
            table().layout_hints(**wrong)


def test_differences():
    base = table()
    assert table_diff(base, table()) == ""
    assert table_diff(base, base.update("A = A == 2 ? 7 : A").update("A = (int)A")) == 'column "A", row 1: 2 and 7'
    assert "only in the first table" in table_diff(base, base.drop_columns("B"))
    assert "only in the second" in table_diff(base.drop_columns("B"), base)
    assert "another order" in table_diff(base, base.view(["B", "A", "C"]))
    assert table_diff(base, base.view(["B", "A", "C"]), ignore_column_order=True) == ""
    assert "is int in the first table and long" in table_diff(base, base.update("A = (long)A"))
    assert "3 rows and the second 2" in table_diff(base, base.head(2))
    many = table_diff(base, base.update(["A = (int)(A + 1)", "B = `z`"]), max_diffs=5).splitlines()
    assert len(many) == 5 and many[0] == 'column "A", row 0: 1 and 2'
    close = base.update("C = C + 1e-9")
    assert table_diff(base, close) != ""
    assert table_diff(base, close, floating_comparison="absolute") == ""
    assert table_diff(base, close, floating_comparison="relative") == ""
    big = base.update("C = C * 1e12")
    assert table_diff(big, big.update("C = C + 1.0"), floating_comparison="absolute") != ""
    assert table_diff(big, big.update("C = C + 1.0"), floating_comparison="relative") == ""
    with pytest.raises(DHError):
        table_diff(base, base, max_diffs=0)
    with pytest.raises(DHError):
        table_diff(base, base, floating_comparison="about")
