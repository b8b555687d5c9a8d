"""Rows that lie below rows: rollups and trees, shown as far as they are expanded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Optional, Sequence, TypeVar, Union

from . import _kinetable as _native
from ._scope import Names, caller, pinned
from ._texts import Texts, texts
from .agg import Aggregation
from .dherror import DHError

if TYPE_CHECKING:
    from .table import Table

_Recorder = TypeVar("_Recorder", bound="_Operations")


class NodeType(Enum):
    """The kinds of rows of a `RollupTable`."""

    AGGREGATED = 1
    """Groups, with what was aggregated of them."""
    CONSTITUENT = 2
    """The rows of the table itself, below the innermost groups."""


@dataclass(frozen=True)
class _Operations:
    """Operations on rows when they are shown; each method gives a new object."""

    _calls: tuple[tuple[str, tuple[Any, ...], Names], ...] = ()
    _order: tuple[tuple[str, bool], ...] = ()

    def _with(self: _Recorder, method: str, *args: Any) -> _Recorder:
        names = caller()
        return replace(self, _calls=(*self._calls, (method, args, (dict(names[0]), names[1]))))

    def _sorted(self: _Recorder, order_by: Texts, descending: bool) -> _Recorder:
        keys = tuple((name, descending) for name in texts(order_by))
        return replace(self, _order=keys)

    def _apply(self, table: Table) -> Table:
        for method, args, names in self._calls:
            with pinned(names):
                table = getattr(table, method)(*args)
        return table

    def format_column(self: _Recorder, formulas: Texts) -> _Recorder:
        """Colours or formats columns, as `Table.format_columns`."""
        return self._with("format_columns", formulas)

    def format_row_where(self: _Recorder, cond: str, formula: str) -> _Recorder:
        """Colours rows where a condition holds, as `Table.format_row_where`."""
        return self._with("format_row_where", cond, formula)

    def format_column_where(self: _Recorder, col: str, cond: str, formula: str) -> _Recorder:
        """Colours a column where a condition holds, as `Table.format_column_where`."""
        return self._with("format_column_where", col, cond, formula)

    def sort(self: _Recorder, order_by: Texts) -> _Recorder:
        """Sorts the rows below one row, ascending; a sort that was recorded before is forgotten."""
        return self._sorted(order_by, False)

    def sort_descending(self: _Recorder, order_by: Texts) -> _Recorder:
        """Sorts the rows below one row, descending; a sort that was recorded before is forgotten."""
        return self._sorted(order_by, True)


@dataclass(frozen=True)
class RollupNodeOperationsRecorder(_Operations):
    """Operations on one kind of rows of a rollup, when they are shown; see `RollupTable.node_operation_recorder`."""

    node_type: NodeType = NodeType.AGGREGATED

    def update_view(self, formulas: Texts) -> RollupNodeOperationsRecorder:
        """Adds columns, as `Table.update_view`."""
        return self._with("update_view", formulas)


@dataclass(frozen=True)
class TreeNodeOperationsRecorder(_Operations):
    """Operations on the rows of a tree, when they are shown; see `TreeTable.node_operation_recorder`."""

    def where(self, filters: Texts) -> TreeNodeOperationsRecorder:
        """Leaves out rows that do not pass, and with them the rows below them."""
        return self._with("where", filters)


class RollupTable:
    """Groups within groups: the total, below it the groups of the first key column, below each of them those of the
    first two, and so on. Made by `Table.rollup`.

    Example:
        from kinetable import agg, new_table
        trades = new_table({"Sym": ["a", "b", "a"], "Side": ["buy", "buy", "sell"], "Size": [1, 2, 3]})
        rollup = trades.rollup(agg.sum_("Size"), by=["Sym", "Side"])
        print(rollup.view(expanded=["a"]).to_string())
    """

    def __init__(
        self, table: Table, aggs: list[Aggregation], by: list[str], include_constituents: bool, formulas: Any = ()
    ) -> None:
        """For this package only."""
        self._aggs, self._by, self._include_constituents = aggs, by, include_constituents
        self._source, self._formulas = table, formulas
        self._operations: dict[NodeType, RollupNodeOperationsRecorder] = {}
        deepest = table.agg_by(aggs, by)
        upper = (table.agg_by(aggs, by[:depth]) for depth in range(len(by)))
        filled = [*(_like(level, deepest) for level in upper), deepest]
        for recorded, names in formulas:
            with pinned(names):
                filled = [level.update_view(recorded) for level in filled]
        self._levels: list[Table] = filled

    @property
    def aggs(self) -> list[Aggregation]:
        """The aggregations."""
        return list(self._aggs)

    @property
    def by(self) -> list[str]:
        """The key columns, the outermost first."""
        return list(self._by)

    @property
    def include_constituents(self) -> bool:
        """Whether the rows of the table are below the innermost groups."""
        return self._include_constituents

    def node_operation_recorder(self, node_type: NodeType) -> RollupNodeOperationsRecorder:
        """A recorder of operations on one kind of rows; hand it to `with_node_operations`.

        Args:
            node_type: Which rows.

        Raises:
            DHError: If these are the rows of the table, and the rollup does not include them.
        """
        if node_type is NodeType.CONSTITUENT and not self.include_constituents:
            raise DHError(message="the rollup has no constituents\n  hint: rollup(..., include_constituents=True)")
        return RollupNodeOperationsRecorder(node_type=node_type)

    def with_node_operations(self, recorders: Sequence[RollupNodeOperationsRecorder]) -> RollupTable:
        """The same rollup, with operations on its rows when they are shown; one recorder a kind of rows.

        Args:
            recorders: What was recorded.
        """
        made = self._copy()
        for recorder in recorders:
            made._operations[recorder.node_type] = recorder
        return made

    def with_filters(self, filters: Texts) -> RollupTable:
        """A rollup of the rows whose key columns pass filters.

        Args:
            filters: Conditions on key columns.

        Raises:
            DHError: If a filter is wrong, or reads other columns.
        """
        self._levels[-1].view(self.by).where(filters)
        made = RollupTable(self._source.where(filters), self.aggs, self.by, self.include_constituents, self._formulas)
        made._operations = dict(self._operations)
        return made

    def with_update_view(self, formulas: Texts) -> RollupTable:
        """The same rollup with columns added to its groups.

        Args:
            formulas: As of `Table.update_view`, over key columns and results.
        """
        names = caller()
        names = (dict(names[0]), names[1])
        made = self._copy()
        made._formulas = (*self._formulas, (texts(formulas), names))
        made._levels = [level.update_view(formulas) for level in self._levels]
        return made

    def view(self, expanded: Union[None, int, str, Sequence[Any]] = None) -> Table:
        """The rollup as a flat table in view order, as far as it is expanded. It is live if the table is.

        Args:
            expanded: Which groups are expanded. ``None``: the total. A number: those of less than this depth, the
                total having depth 0. ``"all"``: all. A list: the total, and the groups of these keys, each a list or
                tuple of values of the first key columns, or one value of the first. A group is shown only if the
                groups it lies in are expanded too.

        Returns:
            A table of ``__DEPTH__`` (int), ``__EXPANDED__`` and ``__HAS_CHILDREN__`` (bool), the key columns (null
            where they are not those of the row), the results, and with constituents their columns: under their own
            name, or, if a result has that name and another type, ``<name>__CONSTITUENT__``.
        """
        from .table import Table

        return Table(_native.rollup_view(*self._parts(), self.by, *self._orders(), _paths(expanded, len(self.by))))

    def _parts(self) -> tuple[list[Any], Any]:
        """The levels, and the rows below the innermost groups, as they are shown."""
        groups, below = self._recorded()
        levels = [groups._apply(level)._native for level in self._levels]
        return levels, below._apply(self._source)._native if self.include_constituents else None

    def _served(self) -> tuple[Any, ...]:
        """What a server needs to show it to clients, who filter its rows too."""
        from .table import Table

        def remade(source: Any) -> tuple[list[Any], Any]:
            made = RollupTable(Table(source), self.aggs, self.by, self.include_constituents, self._formulas)
            made._operations = dict(self._operations)
            return made._parts()

        pairs = [column.split("=", 1) for agg in self._aggs if agg.kind != "count" for column in agg.columns]
        inputs = {pair[0].strip(): pair[-1].strip() for pair in pairs}
        return self._source._native, *self._parts(), self.by, *self._orders(), inputs, remade

    def _recorded(self) -> tuple[RollupNodeOperationsRecorder, RollupNodeOperationsRecorder]:
        """What is done with groups, and with the rows below them."""
        none = RollupNodeOperationsRecorder()
        return self._operations.get(NodeType.AGGREGATED, none), self._operations.get(NodeType.CONSTITUENT, none)

    def _orders(self) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
        groups, below = self._recorded()
        return list(groups._order), list(below._order)

    def _copy(self) -> RollupTable:
        made = RollupTable.__new__(RollupTable)
        made.__dict__.update(self.__dict__)
        made._operations = dict(self._operations)
        return made

    def __repr__(self) -> str:
        kind = "live" if self._levels[-1].is_refreshing else "static"
        return f"{kind} rollup of {self._levels[-1].size:,} groups by {', '.join(self.by) or 'nothing'}"


class TreeTable:
    """Rows that name the row they lie below. Made by `Table.tree`.

    Example:
        from kinetable import new_table
        parts = new_table({"Id": [1, 2, 3, 4], "In": [None, 1, 1, 3], "Name": ["car", "door", "engine", "valve"]})
        print(parts.tree("Id", "In").view(expanded=[1]).to_string())
    """

    def __init__(
        self, table: Table, id_col: str, parent_col: str, recorder: Optional[TreeNodeOperationsRecorder]
    ) -> None:
        """For this package only."""
        self._id_col, self._parent_col = id_col, parent_col
        self._source = table
        self._operations = recorder or TreeNodeOperationsRecorder()
        if table.is_blink:
            text = "a blink table does not support tree: its rows are not kept"
            raise DHError(message=f"{text}\n  hint: keep them with blink_to_append_only first")
        # Mistakes show now.
        _native.tree_view(table.head(0)._native, id_col, parent_col, [], 0)

    @property
    def id_col(self) -> str:
        """The column of ids."""
        return self._id_col

    @property
    def parent_col(self) -> str:
        """The column of the ids of the rows above; null for a root."""
        return self._parent_col

    def node_operation_recorder(self) -> TreeNodeOperationsRecorder:
        """A recorder of operations on rows; hand it to `with_node_operations`."""
        return TreeNodeOperationsRecorder()

    def with_node_operations(self, recorder: TreeNodeOperationsRecorder) -> TreeTable:
        """The same tree, with operations on its rows when they are shown.

        Args:
            recorder: What was recorded.
        """
        return TreeTable(self._source, self.id_col, self.parent_col, recorder)

    def with_filters(self, filters: Texts) -> TreeTable:
        """The tree of the rows that pass filters, and of all rows above them.

        Args:
            filters: Conditions.

        Raises:
            DHError: If a filter is wrong.
        """
        from .table import Table

        chosen = self._source.where(filters)
        native = _native.with_ancestors(self._source._native, chosen._native, self.id_col, self.parent_col)
        return TreeTable(Table(native), self.id_col, self.parent_col, self._operations)

    def view(self, expanded: Union[None, int, str, Sequence[Any]] = None) -> Table:
        """The tree as a flat table in view order, as far as it is expanded. It is live if the table is.

        Args:
            expanded: Which rows are expanded. ``None``: none, only the roots are shown. A number: those of less than
                this depth, roots having depth 0. ``"all"``: all. A list: those of these ids. A row is shown only if
                the rows it lies below are expanded.

        Returns:
            A table of ``__DEPTH__`` (int), ``__EXPANDED__`` and ``__HAS_CHILDREN__`` (bool), and the columns of the
            table. Rows that lie below themselves, or below a row that is not there, are not shown.
        """
        from .table import Table

        keys: Any = expanded
        if expanded is None:
            keys = 0
        elif isinstance(expanded, str):
            _check_all(expanded)
            keys = None
        elif not isinstance(expanded, int):
            keys = [[list(expanded)]]
        return Table(_native.tree_view(*self._served(), keys))

    def _served(self) -> tuple[Any, ...]:
        """What a server needs to show it to clients."""
        table = self._operations._apply(self._source)
        return table._native, self.id_col, self.parent_col, list(self._operations._order)

    def __repr__(self) -> str:
        kind = "live" if self._source.is_refreshing else "static"
        return f"{kind} tree of {self._source.size:,} rows, {self.id_col} below {self.parent_col}"


def _like(table: Table, other: Table) -> Table:
    from .table import Table

    return Table(_native.with_columns_of(table._native, other._native))


def _check_all(word: str) -> None:
    if word != "all":
        raise DHError(message=f'expanded is "{word}"\n  hint: "all", a depth, or a list')


def _paths(expanded: Union[None, int, str, Sequence[Any]], width: int) -> Any:
    """Paths as the native module takes them: by length, a column for each key."""
    if isinstance(expanded, int):
        return expanded
    if isinstance(expanded, str):
        _check_all(expanded)
        return None
    by_length: dict[int, list[tuple[Any, ...]]] = {}
    for path in expanded or ():
        keys = tuple(path) if isinstance(path, (list, tuple)) else (path,)
        if len(keys) > width:
            raise DHError(message=f"a path of {len(keys)} keys, {keys!r}, in a rollup by {width} columns")
        by_length.setdefault(len(keys), []).append(keys)
    groups = [[list(column) for column in zip(*paths)] for length, paths in sorted(by_length.items()) if length]
    return [[], *groups]
