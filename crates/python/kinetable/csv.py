"""Tables from and to CSV files."""

from __future__ import annotations

import os
from typing import Mapping, Optional, Sequence, Union

from . import _kinetable as _native
from ._defs import type_names
from ._progress import Bar
from .constants import MAX_LONG
from .dherror import DHError
from .dtypes import DType
from .table import Table

__all__ = ["read", "write"]

Path = Union[str, "os.PathLike[str]"]


def read(
    path: Path,
    header: Optional[Mapping[str, DType]] = None,
    headless: bool = False,
    header_row: int = 0,
    skip_rows: int = 0,
    num_rows: int = MAX_LONG,
    ignore_empty_lines: bool = False,
    allow_missing_columns: bool = False,
    ignore_excess_columns: bool = False,
    delimiter: str = ",",
    quote: str = '"',
    ignore_surrounding_spaces: bool = True,
    trim: bool = False,
) -> Table:
    """A static table from a CSV file, which may be packed with gzip or zstd.

    Without `header`, a column has the first of these types that all its cells fit: Boolean, int, long, double, Instant (ISO 8601 with
    ``Z`` or an offset, ``T`` or a blank), char (one character), String. Dates alone stay String. An empty cell is null; an
    empty cell in quotes is an empty text in a column of String, and null elsewhere.

    Names of the header row are made legal: ``b c`` is ``b_c``, ``1x`` is ``column_1x``, a second ``a`` is ``a2``.

    Args:
        path: The file.
        header: Names and types of all columns, in order; the names of the header row are then not looked at.
        headless: Whether the file has no header row. Columns are then called ``Column1``, ``Column2``, … unless `header` is given.
        header_row: How many rows there are before the header row.
        skip_rows: How many rows after the header row are left out.
        num_rows: How many rows to read at most; what follows is not looked at.
        ignore_empty_lines: Whether empty lines are left out, and not rows.
        allow_missing_columns: Whether short rows are filled with nulls, and not errors.
        ignore_excess_columns: Whether what is too much in long rows is left out, and not an error.
        delimiter: The character between cells.
        quote: The character around cells that hold delimiters, quotes or line ends; within, it is written twice.
        ignore_surrounding_spaces: Whether blanks around cells are left out, but not within quotes.
        trim: Whether blanks within quotes are left out, too.

    Raises:
        DHError: if the file cannot be read, a row has too few or too many cells, or a cell is not of the type in `header`. It names the
            line, the column and the text.

    Example:
        import pathlib, tempfile
        from kinetable import read_csv
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "trades.csv")
            path.write_text("Sym,Price,Size,Time\\nAB,1.5,100,2024-03-01T12:00:00Z\\n,,200,\\n")
            print(read_csv(path).to_string())
    """
    columns = type_names(header)
    counts = {"header_row": header_row, "skip_rows": skip_rows, "num_rows": num_rows}
    negative = [name for name, count in counts.items() if count < 0]
    if negative:
        raise DHError(message=f"{negative[0]} is {counts[negative[0]]}, but has to be at least 0")
    options = {
        "headless": headless,
        "header_row": header_row,
        "skip_rows": skip_rows,
        "num_rows": None if num_rows >= MAX_LONG else num_rows,
        "ignore_empty_lines": ignore_empty_lines,
        "allow_missing_columns": allow_missing_columns,
        "ignore_excess_columns": ignore_excess_columns,
        "delimiter": delimiter,
        "quote": quote,
        "ignore_surrounding_spaces": ignore_surrounding_spaces,
        "trim": trim,
    }
    with Bar(f"reading {os.path.basename(path)}") as show:
        return Table(_native.csv_read(os.fspath(path), columns, options, show))


def write(table: Table, path: Path, cols: Sequence[str] = ()) -> None:
    """Writes the rows of the current step to a CSV file: a header row, then a line a row.

    Null is an empty cell, an empty text is ``""``. Texts that hold delimiters, quotes, line ends, or blanks at an end are in
    quotes. Instants, dates and times are ISO 8601; lists are JSON, bytes base64.

    Args:
        table: The table.
        path: The file, which is replaced when the new one is complete.
        cols: The columns; all if not given.

    Raises:
        DHError: if the file cannot be written, there is no column of a name in `cols`, or one holds Python objects.

    Example:
        import pathlib, tempfile
        from kinetable import new_table, write_csv
        from kinetable.column import double_col, string_col
        t = new_table([string_col("Sym", ["A", None, 'say "hi"']), double_col("Price", [1.5, 2.0, None])])
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "trades.csv")
            write_csv(t, path)
            print(path.read_text())
    """
    columns = [cols] if isinstance(cols, str) else list(cols)
    with Bar(f"writing {os.path.basename(path)}") as show:
        _native.csv_write(table._native, os.fspath(path), columns or None, show)
