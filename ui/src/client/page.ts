/**
 * The page: the cells of the rows that a subscription shows, and how a frame makes the next page from it.
 *
 * **State** one array of cells a column; as many rows as were asked for.
 * **Update rule** a snap replaces; a delta moves rows, then writes rows; a size moves the page's place only.
 * **Cost** of a delta without moves: its cells. With moves: the page.
 * **Invariants** (1) every column has `n` cells. (2) a delta of another base than the page's `seq` changes nothing.
 */
import type { Cell, ColumnCells, Delta, Size, Snap } from './messages.ts';

/** What changed between two pages: everything, or the rows of these offsets. */
export type Changed = 'all' | number[];

export class Page {
  readonly columns = new Map<string, Cell[]>();
  first = 0;
  n = 0;
  rows = 0;
  total = 0;
  seq = 0;
  vp = -1;
  step = 0;
  at = '0';
  cut: ReadonlySet<string> = new Set();
  /** By hidden column, why none of its cells could be read. */
  failed: Readonly<Record<string, string>> = {};
  /** What the last frame changed in rows that were there before and stayed where they were: by column, by row, the former cell. */
  readonly changes = new Map<string, Map<number, Cell>>();
  /** Whether the last frame told a change, and was not the answer to a request. */
  isChange = false;

  /** The cell of a row and a column; undefined where the page does not have it. */
  cell(row: number, column: string): Cell | undefined {
    const offset = row - this.first;
    if (offset < 0 || offset >= this.n) return undefined;
    return this.columns.get(column)?.[offset];
  }

  snap(header: Snap, columns: ColumnCells[]): Changed {
    for (const { name, cells } of columns) {
      if (cells.length !== header.n) throw new Error(`a snap of ${header.n} rows has ${cells.length} cells of column "${name}"`);
    }
    this.columns.clear();
    this.changes.clear();
    this.isChange = header.vp === this.vp;
    for (const { name, cells } of columns) this.columns.set(name, cells);
    this.vp = header.vp;
    this.cut = new Set(header.cut ?? []);
    this.failed = header.failed ?? {};
    this.settle(header);
    return 'all';
  }

  /** Undefined if the frame does not go with this page: then nothing has changed, and a snap is to be asked for. */
  delta(header: Delta | Size, columns: ColumnCells[]): Changed | undefined {
    if (header.base !== this.seq || header.vp !== this.vp) return undefined;
    const runs = header.type === 'delta' ? header.runs : [];
    const moves = header.type === 'delta' ? header.moves : null;
    const resized = header.n !== this.n;
    const count = runs.reduce((sum, run) => sum + run[1], 0);
    for (const { name, cells } of columns) {
      if (cells.length !== count) throw new Error(`a delta of ${count} rows has ${cells.length} cells of column "${name}"`);
    }
    const former = moves ? 0 : Math.min(this.n, header.n);
    this.changes.clear();
    this.isChange = true;
    for (const [name, old] of this.columns) this.columns.set(name, moves ? moved(old, moves, header.n) : sized(old, header.n));
    for (const { name, cells } of columns) {
      const to = this.columns.get(name);
      if (!to) continue;
      const changed = new Map<number, Cell>();
      let next = 0;
      for (const [offset, length] of runs) {
        for (let at = offset; at < offset + length; at++) {
          const cell = cells[next++];
          if (at < former && !Object.is(to[at], cell)) changed.set(header.first + at, to[at]);
          to[at] = cell;
        }
      }
      if (changed.size) this.changes.set(name, changed);
    }
    const scrolled = header.first !== this.first;
    // Of rows that are elsewhere now nobody saw what they were.
    if (scrolled) this.changes.clear();
    if (header.type === 'delta') this.failed = header.failed ?? {};
    if (header.cut?.length) this.cut = new Set([...this.cut, ...header.cut]);
    this.settle(header);
    if (moves || resized || scrolled) return 'all';
    return runs.flatMap(([offset, length]) => Array.from({ length }, (_, i) => offset + i));
  }

  private settle(header: Snap | Delta | Size): void {
    const { first, n, rows, total, seq, step, at } = header;
    Object.assign(this, { first, n, rows, total, seq, step, at });
  }
}

function moved(old: Cell[], moves: [number, number, number][], n: number): Cell[] {
  const cells = new Array<Cell>(n).fill(null);
  for (const [from, to, count] of moves) for (let i = 0; i < count; i++) cells[to + i] = old[from + i] ?? null;
  return cells;
}

function sized(old: Cell[], n: number): Cell[] {
  if (old.length > n) return old.slice(0, n);
  while (old.length < n) old.push(null);
  return old;
}
