"""Parts: a table split into tables, by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import _kinetable as _native
from .._texts import Texts, texts
from ..agg import Aggregation
from ..dherror import DHError
from .groups import Aggregations, Groups

if TYPE_CHECKING:
    from .._hierarchies import RollupTable, TreeTable
    from .._partitioned import PartitionedTable
    from ..table import Table


class Parts(Groups):
    """Tables made of a table's parts."""

    def partition_by(self, by: Texts, drop_keys: bool = False) -> PartitionedTable:
        """Splits the rows by key: each key's rows are a table of their own, a *constituent*.

        Constituents share the columns of this table, and are made when something asks for them. If this table is live,
        keys come and go, and constituents change in the same cycle; a cycle costs the rows that changed, not the
        number of keys.

        Args:
            by: Key columns.
            drop_keys: Whether constituents are without the key columns.

        Returns:
            The partitioned table, with keys in the order of first appearance.

        Raises:
            DHError: If a column does not exist, or this is a blink table, whose rows are not kept.

        Example:
            from kinetable import new_table
            trades = new_table({"Sym": ["a", "b", "a"], "Size": [1, 2, 3]})
            parts = trades.partition_by("Sym")
            print(parts.get_constituent("a").to_string())
        """
        from .._partitioned import PartitionedTable

        names = texts(by)
        if not names:
            raise DHError(message="partition_by without key columns\n  hint: name at least one")
        return PartitionedTable(_native.partition_by(self._native, names, drop_keys, False))

    def partitioned_agg_by(
        self, aggs: Aggregations, by: Texts = None, preserve_empty: bool = False, initial_groups: Optional[Table] = None
    ) -> PartitionedTable:
        """As `agg_by`, with a column of constituents: the rows of each key as a table of their own.

        Args:
            aggs: The aggregations.
            by: Key columns; without any there is one constituent.
            preserve_empty: Whether keys stay when all of their rows have gone.
            initial_groups: Keys that come first, as of `agg_by`; those without rows have no constituent.

        Returns:
            A partitioned table; its `table` has the key columns, the results, and the constituents.

        Raises:
            DHError: As of `agg_by`, and if this is a blink table.

        Example:
            from kinetable import agg, new_table
            trades = new_table({"Sym": ["a", "b", "a"], "Size": [1, 2, 3]})
            parts = trades.partitioned_agg_by(agg.sum_("Size"), by="Sym")
            print(parts.table.view(["Sym", "Size"]).to_string())
        """
        from .._partitioned import PartitionedTable

        several = [aggs] if isinstance(aggs, Aggregation) else list(aggs)
        names = texts(by)
        parts = _native.partition_by(self._native, names, False, preserve_empty)
        column = parts.constituent_column
        whole = Aggregation("partition", [column], {"drop_keys": False})
        table = with_parts(self._table(), [*several, whole], names, preserve_empty, initial_groups)
        return PartitionedTable(parts.with_table(table._native))

    def rollup(self, aggs: Aggregations, by: Texts = None, include_constituents: bool = False) -> RollupTable:
        """Aggregates within groups of groups: the total, the groups of the first key column, of the first two, and so
        on.

        Each level is aggregated from the rows, so that medians and distinct counts are right on all levels; a change
        costs the changed rows on each level.

        Args:
            aggs: The aggregations.
            by: Key columns, the outermost first.
            include_constituents: Whether the rows of this table are below the innermost groups.

        Returns:
            The rollup. Its `view` is a flat table of it, as far as it is expanded.

        Raises:
            DHError: As of `agg_by`, and with constituents if this is a blink table, whose rows are not kept.

        Example:
            from kinetable import agg, new_table
            trades = new_table({"Sym": ["a", "b", "a"], "Side": ["buy", "buy", "sell"], "Size": [1, 2, 3]})
            print(trades.rollup(agg.sum_("Size"), by=["Sym", "Side"]).view(expanded="all").to_string())
        """
        from .._hierarchies import RollupTable

        several = [aggs] if isinstance(aggs, Aggregation) else list(aggs)
        if any(agg.kind == "partition" for agg in several):
            raise DHError(
                message="a rollup does not support partition\n  hint: include_constituents=True shows the rows"
            )
        if include_constituents and self.is_blink:
            text = "a blink table does not support rollup with constituents: its rows are not kept"
            raise DHError(message=f"{text}\n  hint: keep them with blink_to_append_only first")
        return RollupTable(self._table(), several, texts(by), include_constituents)

    def tree(self, id_col: str, parent_col: str, promote_orphans: bool = False) -> TreeTable:
        """Shows rows below the rows that they name.

        Args:
            id_col: The column of ids. Of several rows with one id, the first has the rows below.
            parent_col: The column of the ids of the rows above, of the same type; null for a root.
            promote_orphans: Whether rows whose parent is not there are roots, with a null parent; else they are not
                shown.

        Returns:
            The tree. Its `view` is a flat table of it, as far as it is expanded.

        Raises:
            DHError: If a column is missing, types differ, or this is a blink table, whose rows are not kept.

        Example:
            from kinetable import new_table
            parts = new_table({"Id": [1, 2, 3, 4], "In": [None, 1, 1, 3], "Name": ["car", "door", "engine", "valve"]})
            print(parts.tree("Id", "In").view(expanded="all").to_string())
        """
        from .._hierarchies import TreeTable

        table = self._table()
        if promote_orphans:
            table = self._made(_native.promote_orphans(self._native, id_col, parent_col))
        return TreeTable(table, id_col, parent_col, None)


def with_parts(
    table: Table, aggs: list[Aggregation], by: list[str], preserve_empty: bool, initial_groups: Optional[Table]
) -> Table:
    """An aggregation of which some results are constituents: those are joined to the others by key."""
    from ..table import Table

    plain = [agg for agg in aggs if agg.kind != "partition"]
    result = table.agg_by(plain, by, preserve_empty, initial_groups) if plain or by else None
    order = [*by]
    for agg in aggs:
        if agg.kind != "partition":
            order += [column.partition("=")[0].strip() for column in agg.columns]
            continue
        (name,) = agg.columns
        split = _native.partition_by(table._native, by, agg.options["drop_keys"], preserve_empty)
        keys = Table(split.table()).rename_columns(f"{name}={split.constituent_column}")
        result = keys if result is None else _joined(result, keys, by, name)
        order.append(name)
    assert result is not None
    return result.move_columns(0, order)


def _joined(result: Table, keys: Table, by: list[str], name: str) -> Table:
    if by:
        return result.natural_join(keys, by, name)
    one = "__ONE__"
    marked = result.update_view(f"{one} = 1").natural_join(keys.update_view(f"{one} = 1"), one, name)
    return marked.drop_columns(one)
