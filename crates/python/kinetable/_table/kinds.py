"""What tells kinds of order and of joins apart, and what a table is made of."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Sequence, Union

from ..column import ColumnDefinition, ColumnType, bool_col, col_def, string_col
from ..dherror import DHError

if TYPE_CHECKING:
    from ..table import Table


class SortDirection(Enum):
    """Which values come first."""

    DESCENDING = -1
    ASCENDING = 1


class NaturalJoinType(Enum):
    """What `Table.natural_join` does when several right rows match."""

    ERROR_ON_DUPLICATE = 0
    FIRST_MATCH = 1
    LAST_MATCH = 2
    EXACTLY_ONE_MATCH = 3


class NewColumnBehaviorType(Enum):
    """What `kinetable.table.keyed_transpose` does with a row whose value has no column."""

    FAIL = 0
    """The table fails."""
    IGNORE = 1
    """The row is left out."""


class TableDefinition(Mapping[str, ColumnDefinition]):
    """The columns of a table, by name and in order."""

    def __init__(self, table_definition: Union[Mapping[str, Any], Iterable[ColumnDefinition]]) -> None:
        """Takes column definitions, a mapping of names to types or definitions, or another of this kind."""
        self._columns: dict[str, ColumnDefinition] = {}
        if isinstance(table_definition, Mapping):
            items: Iterable[tuple[str, Any]] = table_definition.items()
        else:
            items = ((column.name, column) for column in table_definition)
        for name, column in items:
            is_definition = isinstance(column, ColumnDefinition)
            self._columns[name] = column if is_definition else col_def(name, column)

    @property
    def table(self) -> Table:
        """A static table of the columns: Name, DataType, ColumnType, IsPartitioning."""
        from ..table_factory import new_table

        columns = list(self.values())
        return new_table(
            [
                string_col("Name", [c.name for c in columns]),
                string_col("DataType", [c.data_type.j_name for c in columns]),
                string_col("ColumnType", [c.column_type.name.capitalize() for c in columns]),
                bool_col("IsPartitioning", [c.column_type is ColumnType.PARTITIONING for c in columns]),
            ]
        )

    def __getitem__(self, name: str) -> ColumnDefinition:
        return self._columns[name]

    def __iter__(self) -> Any:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return f"TableDefinition({', '.join(f'{c.name}: {c.data_type.name}' for c in self.values())})"


def orders(order: Union[SortDirection, Sequence[SortDirection], None], count: int) -> Sequence[SortDirection]:
    """A direction for each of so many columns to sort by."""
    if order is None or isinstance(order, SortDirection):
        return [order or SortDirection.ASCENDING] * count
    if len(order) != count:
        raise DHError(message=f"{count} columns to sort by, but {len(order)} directions")
    return order
