/** What is drawn, made of the cells of a page. */
import type { Cell, ColumnInfo } from '../client/index.ts';
import { ROW, valueNames } from './ops.ts';
import type { Shape } from './shapes.ts';
import { type ChartSpec, isGrouped, isTemporal } from './spec.ts';

/** Null is a gap; undefined: another series has this x, and this one goes on. */
export type Value = number | null | undefined;

export interface Series {
  name: string;
  values: Value[];
  /** Another axis, a colour, a form of its own: of figures. */
  axis?: 'left' | 'right';
  color?: string;
  style?: string;
  width?: number;
  dash?: readonly number[];
  points?: boolean;
  lines?: boolean;
  size?: number;
  shape?: Shape;
  errorColor?: string;
  /** The ends of error bars along x. */
  lefts?: Value[];
  rights?: Value[];
  /** The ends of error bars; of candles, whose `values` are where they close, the least and the greatest. */
  lows?: Value[];
  ups?: Value[];
  /** Where candles open: what has them is candles. */
  opens?: Value[];
}

export interface TreeNode {
  name: string;
  value: number;
  children: TreeNode[];
}

export interface ChartData {
  /** What `xs` are: ms since the epoch, numbers, or places among `labels`. */
  axis: 'time' | 'number' | 'name';
  zone: string;
  /** Of values that are times, by the side of their axis. */
  yZones?: { left?: string; right?: string };
  xs: number[];
  labels: string[];
  /** The other side of a heat map, what parts of a tree map have within them. */
  others: string[];
  series: Series[];
  /** Upper ends of the bins of a histogram. */
  highs: number[] | null;
  /** Of a tree map whose rows say what they are below. */
  tree?: TreeNode[];
  /** Series that are left out, because there are too many to tell apart. */
  hidden: number;
}

/** What a page has, and how cells that are no numbers are shown. */
export interface Source {
  columns: ReadonlyMap<string, readonly Cell[]>;
  infos: readonly ColumnInfo[];
  zone: string;
  show(column: string, cell: Cell): string;
}

/** More lines than that nobody tells apart. */
export const SERIES_MAX = 24;

export function toData(spec: ChartSpec, source: Source): ChartData {
  if (spec.kind === 'histogram') return bins(spec, source);
  if (spec.kind === 'candlestick') return candles(source);
  return isGrouped(spec.kind) ? groups(spec, source) : lines(spec, source);
}

export function empty(axis: ChartData['axis'], zone: string): ChartData {
  return { axis, zone, xs: [], labels: [], others: [], series: [], highs: null, hidden: 0 };
}

const info = (source: Source, name: string | null): ColumnInfo | undefined => source.infos.find((one) => one.name === name);
const cells = (source: Source, name: string | null): readonly Cell[] => (name === null ? [] : (source.columns.get(name) ?? []));

/** A place on an axis; null where there is none. */
export function place(column: ColumnInfo | undefined, cell: Cell): number | null {
  if (cell === null || typeof cell === 'boolean') return null;
  if (!isTemporal(column)) return number(cell);
  // Whole milliseconds and the rest apart: together they have more digits than a number.
  return typeof cell === 'bigint' ? Number(cell / 1_000_000n) + Number(cell % 1_000_000n) / 1e6 : Number(cell) * 86_400_000;
}

function number(cell: Cell): number | null {
  if (cell === null || cell === '' || typeof cell === 'boolean') return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

function axisOf(column: ColumnInfo | undefined, source: Source): Pick<ChartData, 'axis' | 'zone'> {
  const zone = column?.type === 'Instant' ? source.zone : column?.type === 'ZonedDateTime' ? (column.zone ?? 'UTC') : 'UTC';
  return { axis: isTemporal(column) ? 'time' : 'number', zone };
}

function lines(spec: ChartSpec, source: Source): ChartData {
  const x = info(source, spec.x ?? ROW);
  const raw = cells(source, spec.x ?? ROW);
  const data = { ...empty('number', source.zone), ...axisOf(x, source) };
  const kept: number[] = [];
  raw.forEach((cell, row) => {
    const at = place(x, cell);
    if (at === null) return;
    data.xs.push(at);
    kept.push(row);
  });
  const names = spec.by === null ? null : cells(source, spec.by);
  for (const y of spec.ys) {
    const values = cells(source, y);
    if (!names) {
      data.series.push({ name: y, values: kept.map((row) => number(values[row])) });
      continue;
    }
    const found = new Map<string, Value[]>();
    const others = new Set<string>();
    kept.forEach((row, at) => {
      const name = nameOf(source, spec.by as string, names[row]);
      let list = found.get(name);
      if (!list && found.size < SERIES_MAX) found.set(name, (list = new Array<Value>(kept.length).fill(undefined)));
      if (list) list[at] = number(values[row]);
      else others.add(name);
    });
    data.hidden = others.size;
    // In the order of their names, so that none changes its colour when another comes into sight first.
    for (const name of [...found.keys()].sort()) data.series.push({ name: spec.ys.length > 1 ? `${name} ${y}` : name, values: found.get(name) as Value[] });
  }
  return data;
}

function nameOf(source: Source, column: string, cell: Cell): string {
  return cell === null ? 'null' : source.show(column, cell);
}

function bins(spec: ChartSpec, source: Source): ChartData {
  const x = info(source, spec.x);
  const low = info(source, 'Low');
  const of = isTemporal(low) ? low : undefined;
  const data = { ...empty('number', source.zone), ...axisOf(of, source), highs: [] as number[] };
  if (isTemporal(x) && x?.type === 'ZonedDateTime') data.zone = x.zone ?? 'UTC';
  const [lows, highs, counts] = [cells(source, 'Low'), cells(source, 'High'), cells(source, 'Count')];
  const names = spec.by === null ? null : cells(source, spec.by);
  const places = new Map<number, number>();
  const found = new Map<string, Value[]>();
  const others = new Set<string>();
  const order = lows.map((cell, row) => [place(of, cell), row] as const).filter((pair): pair is readonly [number, number] => pair[0] !== null).sort((a, b) => a[0] - b[0]);
  for (const [at, row] of order) {
    if (!places.has(at)) {
      places.set(at, data.xs.length);
      data.xs.push(at);
      data.highs.push(place(of, highs[row]) ?? at);
    }
    const name = names ? nameOf(source, spec.by as string, names[row]) : 'Count';
    const list = found.get(name) ?? [];
    if (found.size < SERIES_MAX || found.has(name)) found.set(name, list);
    else others.add(name);
    list[places.get(at) as number] = number(counts[row]);
  }
  data.hidden = others.size;
  for (const name of [...found.keys()].sort()) data.series.push({ name, values: Array.from({ length: data.xs.length }, (_, i) => found.get(name)?.[i] ?? 0) });
  return data;
}

function candles(source: Source): ChartData {
  const name = source.infos[0]?.name ?? null;
  const x = info(source, name);
  const data = { ...empty('time', source.zone), ...axisOf(x, source) };
  const order = cells(source, name).map((cell, row) => [place(x, cell), row] as const).filter((pair): pair is readonly [number, number] => pair[0] !== null).sort((a, b) => a[0] - b[0]);
  data.xs = order.map(([at]) => at);
  data.series = ['Open', 'High', 'Low', 'Close'].map((column) => ({ name: column, values: order.map(([, row]) => number(cells(source, column)[row])) }));
  return data;
}

/** Bars, parts and cells: places are names, in the order in which they come. */
function groups(spec: ChartSpec, source: Source): ChartData {
  const data = empty('name', source.zone);
  const raw = cells(source, spec.x);
  const names = raw.map((cell) => nameOf(source, spec.x as string, cell));
  const others = spec.by === null || spec.by === spec.x ? null : cells(source, spec.by).map((cell) => nameOf(source, spec.by as string, cell));
  data.labels = [...new Set(names)];
  data.xs = data.labels.map((_, at) => at);
  const places = new Map(data.labels.map((name, at) => [name, at]));
  const found = new Map<string, Value[]>();
  const left = new Set<string>();
  for (const value of valueNames(spec)) {
    const list = cells(source, value);
    names.forEach((name, row) => {
      const key = others ? others[row] : value;
      if (!found.has(key) && found.size >= SERIES_MAX && spec.kind === 'bar') return void left.add(key);
      const values = found.get(key) ?? new Array<Value>(data.labels.length).fill(null);
      found.set(key, values);
      values[places.get(name) as number] = number(list[row]);
    });
  }
  data.hidden = left.size;
  data.others = others ? [...found.keys()].sort() : [];
  data.series = (others ? data.others : [...found.keys()]).map((name) => ({ name, values: found.get(name) as Value[] }));
  return data;
}
