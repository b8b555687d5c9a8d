/**
 * What is kept of a table that was opened, and what a link says of one: JSON of our own, of which each part that is not as it should be is
 * left out, so that neither another version nor another hand can break the page.
 */
import { type Direction, isZone } from '../client/index.ts';
import { type ColumnFormat, DECIMALS_MAX } from '../grid/formats.ts';
import type { LayoutState } from '../grid/layout.ts';
import { type Hue, HUES, OPERATORS, type Rule } from '../grid/rules.ts';
import { readGrouping } from './grouping.ts';
import { EMPTY, isEmpty, type Plan } from './plan.ts';
import { isText, list, pair, parsed, record, textOf } from './reading.ts';

export { isText, list, pair, parsed, record } from './reading.ts';

/** Written into links; of another version nothing is read. */
export const VERSION = 1;
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
  const { filters, values, sorts, custom, select, group } = plan;
  return {
    plan: isEmpty(plan) ? undefined : { filters: [...filters], values, sorts, custom, select, ...(group ? { group } : {}) }, columns: JSON.stringify(columns) === JSON.stringify(PLAIN) ? undefined : columns,
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
  const { decimals, plain, percent, zone, part, own } = read;
  return {
    ...(Number.isInteger(decimals) && (decimals as number) >= 0 && (decimals as number) <= DECIMALS_MAX ? { decimals: decimals as number } : {}), ...(plain === true ? { plain } : {}),
    ...(percent === true ? { percent } : {}), ...(isText(zone) && isZone(zone) ? { zone } : {}), ...(part === 'date' || part === 'time' ? { part } : {}), ...(own === true ? { own } : {}),
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
    group: readGrouping(read.group), filters: new Map(list(read.filters, (item) => pair(item, isText, textOf))), values, sorts: list(read.sorts, (item) => pair(item, isText, (one) => (isDirection(one) ? one : null))),
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
