"""Tables from and to JSON lines: files with one JSON object a line."""

from __future__ import annotations

import os
import warnings
from typing import Literal, Mapping, Optional, Sequence, Union

from . import _kinetable as _native
from ._defs import type_names
from ._progress import Bar
from .dherror import DHError
from .dtypes import DType
from .table import Table

__all__ = ["read", "write"]

Path = Union[str, "os.PathLike[str]"]


def read(
    path: Path,
    header: Optional[Mapping[str, DType]] = None,
    on_bad_lines: Literal["error", "warn", "skip"] = "error",
) -> Table:
    """A static table from a file of JSON lines, which may be packed with gzip or zstd.

    A field is a column; fields of an object in a field are columns ``outer_inner``. A field that a record lacks is null. Types fit all
    records: Boolean, long, double, Instant (if all texts are ISO 8601 with a zone), String, and arrays of these but Instant; what goes no other
    way (a list of objects, texts and numbers in one field) is JSON as String. Names are made legal as `kinetable.csv.read` does.

    Args:
        path: The file.
        header: Names and types of the columns to take; all if not given. A column that no record has is null.
        on_bad_lines: What becomes of lines that are no JSON object: ``"error"`` raises at the first, ``"warn"`` leaves them out and warns with
            their numbers, ``"skip"`` leaves them out.

    Raises:
        DHError: if the file cannot be read, or a line is no JSON object: it names the line.

    Example:
        import pathlib, tempfile
        from kinetable import jsonl
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "events.jsonl")
            path.write_text('{"Id": 1, "At": {"X": 0.5, "Y": 1}}\\n{"Id": 2, "Tags": ["a", "b"]}\\n')
            print(jsonl.read(path).to_string())
    """
    if on_bad_lines not in ("error", "warn", "skip"):
        raise DHError(message=f'on_bad_lines is {on_bad_lines!r}\n  hint: "error", "warn" or "skip"')
    with Bar(f"reading {os.path.basename(path)}") as show:
        table, count, first = _native.jsonl_read(
            os.fspath(path), type_names(header), on_bad_lines != "error", show
        )
    if count and on_bad_lines == "warn":
        told = "\n".join(f"  line {line}: {what}" for line, what in first)
        more = f"\n  and {count - len(first)} more" if count > len(first) else ""
        warnings.warn(f'"{os.fspath(path)}": {count} lines are no records:\n{told}{more}', stacklevel=2)
    return Table(table)


def write(table: Table, path: Path, cols: Optional[Sequence[str]] = None) -> None:
    """Writes the rows of the current step to a file of JSON lines: an object a row, with every column.

    Null is ``null``; instants, dates and times are texts of ISO 8601, bytes of base64; NaN and the infinities, which JSON has no
    numbers for, are texts.

    Args:
        table: The table.
        path: The file, which is replaced when the new one is complete.
        cols: The columns; all if not given.

    Raises:
        DHError: if the file cannot be written, there is no column of a name in `cols`, or one holds Python objects.

    Example:
        import pathlib, tempfile
        from kinetable import jsonl, new_table
        from kinetable.column import double_col, string_col
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "rows.jsonl")
            jsonl.write(new_table([string_col("Sym", ["A", None]), double_col("Price", [1.5, 2.0])]), path)
            print(path.read_text())
    """
    columns = [cols] if isinstance(cols, str) else None if cols is None else list(cols)
    with Bar(f"writing {os.path.basename(path)}") as show:
        _native.jsonl_write(table._native, os.fspath(path), columns, show)
