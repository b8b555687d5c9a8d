/** The series of a chart of a figure, each with rows of its own, as one set of data along one axis. */
import type { Cell, ColumnInfo } from '../client/index.ts';
import { type ChartData, empty, place, SERIES_MAX, type Series, type TreeNode, type Value } from './data.ts';
import type { FigureAxis, FigureChart, FigureSeries } from './figure.ts';
import { isTemporal } from './spec.ts';

/** The rows that a series has. */
export interface Part {
  series: FigureSeries;
  columns: ReadonlyMap<string, readonly Cell[]>;
  infos: readonly ColumnInfo[];
}

type Show = (part: Part, column: string, cell: Cell) => string;

export function merged(chart: FigureChart, parts: readonly Part[], zone: string, show: Show): ChartData {
  const [first] = parts;
  const data = first?.series.style === 'treemap' ? tree(first, zone, show)
    : parts.some(({ series }) => series.columns.category !== undefined) ? categories(chart, parts, zone, show)
      : along(chart, parts, zone, show);
  nameApart(data.series);
  return data;
}

/** Series are found by their names: of two that are called the same, the second is its number too. */
function nameApart(series: readonly Series[]): void {
  const names = new Set<string>();
  for (const one of series) {
    const name = one.name || 'series';
    let apart = name;
    for (let n = 2; names.has(apart); n++) apart = `${name} (${n})`;
    names.add((one.name = apart));
  }
}

const cells = (part: Part, name: string | undefined): readonly Cell[] => (name === undefined ? [] : (part.columns.get(name) ?? []));
const info = (part: Part, name: string | undefined): ColumnInfo | undefined => part.infos.find((one) => one.name === name);

function number(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || cell === '' || typeof cell === 'boolean') return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

const DRAWN: Partial<Record<FigureSeries['style'], string>> = { stacked_area: 'area', stacked_bar: 'bar', error_bar: 'scatter', ohlc: 'candlestick' };

function formOf(series: FigureSeries, name: string, values: Value[]): Series {
  const { axis, color, width, dash, points, lines, size, shape, errorColor, style } = series;
  return { name, values, axis, color, width, dash, points, lines: style === 'error_bar' || style === 'scatter' ? lines === true : lines, size, shape, errorColor, style: DRAWN[style] ?? style };
}

/** The groups of a part by their names, each with its rows; and how many there are beyond those that can be told apart. */
function groupsOf(part: Part, n: number, show: Show): { groups: Map<string, number[]>; hidden: number } {
  const { by } = part.series;
  if (!by.length) return { groups: new Map([['', Array.from({ length: n }, (_, row) => row)]]), hidden: 0 };
  const groups = new Map<string, number[]>();
  const others = new Set<string>();
  const keys = by.map((name) => cells(part, name));
  for (let row = 0; row < n; row++) {
    const name = by.map((column, i) => (keys[i][row] === null ? 'null' : show(part, column, keys[i][row]))).join(', ');
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else if (groups.size < SERIES_MAX) groups.set(name, [row]);
    else others.add(name);
  }
  return { groups: new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1))), hidden: others.size };
}

const nameOf = (part: Part, group: string, parts: readonly Part[]): string => (group === '' ? part.series.name : parts.length > 1 ? `${part.series.name} ${group}` : group);

/** The clock that times of a column are read on. */
const zoneOf = (column: ColumnInfo | undefined, form: FigureAxis | null, zone: string): string => form?.zone ?? (column?.type === 'ZonedDateTime' ? (column.zone ?? 'UTC') : column && column.type !== 'Instant' ? 'UTC' : zone);

/** The columns that the values of a series come from, the ends of what is not known better, and of candles where they open. */
function valuesOf(part: Part): Record<'value' | 'low' | 'up' | 'left' | 'right' | 'open', readonly Cell[]> & { of: ColumnInfo | undefined; across: ColumnInfo | undefined } {
  const { columns, style } = part.series;
  const isCandles = style === 'ohlc';
  const y = style === 'histogram' ? 'Count' : isCandles ? columns.close : columns.y;
  return {
    of: info(part, y), across: info(part, columns.x_low), value: cells(part, y), left: cells(part, columns.x_low), right: cells(part, columns.x_high), low: cells(part, isCandles ? columns.low : columns.y_low), up: cells(part, isCandles ? columns.high : columns.y_high),
    open: cells(part, isCandles ? columns.open : undefined),
  };
}

/** Values that are times are those of the axis: its side is said. */
function noteTimes(data: ChartData, chart: FigureChart, part: Part, of: ColumnInfo | undefined, zone: string): void {
  const { axis } = part.series;
  if (isTemporal(of)) data.yZones = { ...data.yZones, [axis]: zoneOf(of, axis === 'right' ? chart.y2 : chart.y, zone) };
}

type Lists = Pick<Series, 'lows' | 'ups' | 'lefts' | 'rights' | 'opens'>;

function listsOf({ low, up, left, right, open }: ReturnType<typeof valuesOf>): Lists {
  return { ...(low.length || up.length ? { lows: [], ups: [] } : {}), ...(left.length || right.length ? { lefts: [], rights: [] } : {}), ...(open.length ? { opens: [] } : {}) };
}

function put(series: Series, at: number, { of, across, value, low, up, left, right, open }: ReturnType<typeof valuesOf>, row: number): void {
  series.values[at] = place(of, value[row] ?? null);
  if (series.lows) series.lows[at] = place(of, low[row] ?? null);
  if (series.ups) series.ups[at] = place(of, up[row] ?? null);
  if (series.lefts) series.lefts[at] = place(across, left[row] ?? null);
  if (series.rights) series.rights[at] = place(across, right[row] ?? null);
  if (series.opens) series.opens[at] = place(of, open[row] ?? null);
}

/** Rows of all series in the order of their places; stacked ones share those that are at the same place. */
function along(chart: FigureChart, parts: readonly Part[], zone: string, show: Show): ChartData {
  const data = empty(chart.x.time ? 'time' : 'number', chart.x.zone ?? zone);
  const isStacked = chart.series.some(({ style }) => style.startsWith('stacked'));
  const points: { at: number; high: number; row: number; series: Series; from: ReturnType<typeof valuesOf> }[] = [];
  for (const part of parts) {
    const isHistogram = part.series.style === 'histogram';
    const x = isHistogram ? 'Low' : part.series.columns.x;
    const column = info(part, x);
    if (isTemporal(column)) Object.assign(data, { axis: 'time', zone: zoneOf(column, chart.x, zone) });
    if (isHistogram) data.highs = [];
    const [xs, highs, from] = [cells(part, x), cells(part, isHistogram ? 'High' : undefined), valuesOf(part)];
    noteTimes(data, chart, part, from.of, zone);
    const { groups, hidden } = groupsOf(part, xs.length, show);
    data.hidden += hidden;
    for (const [group, rows] of groups) {
      const series = { ...formOf(part.series, nameOf(part, group, parts), []), ...listsOf(from) };
      data.series.push(series);
      for (const row of rows) {
        const at = place(column, xs[row]);
        if (at !== null) points.push({ at, high: place(column, highs[row] ?? null) ?? at, row, series, from });
      }
    }
  }
  points.sort((a, b) => a.at - b.at);
  const places = points.map(({ at, high }) => {
    if (!isStacked || data.xs[data.xs.length - 1] !== at) {
      data.xs.push(at);
      data.highs?.push(high);
    }
    return data.xs.length - 1;
  });
  for (const series of data.series) widen(series, data.xs.length, undefined);
  points.forEach(({ row, series, from }, i) => put(series, places[i], from, row));
  return data;
}

/** Without values the categories are counted. */
function categories(chart: FigureChart, parts: readonly Part[], zone: string, show: Show): ChartData {
  const data = empty('name', zone);
  const places = new Map<string, number>();
  for (const part of parts) {
    const { category = part.series.columns.x, y } = part.series.columns;
    const [names, from] = [cells(part, category), valuesOf(part)];
    noteTimes(data, chart, part, from.of, zone);
    const { groups, hidden } = groupsOf(part, names.length, show);
    data.hidden += hidden;
    for (const [group, rows] of groups) {
      const series = { ...formOf(part.series, nameOf(part, group, parts), []), ...listsOf(from) };
      for (const row of rows) {
        const name = names[row] === null ? 'null' : show(part, category as string, names[row]);
        const at = places.get(name) ?? places.size;
        places.set(name, at);
        if (y === undefined && !series.opens) series.values[at] = (series.values[at] ?? 0) + 1;
        else put(series, at, from, row);
      }
      data.series.push(series);
    }
  }
  data.labels = [...places.keys()];
  data.xs = data.labels.map((_, at) => at);
  for (const series of data.series) widen(series, data.xs.length, null);
  return data;
}

/** Nothing, where a series has no value. */
function widen(series: Series, n: number, nothing: null | undefined): void {
  for (const list of [series.values, series.lows, series.ups, series.lefts, series.rights, series.opens]) for (let at = 0; list && at < n; at++) list[at] ??= nothing;
}

/** Rows that say what they are below; what is below nothing, or below what there is not, is at the top. */
function tree(part: Part, zone: string, show: Show): ChartData {
  const data = empty('name', zone);
  const { id, parent, value, label } = part.series.columns;
  const ids = cells(part, id).map(String);
  const [aboves, values, labels] = [cells(part, parent), cells(part, value), cells(part, label)];
  const nodes = new Map(ids.map((one, row): [string, TreeNode] => [one, { name: label === undefined || labels[row] === null ? one : show(part, label, labels[row]), value: Math.max(0, number(values[row]) ?? 0), children: [] }]));
  const roots: TreeNode[] = [];
  ids.forEach((one, row) => {
    const node = nodes.get(one) as TreeNode;
    const above = aboves[row];
    const over = above === null || above === undefined ? undefined : nodes.get(String(above));
    // Rows that are below each other in a ring would never be drawn: the first of them is at the top.
    if (!over || isBelow(over, node)) roots.push(node);
    else over.children.push(node);
  });
  // Without sizes all that have nothing within are alike.
  if (value === undefined) for (const node of nodes.values()) node.value = node.children.length ? 0 : 1;
  data.tree = roots;
  data.labels = ids;
  data.xs = ids.map((_, at) => at);
  data.series = [{ name: part.series.name, values: ids.map((one) => nodes.get(one)?.value ?? null) }];
  return data;
}

function isBelow(node: TreeNode, top: TreeNode): boolean {
  const open = [top];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next === node) return true;
    open.push(...next.children);
  }
  return false;
}
