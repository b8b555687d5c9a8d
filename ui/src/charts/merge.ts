/** The series of a chart of a figure, each with rows of its own, as one set of data along one axis. */
import type { Cell, ColumnInfo } from '../client/index.ts';
import { type ChartData, empty, place, SERIES_MAX, type Series, type TreeNode, type Value } from './data.ts';
import type { FigureChart, FigureSeries } from './figure.ts';
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
  if (first?.series.style === 'treemap') return tree(first, zone, show);
  if (first?.series.style === 'ohlc') return candles(first, zone);
  if (parts.some(({ series }) => series.columns.category !== undefined)) return categories(parts, zone, show);
  const isStacked = chart.series.some(({ style }) => style.startsWith('stacked'));
  return along(chart, parts, zone, show, isStacked);
}

const cells = (part: Part, name: string | undefined): readonly Cell[] => (name === undefined ? [] : (part.columns.get(name) ?? []));
const info = (part: Part, name: string | undefined): ColumnInfo | undefined => part.infos.find((one) => one.name === name);

function number(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || cell === '' || typeof cell === 'boolean') return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

const DRAWN: Partial<Record<FigureSeries['style'], string>> = { stacked_area: 'area', stacked_bar: 'bar', error_bar: 'scatter' };

function formOf(series: FigureSeries, name: string, values: Value[]): Series {
  const { axis, color, width, dash, points, lines, size, style } = series;
  return { name, values, axis, color, width, dash, points, lines: style === 'error_bar' || style === 'scatter' ? lines === true : lines, size, style: DRAWN[style] ?? style };
}

/** The groups of a part by their names, each with its rows. */
function groupsOf(part: Part, n: number, show: Show): Map<string, number[]> {
  const { by } = part.series;
  if (!by.length) return new Map([['', Array.from({ length: n }, (_, row) => row)]]);
  const groups = new Map<string, number[]>();
  const keys = by.map((name) => cells(part, name));
  for (let row = 0; row < n; row++) {
    const name = by.map((column, i) => (keys[i][row] === null ? 'null' : show(part, column, keys[i][row]))).join(', ');
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else if (groups.size < SERIES_MAX) groups.set(name, [row]);
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const nameOf = (part: Part, group: string, parts: readonly Part[]): string => (group === '' ? part.series.name : parts.length > 1 ? `${part.series.name} ${group}` : group);

/** Rows of all series in the order of their places; stacked ones share those that are at the same place. */
function along(chart: FigureChart, parts: readonly Part[], zone: string, show: Show, isStacked: boolean): ChartData {
  const points: { at: number; high: number; series: number; value: Value; low: Value; up: Value }[] = [];
  const series: Series[] = [];
  let time: ColumnInfo | undefined;
  for (const part of parts) {
    const isHistogram = part.series.style === 'histogram';
    const x = isHistogram ? 'Low' : part.series.columns.x;
    const column = info(part, x);
    if (isTemporal(column)) time = column;
    const [xs, ys, highs] = [cells(part, x), cells(part, isHistogram ? 'Count' : part.series.columns.y), cells(part, isHistogram ? 'High' : undefined)];
    const [lows, ups] = [cells(part, part.series.columns.y_low), cells(part, part.series.columns.y_high)];
    for (const [group, rows] of groupsOf(part, xs.length, show)) {
      const index = series.length;
      const made = formOf(part.series, nameOf(part, group, parts), []);
      if (lows.length || ups.length) Object.assign(made, { lows: [], ups: [] });
      series.push(made);
      for (const row of rows) {
        const at = place(column, xs[row]);
        if (at !== null) points.push({ at, high: place(info(part, 'High'), highs[row] ?? null) ?? at, series: index, value: number(ys[row]), low: number(lows[row]), up: number(ups[row]) });
      }
    }
  }
  points.sort((a, b) => a.at - b.at);
  const isTime = chart.x.time || time !== undefined;
  const data = empty(isTime ? 'time' : 'number', time?.type === 'ZonedDateTime' ? (time.zone ?? 'UTC') : time && time.type !== 'Instant' ? 'UTC' : zone);
  const hasHighs = parts.some((part) => part.series.style === 'histogram');
  if (hasHighs) data.highs = [];
  data.series = series;
  for (const { at, high, series: index, value, low, up } of points) {
    const isSame = isStacked && data.xs[data.xs.length - 1] === at;
    if (!isSame) {
      data.xs.push(at);
      data.highs?.push(high);
      for (const one of series) {
        one.values.push(undefined);
        one.lows?.push(undefined);
        one.ups?.push(undefined);
      }
    }
    const last = data.xs.length - 1;
    series[index].values[last] = value;
    if (series[index].lows) series[index].lows[last] = low;
    if (series[index].ups) series[index].ups[last] = up;
  }
  return data;
}

function categories(parts: readonly Part[], zone: string, show: Show): ChartData {
  const data = empty('name', zone);
  const places = new Map<string, number>();
  for (const part of parts) {
    const { category, y } = part.series.columns;
    const [names, ys] = [cells(part, category), cells(part, y)];
    for (const [group, rows] of groupsOf(part, names.length, show)) {
      const made = formOf(part.series, nameOf(part, group, parts), []);
      // Without values the categories are counted.
      for (const row of rows) {
        const name = names[row] === null ? 'null' : show(part, category as string, names[row]);
        const at = places.get(name) ?? places.size;
        places.set(name, at);
        made.values[at] = y === undefined ? (made.values[at] ?? 0) + 1 : number(ys[row]);
      }
      data.series.push(made);
    }
  }
  data.labels = [...places.keys()];
  data.xs = data.labels.map((_, at) => at);
  for (const series of data.series) series.values = data.labels.map((_, at) => series.values[at] ?? null);
  return data;
}

function candles(part: Part, zone: string): ChartData {
  const { x, open, high, low, close } = part.series.columns;
  const column = info(part, x);
  const data = empty(isTemporal(column) ? 'time' : 'number', zone);
  const order = cells(part, x).map((cell, row) => [place(column, cell), row] as const).filter((pair): pair is readonly [number, number] => pair[0] !== null).sort((a, b) => a[0] - b[0]);
  data.xs = order.map(([at]) => at);
  data.series = ([['Open', open], ['High', high], ['Low', low], ['Close', close]] as const).map(([name, from]) => ({ name, values: order.map(([, row]) => number(cells(part, from)[row])) }));
  return data;
}

/** Rows that say what they are below; what is below nothing, or below what there is not, is at the top. */
function tree(part: Part, zone: string, show: Show): ChartData {
  const data = empty('name', zone);
  const { id, parent, value, label } = part.series.columns;
  const ids = cells(part, id).map(String);
  const nodes = new Map(ids.map((one, row): [string, TreeNode] => [one, { name: label === undefined || cells(part, label)[row] === null ? one : show(part, label, cells(part, label)[row]), value: Math.max(0, number(cells(part, value)[row]) ?? 0), children: [] }]));
  const roots: TreeNode[] = [];
  ids.forEach((one, row) => {
    const node = nodes.get(one) as TreeNode;
    const above = cells(part, parent)[row];
    const over = above === null || above === undefined ? undefined : nodes.get(String(above));
    // Rows that are below each other in a ring would never be drawn: the first of them is at the top.
    if (!over || isBelow(over, node)) roots.push(node);
    else over.children.push(node);
  });
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
