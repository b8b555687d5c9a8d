"""What `kinetable.parquet` is told: columns, layouts, row groups; and how it is handed on."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import Enum
from typing import Any, Optional, Sequence, Union

from ._defs import TableDefinitionLike
from ._table.kinds import TableDefinition
from .column import ColumnType
from .dherror import DHError
from .experimental.s3 import S3Instructions
from .table import Table

Path = Union[str, "os.PathLike[str]"]


class ParquetFileLayout(Enum):
    """How files lie below a path."""

    SINGLE_FILE = "single"
    """The path is one file."""
    FLAT_PARTITIONED = "flat"
    """The path is a directory of files."""
    KV_PARTITIONED = "key_value"
    """The path is a tree of directories named ``key=value``."""
    METADATA_PARTITIONED = "metadata"
    """The path is a directory with a file ``_metadata`` that describes all others, or that file."""


class UnsignedLongTarget(Enum):
    """What unsigned integers of 64 bits become."""

    BIG_INTEGER = "big"
    """Integers of any size."""
    LONG = "long"
    """Longs; one above the greatest long is an error when it is read."""
    SIGNED_LONG = "signed"
    """The longs of the same bits: great ones are negative."""


@dataclass
class ColumnInstruction:
    """How one column is read or written.

    Args:
        column_name: The column of the table; `parquet_column_name` if not given.
        parquet_column_name: The column of the files; `column_name` if not given. ``struct.field`` reads a field inside
            a column of structs.
        codec_name: A codec for the column's values; there are none here.
        codec_args: Its arguments.
        use_dictionary: Whether the column is written with a dictionary whatever the size of that.
        unsigned_long_target: What unsigned integers of 64 bits become when they are read; integers of any size if not
            given.

    Example:
        from kinetable.parquet import ColumnInstruction
        print(ColumnInstruction(column_name="Price", parquet_column_name="price_usd").column_name)
    """

    column_name: Optional[str] = None
    parquet_column_name: Optional[str] = None
    codec_name: Optional[str] = None
    codec_args: Optional[str] = None
    use_dictionary: bool = False
    unsigned_long_target: Optional[UnsignedLongTarget] = None

    def _names(self) -> tuple[str, str]:
        name = self.column_name or self.parquet_column_name
        if name is None:
            raise DHError(message="a column instruction names no column\n  hint: give column_name")
        if self.codec_name is not None or self.codec_args is not None:
            raise DHError(
                message=f'column "{name}" is to be coded by "{self.codec_name}", but values have no codecs here\n'
                "  hint: write it as text or bytes; compression is given by compression_codec_name"
            )
        return name, self.parquet_column_name or name


class RowGroupInfo:
    """How rows are divided into row groups. Made by the class methods.

    Example:
        from kinetable.parquet import RowGroupInfo
        print(RowGroupInfo.max_rows(100_000))
    """

    def __init__(self, kind: str, number: Optional[int], columns: Sequence[str] = ()) -> None:
        """For this module only."""
        if number is not None and number < 1:
            raise DHError(message=f"row groups of {number}\n  hint: give a number of at least 1")
        self._given = (kind, number, list(columns))

    def __repr__(self) -> str:
        kind, number, columns = self._given
        return f"RowGroupInfo({', '.join([kind, *([str(number)] if number else []), *columns])})"

    @classmethod
    def single_group(cls) -> RowGroupInfo:
        """All rows in one.

        Example:
            from kinetable.parquet import RowGroupInfo
            print(RowGroupInfo.single_group())
        """
        return cls("single", None)

    @classmethod
    def max_groups(cls, num_row_groups: int) -> RowGroupInfo:
        """As evenly as can be into so many.

        Args:
            num_row_groups: The number of row groups.

        Example:
            from kinetable.parquet import RowGroupInfo
            print(RowGroupInfo.max_groups(4))
        """
        return cls("count", num_row_groups)

    @classmethod
    def max_rows(cls, max_rows: int) -> RowGroupInfo:
        """At most so many rows in each.

        Args:
            max_rows: The number of rows.

        Example:
            from kinetable.parquet import RowGroupInfo
            print(RowGroupInfo.max_rows(100_000))
        """
        return cls("rows", max_rows)

    @classmethod
    def by_groups(cls, groups: list[str], max_rows: Optional[int] = None) -> RowGroupInfo:
        """One for each run of rows that are equal in some columns; rows of a key have to follow each other.

        Args:
            groups: Names of the columns.
            max_rows: The most rows of a row group; no limit if not given.

        Example:
            from kinetable.parquet import RowGroupInfo
            print(RowGroupInfo.by_groups(["Sym"]))
        """
        return cls("keys", max_rows, [groups] if isinstance(groups, str) else groups)


def store_of(instructions: Optional[S3Instructions]) -> Optional[dict[str, Any]]:
    """What the native side is told of a store."""
    return None if instructions is None else instructions._options()


def reading(
    col_instructions: Optional[Sequence[ColumnInstruction]],
    file_layout: Optional[ParquetFileLayout],
    table_definition: Optional[TableDefinitionLike],
    refresh_ms: Optional[int],
    special_instructions: Optional[S3Instructions],
) -> dict[str, Any]:
    """How files are read, for the native side."""
    instructions = [(one, *one._names()) for one in col_instructions or ()]
    definition = None if table_definition is None else list(TableDefinition(table_definition).values())
    return {
        "layout": None if file_layout is None else ParquetFileLayout(file_layout).value,
        "columns": None if definition is None else [(column.name, column.data_type.name) for column in definition],
        "partitions": partition_names(table_definition),
        "renames": [(name, file_name) for _, name, file_name in instructions if name != file_name],
        "unsigned": [
            (name, one.unsigned_long_target.value) for one, name, _ in instructions if one.unsigned_long_target
        ],
        "refresh_ms": refresh_ms,
        "store": store_of(special_instructions),
    }


def partition_names(table_definition: Optional[TableDefinitionLike]) -> list[str]:
    """The columns of a definition that are for partitions."""
    columns = () if table_definition is None else TableDefinition(table_definition).values()
    return [column.name for column in columns if column.column_type is ColumnType.PARTITIONING]


def writing(
    col_instructions: Optional[Sequence[ColumnInstruction]],
    compression_codec_name: Optional[str],
    max_dictionary_keys: Optional[int],
    max_dictionary_size: Optional[int],
    target_page_size: Optional[int],
    generate_metadata_files: Optional[bool],
    index_columns: Optional[Sequence[Sequence[str]]],
    row_group_info: Optional[RowGroupInfo],
    special_instructions: Optional[S3Instructions],
    base_name: Optional[str] = None,
) -> dict[str, Any]:
    """How files are written, for the native side."""
    instructions = [(one, *one._names()) for one in col_instructions or ()]
    indexed: list[str] = []
    for names in index_columns or ():
        indexed.extend([names] if isinstance(names, str) else names)
    return {
        "codec": compression_codec_name,
        "renames": [(name, file_name) for _, name, file_name in instructions if name != file_name],
        "dictionary_columns": [name for one, name, _ in instructions if one.use_dictionary],
        "dictionary_keys": max_dictionary_keys,
        "dictionary_bytes": max_dictionary_size,
        "page_bytes": target_page_size,
        "metadata_files": bool(generate_metadata_files),
        "bloom_columns": list(dict.fromkeys(indexed)),
        "row_groups": None if row_group_info is None else row_group_info._given,
        "base_name": base_name,
        "store": store_of(special_instructions),
    }


def written_columns(table: Table, table_definition: Optional[TableDefinitionLike]) -> Table:
    """The columns of a table that a definition names, which must have the types it says."""
    if table_definition is None:
        return table
    definition = TableDefinition(table_definition)
    for name, column in definition.items():
        if name not in table.column_names:
            text = f'no column "{name}" to write\n  hint: columns: {", ".join(table.column_names)}'
            raise DHError(message=text)
        found = table.definition[name].data_type
        if found.name != column.data_type.name:
            text = f'column "{name}" is {found.name}, but is to be written as {column.data_type.name}'
            raise DHError(message=f"{text}\n  hint: convert it first, e.g. by update_view")
    return table.view(list(definition))
