/** What the operations of decision 0067 make of rows: groups, statistics, bins, and the rows that a chart needs. All of it is computed anew each time. */
import type { Agg, Cell, ColumnInfo, Op } from '../../src/client/messages.ts';
import { rollup, tree } from './hierarchy.ts';
import type { FakeTable } from './tables.ts';

export class Refused extends Error {
  constructor(message: string, readonly op: number, readonly hint?: string, readonly place?: readonly [from: number, to: number]) {
    super(message);
  }
}

/** The ends of an axis by the operation's place, as they were when it was asked. */
export type Memory = Map<number, [number, number]>;

/** What groups are made into: the columns, and the cells of a group of rows. */
export interface Aggregated {
  columns: ColumnInfo[];
  of(group: number[]): [column: string, cell: Cell][];
}

export interface Rows {
  rows: number;
  columns: ColumnInfo[];
  find(name: string): ColumnInfo;
  cells(name: string): Cell[];
}

export function find(table: { columns: ColumnInfo[] }, name: string, op: number): ColumnInfo {
  const column = table.columns.find((one) => one.name === name);
  if (!column) throw new Refused(`no column or variable is called "${name}"`, op, `there are ${table.columns.map((one) => `"${one.name}"`).join(', ')}`);
  return column;
}

/** Null is less than everything. */
export function compare(a: Cell, b: Cell): number {
  if (a === b) return 0;
  if (a === null) return -1;
  if (b === null) return 1;
  return a < b ? -1 : 1;
}

const TIMES = new Set(['Instant', 'ZonedDateTime', 'LocalDateTime']);
const NUMBERS = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'BigInteger', 'BigDecimal']);

export function made(rows: Rows, op: Op, index: number, memory: Memory): FakeTable {
  if ('distinct' in op) return table(op.distinct.map((name) => rows.find(name)), [...groupsOf(rows, op.distinct).values()].map((group) => op.distinct.map((name) => rows.cells(name)[group[0]])));
  if ('by' in op) return grouped(rows, op.by.keys, op.by.aggs);
  if ('stats' in op) return statistics(rows, op.stats.column, op.stats.distinct ?? false);
  if ('bins' in op) return bins(rows, op.bins, index, memory);
  if ('m4' in op) return buckets(rows, op.m4, index, memory);
  if ('rollup' in op) return rollup(rows, op.rollup, aggregated(rows, op.rollup.keys, op.rollup.aggs));
  if ('tree' in op) return tree(rows, op.tree);
  if ('ohlc' in op) return candles(rows, op.ohlc);
  throw new Refused(`this server has no operation "${Object.keys(op)[0]}"`, index);
}

function table(columns: ColumnInfo[], lines: Cell[][]): FakeTable {
  const places = new Map(columns.map(({ name }, at) => [name, at]));
  return { name: 'made', kind: 'table', live: false, columns, rows: lines.length, cell: (row, column) => lines[row][places.get(column) as number] };
}

/** The rows of each group, in the order in which groups come. */
function groupsOf(rows: Rows, keys: readonly string[]): Map<string, number[]> {
  const columns = keys.map((key) => (rows.find(key), rows.cells(key)));
  const groups = new Map<string, number[]>();
  for (let row = 0; row < rows.rows; row++) {
    const key = columns.map((cells) => String(cells[row])).join('\u0000');
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  if (!keys.length && !groups.size) groups.set('', []);
  return groups;
}

function aggregated(rows: Rows, keys: string[], aggs: Agg[]): Aggregated {
  const columns = [...keys.map((key) => rows.find(key)), ...aggs.map(([kind, to, of]) => ({ name: to, type: typeOf(kind, of === undefined ? undefined : rows.find(of)), chars: 9 }))];
  const cells = new Map([...keys, ...aggs.flatMap(([, , of]) => (of === undefined ? [] : [of]))].map((name) => [name, rows.cells(name)]));
  const of = (group: number[]): [string, Cell][] => aggs.map(([kind, to, from]) => [to, settle(aggregate(kind, group.map((row) => (from === undefined ? null : (cells.get(from)?.[row] ?? null)))), columns.find(({ name }) => name === to))]);
  return { columns, of };
}

function grouped(rows: Rows, keys: string[], aggs: Agg[]): FakeTable {
  const { columns, of } = aggregated(rows, keys, aggs);
  const cells = keys.map((key) => rows.cells(key));
  return table(columns, [...groupsOf(rows, keys).values()].map((group) => [...cells.map((column) => column[group[0]] ?? null), ...of(group).map(([, cell]) => cell)]));
}

function typeOf(kind: Agg[0], of: ColumnInfo | undefined): string {
  if (kind === 'count' || kind === 'distinct') return 'long';
  if (['min', 'max', 'first', 'last', 'unique'].includes(kind) || !of) return of?.type ?? 'long';
  return (kind === 'sum' || kind === 'abs_sum') && /^(byte|short|int|long)$/.test(of.type) ? 'long' : 'double';
}

const settle = (value: Cell, info: ColumnInfo | undefined): Cell => (info?.type === 'long' && typeof value === 'number' ? BigInt(Math.round(value)) : value);

export function aggregate(kind: Agg[0], all: Cell[]): Cell {
  if (kind === 'count') return all.length;
  if (kind === 'first') return all[0] ?? null;
  if (kind === 'last') return all[all.length - 1] ?? null;
  const there = all.filter((cell) => cell !== null);
  if (kind === 'distinct') return new Set(there.map(String)).size;
  if (kind === 'unique') return new Set(there.map(String)).size === 1 ? there[0] : null;
  if (!there.length) return null;
  if (kind === 'min' || kind === 'max') return there.reduce((best, cell) => (compare(cell, best) < 0 === (kind === 'min') ? cell : best));
  const numbers = there.map(Number);
  const sum = numbers.reduce((total, value) => total + value, 0);
  const mean = sum / numbers.length;
  const variance = numbers.length > 1 ? numbers.reduce((total, value) => total + (value - mean) ** 2, 0) / (numbers.length - 1) : null;
  switch (kind) {
    case 'sum': return sum;
    case 'abs_sum': return numbers.reduce((total, value) => total + Math.abs(value), 0);
    case 'avg': return mean;
    case 'var': return variance;
    case 'std': return variance === null ? null : Math.sqrt(variance);
    default: {
      const sorted = numbers.sort((a, b) => a - b);
      const half = (sorted.length - 1) / 2;
      return (sorted[Math.floor(half)] + sorted[Math.ceil(half)]) / 2;
    }
  }
}

function statistics(rows: Rows, column: string, distinct: boolean): FakeTable {
  const info = rows.find(column);
  const cells = rows.cells(column);
  const long = (name: string, value: number): [ColumnInfo, Cell] => [{ name, type: 'long', chars: 9 }, BigInt(value)];
  const all: [ColumnInfo, Cell][] = [long('Rows', cells.length), long('Nulls', cells.filter((cell) => cell === null).length)];
  if (distinct) all.push(long('Distinct', Number(aggregate('distinct', cells))));
  if (info.type !== 'boolean') for (const kind of ['min', 'max'] as const) all.push([{ ...info, name: kind === 'min' ? 'Min' : 'Max' }, aggregate(kind, cells)]);
  if (NUMBERS.has(info.type)) {
    for (const [name, kind] of [['Sum', 'sum'], ['Avg', 'avg'], ['Std', 'std']] as const) all.push([{ name, type: 'double', chars: 12 }, aggregate(kind, cells)]);
  }
  return table(all.map(([column]) => column), [all.map(([, cell]) => cell)]);
}

function ends(index: number, memory: Memory, values: readonly number[], low?: string, high?: string): [number, number] {
  const known = memory.get(index);
  if (known) return known;
  const made: [number, number] = [low === undefined ? Math.min(...slices(values, Math.min)) : Number(low), high === undefined ? Math.max(...slices(values, Math.max)) : Number(high)];
  memory.set(index, made);
  return made;
}

/** A function takes so many arguments at a time. */
function slices(values: readonly number[], of: (...all: number[]) => number): number[] {
  return Array.from({ length: Math.ceil(values.length / 10_000) }, (_, i) => of(...values.slice(i * 10_000, (i + 1) * 10_000)));
}

function bins(rows: Rows, { x, n, low, high, by = [] }: Extract<Op, { bins: unknown }>['bins'], index: number, memory: Memory): FakeTable {
  const isTime = TIMES.has(rows.find(x).type);
  const cells = rows.cells(x);
  const there = cells.flatMap((cell, row) => (cell === null ? [] : [row]));
  const [least, largest] = ends(index, memory, there.map((row) => Number(cells[row])), low, high);
  const width = (largest - least) / n;
  const keys = by.map((name) => rows.cells(name));
  const found = new Map<string, Cell[]>();
  const end = (value: number): Cell => (isTime ? BigInt(Math.round(value)) : value);
  for (const row of there) {
    const value = Number(cells[row]);
    const bin = width ? (value === largest ? n - 1 : Math.floor((value - least) / width)) : 0;
    const key = [bin, ...keys.map((key) => String(key[row]))].join('\u0000');
    const line = found.get(key) ?? [end(least + bin * width), end(least + (bin + 1) * width), 0n, ...keys.map((key) => key[row])];
    line[2] = (line[2] as bigint) + 1n;
    found.set(key, line);
  }
  const type = isTime ? 'Instant' : 'double';
  return table([{ name: 'Low', type }, { name: 'High', type }, { name: 'Count', type: 'long' }, ...by.map((name) => rows.find(name))], [...found.values()]);
}

function buckets(rows: Rows, { x, ys, by = [], px, from, to }: Extract<Op, { m4: unknown }>['m4'], index: number, memory: Memory): FakeTable {
  const infos = [x, ...by, ...ys].map((name) => rows.find(name));
  const xs = rows.cells(x);
  const at = xs.map(Number);
  const all = xs.flatMap((cell, row) => (cell === null ? [] : [row]));
  if (all.some((row, i) => i > 0 && at[all[i - 1]] > at[row])) all.sort((a, b) => at[a] - at[b]);
  const [low, high] = [from === undefined ? Number.NEGATIVE_INFINITY : Number(from), to === undefined ? Number.POSITIVE_INFINITY : Number(to)];
  const [least, largest] = ends(index, memory, all.map((row) => at[row]), from, to);
  const width = (largest - least) / px || 1;
  const keys = by.map((name) => rows.cells(name));
  const groupOf = (row: number): string => (keys.length ? keys.map((key) => String(key[row])).join('\u0000') : '');
  const kept = new Set<number>();
  const [before, after] = [new Map<string, number>(), new Map<string, number>()];
  const found = new Map<string | number, number[]>();
  for (const row of all) {
    const [value, group] = [at[row], groupOf(row)];
    if (value < low) before.set(group, row);
    else if (value > high) after.set(group, after.get(group) ?? row);
    else {
      const bin = Math.floor((value - least) / width);
      const key = group ? `${bin}\u0000${group}` : bin;
      const bucket = found.get(key);
      if (bucket) bucket.push(row);
      else found.set(key, [row]);
    }
  }
  for (const row of [...before.values(), ...after.values()]) kept.add(row);
  const columns = ys.map((y) => rows.cells(y));
  for (const bucket of found.values()) {
    kept.add(bucket[0]).add(bucket[bucket.length - 1]);
    for (const cells of columns) {
      const there = bucket.filter((row) => cells[row] !== null);
      if (!there.length) continue;
      kept.add(there.reduce((best, row) => (Number(cells[row]) < Number(cells[best]) ? row : best))).add(there.reduce((best, row) => (Number(cells[row]) > Number(cells[best]) ? row : best)));
    }
  }
  const cells = new Map(infos.map(({ name }) => [name, rows.cells(name)]));
  return table(infos, all.filter((row) => kept.has(row)).map((row) => infos.map(({ name }) => cells.get(name)?.[row] ?? null)));
}

function candles(rows: Rows, { x, y, volume, every, by = [] }: Extract<Op, { ohlc: unknown }>['ohlc']): FakeTable {
  const [xs, ys] = [rows.cells(x), rows.cells(y)];
  const step = BigInt(every);
  const found = new Map<string, number[]>();
  const keys = by.map((name) => rows.cells(name));
  xs.forEach((cell, row) => {
    if (cell === null || ys[row] === null) return;
    const key = [String((cell as bigint) / step), ...keys.map((key) => String(key[row]))].join('\u0000');
    found.set(key, [...(found.get(key) ?? []), row]);
  });
  const double = (name: string): ColumnInfo => ({ name, type: 'double' });
  const columns = [{ ...rows.find(x), name: x }, ...by.map((name) => rows.find(name)), ...['Open', 'High', 'Low', 'Close'].map(double), { name: 'Count', type: 'long' }, ...(volume ? [double('Volume')] : [])];
  return table(columns, [...found.values()].map((group) => {
    const of = (kind: Agg[0]): Cell => Number(aggregate(kind, group.map((row) => ys[row])));
    return [
      ((xs[group[0]] as bigint) / step) * step, ...keys.map((key) => key[group[0]]), of('first'), of('max'), of('min'), of('last'), BigInt(group.length),
      ...(volume ? [Number(aggregate('sum', group.map((row) => rows.cells(volume)[row])))] : []),
    ];
  }));
}
