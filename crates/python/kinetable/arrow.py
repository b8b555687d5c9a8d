"""Tables from and to Arrow.

Tables also speak Arrow's PyCapsule interface themselves (``pyarrow.table(t)``, ``polars.DataFrame(t)``, DuckDB): text
is then handed over as ``string_view``, without a copy. `to_arrow` gives plain ``string``, which every function of
pyarrow takes.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, Optional, Sequence, Union

from . import _kinetable as _native
from ._progress import Bar
from .dherror import DHError
from .table import Table

if TYPE_CHECKING:
    import pyarrow as pa

Path = Union[str, "os.PathLike[str]"]


def to_table(pa_table: Any, cols: Optional[Sequence[str]] = None) -> Table:
    """A static table from a ``pyarrow.Table``, or from anything that has ``__arrow_c_stream__``.

    Unsigned integers become the next wider signed ones (of 64 bits: BigInteger), but 16 bits become char; all timestamps become
    instants, and lists arrays. What lies as columns do is not copied.

    Args:
        pa_table: The rows.
        cols: The columns to take; all if not given.

    Raises:
        DHError: if a column has no type here, or there is no column of a name in `cols`.

    Example:
        import pyarrow as pa
        from kinetable import arrow
        rows = pa.table({"Sym": ["A", "B"], "Size": [100, None]})
        print(arrow.to_table(rows).to_string())
    """
    table = Table(_native.table_from_arrow(pa_table))
    return table if cols is None else table.select(list(cols))


def to_arrow(table: Table, cols: Optional[Sequence[str]] = None) -> "pa.Table":
    """The rows of the current step as a ``pyarrow.Table``.

    Instants are ``timestamp[ns, UTC]``, dates ``date32``, text is ``string``. Each field carries the metadata
    ``deephaven:type``, the type as Deephaven's clients know it, and ``deephaven:isSortable``.

    Args:
        table: The table.
        cols: The columns to take; all if not given.

    Raises:
        DHError: if there is no column of a name in `cols`.

    Example:
        from kinetable import arrow, new_table
        from kinetable.column import int_col, string_col
        t = new_table([string_col("Sym", ["A", "B"]), int_col("Size", [100, None])])
        print(arrow.to_arrow(t).to_pylist())
    """
    import pyarrow as pa

    rows = table._native.rows()
    return pa.table(rows.plain(list(cols) if cols is not None else table.column_names))


def read_feather(path: Path) -> Table:
    """A static table from a Feather file: Arrow's file format, version 1 or 2.

    Args:
        path: The file.

    Raises:
        DHError: if there is no such file, or it is no Feather file.

    Example:
        import tempfile
        import pyarrow as pa
        from pyarrow import feather
        from kinetable import arrow
        with tempfile.TemporaryDirectory() as folder:
            feather.write_feather(pa.table({"A": [1, 2]}), f"{folder}/a.feather")
            print(arrow.read_feather(f"{folder}/a.feather").to_string())
    """
    if _is_version_1(path):
        return _read_feather_1(path)
    return read_ipc(path)


def read_ipc(path: Path, memory_map: bool = False) -> Table:
    """A static table from a file of Arrow IPC: of the file format (Feather 2) or the stream format, packed or not.

    Dictionaries become text, and other types what `to_table` makes of them. Values that lie in the file as they do in columns are not copied
    if the file holds one batch of rows, or is mapped.

    Args:
        path: The file.
        memory_map: Whether the file is mapped: nothing is read before it is looked at, and the system can let go of it. Nobody may write
            into the file then while the table is there, for that could end the process; putting another file in its
            place is fine.

    Raises:
        DHError: if the file cannot be read, is broken, or has a column of a type that there is none for here.

    Example:
        import tempfile
        from kinetable import arrow, empty_table
        with tempfile.TemporaryDirectory() as folder:
            arrow.write_ipc(empty_table(3).update("X = i * 2"), f"{folder}/x.arrow")
            print(arrow.read_ipc(f"{folder}/x.arrow").to_string())
    """
    with Bar(f"reading {os.path.basename(path)}") as show:
        return Table(_native.ipc_read(os.fspath(path), memory_map, show))


def write_ipc(
    table: Table,
    path: Path,
    cols: Optional[Sequence[str]] = None,
    compression: Literal[None, "lz4", "zstd", "uncompressed"] = None,
    stream: bool = False,
    dictionaries: Sequence[str] = (),
) -> None:
    """Writes the rows of the current step to a file of Arrow IPC.

    Args:
        table: The table.
        path: The file, which is replaced when the new one is complete.
        cols: The columns; all if not given.
        compression: ``"lz4"`` or ``"zstd"``; not packed if not given, so that the file can be mapped.
        stream: Whether the file is of the stream format, which is read from its start, and not of the file format.
        dictionaries: Columns of text that are written as dictionaries: small where texts repeat.

    Raises:
        DHError: if the file cannot be written, or a column holds Python objects.

    Example:
        import tempfile
        import pyarrow as pa
        from kinetable import arrow, new_table
        from kinetable.column import string_col
        with tempfile.TemporaryDirectory() as folder:
            t = new_table([string_col("Sym", ["A", "B", "A"])])
            arrow.write_ipc(t, f"{folder}/x.arrow", compression="zstd", dictionaries=["Sym"])
            print(pa.ipc.open_file(f"{folder}/x.arrow").schema)
    """
    columns = None if cols is None else list(cols)
    options = {"compression": compression, "stream": stream, "dictionaries": list(dictionaries)}
    with Bar(f"writing {os.path.basename(path)}") as show:
        _native.ipc_write(table._native, os.fspath(path), columns, options, show)


def write_feather(
    table: Table,
    path: Path,
    cols: Optional[Sequence[str]] = None,
    compression: Literal[None, "lz4", "zstd", "uncompressed"] = "lz4",
) -> None:
    """Writes the rows of the current step to a Feather file of version 2.

    Args:
        table: The table.
        path: The file, which is replaced when the new one is complete.
        cols: The columns; all if not given.
        compression: ``"lz4"``, ``"zstd"`` or ``"uncompressed"``.

    Raises:
        DHError: if the file cannot be written, or a column holds Python objects.

    Example:
        import tempfile
        from pyarrow import feather
        from kinetable import arrow, empty_table
        with tempfile.TemporaryDirectory() as folder:
            arrow.write_feather(empty_table(3).update("X = i"), f"{folder}/x.feather")
            print(feather.read_table(f"{folder}/x.feather").to_pydict())
    """
    write_ipc(table, path, cols, compression)


def _is_version_1(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"FEA1"
    except OSError:
        # Told of by whoever reads it.
        return False


def _read_feather_1(path: Path) -> Table:
    try:
        from pyarrow import ArrowException, feather
    except ImportError as error:
        text = "a Feather file of version 1 is read by pyarrow, which is not there"
        raise DHError(error, f"{text}\n  hint: pip install pyarrow") from error
    try:
        return to_table(feather.read_table(path))
    except (OSError, ArrowException) as error:
        raise DHError(error, f'cannot read the Feather file "{path}": {error}') from error
