"""What a table is: its size, its columns, its state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

from .. import dtypes
from .._texts import Texts, texts
from ..column import ColumnDefinition, ColumnType
from .base import TableBase
from .kinds import TableDefinition

if TYPE_CHECKING:
    from ..table import Table
    from ..update_graph import UpdateGraph


class About(TableBase):
    """What a table is."""

    @property
    def size(self) -> int:
        """The number of rows now.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.size)
        """
        return self._native.size

    @property
    def is_refreshing(self) -> bool:
        """Whether the table is live: whether it can change.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.is_refreshing)
        """
        return self._native.is_live

    @property
    def is_blink(self) -> bool:
        """Whether the table holds only the rows of the latest cycle.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.is_blink)
        """
        return self._native.is_blink

    @property
    def is_flat(self) -> bool:
        """Whether the row keys are now 0 to size - 1, as `flatten` makes them."""
        return self._native.is_flat

    @property
    def update_graph(self) -> UpdateGraph:
        """The graph that keeps the table up to date."""
        from ..update_graph import UpdateGraph

        return UpdateGraph()

    @property
    def errors(self) -> Table:
        """The cells of this table's formulas that failed, as a live table: null there, and a row here.

        Columns: ``Time``, ``Column`` (null for a filter), ``Formula``, ``Row`` (the row key in the table that the
        formula reads, null where it is not known), ``Message``. The newest thousand are there; a failure of the same
        cell with the same message is listed once. Operations that take no formulas have the errors of their table.
        Formulas of a static table raise instead.

        Example:
            from kinetable import time_table
            t = time_table("PT0.01S").update(["N = (int)ii", "Y = `abc`.substring(N)"])
            while t.errors.size < 2:
                t.await_update(1_000)
            print(t.errors.snapshot().view(["Column", "Formula", "Row"]).head(2).to_string())
        """
        from ..table import Table

        return Table(self._native.errors())

    @property
    def is_failed(self) -> bool:
        """Whether the table has failed, and will not change again; `failure` says why.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.is_failed)
        """
        return self._native.failure is not None

    @property
    def failure(self) -> Optional[str]:
        """Why the table failed; ``None`` while it has not.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.failure)
        """
        return self._native.failure

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.column_names)
        """
        return [name for name, _, _ in self._native.column_types()]

    @property
    def columns(self) -> list[ColumnDefinition]:
        """The definitions of the columns, in order.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.columns[0].name, t.columns[0].data_type)
        """
        made = ((name, dtypes.from_name(kind, java)) for name, kind, java in self._native.column_types())
        parts = set(self._native.partitioning())
        return [
            ColumnDefinition(
                name, dtype, dtype.component_type, ColumnType.PARTITIONING if name in parts else ColumnType.NORMAL
            )
            for name, dtype in made
        ]

    @property
    def definition(self) -> TableDefinition:
        """The definitions of the columns, by name.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.definition["A"].data_type)
        """
        return TableDefinition(self.columns)

    @property
    def meta_table(self) -> Table:
        """A static table of the columns: Name, DataType (as Deephaven's clients know it), ColumnType, IsPartitioning.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col, string_col
            t = new_table([string_col("Sym", ["A", "B", "A"]), int_col("Size", [10, 20, 30])])
            print(t.meta_table.to_string())
        """
        return self.definition.table

    def attributes(self) -> dict[str, Any]:
        """The marks that travel with the table: ``BlinkTable``, ``AddOnly``, ``AppendOnly`` and those that were set.

        Example:
            from kinetable import empty_table
            print(empty_table(1).update("A = 1").with_unique_keys("A").attributes())
        """
        marks = self._native.attributes()
        return {name: True if value == "true" else value for name, value in marks.items()}

    def has_columns(self, cols: Texts) -> bool:
        """Whether all these names are columns.

        Args:
            cols: One or more names.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.has_columns(["A", "B"]), t.has_columns("C"))
        """
        return set(texts(cols)) <= set(self.column_names)

    def memory_bytes(self) -> int:
        """Bytes this table holds of its own: columns and state, not what it shares with the tables it is made of.

        Example:
            from kinetable import new_table
            from kinetable.column import int_col
            t = new_table([int_col("A", [1, 2, 3]), int_col("B", [10, 20, 30])])
            print(t.memory_bytes() > 0, t.view("A").memory_bytes() < t.memory_bytes())
        """
        return self._native.memory_bytes()
