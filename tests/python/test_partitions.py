"""Tables of tables: constituents that come, go and change with the table they are made of."""

from __future__ import annotations

import threading

import pytest
from conftest import wait_until
from kinetable import DHError, SortDirection, TableDefinition, agg, dtypes, merge, new_table, ring_table, time_table
from kinetable.table import PartitionedTable, PartitionedTableProxy
from kinetable.table_listener import listen

FACTOR = 10


def twice(x: int) -> int:
    return 2 * x


def rows(table, cols=None):
    return [tuple(row.values()) for row in table.iter_dict(cols)]


def trades():
    return new_table({"Sym": ["b", "a", "b", None, "a"], "Size": [1, 2, 3, 4, 5], "Price": [1.5, 2.5, 3.5, 4.5, 5.5]})


def ticking(keys=13, kept=40):
    """A live table in which keys come and go all the time."""
    stream = time_table("PT0.001S").update(["N = ii", f"Key = `k` + ((long)(ii / 7) * 7919 % {keys})", "X = N % 17"])
    return ring_table(stream.drop_columns("Timestamp"), kept)


def assert_always_equal(pairs, updates=25):
    """That two live tables are equal at every step: both are read from one table made of both."""
    left, right = pairs
    both = merge([left.update_view("Which = 0"), right.update_view("Which = 1")])
    # A listener is told of changes, so both are in a table of one row: lists of everything.
    whole = both.group_by()
    told, wrong = [], []

    def check(update, is_replay):
        columns = update.added() if len(update.added("Which")["Which"]) else update.modified()
        lists = [column[0] for column in columns.values() if len(column)]
        sides = {0: [], 1: []}
        for row in zip(*lists):
            sides[row[-1]].append(row[:-1])
        told.append(len(sides[0]))
        if sides[0] != sides[1]:
            wrong.append(sides)

    handle = listen(whole, check, do_replay=True)
    wait_until(lambda: len(told) > updates)
    handle.stop()
    assert not wrong, wrong[0]


def test_what_it_is():
    parts = trades().partition_by("Sym")
    assert parts.key_columns == ["Sym"] and parts.unique_keys
    assert parts.constituent_column == "__CONSTITUENT__"
    assert parts.table.column_names == ["Sym", "__CONSTITUENT__"]
    assert not parts.is_refreshing and not parts.constituent_changes_permitted
    assert rows(parts.keys()) == [("b",), ("a",), (None,)]
    assert [c.name for c in parts.constituent_table_columns] == ["Sym", "Size", "Price"]
    assert parts.constituent_table_definition["Size"].data_type == dtypes.long
    assert "3 constituents by Sym" in repr(parts)
    assert "table of 2 rows" in parts.table.to_string()
    live = ticking().partition_by("Key")
    assert live.is_refreshing and live.constituent_changes_permitted


def test_constituents():
    parts = trades().partition_by("Sym")
    assert rows(parts.get_constituent("a"), "Size") == [(2,), (5,)]
    assert rows(parts.get_constituent(None), "Size") == [(4,)]
    assert parts.get_constituent("z") is None
    assert [t.size for t in parts.constituent_tables] == [2, 2, 1]
    assert [row["__CONSTITUENT__"].size for row in parts.table.iter_dict()] == [2, 2, 1]
    two = trades().partition_by(["Sym", "Size"], drop_keys=True)
    assert two.get_constituent(["b", 3]).column_names == ["Price"]
    with pytest.raises(DHError, match="1 key values for the key columns"):
        two.get_constituent("b")
    with pytest.raises(DHError, match="name at least one"):
        trades().partition_by([])
    with pytest.raises(DHError, match="blink"):
        time_table("PT1S", blink_table=True).partition_by("Timestamp")


def test_merge_filter_sort():
    parts = trades().partition_by("Sym")
    assert rows(parts.merge(), "Size") == [(1,), (3,), (2,), (5,), (4,)]
    assert rows(parts.sort("Sym").merge(), "Size") == [(4,), (2,), (5,), (1,), (3,)]
    assert rows(parts.sort("Sym", SortDirection.DESCENDING).keys()) == [("b",), ("a",), (None,)]
    assert rows(parts.filter("Sym = `b`").merge(), "Size") == [(1,), (3,)]
    assert parts.filter(["Sym = `b`", "Sym = `a`"]).merge().size == 0
    with pytest.raises(DHError, match="Size"):
        parts.filter("Size > 1")
    with pytest.raises(DHError, match="no key column"):
        parts.sort("Size")


def test_transform():
    limit = 2
    parts = trades().partition_by("Sym")
    made = parts.transform(lambda t: t.where("Size >= limit").update(["Big = Size * FACTOR"]))
    assert rows(made.merge(), ["Size", "Big"]) == [(3, 30), (2, 20), (5, 50), (4, 40)]
    assert made.constituent_table_definition["Big"].data_type == dtypes.long
    assert rows(made.get_constituent("b"), "Big") == [(30,)]
    # Without constituents, a table without rows tells the columns.
    none = parts.filter("Sym = `z`").transform(lambda t: t.view("Double = Size * 2.0"))
    assert none.constituent_table_definition["Double"].data_type == dtypes.double
    assert none.merge().column_names == ["Double"]


def test_transforms_that_fail():
    parts = trades().partition_by("Sym")
    with pytest.raises(DHError, match='no column "Nothing"|Nothing'):
        parts.transform(lambda t: t.where("Nothing > 1"))
    with pytest.raises(DHError) as raised:
        parts.transform(lambda t: 1 / 0)
    assert isinstance(raised.value.__cause__, ZeroDivisionError)
    with pytest.raises(DHError, match="gave a int, not a Table"):
        parts.transform(lambda t: 7)
    shapes = iter([["Size"], ["Price"], ["Size"]])
    with pytest.raises(DHError, match="same columns for all keys"):
        parts.transform(lambda t: t.view(next(shapes)))


def test_partitioned_transform():
    a = new_table({"K": ["x", "y", "z"], "A": [1, 2, 3]}).partition_by("K")
    b = new_table({"K": ["y", "x", "x"], "B": [10, 20, 30]}).partition_by("K")
    made = a.partitioned_transform(b, lambda a, b: a.natural_join(b.last_by("K"), "K"))
    assert rows(made.merge()) == [("x", 1, 30), ("y", 2, 10)]
    with pytest.raises(DHError, match="key columns"):
        a.partitioned_transform(new_table({"Q": [1]}).partition_by("Q"), lambda a, b: a)


def test_from_tables():
    made = PartitionedTable.from_constituent_tables([new_table({"X": [1]}), new_table({"X": [2, 3]})])
    assert rows(made.merge()) == [(1,), (2,), (3,)]
    assert made.key_columns == [] and len(made.constituent_tables) == 2
    with pytest.raises(DHError, match="other columns"):
        PartitionedTable.from_constituent_tables([new_table({"X": [1]}), new_table({"Y": [2]})])
    none = PartitionedTable.from_constituent_tables([], TableDefinition({"X": dtypes.long}))
    assert none.merge().size == 0
    with pytest.raises(DHError):
        PartitionedTable.from_constituent_tables([])
    live = PartitionedTable.from_constituent_tables([time_table("PT0.01S").view("N = ii"), new_table({"N": [-1]})])
    merged = live.merge()
    wait_until(lambda: merged.size > 5)
    assert rows(merged.snapshot())[-1] == (-1,)


def test_from_partitioned_table():
    parts = trades().partition_by("Sym")
    again = PartitionedTable.from_partitioned_table(parts.table.where("Sym = `a`"))
    assert again.key_columns == ["Sym"] and rows(again.merge(), "Size") == [(2,), (5,)]
    with pytest.raises(DHError, match="no column of tables"):
        PartitionedTable.from_partitioned_table(trades())


def test_aggregation_with_constituents():
    table = trades().agg_by(
        [agg.sum_("Size"), agg.partition("Part"), agg.count_("N"), agg.partition("Bare", False)], "Sym"
    )
    assert table.column_names == ["Sym", "Size", "Part", "N", "Bare"]
    first = next(table.iter_dict())
    assert rows(first["Part"], "Size") == [(1,), (3,)] and first["Bare"].column_names == ["Size", "Price"]
    whole = trades().agg_by(agg.partition("Part"))
    assert next(whole.iter_dict())["Part"].size == 5
    both = next(trades().agg_by([agg.count_("N"), agg.partition("Part")]).iter_dict())
    assert both["N"] == 5 and both["Part"].size == 5
    parts = trades().partitioned_agg_by(agg.sum_("Size"), by="Sym")
    assert parts.key_columns == ["Sym"] and parts.table.column_names == ["Sym", "Size", "__CONSTITUENT__"]
    assert parts.merge().size == 5
    kept = ticking().partitioned_agg_by(agg.count_("N"), "Key", preserve_empty=True)
    assert kept.is_refreshing


def test_live_merges_are_the_table_at_every_step():
    table = ticking()
    assert_always_equal((table.sort("N"), table.partition_by("Key").merge().sort("N")))


def test_live_transforms_are_whole_in_each_step():
    table = ticking()
    made = table.partition_by("Key").transform(
        lambda t: t.update("Y = X * 2").agg_by([agg.sum_("Y"), agg.count_("C")], "Key")
    )
    direct = table.update("Y = X * 2").agg_by([agg.sum_("Y"), agg.count_("C")], "Key")
    assert_always_equal((direct.sort("Key"), made.merge().sort("Key")))


def test_live_sorted_filtered_constituents():
    table = ticking()
    made = table.partition_by("Key").filter("Key != `k3`").sort("Key", SortDirection.DESCENDING).merge()
    direct = table.where("Key != `k3`").sort_descending("Key")
    assert_always_equal((direct, made))


def test_live_constituents_are_the_rows_of_their_key():
    table = ticking(keys=4)
    parts = table.partition_by("Key")
    (held,) = wait_until(lambda: [part for part in [parts.get_constituent("k1")] if part is not None])
    assert_always_equal((table.where("Key = `k1`"), held))


def test_live_pairs():
    table = ticking()
    left, right = table.where("X > 3").partition_by("Key"), table.where("X < 12").partition_by("Key")
    made = left.partitioned_transform(right, lambda a, b: a.natural_join(b.count_by("C", "Key"), "Key"))
    counts = table.where("X < 12").count_by("C", "Key")
    direct = table.where("X > 3").natural_join(counts, "Key").where("!isNull(C)")
    assert_always_equal((direct.sort("N"), made.merge().sort("N")))


def test_functions_that_use_other_tables():
    table = ticking()
    totals = table.partition_by("Key").merge().count_by("All")
    made = table.partition_by("Key").transform(
        lambda t: t.update_view("One = 1").natural_join(totals.update_view("One = 1"), "One"), dependencies=[totals]
    )
    direct = table.update_view("One = 1").natural_join(totals.update_view("One = 1"), "One")
    assert_always_equal((direct.sort("N"), made.merge().sort("N")))


def test_a_function_that_raises_later_fails_the_result():
    stream = time_table("PT0.005S").update(["Key = (long)(ii / 5)"]).drop_columns("Timestamp")

    def picky(table):
        key = next(table.iter_dict(), {"Key": 0})["Key"]
        if key >= 3:
            raise ValueError("no thanks")
        return table

    parts = stream.partition_by("Key")
    made = parts.transform(picky)
    merged = made.merge()
    wait_until(lambda: merged.is_failed)
    assert "no thanks" in merged.failure
    assert not parts.table.is_failed and not stream.is_failed


def test_threads_that_hold_the_interpreter_do_not_block_cycles():
    stop = threading.Event()
    table = ticking(keys=40, kept=30)

    def busy():
        while not stop.is_set():
            sum(range(500))
            assert table.where("X > 3").size >= 0

    threads = [threading.Thread(target=busy) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        made = table.partition_by("Key").transform(lambda t: t.where("X > 3").update("Y = twice(X)")).merge()
        for _ in range(30):
            assert made.await_update(60_000)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_proxies():
    parts = trades().partition_by("Sym")
    proxy = parts.proxy()
    assert isinstance(proxy, PartitionedTableProxy) and proxy.require_matching_keys and proxy.sanity_check_joins
    assert proxy.target is parts and not proxy.is_refreshing
    limit = 2
    made = proxy.where("Size >= limit").update("Y = Size * FACTOR").sort_descending("Y")
    assert rows(made.target.merge(), "Y") == [(30,), (50,), (20,), (40,)]
    assert rows(proxy.sum_by("Sym").target.merge(), "Size") == [(4,), (7,), (4,)]
    assert [t.size for t in proxy.head(1).target.constituent_tables] == [1, 1, 1]
    names = new_table({"Sym": ["a", "b"], "Name": ["Apple", "Bee"]})
    assert rows(proxy.natural_join(names, on="Sym").target.merge(), "Name") == [
        ("Bee",),
        ("Bee",),
        ("Apple",),
        ("Apple",),
        (None,),
    ]


def test_proxies_together():
    left = trades().partition_by("Sym").proxy()
    right = trades().last_by("Sym").view(["Sym", "Last = Size"]).partition_by("Sym").proxy()
    joined = left.natural_join(right, on="Sym", joins="Last")
    assert rows(joined.target.merge(), ["Size", "Last"]) == [(1, 3), (3, 3), (2, 5), (5, 5), (4, 4)]
    fewer = trades().where("Sym = `a`").partition_by("Sym").proxy()
    with pytest.raises(DHError, match="in the other|here alone"):
        left.natural_join(fewer.last_by("Sym"), on="Sym", joins="P2 = Price")
    lenient = trades().partition_by("Sym").proxy(require_matching_keys=False)
    assert lenient.natural_join(fewer.last_by("Sym"), on="Sym", joins="P2 = Price").target.merge().size == 2
    spread = new_table({"K": [1, 2], "J": [7, 7]}).partition_by("K").proxy()
    with pytest.raises(DHError, match="several constituents"):
        spread.natural_join(spread.view(["J", "K2 = K"]), on="J", joins="K2")


def test_live_proxies():
    table = ticking()
    made = table.partition_by("Key").proxy().where("X > FACTOR").last_by("Key").target.merge()
    direct = table.where("X > FACTOR").last_by("Key")
    assert_always_equal((direct.sort("Key"), made.sort("Key")))


def test_definitions_show_themselves_as_tables():
    definition = trades().definition
    assert rows(definition.table) == rows(trades().meta_table)
    assert rows(definition.table)[0] == ("Sym", "java.lang.String", "Normal", False)
