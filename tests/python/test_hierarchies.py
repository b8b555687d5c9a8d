"""Rollups and trees as flat tables in view order, also as their rows come, go and change."""

from __future__ import annotations

import pytest
from conftest import wait_until
from kinetable import DHError, agg, new_table, ring_table, time_table
from kinetable.table import NodeType
from test_partitions import assert_always_equal

FLOOR = 3


def rows(table, cols=None):
    return [tuple(row.values()) for row in table.iter_dict(cols)]


def trades():
    return new_table(
        {
            "Sym": ["b", "a", "b", "b"],
            "Buy": [True, False, False, True],
            "Size": [1, 2, 4, 8],
            "Price": [1.0, 2.0, 3.0, 5.0],
        }
    )


def family():
    return new_table(
        {
            "Id": [1, 2, 3, 4, 5, 6],
            "Of": [None, 1, 1, 3, 99, None],
            "Name": ["car", "door", "engine", "valve", "lost", "bike"],
        }
    )


def shape(table, name):
    """Depth, expanded and name of each row."""
    return [row for row in rows(table, ["__DEPTH__", "__EXPANDED__", name])]


def test_a_rollup_shows_its_total_first():
    rollup = trades().rollup([agg.sum_("Total = Size"), agg.count_("N")], by=["Sym", "Buy"])
    assert rollup.by == ["Sym", "Buy"] and not rollup.include_constituents and len(rollup.aggs) == 2
    view = rollup.view()
    assert view.column_names == ["__DEPTH__", "__EXPANDED__", "__HAS_CHILDREN__", "Sym", "Buy", "Total", "N"]
    assert rows(view) == [
        (0, True, True, None, None, 15, 4),
        (1, False, True, "b", None, 13, 3),
        (1, False, True, "a", None, 2, 1),
    ]
    assert rows(rollup.view(expanded=0), ["__DEPTH__", "__EXPANDED__", "Total"]) == [(0, False, 15)]
    assert "3 groups by Sym, Buy" in repr(rollup)


def test_groups_are_expanded_by_their_keys():
    rollup = trades().rollup(agg.sum_("Total = Size"), by=["Sym", "Buy"])
    wanted = [(0, None, None, 15), (1, "b", None, 13), (2, "b", True, 9), (2, "b", False, 4), (1, "a", None, 2)]
    columns = ["__DEPTH__", "Sym", "Buy", "Total"]
    assert rows(rollup.view(expanded=["b"]), columns) == wanted
    assert rows(rollup.view(expanded=[("b",)]), columns) == wanted
    assert rollup.view(expanded="all").size == 6 == rollup.view(expanded=2).size
    assert rollup.view(expanded=["z", ("b", True)]).size == 3
    with pytest.raises(DHError, match="3 keys"):
        rollup.view(expanded=[("b", True, 1)])
    with pytest.raises(DHError, match='expanded is "some"'):
        rollup.view(expanded="some")


def test_rollups_with_constituents():
    rollup = trades().rollup([agg.avg("Size"), agg.sum_("Price")], by=["Sym"], include_constituents=True)
    view = rollup.view(expanded=["b"])
    assert view.column_names[3:] == ["Sym", "Size", "Price", "Buy", "Size__CONSTITUENT__"]
    assert rows(view, ["__DEPTH__", "__HAS_CHILDREN__", "Sym", "Size", "Price", "Size__CONSTITUENT__"]) == [
        (0, True, None, 3.75, 11.0, None),
        (1, True, "b", 13 / 3, 9.0, None),
        (2, False, "b", None, 1.0, 1),
        (2, False, "b", None, 3.0, 4),
        (2, False, "b", None, 5.0, 8),
        (1, True, "a", 2.0, 2.0, None),
    ]
    with pytest.raises(DHError, match="blink"):
        time_table("PT1S", blink_table=True).rollup(agg.count_("N"), include_constituents=True)


def test_operations_on_nodes():
    rollup = trades().rollup([agg.sum_("Total = Size")], by=["Sym"], include_constituents=True)
    groups = rollup.node_operation_recorder(NodeType.AGGREGATED).sort("Total").update_view("Big = Total > FLOOR")
    inner = rollup.node_operation_recorder(NodeType.CONSTITUENT).sort_descending("Size")
    view = rollup.with_node_operations([groups, inner]).view(expanded="all")
    assert rows(view, ["Sym", "Total", "Big", "Size"]) == [
        (None, 15, True, None),
        ("a", 2, False, None),
        ("a", None, None, 2),
        ("b", 13, True, None),
        ("b", None, None, 8),
        ("b", None, None, 4),
        ("b", None, None, 1),
    ]
    coloured = rollup.with_node_operations([groups.format_row_where("Total > 10", "RED")]).view()
    assert "__ROW__TABLE_STYLE_FORMAT" in " ".join(coloured.column_names)
    plain = trades().rollup(agg.count_("N"), "Sym")
    with pytest.raises(DHError, match="include_constituents"):
        plain.node_operation_recorder(NodeType.CONSTITUENT)


def test_rollups_filtered_and_extended():
    rollup = trades().rollup([agg.sum_("Total = Size")], by=["Sym", "Buy"])
    assert rows(rollup.with_filters("Buy").view(), ["Sym", "Total"]) == [(None, 9), ("b", 9)]
    with pytest.raises(DHError, match="Size"):
        rollup.with_filters("Size > 1")
    more = rollup.with_update_view("Twice = Total * 2")
    assert rows(more.view(), ["Sym", "Twice"]) == [(None, 30), ("b", 26), ("a", 4)]
    assert rows(more.with_filters("Sym = `a`").view(), ["Sym", "Twice"]) == [(None, 4), ("a", 4)]
    assert "Twice" not in rollup.view().column_names
    with pytest.raises(DHError, match="agg|partition"):
        trades().rollup(agg.partition("P"), "Sym")


def test_a_tree_shows_its_roots():
    tree = family().tree("Id", "Of")
    assert (tree.id_col, tree.parent_col) == ("Id", "Of")
    assert rows(tree.view()) == [
        (0, False, True, 1, None, "car"),
        (0, False, False, 6, None, "bike"),
    ]
    assert shape(tree.view(expanded=[1]), "Name") == [
        (0, True, "car"),
        (1, False, "door"),
        (1, False, "engine"),
        (0, False, "bike"),
    ]
    # What is expanded below what is not is not shown.
    assert tree.view(expanded=[3]).size == 2
    assert [row[2] for row in shape(tree.view(expanded=[1, 3]), "Name")] == ["car", "door", "engine", "valve", "bike"]
    assert tree.view(expanded="all").size == 5 and tree.view(expanded=1).size == 4
    promoted = family().tree("Id", "Of", promote_orphans=True).view()
    assert rows(promoted, ["Name", "Of"]) == [("car", None), ("lost", None), ("bike", None)]


def test_trees_filtered_and_sorted():
    tree = family().tree("Id", "Of")
    kept = tree.with_filters("Name = `valve`")
    assert [row[2] for row in shape(kept.view(expanded="all"), "Name")] == ["car", "engine", "valve"]
    recorder = tree.node_operation_recorder().sort_descending("Name").where("Name != `door`")
    view = tree.with_node_operations(recorder).view(expanded="all")
    assert [row[2] for row in shape(view, "Name")] == ["car", "engine", "valve", "bike"]


def test_trees_that_cannot_be():
    with pytest.raises(DHError, match="Nothing"):
        family().tree("Id", "Nothing")
    with pytest.raises(DHError, match="Name"):
        family().tree("Id", "Name")
    with pytest.raises(DHError, match="blink"):
        time_table("PT1S", blink_table=True).update("P = Timestamp").tree("Timestamp", "P")
    circle = new_table({"Id": [1, 2, 3], "Of": [2, 1, None]}).tree("Id", "Of")
    assert circle.view(expanded="all").size == 1


def ticking(kept=60):
    stream = time_table("PT0.001S").update(
        ["N = ii", "Key = `k` + (N * 7919 % 5)", "Side = N % 3 == 0", "X = N * 31 % 17"]
    )
    return ring_table(stream.drop_columns("Timestamp"), kept)


def test_live_rollups_are_their_levels_at_every_step():
    table = ticking()
    rollup = table.rollup([agg.sum_("X"), agg.count_("C")], by=["Key", "Side"])
    groups = rollup.view(expanded="all").where("__DEPTH__ = 2").view(["Key", "Side", "X", "C"])
    direct = table.agg_by([agg.sum_("X"), agg.count_("C")], ["Key", "Side"])
    assert_always_equal((direct.sort(["Key", "Side"]), groups.sort(["Key", "Side"])))


def test_live_rollups_with_constituents_have_all_rows():
    table = ticking()
    view = table.rollup(agg.count_("C"), by=["Key"], include_constituents=True).view(expanded=["k1", "k2"])
    shown = view.where("__DEPTH__ = 2").view(["N", "Key", "Side", "X"])
    direct = table.where("Key in `k1`, `k2`")
    assert_always_equal((direct.sort("N"), shown.sort("N")))


def test_live_trees_have_the_rows_below_each_other():
    stream = time_table("PT0.001S").update(["Id = ii", "Of = ii % 10 == 0 ? NULL_LONG : ii - 1 - ii % 3 % 2"])
    table = ring_table(stream.drop_columns("Timestamp"), 50)
    view = table.tree("Id", "Of", promote_orphans=True).view(expanded="all")
    # All rows of the ring are shown: none is an orphan, and none lies below itself.
    assert_always_equal((table.view("Id").sort("Id"), view.view("Id").sort("Id")))


def test_blink_rollups_add_up_all_rows():
    blink = time_table("PT0.005S", blink_table=True).update("K = ii % 2")
    view = blink.rollup(agg.count_("N"), by="K").view()
    wait_until(lambda: view.size == 3 and next(view.iter_dict())["N"] > 10)
    total, even, odd = (row["N"] for row in view.snapshot().iter_dict())
    assert total == even + odd
