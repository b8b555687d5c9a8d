/** A figure of `kinetable.plot` as the server tells it (decisions 0067 and 0071), read from whatever came: what cannot be read is left out. */
import { isZone } from '../client/index.ts';
import type { AxisForm } from './drawing.ts';

export const STYLES = ['line', 'step', 'area', 'stacked_area', 'bar', 'stacked_bar', 'scatter', 'error_bar', 'histogram', 'pie', 'ohlc', 'treemap'] as const;
export type Style = (typeof STYLES)[number];
export const ROLES = ['x', 'y', 'x_low', 'x_high', 'y_low', 'y_high', 'category', 'open', 'high', 'low', 'close', 'id', 'parent', 'value', 'label'] as const;
export type Role = (typeof ROLES)[number];

export interface FigureSeries {
  name: string;
  style: Style;
  table: number | null;
  columns: Partial<Record<Role, string>>;
  by: readonly string[];
  axis: 'left' | 'right';
  color?: string;
  width?: number;
  dash?: readonly number[];
  points?: boolean;
  lines?: boolean;
  size?: number;
  bins: number;
  low?: number;
  high?: number;
}

export interface FigureAxis extends AxisForm {
  time: boolean;
}

export interface FigureChart {
  row: number;
  col: number;
  rowSpan: number;
  colSpan: number;
  title: string | null;
  legend: boolean;
  x: FigureAxis;
  y: FigureAxis;
  y2: FigureAxis | null;
  series: readonly FigureSeries[];
}

export interface Figure {
  title: string | null;
  rows: number;
  cols: number;
  charts: readonly FigureChart[];
}

/** Charts, and series of one: beyond that nothing is seen. */
const CHARTS_MAX = 36;
const SERIES_MAX = 64;
const BINS = 30;
/** Characters of a pattern for numbers or times. */
const PATTERN_MAX = 80;

export function readFigure(value: unknown): Figure | null {
  const read = record(value);
  if (!Array.isArray(read.charts)) return null;
  const [rows, cols] = [whole(read.rows, 1, 12) ?? 1, whole(read.cols, 1, 12) ?? 1];
  return { title: text(read.title), rows, cols, charts: read.charts.slice(0, CHARTS_MAX).map((chart) => readChart(record(chart), rows, cols)) };
}

function readChart(read: Record<string, unknown>, rows: number, cols: number): FigureChart {
  const [row, col] = [whole(read.row, 0, rows - 1) ?? 0, whole(read.col, 0, cols - 1) ?? 0];
  return {
    row, col, rowSpan: whole(read.row_span, 1, rows - row) ?? 1, colSpan: whole(read.col_span, 1, cols - col) ?? 1, title: text(read.title), legend: read.legend !== false,
    x: readAxis(record(read.x)), y: readAxis(record(read.y)), y2: read.y2 == null ? null : readAxis(record(read.y2)),
    series: (Array.isArray(read.series) ? read.series : []).slice(0, SERIES_MAX).flatMap((series) => readSeries(record(series)) ?? []),
  };
}

function readAxis(read: Record<string, unknown>): FigureAxis {
  const time = read.time === true;
  // The ends of times are texts of ns.
  const end = (value: unknown): number | undefined => (typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) / 1e6 : number(value));
  const [format, zone] = [text(read.format), text(read.zone)];
  return {
    time, label: text(read.label) ?? undefined, min: end(read.min), max: end(read.max), log: read.log === true, invert: read.invert === true, color: color(read.color),
    ...(format === null ? {} : { format: format.slice(0, PATTERN_MAX) }), ...(zone !== null && isZone(zone) ? { zone } : {}),
  };
}

function readSeries(read: Record<string, unknown>): FigureSeries | null {
  const style = STYLES.find((one) => one === read.style);
  if (!style) return null;
  const columns = record(read.columns);
  return {
    name: text(read.name) ?? '', style, table: whole(read.table, 0, 4095) ?? null,
    columns: Object.fromEntries(ROLES.flatMap((role) => (typeof columns[role] === 'string' ? [[role, columns[role]]] : []))),
    by: Array.isArray(read.by) ? read.by.filter((name): name is string => typeof name === 'string').slice(0, 4) : [], axis: read.axis === 'right' ? 'right' : 'left', color: color(read.color),
    width: number(read.width), dash: Array.isArray(read.dash) ? read.dash.flatMap((one) => number(one) ?? []).slice(0, 8) : undefined,
    points: typeof read.points === 'boolean' ? read.points : undefined, lines: typeof read.lines === 'boolean' ? read.lines : undefined, size: number(read.size), bins: whole(read.bins, 1, 1000) ?? BINS,
    low: number(read.low), high: number(read.high),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const whole = (value: unknown, least: number, most: number): number | undefined => (Number.isInteger(value) && (value as number) >= least ? Math.min(value as number, most) : undefined);
const color = (value: unknown): string | undefined => (typeof value === 'string' && /^#[\da-f]{6}([\da-f]{2})?$/i.test(value) ? value : undefined);
