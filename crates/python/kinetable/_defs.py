"""Definitions of columns, in the forms in which scripts give them."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional, Union

from ._table.kinds import TableDefinition
from .column import ColumnDefinition
from .dherror import DHError
from .dtypes import DType

TableDefinitionLike = Union[TableDefinition, Mapping[str, DType], Iterable[ColumnDefinition]]


def columns_of(col_defs: Any) -> list[tuple[str, str]]:
    """Names and type names of columns.

    Raises:
        DHError: if it is no definition, or has no column.
    """
    try:
        definition = col_defs if isinstance(col_defs, TableDefinition) else TableDefinition(col_defs)
        columns = [(column.name, column.data_type.name) for column in definition.values()]
    except (AttributeError, TypeError) as error:
        text = f"columns are given as a dict of names and types, not as {type(col_defs).__name__}"
        raise DHError(error, f'{text}\n  hint: e.g. {{"Price": dtypes.double}}') from error
    if not columns:
        raise DHError(message="a table that is written needs at least one column")
    return columns


def type_names(header: Optional[Mapping[str, DType]]) -> Optional[list[tuple[str, str]]]:
    """Names and type names of the columns of a file, if they are given.

    Raises:
        DHError: if a type is none of `kinetable.dtypes`.
    """
    if header is None:
        return None
    for name, kind in header.items():
        if not isinstance(kind, DType):
            text = f'the type of column "{name}" is {kind!r}, but has to be one of kinetable.dtypes'
            raise DHError(message=f'{text}\n  hint: e.g. header={{"{name}": dtypes.double}}')
    return [(name, kind.name) for name, kind in header.items()]
