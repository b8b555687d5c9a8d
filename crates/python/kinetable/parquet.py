"""Tables from and to Parquet files."""

from __future__ import annotations

import os
from typing import Optional, Union

from . import _kinetable as _native
from .table import Table

Path = Union[str, "os.PathLike[str]"]


def read(path: Path) -> Table:
    """A table over a Parquet file, a directory of files, or a tree of directories named ``Column=value``.

    Only metadata is read now: opening takes no time to speak of. Values are read when they are asked for, and files and
    row groups that a `Table.where` rules out are never opened. The values of partition columns are text, unless all are
    numbers.

    Args:
        path: The file or directory.

    Raises:
        DHError: if there is nothing, or a file is no Parquet file.

    Example:
        import tempfile
        from kinetable import empty_table, parquet
        with tempfile.TemporaryDirectory() as folder:
            parquet.write(empty_table(3).update(["X = i", "Y = X * 0.5"]), f"{folder}/numbers.parquet")
            print(parquet.read(f"{folder}/numbers.parquet").where("X > 0").to_string())
    """
    return Table(_native.parquet_read(os.fspath(path)))


def write(table: Table, path: Path, compression_codec_name: Optional[str] = None) -> None:
    """Writes the rows of the current step to one Parquet file.

    Args:
        table: The table.
        path: The file, which is replaced if it is there.
        compression_codec_name: ``SNAPPY`` if not given; ``UNCOMPRESSED``, ``GZIP``, ``LZ4_RAW``, ``ZSTD``.

    Raises:
        DHError: if the file cannot be written, or a column has a type that files do not.

    Example:
        import tempfile
        from kinetable import empty_table, parquet
        with tempfile.TemporaryDirectory() as folder:
            parquet.write(empty_table(3).update("X = i"), f"{folder}/x.parquet", compression_codec_name="ZSTD")
            print(parquet.read(f"{folder}/x.parquet").size)
    """
    _native.parquet_write(table._native, os.fspath(path), compression_codec_name)
