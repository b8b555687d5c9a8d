"""Tables from and to Parquet files.

A path is of the file system, or a URL of an object store: ``s3://``, ``gs://``, ``az://``; ``https://`` for single
files of a web server.
"""

from __future__ import annotations

import os
from typing import Optional, Sequence, Union

from . import _kinetable as _native
from ._defs import TableDefinitionLike
from ._parquet import (
    ColumnInstruction,
    ParquetFileLayout,
    Path,
    RowGroupInfo,
    UnsignedLongTarget,
    partition_names,
    reading,
    store_of,
    writing,
    written_columns,
)
from ._partitioned import PartitionedTable
from ._progress import Bar
from .dherror import DHError
from .experimental.s3 import S3Instructions
from .table import Table

__all__ = [
    "ColumnInstruction",
    "ParquetFileLayout",
    "RowGroupInfo",
    "UnsignedLongTarget",
    "batch_write",
    "delete",
    "read",
    "write",
    "write_partitioned",
]


def read(
    path: Path,
    col_instructions: Optional[Sequence[ColumnInstruction]] = None,
    is_legacy_parquet: bool = False,
    is_refreshing: bool = False,
    file_layout: Optional[ParquetFileLayout] = None,
    table_definition: Optional[TableDefinitionLike] = None,
    special_instructions: Optional[S3Instructions] = None,
    *,
    refresh_interval_ms: int = 1_000,
) -> Table:
    """A table over a Parquet file, a directory of files, or a tree of directories named ``Column=value``.

    Only metadata is read now: opening takes no time to speak of. Values are read when they are asked for, and files,
    row groups and pages that a `Table.where` rules out are never read. The values of partition columns are text, unless
    all are numbers or Booleans. A column that a file lacks is null there.

    Args:
        path: The file or directory, or its URL.
        col_instructions: Columns that have another name in files, fields of structs that become columns, and what
            unsigned integers of 64 bits become.
        is_legacy_parquet: Files of old writers are recognised by themselves: makes no difference.
        is_refreshing: Whether files that come to the directory become rows. The table is live then; a file is taken
            when it is whole, and its rows come behind those that are there. A file that changes or goes fails the
            table.
        file_layout: How files lie below the path; told by the path if not given.
        table_definition: Names and types of the columns, partition columns among them; if not given, those of the first
            file and of the directories. Numbers of a file that fit a wider type are read as that.
        special_instructions: How the store of a URL is reached.
        refresh_interval_ms: How often to look for new files, in milliseconds.

    Returns:
        A static table, or a live one that only grows.

    Raises:
        DHError: if there is nothing, a file is no Parquet file, or the directories do not fit together. Files are read
            later: one that is broken, or has a column of another type, is told by its name when it is needed.

    Example:
        import tempfile
        from kinetable import empty_table, parquet
        with tempfile.TemporaryDirectory() as folder:
            parquet.write(empty_table(3).update(["X = i", "Y = X * 0.5"]), f"{folder}/numbers.parquet")
            print(parquet.read(f"{folder}/numbers.parquet").where("X > 0").to_string())
    """
    refresh = refresh_interval_ms if is_refreshing else None
    options = reading(col_instructions, file_layout, table_definition, refresh, special_instructions)
    return Table(_native.parquet_read(os.fspath(path), options))


def write(
    table: Table,
    path: Path,
    table_definition: Optional[TableDefinitionLike] = None,
    col_instructions: Optional[Sequence[ColumnInstruction]] = None,
    compression_codec_name: Optional[str] = None,
    max_dictionary_keys: Optional[int] = None,
    max_dictionary_size: Optional[int] = None,
    target_page_size: Optional[int] = None,
    generate_metadata_files: Optional[bool] = None,
    index_columns: Optional[Sequence[Sequence[str]]] = None,
    row_group_info: Optional[RowGroupInfo] = None,
    special_instructions: Optional[S3Instructions] = None,
) -> None:
    """Writes the rows of the current step to one Parquet file, which is seen when it is whole.

    Args:
        table: The table.
        path: The file, which is replaced if it is there, or its URL.
        table_definition: The columns to write, with the types they have; all if not given.
        col_instructions: Columns that have another name in the file, or a dictionary whatever its size.
        compression_codec_name: ``SNAPPY`` if not given; ``UNCOMPRESSED``, ``GZIP``, ``BROTLI``, ``LZ4``, ``LZ4_RAW``,
            ``ZSTD``.
        max_dictionary_keys: Distinct texts above which a column has no dictionary.
        max_dictionary_size: Bytes of a dictionary above which a column goes on without; 1 MiB if not given.
        target_page_size: Bytes of a page; 1 MiB if not given, and at most 16,384 rows.
        generate_metadata_files: Whether ``_metadata`` and ``_common_metadata`` are written beside.
        index_columns: Columns in which single values will be looked for: they get Bloom filters. Names, in lists.
        row_group_info: How rows are divided into row groups; at most 1,048,576 rows each if not given.
        special_instructions: How the store of a URL is reached.

    Raises:
        DHError: if the file cannot be written, or a column has a type that files do not.

    Example:
        import tempfile
        from kinetable import empty_table, parquet
        with tempfile.TemporaryDirectory() as folder:
            parquet.write(empty_table(3).update("X = i"), f"{folder}/x.parquet", compression_codec_name="ZSTD")
            print(parquet.read(f"{folder}/x.parquet").size)
    """
    batch_write(
        [table],
        [path],
        table_definition,
        col_instructions,
        compression_codec_name,
        max_dictionary_keys,
        max_dictionary_size,
        target_page_size,
        generate_metadata_files,
        index_columns,
        row_group_info,
        special_instructions,
    )


def batch_write(
    tables: Sequence[Table],
    paths: Sequence[Path],
    table_definition: Optional[TableDefinitionLike] = None,
    col_instructions: Optional[Sequence[ColumnInstruction]] = None,
    compression_codec_name: Optional[str] = None,
    max_dictionary_keys: Optional[int] = None,
    max_dictionary_size: Optional[int] = None,
    target_page_size: Optional[int] = None,
    generate_metadata_files: Optional[bool] = None,
    index_columns: Optional[Sequence[Sequence[str]]] = None,
    row_group_info: Optional[RowGroupInfo] = None,
    special_instructions: Optional[S3Instructions] = None,
) -> None:
    """Writes tables to files, one each; if one cannot be written, none is left.

    Args:
        tables: The tables.
        paths: The files, as many as tables.
        table_definition: As in `write`; of all tables.
        col_instructions: As in `write`.
        compression_codec_name: As in `write`.
        max_dictionary_keys: As in `write`.
        max_dictionary_size: As in `write`.
        target_page_size: As in `write`.
        generate_metadata_files: Whether ``_metadata`` and ``_common_metadata`` describe the files, which then lie in
            one directory and have the same columns.
        index_columns: As in `write`.
        row_group_info: As in `write`.
        special_instructions: As in `write`.

    Raises:
        DHError: as in `write`; if there are not as many paths as tables.

    Example:
        import tempfile
        from kinetable import empty_table, parquet
        with tempfile.TemporaryDirectory() as folder:
            tables = [empty_table(2).update("X = i"), empty_table(2).update("X = i * 10")]
            parquet.batch_write(tables, [f"{folder}/a.parquet", f"{folder}/b.parquet"])
            print(parquet.read(folder).to_string())
    """
    if len(tables) != len(paths):
        raise DHError(message=f"{len(tables)} tables, but {len(paths)} paths\n  hint: give a path for each table")
    options = writing(
        col_instructions,
        compression_codec_name,
        max_dictionary_keys,
        max_dictionary_size,
        target_page_size,
        generate_metadata_files,
        index_columns,
        row_group_info,
        special_instructions,
    )
    natives = [written_columns(table, table_definition)._native for table in tables]
    with Bar("writing Parquet") as show:
        _native.parquet_write(natives, [os.fspath(path) for path in paths], options, show)


def write_partitioned(
    table: Union[Table, PartitionedTable],
    destination_dir: Path,
    table_definition: Optional[TableDefinitionLike] = None,
    col_instructions: Optional[Sequence[ColumnInstruction]] = None,
    compression_codec_name: Optional[str] = None,
    max_dictionary_keys: Optional[int] = None,
    max_dictionary_size: Optional[int] = None,
    target_page_size: Optional[int] = None,
    base_name: Optional[str] = None,
    generate_metadata_files: Optional[bool] = None,
    index_columns: Optional[Sequence[Sequence[str]]] = None,
    row_group_info: Optional[RowGroupInfo] = None,
    special_instructions: Optional[S3Instructions] = None,
) -> None:
    """Writes the rows of the current step as a tree of directories named ``Column=value``, with a file in each.

    Args:
        table: A partitioned table, whose key columns name the directories; or a table with a definition that says
            which columns do.
        destination_dir: The directory, or its URL. Files that are there stay, unless they have the names of new ones.
        table_definition: The columns to write, with the types they have; of a table that is not partitioned, those with
            ``ColumnType.PARTITIONING`` name the directories, outermost first.
        col_instructions: As in `write`.
        compression_codec_name: As in `write`.
        max_dictionary_keys: As in `write`.
        max_dictionary_size: As in `write`.
        target_page_size: As in `write`.
        base_name: Names of files, without ``.parquet``: ``{uuid}`` stands for a random name, ``{partitions}`` for keys
            and values, ``{i}`` for a running number. ``{uuid}`` if not given.
        generate_metadata_files: Whether ``_metadata`` and ``_common_metadata`` in the directory describe the files.
        index_columns: As in `write`.
        row_group_info: As in `write`.
        special_instructions: As in `write`.

    Raises:
        DHError: if no column names directories, or all do; as in `write`.

    Example:
        import tempfile
        from kinetable import new_table, parquet
        with tempfile.TemporaryDirectory() as folder:
            trades = new_table({"Sym": ["a", "b", "a"], "Size": [1, 2, 3]})
            parquet.write_partitioned(trades.partition_by("Sym"), folder)
            print(parquet.read(folder).to_string())
    """
    options = writing(
        col_instructions,
        compression_codec_name,
        max_dictionary_keys,
        max_dictionary_size,
        target_page_size,
        generate_metadata_files,
        index_columns,
        row_group_info,
        special_instructions,
        base_name,
    )
    by = partition_names(table_definition)
    if isinstance(table, PartitionedTable):
        by = by or list(table.key_columns)
        table = _with_keys(table)
    if not by:
        hint = "write table.partition_by(...), or mark columns of table_definition with ColumnType.PARTITIONING"
        raise DHError(message=f"no column names the directories\n  hint: {hint}")
    native = written_columns(table, table_definition)._native
    with Bar("writing Parquet") as show:
        _native.parquet_write_partitioned(native, os.fspath(destination_dir), by, options, show)


def delete(path: Path, special_instructions: Optional[S3Instructions] = None) -> None:
    """Removes a Parquet file, or a directory of them with all below it.

    Args:
        path: The file or directory, or its URL.
        special_instructions: How the store of a URL is reached.

    Raises:
        DHError: if there is nothing, or the directory holds something else than Parquet files; nothing is removed then.

    Example:
        import os, tempfile
        from kinetable import empty_table, parquet
        with tempfile.TemporaryDirectory() as folder:
            parquet.write(empty_table(3).update("X = i"), f"{folder}/x.parquet")
            parquet.delete(f"{folder}/x.parquet")
            print(os.listdir(folder))
    """
    _native.parquet_delete(os.fspath(path), store_of(special_instructions))


def _with_keys(partitioned: PartitionedTable) -> Table:
    """The rows of all constituents, with their keys."""
    names = partitioned.constituent_table_definition
    missing = [name for name in partitioned.key_columns if name not in names]
    if not missing:
        return partitioned.merge()
    from .table_factory import merge

    keys, parts = partitioned.keys(), partitioned.constituent_tables
    one_key = [keys.slice(place, place + 1).view(missing) for place in range(len(parts))]
    return merge([part.natural_join(key, on=[]) for part, key in zip(parts, one_key)])
