/**
 * The rows of a chart, as they are and as they change: a subscription to the table with the operations of the chart.
 *
 * **State** what is asked: spec, pixels, the part of the axis that is looked at. **Update rule** a frame is drawn in the next animation frame, and acked there; whatever happens within
 * one, it is drawn once. When so much came after the end that the pixels of then are too coarse or too many, it asks again.
 */
import type { Cell, Client, ColumnInfo, ErrorMessage, Op, Subscription, Window } from '../client/index.ts';
import { BARS_MAX, chartOps, type Range, ROW } from './ops.ts';
import { place } from './data.ts';
import { type ChartSpec, isLine } from './spec.ts';

export interface FeedEvents {
  /** What came is to be drawn now. */
  draw(): void;
  error(error: ErrorMessage | null): void;
}

const HZ = 10;
/** Pixels of width that a chart changes by without asking for other buckets, as a share. */
const SLACK = 0.25;
/** A group each has buckets of its own: then fewer pixels are asked for, down to these. */
const PX_MIN = 40;

export class Feed {
  private sub: Subscription | null = null;
  private frame = 0;
  private px: number;
  /** Counts how often the same was asked again: another number of pixels makes it another question. */
  private again = 0;
  private isShown = true;
  /** How wide the axis was when it was asked. */
  private span = 0;
  range: Range | null = null;

  constructor(
    private readonly client: Client, readonly table: string, private ops: readonly Op[], private infos: readonly ColumnInfo[], private spec: ChartSpec, width: number,
    private readonly events: FeedEvents,
    /** Rows as they are, the last so many: what cannot be made smaller. */
    private readonly raw: { n: number; cols: string[] } | null = null,
  ) {
    this.px = wanted(width, spec);
    this.ask();
  }

  get columns(): ReadonlyMap<string, readonly Cell[]> {
    return this.sub?.page.columns ?? new Map();
  }

  get schema(): readonly ColumnInfo[] {
    return this.sub?.schema?.columns ?? [];
  }

  /** Rows that are drawn, that the chart has in all, and of the table. */
  get counts(): { drawn: number; rows: number; total: number } {
    const { n = 0, rows = 0, total = 0 } = this.sub?.page ?? {};
    return { drawn: n, rows, total };
  }

  get isLive(): boolean {
    return this.sub?.schema?.live ?? false;
  }

  get isWaiting(): boolean {
    return this.sub?.waitingSince != null;
  }

  change(spec: ChartSpec, ops: readonly Op[], infos: readonly ColumnInfo[]): void {
    const isSame = JSON.stringify([spec, ops]) === JSON.stringify([this.spec, this.ops]);
    if (isSame) return;
    if (spec.x !== this.spec.x || spec.kind !== this.spec.kind) this.range = null;
    Object.assign(this, { spec, ops, infos });
    this.again = 0;
    this.ask();
  }

  look(range: Range | null): void {
    this.range = range;
    if (!this.raw) this.ask();
  }

  width(width: number): void {
    const px = wanted(width, this.spec);
    if (Math.abs(px - this.px) <= this.px * SLACK) return;
    this.px = px;
    if (isLine(this.spec.kind) && !this.raw) this.ask();
  }

  /** One that is not seen is told nothing. */
  show(isShown: boolean): void {
    this.isShown = isShown;
    this.sub?.rate(isShown ? HZ : 0);
  }

  close(): void {
    cancelAnimationFrame(this.frame);
    if (this.sub) this.client.unsubscribe(this.sub);
    this.sub = null;
  }

  private ask(): void {
    const { raw } = this;
    const ops = raw ? [...this.ops] : [...this.ops, ...chartOps(this.spec, this.infos.length ? this.infos : this.schema, this.px + (this.again % 2), this.range)];
    const { limits } = this.client.welcome ?? { limits: { rows: 4096, cells: 200_000 } };
    const columns = 2 + this.spec.ys.length + (this.spec.kind === 'candlestick' ? 4 : 1);
    const isBars = (this.spec.kind === 'bar' && this.spec.by === null) || this.spec.kind === 'pie';
    const n = isBars ? BARS_MAX : Math.min(limits.rows, Math.floor(limits.cells / columns));
    const window: Window = raw ? { first: 0, n: Math.min(raw.n, limits.rows), anchor: 'bottom', cols: raw.cols } : { first: 0, n, anchor: 'top', cols: null };
    this.span = 0;
    if (this.sub) return this.sub.apply(ops, window);
    const sub = this.client.subscribe(this.table, window, ops, this.isShown ? HZ : 0);
    this.sub = sub;
    sub.on('page', () => this.schedule());
    sub.on('error', (error) => this.events.error(error));
    sub.on('schema', () => this.events.error(null));
  }

  private schedule(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.events.draw();
      this.sub?.painted();
      this.refit();
    });
  }

  /** Fewer pixels if there are more rows than a page may have; again if the axis is twice as long as it was. */
  private refit(): void {
    const { sub, spec } = this;
    if (!sub || this.raw || !isLine(spec.kind) || this.isWaiting) return;
    const { rows, n } = sub.page;
    if (rows > n && this.px > PX_MIN) {
      this.px = Math.max(PX_MIN, Math.floor((this.px * n) / rows) - 1);
      return this.ask();
    }
    const raw = sub.page.columns.get(spec.x ?? ROW) ?? [];
    const info = this.schema.find((one) => one.name === (spec.x ?? ROW));
    const [first, last] = [place(info, raw[0] ?? null), place(info, raw[raw.length - 1] ?? null)];
    if (first === null || last === null || last <= first) return;
    if (!this.span) this.span = this.range?.span ?? last - first;
    if (last - (this.range?.from ?? first) < 2 * this.span || (this.range && this.range.to !== null)) return;
    this.again += 1;
    // What follows the end leaves behind what is no longer seen.
    if (this.range) this.range = { from: last - this.span, to: null, span: this.span };
    this.ask();
  }
}

function wanted(width: number, spec: ChartSpec): number {
  return Math.max(PX_MIN, Math.round(width / (spec.by === null ? 1 : 4)));
}
