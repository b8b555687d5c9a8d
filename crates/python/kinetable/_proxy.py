"""The methods of tables, on all constituents of a partitioned table at once."""

from __future__ import annotations

import functools
from typing import Any, Callable

from ._partitioned import PartitionedTable
from ._texts import texts
from .dherror import DHError
from .table import Table

_JOINS = ("natural_join", "exact_join", "join", "aj", "raj")

_METHODS = (
    "head tail reverse snapshot snapshot_when sort sort_descending where where_in where_not_in view update_view update "
    "select select_distinct group_by agg_by agg_all_by count_by first_by last_by min_by max_by sum_by abs_sum_by "
    "weighted_sum_by avg_by weighted_avg_by median_by std_by var_by update_by"
).split() + list(_JOINS)


class PartitionedTableProxy:
    """The methods of `Table`, each of which works on all constituents and gives a proxy.

    A table that a method takes (the right side of a join, a trigger) may be a proxy too: then constituents with the
    same key are put together. Made by `PartitionedTable.proxy`.

    Example:
        from kinetable import new_table
        proxy = new_table({"K": ["b", "a", "b"], "X": [1, 2, 3]}).partition_by("K").proxy()
        print(proxy.where("X > 1").sum_by("K").target.merge().to_string())
    """

    def __init__(self, target: PartitionedTable, require_matching_keys: bool, sanity_check_joins: bool) -> None:
        """For this package only."""
        self._target = target
        self._require_matching_keys = require_matching_keys
        self._sanity_check_joins = sanity_check_joins

    @property
    def target(self) -> PartitionedTable:
        """The partitioned table."""
        return self._target

    @property
    def require_matching_keys(self) -> bool:
        """Whether it is an error if partitioned tables that are put together do not have the same keys then."""
        return self._require_matching_keys

    @property
    def sanity_check_joins(self) -> bool:
        """Whether it is an error if rows of one join key are in several constituents when proxies are joined."""
        return self._sanity_check_joins

    @property
    def is_refreshing(self) -> bool:
        """Whether the underlying table is live."""
        return self.target.is_refreshing

    @property
    def update_graph(self) -> Any:
        """The update graph the table belongs to."""
        return self.target.update_graph

    def __repr__(self) -> str:
        return f"proxy of a {self.target!r}"

    def _apply(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> PartitionedTableProxy:
        others = [arg for arg in (*args, *kwargs.values()) if isinstance(arg, PartitionedTableProxy)]
        if not others:
            target = self.target.transform(
                lambda table: getattr(table, name)(*args, **kwargs),
                [arg for arg in (*args, *kwargs.values()) if isinstance(arg, Table)],
            )
            return self._with(target)
        if name in _JOINS and self.sanity_check_joins:
            _check_join(self.target, others[0].target, args, kwargs)

        def call(table: Table, other: Table) -> Table:
            def own(arg: Any) -> Any:
                return other if isinstance(arg, PartitionedTableProxy) else arg

            result: Table = getattr(table, name)(*map(own, args), **{key: own(arg) for key, arg in kwargs.items()})
            return result

        return self._with(self.target._paired(others[0].target, call, None, self.require_matching_keys))

    def _with(self, target: PartitionedTable) -> PartitionedTableProxy:
        return PartitionedTableProxy(target, self.require_matching_keys, self.sanity_check_joins)


def _check_join(left: PartitionedTable, right: PartitionedTable, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """No join key may be in two constituents of one side."""
    on = kwargs.get("on", args[1] if len(args) > 1 else None)
    exact = [part.strip() for text in texts(on) for part in text.split(",") if not set("<>") & set(part)]
    pairs = [part.replace("==", "=").split("=") for part in exact]
    for side, names in ((left, [pair[0].strip() for pair in pairs]), (right, [pair[-1].strip() for pair in pairs])):
        if not names:
            continue
        keys = side.transform(_distinct(names)).merge()
        shared = keys.count_by("Constituents", names).where("Constituents > 1")
        if shared.size > 0:
            example = next(shared.iter_dict(names))
            raise DHError(
                message=f"{shared.size} join keys are in several constituents, e.g. {example}\n"
                "  hint: partition by the join keys, or say sanity_check_joins=False"
            )


def _distinct(names: list[str]) -> Callable[[Table], Table]:
    return lambda table: table.select_distinct(names)


def _method(name: str) -> Callable[..., PartitionedTableProxy]:
    def method(self: PartitionedTableProxy, *args: Any, **kwargs: Any) -> PartitionedTableProxy:
        return self._apply(name, args, kwargs)

    functools.update_wrapper(method, getattr(Table, name))
    method.__doc__ = f"`Table.{name}` of every constituent; gives a proxy."
    return method


for _name in _METHODS:
    if hasattr(Table, _name):
        setattr(PartitionedTableProxy, _name, _method(_name))
