"""Tables as HTML."""

from __future__ import annotations

from html import escape
from typing import Optional

from ._table.reading import visible
from ._texts import colour, is_number, show_column
from .table import Table

_ROW_STYLE = "__ROW__TABLE_STYLE_FORMAT"
_STYLE = "__TABLE_STYLE_FORMAT"


def to_html(table: Table) -> str:
    """All rows of the current step as an HTML table, in colours that `Table.format_column_where` and the like give.

    Args:
        table: The table.

    Example:
        from kinetable import html, new_table
        from kinetable.column import int_col
        print(html.to_html(new_table([int_col("A", [1, None])])))
    """
    return _markup(table, table.size)


def preview(table: Table, num_rows: int = 10) -> str:
    """The first rows and the size, as notebooks show a table.

    Args:
        table: The table.
        num_rows: How many rows, at most.

    Example:
        from kinetable import empty_table, html
        print(html.preview(empty_table(100).update("X = i"), num_rows=1))
    """
    size, kind = table.size, "blink" if table.is_blink else "live" if table.is_refreshing else "static"
    columns = len(visible(table.column_names))
    note = f"{kind} table of {size:,} rows × {columns} columns"
    if size > num_rows:
        note += f"; the first {num_rows} are shown"
    if table.is_failed:
        note += f"; failed: {table.failure}"
    return f"{_markup(table, num_rows)}<p>{escape(note)}</p>"


def _markup(table: Table, num_rows: int) -> str:
    names = table.column_names
    rows = table._native.rows()
    arrays = dict(zip(names, rows.read(names, 0, min(num_rows, rows.size))))
    shown = visible(names)
    row_styles = arrays[_ROW_STYLE].to_list() if _ROW_STYLE in arrays else None
    columns = []
    for name in shown:
        styles = arrays[name + _STYLE].to_list() if name + _STYLE in arrays else None
        cells = show_column(arrays[name])
        flush = "right" if is_number(arrays[name].type_name) else "left"
        columns.append([_cell(cell, flush, *_packed(styles, row_styles, i)) for i, cell in enumerate(cells)])
    head = "".join(f'<th title="{escape(arrays[name].type_name)}">{escape(name)}</th>' for name in shown)
    body = "".join(f"<tr>{''.join(row)}</tr>\n" for row in zip(*columns))
    return f'<table border="1">\n<tr>{head}</tr>\n{body}</table>\n'


def _packed(
    styles: Optional[list[Optional[int]]], row_styles: Optional[list[Optional[int]]], row: int
) -> tuple[Optional[int], Optional[int]]:
    return (styles[row] if styles else None), (row_styles[row] if row_styles else None)


def _cell(text: str, flush: str, style: Optional[int], row_style: Optional[int]) -> str:
    css = f"text-align:{flush}"
    colours = colour(style) or colour(row_style)
    if colours is not None:
        background, foreground = colours
        css += f";background-color:{background}" if background else ""
        css += f";color:{foreground}" if foreground else ""
    return f'<td style="{css}">{escape(text)}</td>'
