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
    row groups that a `Table.where` rules out are never opened. The values of partition columns are text, unless all
    are numbers.
    """
    return Table(_native.parquet_read(os.fspath(path)))


def write(table: Table, path: Path, compression_codec_name: Optional[str] = None) -> None:
    """Writes the rows of the current step to one Parquet file.

    Args:
        table: The table.
        path: The file, which is replaced if it is there.
        compression_codec_name: ``SNAPPY`` if not given; ``UNCOMPRESSED``, ``GZIP``, ``LZ4_RAW``, ``ZSTD``.
    """
    _native.parquet_write(table._native, os.fspath(path), compression_codec_name)
