"""What tells kinds of order and of joins apart, and what a table is made of."""

from __future__ import annotations

from enum import Enum
from typing import Any, Iterable, Mapping, Union

from ..column import ColumnDefinition


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


class TableDefinition(Mapping[str, ColumnDefinition]):
    """The columns of a table, by name and in order."""

    def __init__(self, columns: Union[Mapping[str, Any], Iterable[ColumnDefinition]]) -> None:
        """Takes column definitions, or a mapping of names to types."""
        self._columns: dict[str, ColumnDefinition] = {}
        items = columns.items() if isinstance(columns, Mapping) else ((column.name, column) for column in columns)
        for name, column in items:
            self._columns[name] = column if isinstance(column, ColumnDefinition) else ColumnDefinition(name, column)

    def __getitem__(self, name: str) -> ColumnDefinition:
        return self._columns[name]

    def __iter__(self) -> Any:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __repr__(self) -> str:
        return f"TableDefinition({', '.join(f'{c.name}: {c.data_type.name}' for c in self.values())})"
