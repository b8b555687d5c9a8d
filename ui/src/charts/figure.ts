/** A figure of `kinetable.plot` as the server tells it (decisions 0067 and 0071), read from whatever came: what cannot be read is left out. */
import { isZone } from '../client/index.ts';
import type { AxisForm, TextForm } from './drawing.ts';
import { color, flag, number, placeOf, readFont, readTicks, readWords, record, text, whole } from './given.ts';
import { type Shape, SHAPES } from './shapes.ts';

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
  shape?: Shape;
  errorColor?: string;
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
  titleLook: TextForm;
  legend: boolean;
  legendLook: TextForm;
  grid: { x?: boolean; y?: boolean };
  x: FigureAxis;
  y: FigureAxis;
  y2: FigureAxis | null;
  series: readonly FigureSeries[];
}

export interface Figure {
  title: string | null;
  titleLook: TextForm;
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
  return { title: text(read.title), titleLook: readWords(read.title_look), rows, cols, charts: read.charts.slice(0, CHARTS_MAX).map((chart) => readChart(record(chart), rows, cols)) };
}

function readChart(read: Record<string, unknown>, rows: number, cols: number): FigureChart {
  const [row, col] = [whole(read.row, 0, rows - 1) ?? 0, whole(read.col, 0, cols - 1) ?? 0];
  return {
    row, col, rowSpan: whole(read.row_span, 1, rows - row) ?? 1, colSpan: whole(read.col_span, 1, cols - col) ?? 1, title: text(read.title), titleLook: readWords(read.title_look),
    legend: read.legend !== false, legendLook: readWords(read.legend_look), grid: { x: flag(record(read.grid).x), y: flag(record(read.grid).y) },
    x: readAxis(record(read.x)), y: readAxis(record(read.y)), y2: read.y2 == null ? null : readAxis(record(read.y2)),
    series: (Array.isArray(read.series) ? read.series : []).slice(0, SERIES_MAX).flatMap((series) => readSeries(record(series)) ?? []),
  };
}

function readAxis(read: Record<string, unknown>): FigureAxis {
  const time = read.time === true;
  const [format, zone] = [text(read.format), text(read.zone)];
  return {
    time, label: text(read.label) ?? undefined, min: placeOf(read.min), max: placeOf(read.max), log: read.log === true, invert: read.invert === true, color: color(read.color), font: readFont(read.font), ticks: readTicks(read.ticks, time),
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
    points: flag(read.points), lines: flag(read.lines), size: number(read.size), shape: SHAPES.find((one) => one === read.shape), errorColor: color(read.error_color), bins: whole(read.bins, 1, 1000) ?? BINS,
    low: number(read.low), high: number(read.high),
  };
}
