/**
 * What a table says itself of how its cells look (`format_columns` and the like): hidden columns of its page, whose cells are colours and
 * patterns. What a user says of a column comes before it.
 */
import type { Cell, ColumnInfo, Window } from '../client/messages.ts';
import type { Dress } from './colours.ts';
import { datePattern } from './datepatterns.ts';
import type { Formatter } from './format.ts';
import { type ColumnFormat, isNumber } from './formats.ts';
import type { Placed } from './layout.ts';
import type { View } from './paint.ts';
import { numberPattern } from './patterns.ts';

/** Of one column: where its colours are, the first before the second, and where its patterns. */
export interface Given {
  styles: readonly string[];
  pattern: string | null;
  /** What writes cells so; null if it is no pattern for the column. */
  of(pattern: string): Formatter | null;
}

const PATTERNS_MAX = 64;

/** The hidden columns that say how a column looks. */
export const looksOf = ({ styles, number, date }: ColumnInfo): string[] => [...(styles ?? []), ...(number ? [number] : []), ...(date ? [date] : [])];

export const hasLooks = ({ styles, number, date }: ColumnInfo): boolean => Boolean(styles?.length || number || date);

/** Names of columns, and of those that say how they look. */
export function withLooks(names: readonly string[], columns: readonly ColumnInfo[]): string[] {
  if (!columns.some(hasLooks)) return [...names];
  const known = new Map(columns.map((info) => [info.name, info]));
  return [...new Set([...names, ...names.flatMap((name) => looksOf(known.get(name) ?? { name, type: '' }))])];
}

/** What was asked for first, without naming columns, as the server understood it. */
export function firstWindow(asked: Window, columns: readonly ColumnInfo[], count: number): Window {
  return { ...asked, cols: asked.cols ?? withLooks(columns.slice(0, count).map(({ name }) => name), columns) };
}

/** What of it counts beside the user's form and rules; null if nothing does. */
export function givenOf(info: ColumnInfo, zone: string, base: Formatter, form: ColumnFormat | undefined, hasRules: boolean): Given | null {
  const hasForm = form !== undefined && Object.keys(form).length > 0;
  const pattern = hasForm ? null : (isNumber(info.type) ? info.number : info.date) ?? null;
  const styles = hasRules || form?.own ? [] : (info.styles ?? []);
  if (!pattern && !styles.length) return null;
  const known = new Map<string, Formatter | null>();
  const make = (text: string): Formatter | null => {
    const show = isNumber(info.type) ? numberPattern(text) : datePattern(text, info, zone);
    return show && { align: base.align, dimmed: 0, observe: () => false, show, copy: (cell: Cell) => base.copy(cell) };
  };
  const of = (text: string): Formatter | null => {
    let found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= PATTERNS_MAX) known.clear();
    known.set(text, (found = make(text)));
    return found;
  };
  return { styles, pattern, of };
}

/** What shows the cell of a row. */
export function formatterAt(view: View, column: string, row: number): Formatter | undefined {
  const base = view.formatters.get(column);
  const given = view.given.get(column);
  if (!given?.pattern) return base;
  const pattern = view.cell(row, given.pattern);
  return (typeof pattern === 'string' ? given.of(pattern) : null) ?? base;
}

/** The colours of a cell, if the table gives it any. */
export function dressAt(view: View, column: Placed, row: number): Dress | null {
  const given = view.given.get(column.info.name);
  if (!given?.styles.length) return null;
  const [own, second] = given.styles.map((name) => view.cell(row, name));
  const packed = (cell: Cell | undefined): bigint => (typeof cell === 'bigint' ? cell : 0n);
  return view.paintbox.dress(packed(own), packed(second), isSelected(view, column, row));
}

function isSelected({ range }: View, column: Placed, row: number): boolean {
  return range !== null && row >= range.firstRow && row <= range.lastRow && column.index >= range.firstColumn && column.index <= range.lastColumn;
}
