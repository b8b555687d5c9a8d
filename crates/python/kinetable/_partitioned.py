"""Tables of tables: a table of keys, each with a table of its own, its *constituent*."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Optional, Sequence, Union

from . import _kinetable as _native
from ._scope import caller, pinned
from ._table.kinds import SortDirection, TableDefinition, orders
from ._texts import Texts, texts
from .column import ColumnDefinition
from .dherror import DHError

if TYPE_CHECKING:
    from ._proxy import PartitionedTableProxy
    from .table import Table

TableDefinitionLike = Union[TableDefinition, Mapping[str, Any], Iterable[ColumnDefinition]]


class PartitionedTable:
    """A table of tables: a row for each key, with the key's own table, its *constituent*.

    Made by `Table.partition_by`, `Table.partitioned_agg_by` and the class methods here, never by itself. If it is live,
    constituents come and go with the keys, and change in the same cycle as the table they are made of.

    Example:
        from kinetable import new_table
        trades = new_table({"Sym": ["a", "b", "a"], "Size": [1, 2, 3]})
        by_sym = trades.partition_by("Sym")
        last = by_sym.transform(lambda t: t.tail(1))
        print(last.merge().to_string())
    """

    def __init__(self, native: _native.PartitionedTable) -> None:
        """For this package only."""
        self._native = native

    # ---- making -----------------------------------------------------------------------------------------------

    @classmethod
    def from_partitioned_table(
        cls,
        table: Table,
        key_cols: Texts = None,
        unique_keys: Optional[bool] = None,
        constituent_column: Optional[str] = None,
        constituent_table_columns: Optional[TableDefinitionLike] = None,
        constituent_changes_permitted: Optional[bool] = None,
    ) -> PartitionedTable:
        """Wraps a table that has a column of tables.

        Args:
            table: The table: that of another partitioned table, or of an aggregation with `kinetable.agg.partition`.
            key_cols: Key columns; all but the constituents if none is named.
            unique_keys: Whether no key comes twice; assumed if not given. Lookups fail on a key that does.
            constituent_column: The column of tables; the only one there is if not named.
            constituent_table_columns: The columns of constituents; if not given, those of the first.
            constituent_changes_permitted: Whether constituents may come and go; if not given, whether the table is
                live.

        Returns:
            The partitioned table.

        Raises:
            DHError: If there is no column of tables, or more than one and none is named.

        Example:
            from kinetable import new_table
            from kinetable.table import PartitionedTable
            parts = new_table({"K": ["a", "b"], "X": [1, 2]}).partition_by("K")
            again = PartitionedTable.from_partitioned_table(parts.table.where("K = `b`"))
            print(again.merge().to_string())
        """
        keys = None if key_cols is None else texts(key_cols)
        unique = True if unique_keys is None else unique_keys
        changes = table.is_refreshing if constituent_changes_permitted is None else constituent_changes_permitted
        columns = _columns(constituent_table_columns)
        return cls(_native.partitioned_of_table(table._native, keys, unique, constituent_column, columns, changes))

    @classmethod
    def from_constituent_tables(
        cls, tables: Sequence[Table], constituent_table_columns: Optional[TableDefinitionLike] = None
    ) -> PartitionedTable:
        """Wraps tables that have the same columns. There are no keys.

        Args:
            tables: The constituents.
            constituent_table_columns: Their columns; if not given, those of the first.

        Returns:
            The partitioned table.

        Raises:
            DHError: If the tables' columns differ, or there is neither a table nor columns.

        Example:
            from kinetable import new_table
            from kinetable.table import PartitionedTable
            parts = PartitionedTable.from_constituent_tables([new_table({"X": [1]}), new_table({"X": [2, 3]})])
            print(parts.merge().to_string())
        """
        natives = [table._native for table in tables]
        return cls(_native.partitioned_of_tables(natives, _columns(constituent_table_columns)))

    # ---- what it is -------------------------------------------------------------------------------------------

    @property
    def table(self) -> Table:
        """The underlying table: the key columns, and a column of tables, the constituents."""
        return _table(self._native.table())

    @property
    def key_columns(self) -> list[str]:
        """The names of the key columns."""
        return self._native.key_columns

    @property
    def unique_keys(self) -> bool:
        """Whether no key comes twice."""
        return self._native.unique_keys

    @property
    def constituent_column(self) -> str:
        """The name of the column of constituents in `table`."""
        return self._native.constituent_column

    @property
    def constituent_table_definition(self) -> TableDefinition:
        """The columns that all constituents have."""
        return TableDefinition(self.constituent_table_columns)

    @property
    def constituent_table_columns(self) -> list[ColumnDefinition]:
        """The definitions of the columns that all constituents have."""
        from . import dtypes

        made = ((name, dtypes.from_name(kind, java)) for name, kind, java in self._native.constituent_types())
        return [ColumnDefinition(name, dtype, dtype.component_type) for name, dtype in made]

    @property
    def constituent_changes_permitted(self) -> bool:
        """Whether constituents may come and go."""
        return self._native.changes_permitted

    @property
    def is_refreshing(self) -> bool:
        """Whether the underlying table is live."""
        return self._native.table().is_live

    @property
    def update_graph(self) -> Any:
        """The update graph the table belongs to."""
        return self.table.update_graph

    def __repr__(self) -> str:
        kind = "live" if self.is_refreshing else "static"
        keys = ", ".join(self.key_columns) or "no keys"
        return f"{kind} partitioned table of {self.table.size:,} constituents by {keys}"

    # ---- constituents -----------------------------------------------------------------------------------------

    def keys(self) -> Table:
        """The keys, without the constituents.

        Returns:
            A table of the key columns, in the order of first appearance.

        Example:
            from kinetable import new_table
            parts = new_table({"K": ["b", "a", "b"], "X": [1, 2, 3]}).partition_by("K")
            print(parts.keys().to_string())
        """
        return _table(self._native.keys(caller()))

    def get_constituent(self, key_values: Union[Any, Sequence[Any]]) -> Optional[Table]:
        """The constituent of a key.

        Args:
            key_values: The value of the key column; a list or tuple of them if there are several. ``None`` is null.

        Returns:
            The constituent; ``None`` if there is none with this key. A constituent that is held stays live when its key
            is gone: it is empty then, and has rows again when the key comes back.

        Raises:
            DHError: If there are not as many values as key columns, or several constituents have the key.

        Example:
            from kinetable import new_table
            parts = new_table({"K": ["b", "a", "b"], "X": [1, 2, 3]}).partition_by("K")
            print(parts.get_constituent("b").to_string())
        """
        values = list(key_values) if isinstance(key_values, (list, tuple)) else [key_values]
        native = self._native.constituent(values)
        return None if native is None else _table(native)

    @property
    def constituent_tables(self) -> list[Table]:
        """The constituents there are now, in the order of their keys."""
        return [_table(native) for native in self._native.constituents()]

    # ---- operations -------------------------------------------------------------------------------------------

    def merge(self) -> Table:
        """The rows of all constituents, one constituent after the other, as they change, come and go.

        Returns:
            A table that is live if this is, or a constituent.

        Example:
            from kinetable import new_table
            parts = new_table({"K": ["b", "a", "b"], "X": [1, 2, 3]}).partition_by("K")
            print(parts.merge().to_string())
        """
        return _table(self._native.merge())

    def filter(self, filters: Texts) -> PartitionedTable:
        """The constituents whose keys pass all filters.

        Args:
            filters: Conditions on key columns.

        Returns:
            A partitioned table of the same constituents, fewer of them.

        Raises:
            DHError: If a filter is wrong, or reads other columns.

        Example:
            from kinetable import new_table
            parts = new_table({"K": ["b", "a", "c"], "X": [1, 2, 3]}).partition_by("K")
            print(parts.filter("K != `a`").keys().to_string())
        """
        return PartitionedTable(self._native.filter(texts(filters), caller()))

    def sort(
        self, order_by: Texts, order: Union[SortDirection, Sequence[SortDirection], None] = None
    ) -> PartitionedTable:
        """The constituents in the order of key columns.

        Args:
            order_by: Key columns.
            order: One direction for all, or one for each; ascending if not given.

        Returns:
            A partitioned table of the same constituents.

        Example:
            from kinetable import new_table
            parts = new_table({"K": ["b", "a", "c"], "X": [1, 2, 3]}).partition_by("K")
            print(parts.sort("K").merge().to_string())
        """
        names = texts(order_by)
        keys = [(name, one is SortDirection.DESCENDING) for name, one in zip(names, orders(order, len(names)))]
        return PartitionedTable(self._native.sort(keys))

    def transform(
        self,
        func: Callable[[Table], Table],
        dependencies: Optional[Sequence[Union[Table, PartitionedTable]]] = None,
    ) -> PartitionedTable:
        """A function applied to each constituent, also to those that come later.

        For a constituent that comes in a cycle the function is called in that cycle, on a thread of the engine; its
        result is whole in the same step. So it should be quick, and must not wait for an update. It has to give the
        same columns for all constituents. If it raises then, the result has failed.

        Args:
            func: Takes a constituent and gives a table. It may use formulas; names in them are looked up where the
                function is defined, and where this method is called.
            dependencies: Other live tables that the function uses.

        Returns:
            A partitioned table of what the function gave, with the same keys.

        Raises:
            DHError: If the function raises for a constituent that is there. If there is none, it is called with a table
                without rows.

        Example:
            from kinetable import new_table
            parts = new_table({"K": ["b", "a", "b"], "X": [1, 2, 3]}).partition_by("K")
            print(parts.transform(lambda t: t.update("Share = X / 3.0")).merge().to_string())
        """
        function = _on_natives(func)
        return PartitionedTable(self._native.transform(function, _natives(dependencies)))

    def partitioned_transform(
        self,
        other: PartitionedTable,
        func: Callable[[Table, Table], Table],
        dependencies: Optional[Sequence[Union[Table, PartitionedTable]]] = None,
    ) -> PartitionedTable:
        """A function applied to each pair of constituents with the same key; see `transform`.

        Args:
            other: A partitioned table with key columns of the same names.
            func: Takes a constituent of this and the one of `other`, and gives a table.
            dependencies: Other live tables that the function uses.

        Returns:
            A partitioned table of what the function gave, for the keys that are in both.

        Raises:
            DHError: If key columns differ, or the function raises.

        Example:
            from kinetable import new_table
            a = new_table({"K": ["x", "y"], "A": [1, 2]}).partition_by("K")
            b = new_table({"K": ["y", "x"], "B": [3, 4]}).partition_by("K")
            print(a.partitioned_transform(b, lambda a, b: a.natural_join(b, "K")).merge().to_string())
        """
        return self._paired(other, func, dependencies, False)

    def _paired(
        self, other: PartitionedTable, func: Callable[..., Table], dependencies: Any, must_match: bool
    ) -> PartitionedTable:
        function = _on_natives(func)
        native = self._native.partitioned_transform(other._native, function, _natives(dependencies), must_match)
        return PartitionedTable(native)

    def proxy(self, require_matching_keys: bool = True, sanity_check_joins: bool = True) -> PartitionedTableProxy:
        """An object with the methods of `Table`, each of which works on all constituents.

        Args:
            require_matching_keys: Whether it is an error if two partitioned tables that are put together do not have
                the same keys when they are.
            sanity_check_joins: Whether it is an error if rows of one join key are in several constituents when two
                proxies are joined: such rows would not meet.

        Returns:
            The proxy; its `target` is the partitioned table.

        Example:
            from kinetable import new_table
            proxy = new_table({"K": ["b", "a", "b"], "X": [1, 2, 3]}).partition_by("K").proxy()
            print(proxy.update("Y = X * 2").tail(1).target.merge().to_string())
        """
        from ._proxy import PartitionedTableProxy

        return PartitionedTableProxy(self, require_matching_keys, sanity_check_joins)


def _table(native: _native.Table) -> Table:
    from .table import Table

    return Table(native)


def _columns(definition: Optional[TableDefinitionLike]) -> Optional[list[tuple[str, str]]]:
    if definition is None:
        return None
    return [(column.name, column.data_type.name) for column in TableDefinition(definition).values()]


def _natives(tables: Optional[Sequence[Any]]) -> list[_native.Table]:
    return [table.table._native if isinstance(table, PartitionedTable) else table._native for table in tables or ()]


def _on_natives(func: Callable[..., Table]) -> Callable[..., _native.Table]:
    """The function on native tables, with the names of whoever calls now, whenever it is called."""
    from .table import Table

    names = caller()
    names = (dict(names[0]), names[1])

    def call(*natives: _native.Table) -> _native.Table:
        with pinned(names):
            result = func(*(Table(native) for native in natives))
        if not isinstance(result, Table):
            kind = type(result).__name__
            raise DHError(message=f"the function of a transform gave a {kind}, not a Table\n  hint: return a table")
        return result._native

    return call
