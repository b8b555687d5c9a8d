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
}

export class Flashes {
  private readonly cells = new Map<string, Lit>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  note(changes: Changes, now: number): void {
    for (const [column, rows] of changes) {
      for (const row of rows.keys()) {
        const key = `${row} ${column}`;
        const known = this.cells.get(key);
        if (!known) this.cells.set(key, { row, column, since: now, changed: now });
        else {
          if (now - known.changed >= OFTEN) known.since = now;
          known.changed = now;
        }
      }
    }
    if (this.cells.size > CELLS_MAX) this.cells.clear();
  }

  clear(): void {
    this.cells.clear();
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
    return this.cells.size === 0;
  }

  /** 1 as it lights up, 0 once it has faded. */
  strength(row: number, column: string, now: number): number {
    const lit = this.cells.get(`${row} ${column}`);
    return lit ? Math.max(0, 1 - (now - lit.since) / FADE) : 0;
  }

  /** The rows that fade, those that a step before were still lit among them; forgets what has long been still. */
  rows(now: number): Set<number> {
    const rows = new Set<number>();
    for (const [key, lit] of this.cells) {
      if (now - lit.since < FADE + 2 * STEP) rows.add(lit.row);
      if (now - lit.changed > FORGOTTEN) this.cells.delete(key);
    }
    return rows;
  }
}
