/**
 * Which window to ask for: what is seen, and a page ahead in the direction of scrolling. At most one request a frame, and none while the last
 * one covers what is seen with half a page to spare.
 */
import type { ColumnInfo, Window } from '../client/messages.ts';
import { withLooks } from './given.ts';
import type { View } from './paint.ts';
import { seen } from './position.ts';

export interface Seen {
  first: number;
  n: number;
  rows: number;
  /** The end of the table is to stay in sight, whatever comes. */
  following: boolean;
  columns: string[];
  /** All columns that are shown, in order, to take some beside those seen. */
  shown: string[];
}

/** Columns asked for on each side of those that are seen. */
const BESIDE = 2;

export function seenOf(view: View, following: boolean): Seen {
  const columns = view.layout.seen(view.scrollX, view.width).map((column) => column.info.name);
  const { first } = seen(view.top, view.extent);
  const n = Math.ceil((view.extent.height + view.top.px) / view.extent.rowHeight) || 1;
  return { first, n, rows: view.extent.rows, following, columns, shown: view.layout.placed.map((column) => column.info.name) };
}

/** Null if the last request will do. What says how columns look is asked for with them. */
export function wantDressed(seen: Seen, columns: readonly ColumnInfo[], last: Window | null, rowsMax: number): Window | null {
  const isDressed = !last?.cols || withLooks(seen.columns, columns).every((name) => last.cols?.includes(name));
  const window = want(seen, isDressed ? last : null, rowsMax);
  return window?.cols ? { ...window, cols: withLooks(window.cols, columns) } : window;
}

/** Null if the last request will do. */
export function want(seen: Seen, last: Window | null, rowsMax: number): Window | null {
  const page = Math.max(1, seen.n);
  const cols = seen.shown.length ? columns(seen) : null;
  const hasColumns = last !== null && (last.cols === null ? cols === null : seen.columns.every((name) => last.cols?.includes(name)));
  if (seen.following) {
    const n = Math.min(rowsMax, 2 * page);
    if (last?.anchor === 'bottom' && hasColumns && last.n >= page) return null;
    return { first: 0, n, anchor: 'bottom', cols };
  }
  if (last?.anchor === 'top' && hasColumns) {
    const spare = Math.floor(page / 2);
    const hasAbove = last.first <= Math.max(0, seen.first - spare);
    const hasBelow = last.first + last.n >= Math.min(seen.rows, seen.first + seen.n + spare);
    if (hasAbove && hasBelow) return null;
  }
  const n = Math.min(rowsMax, 3 * page);
  const step = last?.anchor === 'top' ? seen.first - (last.first + Math.floor((last.n - page) / 2)) : 0;
  const ahead = step > 0 ? Math.floor(page / 2) : step < 0 ? Math.floor(1.5 * page) : page;
  return { first: Math.max(0, seen.first - ahead), n, anchor: 'top', cols };
}

function columns(seen: Seen): string[] {
  const places = seen.columns.map((name) => seen.shown.indexOf(name));
  const wanted = new Set(places);
  const rest = places.filter((place, i) => i === 0 || place !== places[i - 1]);
  const [from, to] = [Math.min(...rest), Math.max(...rest)];
  // Frozen columns lie apart from those that scroll: only what borders on the run that is seen last is worth having.
  for (let i = 1; i <= BESIDE; i++) {
    wanted.add(Math.min(seen.shown.length - 1, to + i));
    const scrolling = places.findIndex((place, at) => at > 0 && place > places[at - 1] + 1);
    wanted.add(Math.max(0, (scrolling < 0 ? from : places[scrolling]) - i));
  }
  return [...wanted].sort((a, b) => a - b).map((place) => seen.shown[place]);
}
