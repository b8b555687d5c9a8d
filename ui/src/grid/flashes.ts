/**
 * Cells that changed light up and fade.
 *
 * **State** when a cell lit up and when it changed last, for cells that changed within a second.
 * **Update rule** a cell that changes lights up, unless it changed a moment ago: what changes a few times a second would only flicker.
 * **Cost** of a step of the fade: the cells that are lit.
 */
import type { Cell } from '../client/messages.ts';

export type Changes = ReadonlyMap<string, ReadonlyMap<number, Cell>>;

/** Milliseconds that a cell fades for, between two steps of the fade, within which a change is one of many, after which all is forgotten. */
const FADE = 300;
const STEP = 60;
const OFTEN = 400;
const FORGOTTEN = 1000;
const CELLS_MAX = 20_000;

interface Lit {
  row: number;
  column: string;
  since: number;
  changed: number;
  /** Whether it was painted with light: then it is painted once more without, however late that is. */
  isShown: boolean;
}

export class Flashes {
  private readonly cells = new Map<string, Lit>();
  /** Rows that are lit on the screen and of which nothing else is known any more. */
  private readonly left = new Set<number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  note(changes: Changes, now: number): void {
    for (const [column, rows] of changes) {
      for (const row of rows.keys()) {
        const key = `${row} ${column}`;
        const known = this.cells.get(key);
        if (!known) this.cells.set(key, { row, column, since: now, changed: now, isShown: false });
        else {
          if (now - known.changed >= OFTEN) known.since = now;
          known.changed = now;
        }
      }
    }
    if (this.cells.size <= CELLS_MAX) return;
    for (const { row, isShown } of this.cells.values()) if (isShown) this.left.add(row);
    this.cells.clear();
  }

  clear(): void {
    this.cells.clear();
    this.left.clear();
  }

  /** After each paint: the rows that are to be painted again, a little later. */
  follow(step: (rows: Set<number>) => void): void {
    clearTimeout(this.timer);
    if (this.isEmpty) return;
    this.timer = setTimeout(() => {
      const rows = this.rows(performance.now());
      if (rows.size) step(rows);
      else this.follow(step);
    }, STEP);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  get isEmpty(): boolean {
    return this.cells.size === 0 && this.left.size === 0;
  }

  /** For a cell that is painted: 1 as it lights up, 0 once it has faded. */
  strength(row: number, column: string, now: number): number {
    const lit = this.cells.get(`${row} ${column}`);
    if (!lit) return 0;
    const strength = Math.max(0, 1 - (now - lit.since) / FADE);
    lit.isShown = strength > 0;
    return strength;
  }

  /** The rows that fade, and those that are still lit on the screen; forgets what has long been still. */
  rows(now: number): Set<number> {
    const rows = new Set(this.left);
    this.left.clear();
    for (const [key, lit] of this.cells) {
      if (lit.isShown || now - lit.since < FADE) rows.add(lit.row);
      if (now - lit.changed > FORGOTTEN) this.cells.delete(key);
    }
    return rows;
  }
}
