# One table a key: made, worked on together, looked at alone, put together again.
from deephaven import empty_table
from deephaven.table import PartitionedTable

source = empty_table(9).update(["Key = i % 3 == 0 ? `a` : i % 3 == 1 ? `b` : `c`", "X = i"])
parts = source.partition_by("Key")

assert parts.keys().size == 3 and parts.key_columns == ["Key"] and parts.unique_keys
assert [row["X"] for row in parts.get_constituent("b").iter_dict("X")] == [1, 4, 7]
assert parts.get_constituent("z") is None
assert [part.size for part in parts.constituent_tables] == [3, 3, 3]

heads = parts.transform(lambda t: t.head(1).update("Y = X * 10"))
assert [row["Y"] for row in heads.merge().iter_dict("Y")] == [0, 10, 20]

sums = parts.proxy().update("Z = X + 1").sum_by("Key").target.merge()
assert [row["Z"] for row in sums.iter_dict("Z")] == [12, 15, 18]

assert parts.filter("Key != `a`").merge().size == 6
both = PartitionedTable.from_constituent_tables([source.head(2), source.tail(1)])
assert both.merge().size == 3
