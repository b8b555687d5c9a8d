/** The focused cell, and the rectangle from where a selection began to it. Columns are places among those shown. */
export interface CellPlace {
  row: number;
  column: number;
}

export interface Range {
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
}

export class Selection {
  focus: CellPlace | null = null;
  private anchor: CellPlace | null = null;
  private whole: 'cells' | 'rows' | 'columns' | 'all' = 'cells';

  set(focus: CellPlace, extend: boolean): void {
    if (!extend || !this.anchor) {
      this.anchor = focus;
      this.whole = 'cells';
    } else if (this.whole === 'all') this.whole = 'cells';
    this.focus = focus;
  }

  widen(whole: 'rows' | 'columns' | 'all'): void {
    if (this.focus) this.whole = whole;
  }

  clear(): void {
    this.anchor = this.focus ? { ...this.focus } : null;
    this.whole = 'cells';
  }

  /** After rows or columns went: the focus stays in the table. */
  limit(rows: number, columns: number): void {
    if (!rows || !columns) {
      this.focus = this.anchor = null;
      return;
    }
    for (const place of [this.focus, this.anchor]) {
      if (!place) continue;
      place.row = Math.min(place.row, rows - 1);
      place.column = Math.min(place.column, columns - 1);
    }
  }

  range(rows: number, columns: number): Range | null {
    if (!this.focus || !this.anchor || !rows || !columns) return null;
    const [allRows, allColumns] = [this.whole === 'columns' || this.whole === 'all', this.whole === 'rows' || this.whole === 'all'];
    return {
      firstRow: allRows ? 0 : Math.min(this.focus.row, this.anchor.row),
      lastRow: allRows ? rows - 1 : Math.max(this.focus.row, this.anchor.row),
      firstColumn: allColumns ? 0 : Math.min(this.focus.column, this.anchor.column),
      lastColumn: allColumns ? columns - 1 : Math.max(this.focus.column, this.anchor.column),
    };
  }
}

export function cellsOf(range: Range): number {
  return (range.lastRow - range.firstRow + 1) * (range.lastColumn - range.firstColumn + 1);
}
