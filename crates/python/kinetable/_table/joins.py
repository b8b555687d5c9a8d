"""Joins: columns of other tables beside the rows of this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import _kinetable as _native
from .._texts import Texts, texts
from .base import TableBase
from .kinds import NaturalJoinType

if TYPE_CHECKING:
    from ..table import Table


class Joins(TableBase):
    """Joins with other tables."""

    def natural_join(
        self,
        table: Table,
        on: Texts,
        joins: Texts = None,
        type: NaturalJoinType = NaturalJoinType.ERROR_ON_DUPLICATE,
    ) -> Table:
        """All rows with columns of the right row of the same key: null without a match, an error with several.

        Args:
            table: The right table.
            on: Key columns: ``"A"``, ``"Left = Right"``.
            joins: Columns of the right table: ``"A"``, ``"New = Right"``; all but the keys if none is named.
            type: What to do when several right rows match.
        """
        policy = type.name.lower()
        return self._made(_native.natural_join(self._native, table._native, texts(on), texts(joins), policy))

    def exact_join(self, table: Table, on: Texts, joins: Texts = None) -> Table:
        """As `natural_join`, but every row must have exactly one match."""
        return self.natural_join(table, on, joins, NaturalJoinType.EXACTLY_ONE_MATCH)
