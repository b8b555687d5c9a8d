/**
 * Charts along an axis, by uPlot: lines, steps, areas, points, bars, histograms, candlesticks.
 *
 * **State** the chart of uPlot, and the form that it was made with. **Update rule** other data of the same form are handed to it; another form makes another chart.
 */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartData, Series } from './data.ts';
import type { Drawing, DrawingEvents, Drawn } from './drawing.ts';
import { bars, candles, columns, errors, none } from './paths.ts';
import { pen, thin } from './look.ts';
import { PlotAxes } from './plotaxes.ts';
import { shaped } from './shapes.ts';

/** A point as large as it is by itself. */
const POINT_PX = 5;

export class Plot implements Drawing {
  private chart: uPlot | null = null;
  private form = '';
  private data: ChartData | null = null;
  private drawn: Drawn | null = null;
  private size: [width: number, height: number];

  constructor(private readonly host: HTMLElement, private readonly events: DrawingEvents) {
    this.size = [host.clientWidth, host.clientHeight];
  }

  draw(data: ChartData, drawn: Drawn): void {
    this.data = data;
    this.drawn = drawn;
    const form = JSON.stringify([drawn.kind, drawn.look, [...drawn.off], drawn.x, drawn.y, drawn.y2, drawn.grid, drawn.isStacked, data.axis, data.zone, data.yZones, data.axis === 'name' && data.labels.length,
      data.series.map(({ values, lows, ups, lefts, rights, opens, ...series }) => series)]);
    const aligned = this.aligned(data, drawn);
    if (form === this.form && this.chart) return this.chart.setData(aligned);
    this.form = form;
    this.chart?.destroy();
    this.chart = new uPlot(this.options(data, drawn), aligned, this.host);
  }

  resize(width: number, height: number): void {
    this.size = [width, height];
    this.chart?.setSize({ width, height });
  }

  step(by: number): void {
    const { chart, data } = this;
    if (!chart || !data?.xs.length) return;
    const former = chart.cursor.idx;
    const index = Math.max(0, Math.min(data.xs.length - 1, former == null ? (by > 0 ? 0 : data.xs.length - 1) : former + by));
    chart.setCursor({ left: chart.valToPos(data.xs[index], 'x'), top: chart.over.clientHeight / 2 });
  }

  canvas(): HTMLCanvasElement | null {
    return this.chart?.ctx.canvas ?? null;
  }

  dispose(): void {
    this.chart?.destroy();
    this.chart = null;
  }

  /** Stacked series are drawn at the sums of those below them. */
  private aligned(data: ChartData, { isStacked, off }: Drawn): uPlot.AlignedData {
    if (!isStacked) return [data.xs, ...data.series.map((series) => series.values)] as uPlot.AlignedData;
    const sums = new Array<number>(data.xs.length).fill(0);
    const stacked = data.series.map((series) => (off.has(series.name) ? series.values.map(() => null) : series.values.map((value, i) => (sums[i] += value ?? 0))));
    return [data.xs, ...stacked] as uPlot.AlignedData;
  }

  private options(data: ChartData, drawn: Drawn): uPlot.Options {
    const [width, height] = this.size;
    const isName = data.axis === 'name';
    const hasRight = data.series.some((series) => series.axis === 'right');
    const axes = new PlotAxes(data, drawn, () => this.data?.labels ?? []);
    return {
      width, height, ms: 1, tzDate: (ms) => uPlot.tzDate(new Date(ms), data.zone), legend: { show: false }, padding: [12, hasRight ? 0 : 20, 0, 0], pxAlign: 1,
      scales: {
        x: { time: data.axis === 'time', dir: drawn.x?.invert ? -1 : 1, distr: drawn.x?.log && data.axis === 'number' ? 3 : 1, range: (_, least, largest) => this.xRange(least, largest) },
        y: this.yScale(data, drawn, 'left'), ...(hasRight ? { y2: this.yScale(data, drawn, 'right') } : {}),
      },
      axes: axes.options(),
      series: [{}, ...data.series.map((_, at) => this.series(data, drawn, at))],
      bands: drawn.isStacked && drawn.kind !== 'bar' ? data.series.slice(1).map((_, at) => ({ series: [at + 2, at + 1] as [number, number] })) : [],
      cursor: {
        drag: { x: !isName, y: false, setScale: false, dist: 6 }, y: !isName, points: { size: 7, show: drawn.kind !== 'candlestick' && drawn.kind !== 'bar' && drawn.kind !== 'histogram' },
        bind: { dblclick: () => () => (this.events.whole(), null) },
      },
      hooks: {
        setSelect: [(chart) => this.chosen(chart)],
        setCursor: [(chart) => this.events.at(chart.cursor.idx == null || (chart.cursor.left ?? -1) < 0 ? null : (chart.cursor.idxs ?? []))],
        drawAxes: [(chart) => axes.draw(chart)],
        draw: [(chart) => this.above(chart)],
      },
    };
  }

  private xRange(least: number, largest: number): [number, number] {
    const { data, drawn } = this;
    if (!data?.xs.length || !drawn) return [0, 1];
    if (data.axis === 'name') return [-0.6, data.labels.length - 0.4];
    const { min, max } = drawn.x ?? {};
    if (drawn.range) return [...drawn.range];
    const end = data.highs?.[data.highs.length - 1] ?? largest;
    const isBars = drawn.kind === 'candlestick' || data.series.some(({ style }) => style === 'bar' || style === 'candlestick');
    const pad = isBars ? gap(data.xs) * 0.7 : drawn.kind === 'scatter' || data.series.some(({ style }) => style === 'scatter') ? (end - least) * 0.02 : 0;
    let [from, to] = [min ?? least - pad, max ?? end + pad];
    for (const { name, lefts = [], rights = [] } of data.series) {
      if (drawn.off.has(name)) continue;
      if (min === undefined) for (const left of lefts) if (left != null) from = Math.min(from, left - pad);
      if (max === undefined) for (const right of rights) if (right != null) to = Math.max(to, right + pad);
    }
    return from < to ? [from, to] : [from - 0.5, to + 0.5];
  }

  /** What is drawn above the lines: candles, and the ends of what is not known better. */
  private above(chart: uPlot): void {
    const { data, drawn } = this;
    if (!data || !drawn) return;
    const { up, down } = drawn.look;
    if (drawn.kind === 'candlestick') {
      const [opens, highs, lows, closes] = data.series.map(({ values }) => values);
      return candles(chart, { opens, highs, lows, closes, scale: 'y', up, down });
    }
    errors(chart, data);
    const isOne = data.series.filter(({ opens }) => opens).length === 1;
    data.series.forEach(({ opens, lows = [], ups = [], values, color }, at) => {
      if (!opens || !chart.series[at + 1]?.show) return;
      const own = color ?? (isOne ? undefined : pen(drawn.look, at).color);
      candles(chart, { opens, highs: ups, lows, closes: values, scale: chart.series[at + 1].scale as string, up: own ?? up, down: own ?? down });
    });
  }

  private yScale(data: ChartData, { kind, isStacked, y, y2, off }: Drawn, side: 'left' | 'right'): uPlot.Scale {
    const form = side === 'right' ? y2 : y;
    const isTime = data.yZones?.[side] !== undefined;
    const fromZero = !isTime && (kind === 'bar' || data.series.some((series) => series.style === 'bar') || kind === 'histogram' || isStacked);
    const isOurs = (series: Series): boolean => (series.axis ?? 'left') === side && !off.has(series.name);
    return {
      time: isTime, distr: form?.log ? 3 : 1, dir: form?.invert ? -1 : 1,
      range: (_, least, largest) => {
        if (least == null || largest == null) return [0, 1];
        if (form?.log) return uPlot.rangeLog(form.min ?? least, form.max ?? largest, 10, true);
        for (const { lows = [], ups = [] } of this.data?.series.filter(isOurs) ?? []) {
          for (const list of [lows, ups]) {
            for (const value of list) {
              if (value == null) continue;
              least = Math.min(least, value);
              largest = Math.max(largest, value);
            }
          }
        }
        const [low, high] = fromZero ? [Math.min(0, least), Math.max(0, largest)] : [least, largest];
        const pad = (high - low || Math.abs(high) || 1) * 0.06;
        return [form?.min ?? (fromZero && low === 0 ? 0 : low - pad), form?.max ?? (fromZero && high === 0 ? 0 : high + pad)];
      },
    };
  }

  private series(data: ChartData, drawn: Drawn, at: number): uPlot.Series {
    const { kind, look, off } = drawn;
    const series = data.series[at];
    const { color, dash } = { ...pen(look, at), ...(series.color ? { color: series.color } : {}) };
    const style = series.style ?? kind;
    const beside = data.series.filter((one) => !off.has(one.name) && (one.style ?? kind) === 'bar');
    const base: uPlot.Series = {
      label: series.name, show: !off.has(series.name), scale: series.axis === 'right' ? 'y2' : 'y', stroke: color, width: series.width ?? 1.6, dash: [...(series.dash ?? dash)],
    };
    const paths = shaped(series.shape);
    const points = { size: POINT_PX * 0.4 + (series.size ?? 1) * POINT_PX * 0.6, width: 0, fill: color, stroke: color, ...(paths ? { paths } : {}) };
    switch (style) {
      case 'candlestick': return { ...base, paths: none, points: { show: false } };
      case 'bar': return { ...base, paths: bars(at, beside.indexOf(series), beside.length, drawn.isStacked ?? false), fill: color, width: 0, points: { show: false } };
      case 'histogram': return { ...base, paths: columns(data.highs ?? []), fill: data.series.length > 1 ? thin(color, 0.4) : color, width: data.series.length > 1 ? 1 : 0, points: { show: false } };
      case 'scatter': return { ...base, paths: series.lines ? undefined : none, points: { ...points, show: true, fill: thin(color, 0.75) } };
      case 'step': return { ...base, paths: uPlot.paths.stepped?.({ align: 1 }), points: { ...points, show: series.points ?? false } };
      case 'area': return { ...base, fill: thin(color, drawn.isStacked ? 0.55 : 0.18), ...(series.points ? { points: { ...points, show: true } } : {}) };
      default: return { ...base, ...(series.lines === false ? { paths: none } : {}), ...(series.points === undefined ? {} : { points: { ...points, show: series.points } }) };
    }
  }

  private chosen(chart: uPlot): void {
    const { left, width } = chart.select;
    if (width < 4) return;
    const [a, b] = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')];
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.events.zoom(Math.min(a, b), Math.max(a, b));
  }
}

/** The least distance of two places. */
function gap(xs: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < xs.length; i++) if (xs[i] > xs[i - 1]) least = Math.min(least, xs[i] - xs[i - 1]);
  return Number.isFinite(least) ? least : 1;
}
