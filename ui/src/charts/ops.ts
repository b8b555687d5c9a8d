/** The operations that make the rows of a chart, after those of its table. */
import type { Agg, ColumnInfo, Op } from '../client/index.ts';
import { type ChartSpec, isTemporal } from './spec.ts';

/** The part of the axis that is looked at: a number, or ms since the epoch. Without an end it goes on with what comes. */
export interface Range {
  from: number;
  to: number | null;
  /** How long it is: of what goes on, the end is so long after the beginning that is seen. */
  span: number;
}

/** The column that rows over rows have. */
export const ROW = 'Row';
/** Of an aggregation without a column of its own. */
export const COUNT = 'Count';
/** Bars beyond that are too many to be read; they are the longest, or the first. */
export const BARS_MAX = 60;

export function chartOps(spec: ChartSpec, columns: readonly ColumnInfo[], px: number, range: Range | null): Op[] {
  const x = columns.find((info) => info.name === spec.x);
  const by = spec.by === null ? undefined : [spec.by];
  switch (spec.kind) {
    case 'histogram':
      return [{ bins: { x: spec.x as string, n: spec.bins, ...ends(x, range, 'low', 'high'), by } }];
    case 'candlestick':
      return [...within(x, range), { ohlc: { x: spec.x as string, y: spec.ys[0], every: spec.every } }];
    case 'bar':
    case 'pie':
    case 'heat':
    case 'treemap': {
      const keys = [spec.x as string, ...(spec.by === null || spec.by === spec.x ? [] : [spec.by])];
      const isOrdered = spec.kind === 'heat' || (spec.kind === 'bar' && (x?.type !== 'String' || keys.length > 1));
      const sort: Op = isOrdered ? { sort: keys.map((key) => [key, 'asc']) } : { sort: [[valueNames(spec)[0], 'desc'], [keys[0], 'asc']] };
      return [{ by: { keys, aggs: aggsOf(spec) } }, sort];
    }
    default:
      return [...(spec.x === null ? [{ custom: [`${ROW} = ii`] }] : []), { m4: { x: spec.x ?? ROW, ys: [...spec.ys], by, px, ...ends(x, range, 'from', 'to') } }];
  }
}

function aggsOf(spec: ChartSpec): Agg[] {
  if (spec.agg === 'count' || !spec.ys.length) return [['count', COUNT]];
  return spec.ys.map((y) => [spec.agg, valueName(y, spec), y]);
}

/** The columns that the chart's rows have their values in. */
export function valueNames(spec: ChartSpec): string[] {
  if (spec.kind === 'histogram' || ((spec.agg === 'count' || !spec.ys.length) && ['bar', 'pie', 'heat', 'treemap'].includes(spec.kind))) return [COUNT];
  return ['bar', 'pie', 'heat', 'treemap'].includes(spec.kind) ? spec.ys.map((y) => valueName(y, spec)) : [...spec.ys];
}

/** A column may be grouped by and added up. */
const valueName = (y: string, spec: ChartSpec): string => (y === spec.x || y === spec.by ? `${y}_${spec.agg}` : y);

function ends<A extends string, B extends string>(x: ColumnInfo | undefined, range: Range | null, from: A, to: B): { [Name in A | B]?: string } {
  if (!range) return {};
  return { [from]: exact(x, range.from, Math.floor), ...(range.to === null ? {} : { [to]: exact(x, range.to, Math.ceil) }) } as { [Name in A | B]?: string };
}

/** Rows of a part of the time axis. */
function within(x: ColumnInfo | undefined, range: Range | null): Op[] {
  if (!range || !x) return [];
  const time = (ms: number): string => `'${new Date(ms).toISOString()}'`;
  return [{ where: `${x.name} >= ${time(range.from)}${range.to === null ? '' : ` && ${x.name} <= ${time(range.to)}`}` }];
}

/** As the wire has values of the type: digits. */
function exact(x: ColumnInfo | undefined, value: number, round: (value: number) => number): string {
  if (x?.type === 'LocalDate') return String(round(value / 86_400_000));
  if (isTemporal(x)) return String(BigInt(round(value * 1000)) * 1000n);
  if (!x || /^(byte|short|int|long|BigInteger)$/.test(x.type)) return String(BigInt(round(value)));
  return String(value);
}
