/** What the grid shows, and what it tells. */
import type { Cell, Window } from '../client/messages.ts';
import type { SortMark } from './paint.ts';

/** The elements that a grid is made of. */
export interface GridParts {
  /** The element with the role of a grid, which has the keyboard's focus. */
  surface: HTMLElement;
  canvas: HTMLCanvasElement;
  mirror: HTMLElement;
  filters: HTMLElement;
}

export interface TreeRow {
  depth: number;
  open: boolean | null;
}

export interface GridModel {
  /** Rows of the table, 2^53-1 at most. */
  readonly rows: number;
  /** The most rows that a window may have. */
  readonly windowRowsMax: number;
  /** The most cells that can be copied. */
  readonly copyCellsMax: number;
  /** Undefined while the cell is not there. */
  cell(row: number, column: string): Cell | undefined;
  /** Where a row lies in a tree, and whether the rows below it are shown; null: it has none below it. Absent: the table is no tree. */
  tree?(row: number): TreeRow | undefined;
  /** Columns in which texts came cut, because they are very long. */
  readonly cut: ReadonlySet<string>;
  /** Cells that are not on the screen, for copying. */
  fetch(first: number, n: number, columns: string[]): Promise<{ cells: Map<string, Cell[]>; cut: ReadonlySet<string> }>;
}

export interface GridEvents {
  /** Other rows or columns are wanted. */
  window(window: Window): void;
  /** What came last is on the screen. */
  painted(): void;
  /** A header was clicked; `add` keeps the other sorts. */
  sort(column: string, add: boolean): void;
  filter(column: string, text: string): void;
  /** What the column has in it is asked for. */
  about(column: string): void;
  /** The column is to be drawn. */
  chart(column: string): void;
  /** The user left the filter row. */
  filterLeft(): void;
  /** The rows below a row are to be shown, or no longer. */
  toggle(row: number): void;
  /** A cell is to be written. Whether it can be. */
  edit(row: number, column: string): boolean;
  /** A text was pasted. Whether it can be put in. */
  paste(text: string): boolean;
  /** A menu is asked for: of a cell, or of a column if `row` is null. Pixels of the window. */
  menu(at: { x: number; y: number; row: number | null; column: string }): void;
  /** Columns lie, or are as wide, otherwise. */
  layout(): void;
  /** The focus or the selection moved. */
  selected(): void;
  copied(cells: number, headers: boolean): void;
  failed(message: string): void;
}

export type Sorts = ReadonlyMap<string, SortMark>;
