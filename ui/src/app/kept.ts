/**
 * What is kept of a table that was opened, and what a link says of one: JSON of our own, of which each part that is not as it should be is
 * left out, so that neither another version nor another hand can break the page.
 */
import { type Direction, isZone } from '../client/index.ts';
import { type ColumnFormat, DECIMALS_MAX } from '../grid/formats.ts';
import type { LayoutState } from '../grid/layout.ts';
import { type Hue, HUES, OPERATORS, type Rule } from '../grid/rules.ts';
import { EMPTY, isEmpty, type Plan } from './plan.ts';

/** Written into links; of another version nothing is read. */
export const VERSION = 1;
/** Of names, of operations: beyond that it is no layout that somebody made. */
const ITEMS_MAX = 5000;

/** A table as it is shown: what was asked of it, and how its columns lie. */
export interface TableState {
  plan: Plan;
  columns: LayoutState;
  formats: ReadonlyMap<string, ColumnFormat>;
  rules: readonly Rule[];
}

export const PLAIN: LayoutState = { order: [], widths: [], hidden: [], frozen: null };
export const FRESH: TableState = { plan: EMPTY, columns: PLAIN, formats: new Map(), rules: [] };

/** The fragment of a link that shows a table as it is now; empty if it shows it as anybody sees it first. */
export function fragmentOf(state: TableState): string {
  return isFresh(state) ? '' : `view=${encodeURIComponent(JSON.stringify({ version: VERSION, ...plainState(state) }))}`;
}

/** What the fragment of a link says of its table; null if it says nothing. */
export function viewOf(fragment: string): TableState | null {
  const read = record(parsed(new URLSearchParams(fragment.replace(/^#/, '')).get('view')));
  return read.version === VERSION ? stateOf(read) : null;
}

export function isFresh(state: TableState): boolean {
  return isEmpty(state.plan) && JSON.stringify(plainState(state)) === JSON.stringify(plainState(FRESH));
}

export function plainState({ plan, columns, formats, rules }: TableState): object {
  const { filters, values, sorts, custom, select } = plan;
  return {
    plan: isEmpty(plan) ? undefined : { filters: [...filters], values, sorts, custom, select }, columns: JSON.stringify(columns) === JSON.stringify(PLAIN) ? undefined : columns,
    formats: formats.size ? [...formats] : undefined, rules: rules.length ? rules : undefined,
  };
}

export function stateOf(value: unknown): TableState {
  const read = record(value);
  return {
    plan: planOf(record(read.plan)), columns: columnsOf(record(read.columns)), formats: new Map(list(read.formats, (item) => pair(item, isText, (form) => formatOf(record(form))))),
    rules: list(read.rules, (item) => ruleOf(record(item))),
  };
}

function formatOf(read: Record<string, unknown>): ColumnFormat {
  const { decimals, plain, percent, zone, part } = read;
  return {
    ...(Number.isInteger(decimals) && (decimals as number) >= 0 && (decimals as number) <= DECIMALS_MAX ? { decimals: decimals as number } : {}), ...(plain === true ? { plain } : {}),
    ...(percent === true ? { percent } : {}), ...(isText(zone) && isZone(zone) ? { zone } : {}), ...(part === 'date' || part === 'time' ? { part } : {}),
  };
}

function ruleOf({ kind, column, operator, value, hue }: Record<string, unknown>): Rule | null {
  if (!isText(column)) return null;
  if (kind === 'heat') return { kind, column };
  const isHue = (item: unknown): item is Hue => isText(item) && Object.hasOwn(HUES, item);
  if (!isHue(hue)) return null;
  if (kind === 'bar') return { kind, column, hue };
  const known = OPERATORS.find((one) => one === operator);
  return kind === 'when' && known && isText(value) ? { kind, column, operator: known, value, hue } : null;
}

function planOf(read: Record<string, unknown>): Plan {
  const values = list(read.values, (item) => {
    const { column, formula, label } = record(item);
    return isText(column) && isText(formula) && isText(label) ? { column, formula, label } : null;
  });
  const isDirection = (item: unknown): item is Direction => item === 'asc' || item === 'desc' || item === 'abs';
  const select = Array.isArray(read.select) ? list(read.select, textOf) : [];
  return {
    filters: new Map(list(read.filters, (item) => pair(item, isText, textOf))), values, sorts: list(read.sorts, (item) => pair(item, isText, (one) => (isDirection(one) ? one : null))),
    custom: list(read.custom, textOf), select: select.length ? select : null,
  };
}

function columnsOf(read: Record<string, unknown>): LayoutState {
  const width = (item: unknown): number | null => (typeof item === 'number' && Number.isFinite(item) ? item : null);
  return {
    order: list(read.order, textOf), widths: list(read.widths, (item) => pair(item, isText, width)), hidden: list(read.hidden, textOf),
    frozen: Array.isArray(read.frozen) ? list(read.frozen, textOf) : null,
  };
}

export function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string';
const textOf = (value: unknown): string | null => (isText(value) ? value : null);

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The items that can be read; those that cannot are passed over. */
export function list<T>(value: unknown, read: (item: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, ITEMS_MAX).flatMap((item) => {
    const made = read(item);
    return made === null ? [] : [made];
  });
}

export function pair<A, B>(value: unknown, isFirst: (item: unknown) => item is A, second: (item: unknown) => B | null): [A, B] | null {
  if (!Array.isArray(value) || !isFirst(value[0])) return null;
  const made = second(value[1]);
  return made === null ? null : [value[0], made];
}
