/** Forms that uPlot has not: bars side by side or on each other, columns from one end of a bin to the other, candles. */
import uPlot from 'uplot';
import type { ChartData, Value } from './data.ts';

/** Nothing: the points are drawn, or a hook draws. */
export const none: uPlot.Series.PathBuilder = () => null;

/** Bar `at` of `count` beside each other; or all of them on each other. */
export function bars(series: number, at: number, count: number, isStacked: boolean): uPlot.Series.PathBuilder {
  return (chart, index, from, to) => {
    const { xs, ys, zero, y } = parts(chart, index);
    const slot = Math.abs(chart.valToPos(1, 'x', true) - chart.valToPos(0, 'x', true)) * distance(xs) * 0.8;
    const wide = isStacked ? slot : slot / Math.max(1, count);
    const fill = new Path2D();
    for (let i = from; i <= to; i++) {
      const value = ys[i];
      if (value == null) continue;
      const center = chart.valToPos(xs[i], 'x', true);
      const left = isStacked ? center - slot / 2 : center - slot / 2 + at * wide;
      const below = isStacked && series > 0 ? y(lower(chart, index, i)) : zero;
      const top = y(value);
      const height = Math.abs(below - top);
      fill.roundRect(Math.round(left), Math.min(below, top), Math.max(1, Math.round(wide - (wide > 6 ? 2 : 0))), height, wide > 8 && !isStacked ? [3, 3, 0, 0] : 0);
    }
    return { stroke: null, fill, flags: 3 };
  };
}

/** What a stacked bar stands on: the nearest series below it that is shown. */
function lower(chart: uPlot, index: number, i: number): number {
  for (let under = index - 1; under > 0; under--) if (chart.series[under].show) return chart.data[under][i] ?? 0;
  return 0;
}

export function columns(highs: readonly number[]): uPlot.Series.PathBuilder {
  return (chart, index, from, to) => {
    const { xs, ys, zero, y } = parts(chart, index);
    const [fill, stroke] = [new Path2D(), new Path2D()];
    for (let i = from; i <= to; i++) {
      const value = ys[i];
      if (!value) continue;
      const left = chart.valToPos(xs[i], 'x', true);
      const right = chart.valToPos(Math.max(highs[i] ?? xs[i], xs[i]), 'x', true);
      const top = y(value);
      fill.rect(left, top, Math.max(1, right - left - (right - left > 4 ? 1 : 0)), zero - top);
      stroke.rect(left, top, Math.max(1, right - left - 1), zero - top);
    }
    return { stroke, fill, flags: 3 };
  };
}

function parts(chart: uPlot, index: number): { xs: number[]; ys: (number | null | undefined)[]; zero: number; y(value: number): number } {
  const scale = chart.series[index].scale as string;
  const y = (value: number): number => chart.valToPos(value, scale, true);
  return { xs: chart.data[0] as number[], ys: chart.data[index] as (number | null | undefined)[], zero: y(Math.max(0, chart.scales[scale].min ?? 0)), y };
}

function distance(xs: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < xs.length; i++) if (xs[i] > xs[i - 1]) least = Math.min(least, xs[i] - xs[i - 1]);
  return Number.isFinite(least) ? least : 1;
}

export interface Candles {
  opens: readonly Value[];
  highs: readonly Value[];
  lows: readonly Value[];
  closes: readonly Value[];
  scale: string;
  up: string;
  down: string;
}

/** Rising candles are hollow and falling ones filled, so that it does not hang on colours. */
export function candles(chart: uPlot, { opens, highs, lows, closes, ...drawn }: Candles): void {
  const { ctx } = chart;
  const xs = chart.data[0] as number[];
  // Places where another series alone has something do not make them thinner.
  const own = xs.filter((_, i) => closes[i] != null);
  if (!own.length) return;
  const scale = devicePixelRatio || 1;
  const wide = Math.max(1, Math.min(18 * scale, Math.abs(chart.valToPos(distance(own), 'x', true) - chart.valToPos(0, 'x', true)) * 0.6));
  ctx.save();
  ctx.beginPath();
  ctx.rect(chart.bbox.left, chart.bbox.top, chart.bbox.width, chart.bbox.height);
  ctx.clip();
  ctx.lineWidth = Math.max(1, scale);
  for (let i = 0; i < xs.length; i++) {
    const [open, high, low, close] = [opens[i], highs[i], lows[i], closes[i]];
    if (open == null || high == null || low == null || close == null) continue;
    const center = Math.round(chart.valToPos(xs[i], 'x', true));
    const y = (value: number): number => chart.valToPos(value, drawn.scale, true);
    const [top, bottom] = [y(Math.max(open, close)), y(Math.min(open, close))].sort((a, b) => a - b);
    ctx.strokeStyle = ctx.fillStyle = close >= open ? drawn.up : drawn.down;
    ctx.beginPath();
    ctx.moveTo(center, Math.min(y(high), y(low)));
    ctx.lineTo(center, top);
    ctx.moveTo(center, bottom);
    ctx.lineTo(center, Math.max(y(high), y(low)));
    ctx.stroke();
    const box: [number, number, number, number] = [center - wide / 2, top, wide, Math.max(1, bottom - top)];
    if (close >= open && wide > 3) ctx.strokeRect(...box);
    else ctx.fillRect(...box);
  }
  ctx.restore();
}

/** Lines from one end to the other of what is not known better, along y and along x. */
export function errors(chart: uPlot, data: ChartData): void {
  const { ctx, bbox } = chart;
  const scale = devicePixelRatio || 1;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = Math.max(1, scale);
  data.series.forEach((one, at) => {
    const series = chart.series[at + 1];
    const { lows, ups, lefts, rights, values } = one;
    if (one.opens || !series?.show || !(lows ?? ups ?? lefts ?? rights)) return;
    ctx.strokeStyle = one.errorColor ?? (typeof series.stroke === 'function' ? (series.stroke(chart, at + 1) as string) : '');
    ctx.beginPath();
    data.xs.forEach((x, i) => {
      const value = values[i];
      if (value == null) return;
      const [across, up] = [chart.valToPos(x, 'x', true), chart.valToPos(value, series.scale as string, true)];
      if (lows || ups) upright(ctx, across, chart.valToPos(lows?.[i] ?? value, series.scale as string, true), chart.valToPos(ups?.[i] ?? value, series.scale as string, true), 4 * scale);
      if (lefts || rights) lying(ctx, up, chart.valToPos(lefts?.[i] ?? x, 'x', true), chart.valToPos(rights?.[i] ?? x, 'x', true), 4 * scale);
    });
    ctx.stroke();
  });
  ctx.restore();
}

function upright(ctx: CanvasRenderingContext2D, x: number, low: number, high: number, half: number): void {
  ctx.moveTo(x, low);
  ctx.lineTo(x, high);
  for (const end of [low, high]) {
    ctx.moveTo(x - half, end);
    ctx.lineTo(x + half, end);
  }
}

function lying(ctx: CanvasRenderingContext2D, y: number, left: number, right: number, half: number): void {
  ctx.moveTo(left, y);
  ctx.lineTo(right, y);
  for (const end of [left, right]) {
    ctx.moveTo(end, y - half);
    ctx.lineTo(end, y + half);
  }
}
