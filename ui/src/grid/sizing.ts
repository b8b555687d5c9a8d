/** How wide columns ought to be: guessed from their types at first, then from the cells that are seen. */
import type { ColumnInfo } from '../client/messages.ts';
import { typicalChars } from './format.ts';
import { formatterAt } from './given.ts';
import { indentOf, TWIST, type View } from './paint.ts';
import { seen } from './position.ts';

/** Space on both sides of a cell, and a pixel for rounding. */
const AROUND = 22;
/** Of a column that the user has not touched. */
const FITTED_MAX = 340;

export function guessWidth(view: View, info: ColumnInfo): number {
  const cells = Math.min(40, info.chars ?? typicalChars(info.type)) * view.widths.of('0') + AROUND;
  return Math.max(headerWidth(view, info.name), cells);
}

/** The name, its type, and room for the mark of a sort. */
function headerWidth(view: View, name: string): number {
  return view.boldWidths.of(name) + 56;
}

/** As wide as the name and what is seen of the cells. */
export function fitWidth(view: View, name: string): number {
  return Math.max(headerWidth(view, name), widestCell(view, name) ?? 0);
}

/** Widths of all columns of which cells are here. A little more than they need now: the next number may have a digit more. */
export function fittedWidths(view: View): Map<string, number> {
  const widths = new Map<string, number>();
  for (const { info } of view.layout.placed) {
    const widest = widestCell(view, info.name);
    if (widest !== undefined) widths.set(info.name, Math.min(FITTED_MAX, Math.max(headerWidth(view, info.name), widest + 12)));
  }
  return widths;
}

/** Widths for the columns in which a number did not fit, unless the user made them as narrow as they are. They never become narrower. */
export function widerWidths(view: View): Map<string, number> {
  const widths = view.tight.size ? fittedWidths(view) : new Map<string, number>();
  const wider = [...view.tight].flatMap((name) => {
    const [width, column] = [widths.get(name), view.layout.find(name)];
    return width !== undefined && column && width > column.width && !view.layout.isResized(name) ? [[name, width] as const] : [];
  });
  view.tight.clear();
  return new Map(wider);
}

/** Whether a cell of these rows needs more digits than its column had: that changes how all of them are painted. */
export function needsDigits(view: View, rows: Iterable<number>): boolean {
  let needs = false;
  for (const { info } of view.layout.seen(view.scrollX, view.width)) {
    const format = view.formatters.get(info.name);
    if (!format) continue;
    for (const row of rows) {
      const cell = view.cell(row, info.name);
      if (cell !== undefined && cell !== null && format.observe(cell)) needs = true;
    }
  }
  return needs;
}

/** Of the rows that are seen; undefined if none of their cells is here. */
function widestCell(view: View, name: string): number | undefined {
  const format = view.formatters.get(name);
  if (!format) return undefined;
  const { first, n } = seen(view.top, view.extent);
  const isFirst = view.layout.find(name)?.index === 0;
  const rows = Array.from({ length: n }, (_, i) => first + i).flatMap((row) => {
    const cell = view.cell(row, name);
    return cell === undefined || cell === null ? [] : [{ row, cell }];
  });
  for (const { cell } of rows) format.observe(cell);
  // Before the first cell of a row of a tree there is the sign that opens it.
  const before = (row: number): number => {
    const branch = isFirst ? view.tree(row) : undefined;
    return branch ? indentOf(branch) + TWIST : 0;
  };
  return rows.length ? Math.max(...rows.map(({ row, cell }) => view.widths.of((formatterAt(view, name, row) ?? format).show(cell)) + before(row))) + AROUND : undefined;
}
