/**
 * A subscription: what is asked for, the page that came, and the credits that go back once it is painted.
 *
 * **State** the window and operations that were asked for last, the page, the frames that wait to be painted (two at most).
 * **Invariants** (1) of a `vp` that is not the newest nothing is shown. (2) each frame is acked once: when it is painted, or when it is
 * dropped. (3) what is on the screen stays until the first snap of a new window.
 */
import { Emitter } from './emitter.ts';
import type { ColumnCells, Delta, ErrorMessage, Op, Schema, Size, Snap, Window } from './messages.ts';
import { type Changed, Page } from './page.ts';

interface Events {
  schema: Schema;
  page: Changed;
  error: ErrorMessage;
  /** What is shown is behind what was asked, or no longer. */
  waiting: boolean;
}

export type Send = (message: object) => boolean;

export class Subscription extends Emitter<Events> {
  readonly page = new Page();
  schema: Schema | null = null;
  /** The operations that the page on the screen has. */
  ops: Op[] = [];
  error: ErrorMessage | null = null;
  /** Since when an answer is awaited, in ms of `performance.now()`. */
  waitingSince: number | null = null;
  /** Frames that were shown, for the rate on the screen. */
  frames = 0;
  private vp = 0;
  private asked: Op[];
  private isOpen = false;
  /** Whether the server was asked to open it. */
  private isSent = false;
  private unpainted = 0;
  /** Nothing is asked for before it is looked at. */
  private isAsleep = false;

  constructor(
    readonly sub: number,
    readonly table: string,
    /** What was asked for last. */
    public window: Window,
    ops: Op[],
    private maxHz: number,
    private readonly send: Send,
  ) {
    super();
    this.asked = ops;
  }

  /** Not opened until `wake`. */
  sleep(): this {
    this.isAsleep = true;
    return this;
  }

  wake(): void {
    if (!this.isAsleep) return;
    this.isAsleep = false;
    this.open();
  }

  /** Asks for the table anew, as at first; the old cells stay until it comes. */
  open(): void {
    if (this.isAsleep) return;
    this.vp = 0;
    this.isOpen = true;
    this.unpainted = 0;
    this.error = null;
    const { cols, first, n, anchor } = this.window;
    const sent = this.send({ type: 'open', sub: this.sub, table: this.table, ops: this.asked, cols, first, n, anchor, max_hz: this.maxHz });
    this.isSent = sent;
    if (sent) this.page.vp = -1;
    this.wait();
  }

  /** The connection is back, and the server still knows this subscription; whether it heard what was asked last nobody knows. */
  resumed(): void {
    this.unpainted = 0;
    if (!this.isOpen) return;
    if (!this.schema || !this.isSent) this.open();
    else if (this.asked !== this.ops) this.apply(this.asked, this.window);
    else this.look(this.window);
  }

  get isEnded(): boolean {
    return !this.isOpen;
  }

  look(window: Window): void {
    this.window = window;
    if (!this.isOpen) return;
    const { cols, first, n, anchor } = window;
    if (this.send({ type: 'viewport', sub: this.sub, vp: this.vp + 1, cols, first, n, anchor })) this.vp += 1;
    this.wait();
  }

  apply(ops: Op[], window: Window): void {
    this.asked = ops;
    this.window = window;
    if (!this.isOpen) return this.open();
    const { cols, first, n, anchor } = window;
    if (this.send({ type: 'ops', sub: this.sub, vp: this.vp + 1, ops, cols, first, n, anchor })) this.vp += 1;
    this.wait();
  }

  rate(maxHz: number): void {
    if (maxHz === this.maxHz) return;
    this.maxHz = maxHz;
    if (this.isOpen) this.send({ type: 'rate', sub: this.sub, max_hz: maxHz });
  }

  /** What was shown has been painted: its credits go back. */
  painted(): void {
    if (!this.unpainted) return;
    this.send({ type: 'ack', sub: this.sub, seq: this.unpainted });
    this.unpainted = 0;
  }

  /** Whether the server knows that it is closed. */
  close(): boolean {
    const isKnown = !this.isOpen || !this.isSent || this.send({ type: 'close', sub: this.sub });
    this.isOpen = false;
    return isKnown;
  }

  hearSchema(schema: Schema): void {
    if (schema.vp !== this.vp) return;
    this.schema = schema;
    this.ops = this.asked;
    this.error = null;
    this.emit('schema', schema);
  }

  hearFrame(header: Snap | Delta | Size, columns: ColumnCells[]): void {
    if (header.vp !== this.vp || !this.isOpen) return void this.send({ type: 'ack', sub: this.sub, seq: header.seq });
    const changed = header.type === 'snap' ? this.page.snap(header, columns) : this.page.delta(header, columns);
    if (changed === undefined) {
      this.send({ type: 'ack', sub: this.sub, seq: header.seq });
      return this.look(this.window);
    }
    this.unpainted = header.seq;
    this.frames += 1;
    if (header.type === 'snap' && this.waitingSince !== null) {
      this.waitingSince = null;
      this.emit('waiting', false);
    }
    this.emit('page', changed);
  }

  hearError(error: ErrorMessage): void {
    // What was sent before the server said that there is no such table: the first word counts.
    if (!this.isOpen && this.error) return;
    const refused = error.code !== 'gone' && this.schema !== null && error.vp != null;
    if (refused && error.vp !== this.vp) return;
    if (refused) this.asked = this.ops;
    else this.isOpen = false;
    this.error = error;
    this.waitingSince = null;
    this.emit('error', error);
    this.emit('waiting', false);
  }

  private wait(): void {
    if (this.waitingSince !== null) return;
    this.waitingSince = performance.now();
    this.emit('waiting', true);
  }
}
