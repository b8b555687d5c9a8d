/**
 * A chart on the screen: what feeds it, what draws it, and what is said of it.
 *
 * **Invariant** a drawing is of the data that came last; one that is still being fetched draws them when it is there.
 */
import { signal } from '@preact/signals';
import type { ColumnInfo, ErrorMessage, Op } from '../../client/index.ts';
import { type ChartData, toData } from '../../charts/data.ts';
import { type Drawing, drawingFor, makeDrawing } from '../../charts/drawing.ts';
import { Feed } from '../../charts/feed.ts';
import { type ChartLook, pen, readLook } from '../../charts/look.ts';
import { ROW } from '../../charts/ops.ts';
import { type ChartSpec, isGrouped, isLine } from '../../charts/spec.ts';
import { formatter } from '../../grid/format.ts';
import { client, notice, zone } from '../session.ts';
import { pictured } from './picture.ts';
import { alone, type Hover, hoverOf, pointWords, toggled, xText } from './words.ts';

export interface LegendEntry {
  name: string;
  color: string;
  dash: readonly number[];
}

export class ChartModel {
  readonly words = signal('');
  readonly error = signal<ErrorMessage | null>(null);
  readonly isEmpty = signal(false);
  readonly legend = signal<readonly LegendEntry[]>([]);
  readonly off = signal<ReadonlySet<string>>(new Set());
  readonly hover = signal<Hover | null>(null);
  readonly spoken = signal('');
  readonly hidden = signal(0);
  readonly zoomed = signal(false);
  readonly follows = signal(false);
  readonly canFollow = signal(false);
  /** Grows with each drawing. */
  readonly drawn = signal(0);
  data: ChartData | null = null;
  private feed: Feed | null = null;
  private drawing: Drawing | null = null;
  private which: 'plot' | 'more' | null = null;
  private host: HTMLElement | null = null;
  private spec: ChartSpec | null = null;
  private look: ChartLook | null = null;
  private isShown = true;
  private readonly observer = new ResizeObserver(() => this.resized());

  constructor(private readonly table: string) {}

  mount(host: HTMLElement): void {
    this.host = host;
    this.look = readLook(host);
    this.observer.observe(host);
  }

  dispose(): void {
    this.observer.disconnect();
    this.feed?.close();
    this.drawing?.dispose();
    this.host = this.drawing = this.feed = null;
  }

  ask(spec: ChartSpec, ops: readonly Op[], columns: readonly ColumnInfo[]): void {
    if (!this.host) return;
    if (JSON.stringify(this.spec) !== JSON.stringify(spec)) this.off.value = new Set();
    this.spec = spec;
    if (this.feed) this.feed.change(spec, ops, columns);
    else {
      this.feed = new Feed(client, this.table, ops, columns, spec, this.host.clientWidth, { draw: () => this.draw(), error: (error) => (this.error.value = error) });
      this.feed.show(this.isShown);
    }
    const which = drawingFor(spec.kind);
    if (which !== this.which) this.fetch(which);
  }

  show(isShown: boolean): void {
    this.isShown = isShown;
    this.feed?.show(isShown);
  }

  restyle(): void {
    if (!this.host) return;
    this.look = readLook(this.host);
    this.draw();
  }

  toggle(name: string): void {
    this.take(toggled(this.off.value, name));
  }

  alone(name: string): void {
    this.take(alone(this.off.value, this.legend.value.map((entry) => entry.name), name));
  }

  zoom(from: number, to: number): void {
    this.lookAt({ from, to, span: to - from });
  }

  whole(): void {
    if (this.zoomed.value) this.lookAt(null);
  }

  /** What is seen goes on with what comes, or stands still. */
  follow(): void {
    const { data, feed } = this;
    if (!data?.xs.length || !feed) return;
    const last = data.xs[data.xs.length - 1];
    const range = feed.range;
    if (range && range.to === null) return this.lookAt({ from: last - range.span, to: last, span: range.span });
    const span = range?.span ?? (last - data.xs[0]) / 4;
    this.lookAt({ from: last - span, to: null, span });
  }

  /** How many ms the axis has, if they are. */
  timeSpan(): number | null {
    const [from, to] = this.seen();
    return this.data?.axis === 'time' && to > from ? to - from : null;
  }

  /** Whether the key is one of a chart's. */
  key(key: string, shift: boolean): boolean {
    const { data } = this;
    if (!data?.xs.length) return false;
    switch (key) {
      case 'ArrowLeft':
      case 'ArrowRight':
        this.drawing?.step((key === 'ArrowLeft' ? -1 : 1) * (shift ? 10 : 1));
        if (this.hover.value) this.spoken.value = `${this.hover.value.x}: ${this.legend.value.map(({ name }, i) => `${name} ${this.hover.value?.values[i]}`).join(', ')}`;
        return true;
      case '+':
      case '-': {
        if (data.axis === 'name') return false;
        const [from, to] = this.seen();
        const [center, half] = [(from + to) / 2, ((to - from) / 2) * (key === '+' ? 0.5 : 2)];
        this.zoom(center - half, center + half);
        return true;
      }
      case '0':
        this.whole();
        return true;
      default: return false;
    }
  }

  xText(at: number): string {
    return this.data ? xText(this.data, at) : '';
  }

  get xName(): string {
    return this.spec?.x ?? ROW;
  }

  picture(title: string): Promise<Blob | null> {
    const canvas = this.drawing?.canvas();
    return canvas && this.look ? pictured(canvas, this.look, title, this.legend.value.filter(({ name }) => !this.off.value.has(name))) : Promise.resolve(null);
  }

  private take(off: ReadonlySet<string>): void {
    this.off.value = off;
    this.draw();
  }

  private fetch(which: 'plot' | 'more'): void {
    this.which = which;
    this.drawing?.dispose();
    this.drawing = null;
    this.hover.value = null;
    const { host } = this;
    if (!host) return;
    const events = { zoom: (from: number, to: number) => this.zoom(from, to), whole: () => this.whole(), at: (places: readonly (number | null)[] | null) => (this.hover.value = hoverOf(this.data, places)) };
    makeDrawing(which, host, events).then(
      (made) => {
        if (this.host !== host || this.which !== which) return made.dispose();
        this.drawing = made;
        this.draw();
      },
      () => notice('what draws charts could not be fetched: try again, or load the page anew', true),
    );
  }

  private lookAt(range: Feed['range']): void {
    this.feed?.look(range);
    this.zoomed.value = range !== null;
    this.follows.value = range !== null && range.to === null;
    this.draw();
  }

  private seen(): [number, number] {
    const { data, feed } = this;
    const last = data ? Math.max(data.xs[data.xs.length - 1] ?? 0, ...(data.highs?.slice(-1) ?? [])) : 0;
    if (feed?.range) return [feed.range.to === null ? Math.max(feed.range.from, last - feed.range.span) : feed.range.from, feed.range.to ?? last];
    return [data?.xs[0] ?? 0, last];
  }

  private draw(): void {
    const { feed, spec, look, host } = this;
    if (!feed || !spec || !look || !host || !feed.schema.length) return;
    const forms = new Map(feed.schema.map((info) => [info.name, formatter(info, zone.value)]));
    const data = toData(spec, {
      columns: feed.columns, infos: feed.schema, zone: zone.value,
      show: (column, cell) => {
        const form = forms.get(column);
        form?.observe(cell);
        return form?.show(cell) ?? String(cell);
      },
    });
    // Between a question and its answer the columns may be those of another one: what is drawn stays.
    if (feed.isWaiting && !data.xs.length) return;
    this.data = data;
    const { counts } = feed;
    this.words.value = pointWords(spec, counts, data);
    this.isEmpty.value = !feed.isWaiting && !data.xs.length;
    this.hidden.value = data.hidden;
    this.zoomed.value = feed.range !== null;
    this.canFollow.value = isLine(spec.kind) && feed.isLive && data.axis !== 'name';
    const single = spec.kind === 'pie' || spec.kind === 'heat' || spec.kind === 'treemap' || spec.kind === 'candlestick';
    const legend = data.series.map(({ name, color, dash }, at) => ({ name, color: color ?? pen(look, at).color, dash: dash ?? pen(look, at).dash }));
    if (JSON.stringify(legend) !== JSON.stringify(this.legend.peek()) || single) this.legend.value = single && spec.kind !== 'candlestick' ? [] : spec.kind === 'candlestick' ? legend.map((entry) => ({ ...entry, color: 'transparent' })) : legend;
    this.drawing?.draw(data, { kind: spec.kind, look, range: feed.range ? this.seen() : null, off: this.off.peek(), isStacked: isGrouped(spec.kind) && spec.by !== null && spec.agg !== 'avg' });
    this.drawn.value += 1;
  }

  private resized(): void {
    const { host } = this;
    if (!host?.clientWidth || !host.clientHeight) return;
    this.drawing?.resize(host.clientWidth, host.clientHeight);
    this.feed?.width(host.clientWidth);
  }
}
