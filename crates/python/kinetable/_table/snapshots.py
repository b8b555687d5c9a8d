"""Copies of a table at other times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from .. import _kinetable as _native
from .._texts import Texts, texts
from ..dherror import DHError
from .base import TableBase

if TYPE_CHECKING:
    from ..table import Table


class Snapshots(TableBase):
    """Copies of a table."""

    def snapshot_when(
        self,
        trigger_table: Table,
        stamp_cols: Texts = None,
        initial: bool = False,
        incremental: bool = False,
        history: bool = False,
    ) -> Table:
        """A copy of this table that is taken anew whenever another one ticks, stamped with what that one says.

        The trigger ticks when it adds or modifies rows; a row that only goes is no tick.

        Args:
            trigger_table: The table that says when, a time table say.
            stamp_cols: Columns of the trigger that each row of the copy gets, from the trigger's last row: ``"A"`` or
                ``"New = A"``. All of them if none is named. They come after the columns of this table.
            initial: Whether the first copy is taken at once; else the result is empty until the trigger first ticks.
            incremental: Whether a tick stamps only the rows that were added or modified since the last one.
            history: Whether each row that the trigger adds appends a whole copy, stamped with that row; the stamps
                come first. The result is append-only, and grows with each tick. Not together with the other two.

        Raises:
            DHError: if `history` is combined with `initial` or `incremental`, a column is missing, or two columns of
                the result have one name.

        Example:
            from kinetable import dtypes, empty_table, input_table, new_table
            from kinetable.column import int_col
            trigger = input_table({"Tick": dtypes.int32})
            copy = empty_table(2).update("X = i").snapshot_when(trigger, history=True)
            trigger.add(new_table([int_col("Tick", [1])]))
            trigger.add(new_table([int_col("Tick", [2])]))
            print(copy.snapshot().to_string())
        """
        if history and (initial or incremental):
            wrong = " and ".join(name for name, given in (("initial", initial), ("incremental", incremental)) if given)
            raise DHError(message=f"snapshot_when: history cannot be combined with {wrong}")
        stamps: Optional[list[str]] = texts(stamp_cols) or None
        mode = "history" if history else "incremental" if incremental else "full"
        native = _native.snapshot_when(self._native, trigger_table._native, stamps, mode, initial)
        return self._made(native)
