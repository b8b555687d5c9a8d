"""What a table is: its size, its columns, its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .. import dtypes
from .._texts import Texts, texts
from ..column import ColumnDefinition
from .base import TableBase
from .kinds import TableDefinition

if TYPE_CHECKING:
    from ..table import Table


class About(TableBase):
    """What a table is."""

    @property
    def size(self) -> int:
        """The number of rows now."""
        return self._native.size

    @property
    def is_refreshing(self) -> bool:
        """Whether the table is live: whether it can change."""
        return self._native.is_live

    @property
    def is_blink(self) -> bool:
        """Whether the table holds only the rows of the latest cycle."""
        return self._native.is_blink

    @property
    def is_failed(self) -> bool:
        """Whether the table has failed, and will not change again; `failure` says why."""
        return self._native.failure is not None

    @property
    def failure(self) -> Optional[str]:
        """Why the table failed; ``None`` while it has not."""
        return self._native.failure

    @property
    def column_names(self) -> list[str]:
        """The names of the columns."""
        return [name for name, _, _ in self._native.column_types()]

    @property
    def columns(self) -> list[ColumnDefinition]:
        """The definitions of the columns."""
        made = ((name, dtypes.from_name(kind, java)) for name, kind, java in self._native.column_types())
        return [ColumnDefinition(name, dtype, dtype.component_type) for name, dtype in made]

    @property
    def definition(self) -> TableDefinition:
        """The definitions of the columns, by name."""
        return TableDefinition(self.columns)

    @property
    def meta_table(self) -> Table:
        """A static table of the columns: Name, DataType, ColumnType, IsPartitioning."""
        from ..column import bool_col, string_col
        from ..table_factory import new_table

        columns = self.columns
        return new_table(
            [
                string_col("Name", [c.name for c in columns]),
                string_col("DataType", [c.data_type.j_name for c in columns]),
                string_col("ColumnType", [c.column_type.name.capitalize() for c in columns]),
                bool_col("IsPartitioning", [c.column_type.name == "PARTITIONING" for c in columns]),
            ]
        )

    def attributes(self) -> dict[str, Any]:
        """The marks that travel with the table: ``BlinkTable``, ``AddOnly``, ``AppendOnly`` and others."""
        return self._native.attributes()

    def has_columns(self, cols: Texts) -> bool:
        """Whether all these names are columns."""
        return set(texts(cols)) <= set(self.column_names)

    def memory_bytes(self) -> int:
        """Bytes this table holds of its own: columns and state, not what it shares with the tables it is made of."""
        return self._native.memory_bytes()
