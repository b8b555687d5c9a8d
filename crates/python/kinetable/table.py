"""Tables: ordered rows with typed columns, static or live; every operation works the same on both.

The result of an operation on a live table is live too. Formulas are texts; besides columns they may use the variables
and functions of the script that calls (see ``docs/python.md``). The methods are in `kinetable._table`, by family.
"""

from __future__ import annotations

from ._multi_join import MultiJoinInput, MultiJoinTable, multi_join
from ._selectable import Selectable
from ._table.columns import Columns
from ._table.diff import table_diff
from ._table.groups import Aggregations, keyed_transpose
from ._table.joins import Joins
from ._table.kinds import NaturalJoinType, NewColumnBehaviorType, SortDirection, TableDefinition
from ._table.looks import Looks, SearchDisplayMode
from ._table.parts import Parts
from ._table.reading import Reading
from ._table.rolling import Rolling
from ._table.rows import Rows
from ._table.snapshots import Snapshots

__all__ = [
    "Aggregations",
    "MultiJoinInput",
    "MultiJoinTable",
    "NaturalJoinType",
    "NewColumnBehaviorType",
    "NodeType",
    "PartitionedTable",
    "PartitionedTableProxy",
    "RollupNodeOperationsRecorder",
    "RollupTable",
    "SearchDisplayMode",
    "Selectable",
    "SortDirection",
    "Table",
    "TableDefinition",
    "TreeNodeOperationsRecorder",
    "TreeTable",
    "keyed_transpose",
    "multi_join",
    "table_diff",
]


class Table(Columns, Rows, Joins, Parts, Rolling, Snapshots, Looks, Reading):
    """A table. Made by the functions of this package and by the methods of other tables, never by itself."""


# Made of tables, and so imported after them.
from ._hierarchies import (  # noqa: E402
    NodeType,
    RollupNodeOperationsRecorder,
    RollupTable,
    TreeNodeOperationsRecorder,
    TreeTable,
)
from ._partitioned import PartitionedTable  # noqa: E402
from ._proxy import PartitionedTableProxy  # noqa: E402
