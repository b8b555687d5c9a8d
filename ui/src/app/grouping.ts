/** Rows that are made of many: distinct ones, groups, groups within groups. One of these a table may have, after its filters and before its sorts. */
import { AGG_KINDS, type Agg, type AggKind, type Cell, type ColumnInfo, type Direction, type Op } from '../client/index.ts';
import { isText, list, record } from './reading.ts';

export interface Grouping {
  /** Of a tree the keys are its id and its parent. */
  kind: 'distinct' | 'by' | 'rollup' | 'tree';
  keys: readonly string[];
  aggs: readonly Agg[];
  /** Of a rollup: whether the rows below the last key are shown too. */
  rows: boolean;
  /** Of a rollup: the paths of the groups whose children are shown; all of them. */
  open: readonly (readonly (string | null)[])[] | 'all';
}

/** Above that a page remembers no more of them. */
const OPEN_MAX = 2000;
const KEYS_MAX = 16;

export const AGG_WORDS: Record<AggKind, string> = {
  count: 'count', sum: 'sum', abs_sum: 'sum of absolute values', avg: 'average', min: 'least', max: 'greatest', std: 'standard deviation', var: 'variance', median: 'median', first: 'first', last: 'last',
  distinct: 'count of distinct', unique: 'the only value',
};
const OF_NUMBERS = new Set<AggKind>(['sum', 'abs_sum', 'avg', 'std', 'var', 'median']);
const NUMBERS = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'BigInteger', 'BigDecimal']);

/** What can be made of a column. */
export const aggsFor = (info: ColumnInfo): AggKind[] => AGG_KINDS.filter((kind) => kind !== 'count' && (!OF_NUMBERS.has(kind) || NUMBERS.has(info.type)));

/** The name of a new column that no other has. */
export function aggName(kind: AggKind, of: string | undefined, taken: readonly string[]): string {
  const base = of === undefined ? 'Count' : `${of}_${kind}`;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}${n}`;
    if (!taken.includes(name)) return name;
  }
}

export function groupingOp(grouping: Grouping, sorts: readonly (readonly [string, Direction])[]): Op {
  const [keys, aggs] = [[...grouping.keys], grouping.aggs.map((agg) => [...agg] as Agg)];
  if (grouping.kind === 'distinct') return { distinct: keys };
  if (grouping.kind === 'by') return { by: { keys, aggs } };
  // Sorted within their groups: as other rows they would be torn apart.
  const sort = sorts.filter(([, direction]) => direction !== 'abs').map(([column, direction]): [string, Direction] => [column, direction]);
  const open = grouping.open === 'all' ? 'all' : grouping.open.map((path) => [...path]);
  if (grouping.kind === 'tree') {
    const ids = open === 'all' ? 'all' : open.flatMap(([id]) => id ?? []);
    return { tree: { id: keys[0], parent: keys[1], open: ids, ...(sort.length ? { sort } : {}) } };
  }
  return { rollup: { keys, aggs, rows: grouping.rows, open, ...(sort.length ? { sort } : {}) } };
}

/** The columns that it makes beside its keys. */
export const madeNames = (grouping: Grouping | null): string[] => (grouping ? grouping.aggs.map(([, to]) => to) : []);

export function groupingWords(grouping: Grouping): string {
  if (grouping.kind === 'distinct') return `distinct ${grouping.keys.join(', ')}`;
  if (grouping.kind === 'tree') return `tree of ${grouping.keys[0]} below ${grouping.keys[1]}`;
  const made = grouping.aggs.map(([kind, , of]) => (of === undefined ? AGG_WORDS[kind] : `${AGG_WORDS[kind]} of ${of}`)).join(', ');
  // What it is first: a chip has no room for all aggregations.
  const over = grouping.keys.length ? `${grouping.kind === 'rollup' ? 'rolled up by' : 'by'} ${grouping.keys.join(', ')}` : 'all rows';
  return made ? `${over}: ${made}` : over;
}

/** As it was kept; null if it cannot be read. */
export function readGrouping(value: unknown): Grouping | null {
  const { kind, keys, aggs, rows, open } = record(value);
  if (kind !== 'distinct' && kind !== 'by' && kind !== 'rollup' && kind !== 'tree') return null;
  const names = list(keys, (name) => (isText(name) ? name : null)).slice(0, KEYS_MAX);
  const made = list(aggs, (agg) => {
    if (!Array.isArray(agg)) return null;
    const known = AGG_KINDS.find((one) => one === agg[0]);
    if (!known || !isText(agg[1]) || (known !== 'count' && !isText(agg[2]))) return null;
    return (known === 'count' ? [known, agg[1]] : [known, agg[1], agg[2] as string]) as Agg;
  });
  if ((kind !== 'by' && !names.length) || ((kind === 'by' || kind === 'rollup') && !made.length) || (kind === 'tree' && names.length !== 2)) return null;
  const paths = list(open, (path) => (Array.isArray(path) ? list(path, (one): { at: string | null } | null => (isText(one) || one === null ? { at: one } : null)).map(({ at }) => at) : null));
  return { kind, keys: names, aggs: made, rows: rows === true, open: open === 'all' ? 'all' : paths.slice(0, OPEN_MAX) };
}

/** The grouping that an operation of the server is: of a hierarchy that a script made; null if it is none. */
export function groupingOf(op: unknown): Grouping | null {
  const { rollup, tree } = record(op);
  if (rollup !== undefined) return readGrouping({ ...record(rollup), kind: 'rollup' });
  const { id, parent, open } = record(tree);
  return readGrouping({ kind: 'tree', keys: [id, parent], open: Array.isArray(open) ? open.map((one) => [one]) : open });
}

/** Without columns that there are not; null if nothing is left of it. */
export function fittedGrouping(grouping: Grouping | null, names: ReadonlySet<string | null>): Grouping | null {
  if (!grouping || !grouping.keys.every((key) => names.has(key))) return null;
  const aggs = grouping.aggs.filter(([, , of]) => of === undefined || names.has(of));
  return (grouping.kind === 'by' || grouping.kind === 'rollup') && !aggs.length ? null : { ...grouping, aggs };
}

/** With the children of a path shown, or no longer. */
export function toggled(grouping: Grouping, path: readonly (string | null)[], isOpen: boolean): Grouping {
  if (grouping.open === 'all') return grouping;
  const key = JSON.stringify(path);
  const others = grouping.open.filter((one) => JSON.stringify(one) !== key);
  return { ...grouping, open: isOpen ? [...others, path].slice(-OPEN_MAX) : others };
}

/** A cell as the wire has values: its digits, or itself. */
export function wireText(info: ColumnInfo, cell: Cell): string | null {
  if (cell === null) return null;
  return info.type === 'char' ? String.fromCharCode(cell as number) : String(cell);
}
