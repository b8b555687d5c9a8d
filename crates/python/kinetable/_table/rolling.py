"""Columns made from the rows before and after each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Sequence, Union

from .. import _kinetable as _native
from .._scope import caller
from .._texts import Texts, texts
from ..updateby import UpdateByOperation
from .about import About

if TYPE_CHECKING:
    from ..table import Table

Operations = Union[UpdateByOperation, Sequence[UpdateByOperation]]


class Rolling(About):
    """Operations on the rows around a row."""

    def update_by(self, ops: Operations, by: Texts = None) -> Table:
        """All columns, and those that operations make of the rows before and after each row; see `kinetable.updateby`.

        A result that has the name of a column takes its place. The result of a live table is live: a change costs the
        rows whose results it may change. A result stays append-only where it looks back only, at rows by position.
        A blink table is taken without `by` alone, over the rows of its current cycle.

        Args:
            ops: The operations.
            by: Key columns: operations see only rows with the same keys. Without any, all rows are one group.

        Raises:
            DHError: If a column is missing or of a type that its operation does not take, two results have one name, a
                result would replace a key, timestamps are null or descend within a group, or a blink table has keys.

        Example:
            from kinetable import new_table, updateby as uby
            from kinetable.column import double_col, string_col
            t = new_table([
                string_col("Sym", ["A", "B", "A", "A"]), double_col("Price", [1.0, 2.0, 4.0, 3.0])
            ])
            ops = [uby.cum_sum("Total = Price"), uby.rolling_avg_tick("Mean = Price", rev_ticks=2)]
            print(t.update_by(ops, by="Sym").to_string())
        """
        several = [ops] if isinstance(ops, UpdateByOperation) else list(ops)
        for operation in several:
            if not isinstance(operation, UpdateByOperation):
                raise TypeError(f"an operation of kinetable.updateby is expected, but it is {operation!r}")
        specs = [operation._spec() for operation in several]
        return self._made(_native.update_by(self._native, specs, texts(by), caller()))
