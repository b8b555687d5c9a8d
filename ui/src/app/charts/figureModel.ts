/** A chart of a figure on the screen: a feed for each of its series, and one drawing of all of them. */
import { signal } from '@preact/signals';
import type { ErrorMessage, Op } from '../../client/index.ts';
import type { ChartData } from '../../charts/data.ts';
import type { Drawing, Drawn } from '../../charts/drawing.ts';
import { drawingFor, makeDrawing } from '../../charts/drawing.ts';
import { Feed } from '../../charts/feed.ts';
import type { FigureChart, FigureSeries } from '../../charts/figure.ts';
import { type ChartLook, pen, readLook } from '../../charts/look.ts';
import { merged } from '../../charts/merge.ts';
import type { Range } from '../../charts/ops.ts';
import type { ChartKind, ChartSpec } from '../../charts/spec.ts';
import { type Formatter, formatter } from '../../grid/format.ts';
import { client, features, notice, zone } from '../session.ts';
import { short } from '../words.ts';
import type { LegendEntry } from './model.ts';
import { alone, hiddenText, type Hover, hoverOf, toggled } from './words.ts';

/** Rows of what cannot be down-sampled: the last so many are drawn, and it is said. */
const RAW_MAX = 2000;
const LINES = new Set(['line', 'step', 'area', 'stacked_area', 'scatter']);

export class FigureModel {
  readonly legend = signal<readonly LegendEntry[]>([]);
  readonly off = signal<ReadonlySet<string>>(new Set());
  readonly hover = signal<Hover | null>(null);
  readonly hidden = signal(0);
  readonly error = signal<ErrorMessage | null>(null);
  readonly words = signal('');
  readonly zoomed = signal(false);
  data: ChartData | null = null;
  private readonly errors = new Map<FigureSeries, ErrorMessage>();
  private feeds: { series: FigureSeries; feed: Feed }[] = [];
  private drawing: Drawing | null = null;
  private host: HTMLElement | null = null;
  private look: ChartLook | null = null;
  private range: Range | null = null;
  private frame = 0;
  private readonly observer = new ResizeObserver(() => this.resized());

  /** `name`: of the figure, or of the dashboard that it is part of. */
  constructor(private readonly name: string, private readonly chart: FigureChart) {}

  mount(host: HTMLElement, isShown: boolean): void {
    this.host = host;
    this.look = readLook(host);
    this.observer.observe(host);
    makeDrawing(drawingFor(this.kind), host, { zoom: (from, to) => this.zoom(from, to), whole: () => this.lookAt(null), at: (places) => (this.hover.value = hoverOf(this.data, places, this.chart)) }).then(
      (made) => {
        if (this.host !== host) return made.dispose();
        this.drawing = made;
        this.draw();
      },
      () => notice('what draws charts could not be fetched: try again, or load the page anew', true),
    );
    this.feeds = this.chart.series.flatMap((series) => (series.table === null ? [] : [{ series, feed: this.feedOf(series, host.clientWidth) }]));
    this.show(isShown);
  }

  show(isShown: boolean): void {
    for (const { feed } of this.feeds) feed.show(isShown);
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    for (const { feed } of this.feeds) feed.close();
    this.drawing?.dispose();
    this.host = this.drawing = null;
  }

  restyle(): void {
    if (!this.host) return;
    this.look = readLook(this.host);
    this.draw();
  }

  step(by: number): void {
    this.drawing?.step(by);
  }

  toggle(name: string): void {
    this.take(toggled(this.off.value, name));
  }

  alone(name: string): void {
    this.take(alone(this.off.value, this.legend.value.map((entry) => entry.name), name));
  }

  whole(): void {
    this.lookAt(null);
  }

  /** Pies and tree maps have a chart for themselves; of all others each series has its own style. */
  private get kind(): ChartKind {
    const style = this.chart.series[0]?.style;
    return style === 'pie' || style === 'treemap' ? style : style === 'histogram' ? 'histogram' : 'line';
  }

  private take(off: ReadonlySet<string>): void {
    this.off.value = off;
    this.draw();
  }

  private feedOf(series: FigureSeries, width: number): Feed {
    const { columns, by, style } = series;
    const table = `${this.name}#${series.table}`;
    const base = { kind: 'line', agg: 'count', every: '1', bins: series.bins, by: by[0] ?? null } as const;
    const events = { draw: () => this.schedule(), error: (error: ErrorMessage | null) => this.note(series, error) };
    const has = (feature: string): boolean => features.value.includes(feature);
    if (style === 'histogram' && columns.x !== undefined && has('bins')) {
      // The ends that the script gave are the first and the last bin's.
      const bins: Op = { bins: { x: columns.x, n: series.bins, low: series.low === undefined ? undefined : String(series.low), high: series.high === undefined ? undefined : String(series.high), by: by.length ? [...by] : undefined } };
      return new Feed(client, table, [bins], [], { ...base, kind: 'histogram', x: columns.x, ys: [] }, width, events, { n: 4 * series.bins + 2, cols: ['Low', 'High', 'Count', ...by] });
    }
    const isLine = LINES.has(style) && columns.x !== undefined && columns.y !== undefined && columns.category === undefined && by.length <= 1 && has('m4');
    const spec: ChartSpec = { ...base, x: columns.x ?? null, ys: columns.y === undefined ? [] : [columns.y] };
    return isLine ? new Feed(client, table, [], [], spec, width, events) : new Feed(client, table, [], [], spec, width, events, { n: RAW_MAX, cols: [...new Set([...Object.values(columns), ...by])] });
  }

  /** What is wrong with one series is said until that one is well again. */
  private note(series: FigureSeries, error: ErrorMessage | null): void {
    if (error) this.errors.set(series, error);
    else this.errors.delete(series);
    const [first] = this.errors;
    this.error.value = first ? { ...first[1], message: this.chart.series.length > 1 && first[0].name ? `series "${first[0].name}": ${first[1].message}` : first[1].message } : null;
  }

  private zoom(from: number, to: number): void {
    this.lookAt({ from, to, span: to - from });
  }

  private lookAt(range: Range | null): void {
    this.range = range;
    this.zoomed.value = range !== null;
    for (const { feed } of this.feeds) feed.look(range);
    this.draw();
  }

  private schedule(): void {
    // Called within an animation frame by each of several feeds: one drawing is enough.
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  private draw(): void {
    const { look, host, chart, kind } = this;
    const parts = this.feeds.filter(({ feed }) => feed.schema.length).map(({ series, feed }) => ({ series, columns: feed.columns, infos: feed.schema }));
    if (!look || !host || !parts.length) return;
    const forms = new Map<string, Formatter>();
    const data = merged(chart, parts, zone.value, (part, column, cell) => {
      const info = part.infos.find(({ name }) => name === column);
      if (!info) return String(cell);
      const form = forms.get(column) ?? formatter(info, zone.value);
      forms.set(column, form);
      form.observe(cell);
      return form.show(cell);
    });
    this.data = data;
    const legend = kind === 'pie' || kind === 'treemap' ? [] : data.series.map(({ name, color, dash }, at) => ({ name, color: color ?? pen(look, at).color, dash: dash ?? pen(look, at).dash }));
    if (JSON.stringify(legend) !== JSON.stringify(this.legend.peek())) this.legend.value = legend;
    const [drawn, total] = this.feeds.reduce(([a, b], { feed, series }) => [a + feed.counts.drawn, b + (series.style === 'histogram' ? feed.counts.drawn : feed.counts.total)], [0, 0]);
    this.hidden.value = data.hidden;
    const words = [...(drawn < total ? [`${short(drawn)} of ${short(total)} points`] : []), ...(data.hidden && !chart.legend ? [hiddenText(data.hidden)] : [])];
    this.words.value = words.join(', ');
    const form: Drawn = { kind, look, range: this.range ? [this.range.from, this.range.to ?? this.range.from] : null, off: this.off.peek(), x: chart.x, y: chart.y, y2: chart.y2 ?? undefined, grid: chart.grid, isStacked: chart.series.some(({ style }) => style.startsWith('stacked')) };
    this.drawing?.draw(data, form);
  }

  private resized(): void {
    const { host } = this;
    if (!host?.clientWidth || !host.clientHeight) return;
    this.drawing?.resize(host.clientWidth, host.clientHeight);
    for (const { feed } of this.feeds) feed.width(host.clientWidth);
  }
}
