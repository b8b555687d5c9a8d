/** What a chart shows: the kinds there are, what of a table goes with each, and the chart that a column gets by itself. */
import { AGG_KINDS, type AggKind, type ColumnInfo } from '../client/messages.ts';

export type ChartKind = 'line' | 'step' | 'area' | 'scatter' | 'bar' | 'histogram' | 'candlestick' | 'pie' | 'heat' | 'treemap';

export interface ChartSpec {
  kind: ChartKind;
  /** Null: the rows in their order. */
  x: string | null;
  /** Of histograms there are none: they count `x`. */
  ys: readonly string[];
  /** A series for each of its values; of heat maps the other side; of tree maps what the parts have within them. */
  by: string | null;
  /** What is made of the rows of a bar, a part, a cell. */
  agg: AggKind;
  /** Of candlesticks, in ns. */
  every: string;
  bins: number;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A chart as it was kept; null if it cannot be read. */
export function readSpec(value: unknown): ChartSpec | null {
  if (typeof value !== 'object' || value === null) return null;
  const { kind, x, ys, by, agg, every, bins } = value as Record<string, unknown>;
  const known = KINDS.find((one) => one === kind);
  const made = Array.isArray(ys) ? ys.filter(isText).slice(0, YS_MAX) : [];
  if (!known || (isLine(known) && !made.length) || (known === 'candlestick' && !made.length) || (!isLine(known) && !isText(x)) || (known === 'heat' && !isText(by))) return null;
  return {
    kind: known, x: isText(x) ? x : null, ys: made, by: isText(by) ? by : null, agg: AGG_KINDS.find((one) => one === agg) ?? PLAIN.agg,
    every: isText(every) && /^[1-9]\d{0,18}$/.test(every) ? every : PLAIN.every, bins: Number.isInteger(bins) && (bins as number) > 0 && (bins as number) <= 1000 ? (bins as number) : PLAIN.bins,
  };
}

/** The operation that a server must know for a kind. */
export const NEEDS: Record<ChartKind, string> = {
  line: 'm4', step: 'm4', area: 'm4', scatter: 'm4', bar: 'by', histogram: 'bins', candlestick: 'ohlc', pie: 'by', heat: 'by', treemap: 'by',
};

export const KIND_WORDS: Record<ChartKind, string> = {
  line: 'Line', step: 'Step', area: 'Area', scatter: 'Points', bar: 'Bars', histogram: 'Histogram', candlestick: 'Candlesticks', pie: 'Pie', heat: 'Heat map', treemap: 'Tree map',
};

export const KINDS = Object.keys(KIND_WORDS) as ChartKind[];

/** A row is a point of the line; the others make one of many rows. */
export const isLine = (kind: ChartKind): boolean => NEEDS[kind] === 'm4';
export const isGrouped = (kind: ChartKind): boolean => NEEDS[kind] === 'by';

const NUMBERS = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'BigInteger', 'BigDecimal']);
const TIMES = new Set(['Instant', 'ZonedDateTime', 'LocalDateTime', 'LocalDate']);
const NAMES = new Set(['String', 'char', 'boolean', 'byte', 'short', 'int', 'long', 'LocalDate']);

export const isNumeric = (info: ColumnInfo | undefined): boolean => info !== undefined && NUMBERS.has(info.type);
export const isTemporal = (info: ColumnInfo | undefined): boolean => info !== undefined && TIMES.has(info.type);
export const isName = (info: ColumnInfo | undefined): boolean => info !== undefined && NAMES.has(info.type);

/** Columns that are drawn over each other. */
const YS_MAX = 16;

const PLAIN = { by: null, agg: 'count', every: '60000000000', bins: 40 } as const;

/** The columns that a role of a kind may have. */
export function choices(kind: ChartKind, role: 'x' | 'y' | 'by', columns: readonly ColumnInfo[]): ColumnInfo[] {
  if (role === 'by') return columns.filter(isName);
  if (role === 'y') return columns.filter(isNumeric);
  switch (kind) {
    case 'candlestick': return columns.filter((info) => info.type === 'Instant' || info.type === 'ZonedDateTime');
    case 'bar':
    case 'pie':
    case 'heat':
    case 'treemap': return columns.filter((info) => isName(info) || isNumeric(info));
    default: return columns.filter((info) => isNumeric(info) || isTemporal(info));
  }
}

/** Whether the rows of a table have places that stay: of others the server counts no rows. */
export const hasPlaces = (kind: string | undefined, isLive: boolean): boolean => !isLive || kind === 'append' || kind === 'blink';

/** The chart of a column, before the user said anything: over the first times there are, else over the rows if they have places. Null if the server knows none. */
export function chartOf(column: string, columns: readonly ColumnInfo[], features: readonly string[], places = true): ChartSpec | null {
  const info = columns.find((one) => one.name === column);
  const time = columns.find((one) => isTemporal(one) && one.name !== column);
  const has = (kind: ChartKind): boolean => features.includes(NEEDS[kind]);
  if (isNumeric(info) && has('line') && (time || places)) return { ...PLAIN, kind: 'line', x: time?.name ?? null, ys: [column] };
  if ((isNumeric(info) || isTemporal(info)) && has('histogram')) return { ...PLAIN, kind: 'histogram', x: column, ys: [] };
  return info && !isNumeric(info) && !isTemporal(info) && has('bar') ? { ...PLAIN, kind: 'bar', x: column, ys: [] } : null;
}

/** The same chart as another kind: what goes with it stays, what it lacks is chosen. Null if the table has not what it needs. */
export function asKind(spec: ChartSpec, kind: ChartKind, columns: readonly ColumnInfo[]): ChartSpec | null {
  const find = (role: 'x' | 'y' | 'by'): string[] => choices(kind, role, columns).map((info) => info.name);
  // Numbers may be names too, but texts are better ones.
  const [xs, ys] = [find('x'), find('y')];
  const names = [...choices(kind, 'by', columns)].sort((a, b) => Number(isNumeric(a)) - Number(isNumeric(b))).map((info) => info.name);
  const kept = (name: string | null | undefined, all: readonly string[]): string | null => (name != null && all.includes(name) ? name : null);
  const y = spec.ys.filter((name) => ys.includes(name));
  const firstY = y[0] ?? kept(spec.x, ys) ?? ys[0];
  switch (kind) {
    case 'histogram': {
      const x = kept(spec.ys[0], xs) ?? kept(spec.x, xs) ?? xs[0];
      return x === undefined ? null : { ...spec, kind, x, ys: [], by: kept(spec.by, names) };
    }
    case 'candlestick': {
      const x = kept(spec.x, xs) ?? xs[0];
      return x === undefined || firstY === undefined ? null : { ...spec, kind, x, ys: [firstY], by: null };
    }
    case 'bar':
    case 'pie': {
      const x = kept(spec.by, names) ?? kept(spec.x, names) ?? names[0] ?? xs[0];
      return x === undefined ? null : grouped({ ...spec, kind, x, ys: kind === 'bar' ? y : y.slice(0, 1), by: null });
    }
    case 'heat':
    case 'treemap': {
      const x = kept(spec.x, names) ?? kept(spec.by, names) ?? names[0];
      const by = kept(spec.by, names.filter((name) => name !== x)) ?? names.find((name) => name !== x) ?? null;
      return x === undefined || (kind === 'heat' && by === null) ? null : grouped({ ...spec, kind, x, ys: y.slice(0, 1), by: kind === 'heat' ? by : kept(spec.by, names) });
    }
    default: {
      const x = kept(spec.x, columns.filter(isTemporal).map((info) => info.name)) ?? columns.find(isTemporal)?.name ?? kept(spec.x, xs.filter((name) => name !== firstY)) ?? null;
      const made = y.length ? y : firstY === undefined ? [] : [firstY];
      return made.length ? { ...spec, kind, x, ys: made, by: kept(spec.by, names) } : null;
    }
  }
}

export const INTERVALS: readonly (readonly [word: string, ns: string])[] = [
  ['1 s', '1000000000'], ['5 s', '5000000000'], ['10 s', '10000000000'], ['1 min', '60000000000'], ['5 min', '300000000000'], ['15 min', '900000000000'], ['1 h', '3600000000000'], ['1 day', '86400000000000'],
];
/** Candles that stand beside each other and are told apart. */
const CANDLES = 150;

/** The interval of candles for so many ms. */
export function intervalFor(ms: number): string {
  return (INTERVALS.find(([, ns]) => ms / (Number(ns) / 1e6) <= CANDLES) ?? INTERVALS[INTERVALS.length - 1])[1];
}

/** Rows are counted where there is nothing to add up, and added up where there is. */
function grouped(spec: ChartSpec): ChartSpec {
  return { ...spec, agg: !spec.ys.length ? 'count' : spec.agg === 'count' ? 'avg' : spec.agg };
}

/** What a chart is called, for its head and for those who do not see it. */
export function titleOf(spec: ChartSpec): string {
  const y = spec.ys.length ? spec.ys.join(', ') : spec.kind === 'histogram' ? (spec.x ?? 'rows') : 'rows';
  const made = isGrouped(spec.kind) ? (spec.agg === 'count' ? 'rows' : `${spec.agg} of ${y}`) : y;
  const over = spec.kind === 'histogram' ? '' : ` ${isGrouped(spec.kind) ? 'by' : 'over'} ${spec.x ?? 'the rows'}`;
  return `${made}${over}${spec.by ? `${isGrouped(spec.kind) ? ' and' : ', by'} ${spec.by}` : ''}`;
}
