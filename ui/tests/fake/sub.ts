/** A subscription of the fake server: the last page that was sent, credits, and the cheapest frame from it to what is. */
import type { Cell, ColumnInfo, Op } from '../../src/client/messages.ts';
import { frame } from './arrow.ts';
import { type Derived, derive, positions } from './derive.ts';
import { type Memory, Refused } from './made.ts';
import type { FakeSocket } from './server.ts';
import { now } from './server.ts';
import type { FakeTable } from './tables.ts';

interface Asked {
  vp: number;
  first: number;
  n: number;
  anchor: 'top' | 'bottom';
  cols: string[] | null;
}

interface Sent {
  first: number;
  rows: number;
  /** Row of the table, by offset: what a row key is in the server. */
  keys: number[];
  cells: Map<string, Cell[]>;
}

export class FakeSub {
  private ops: Op[] = [];
  private memory: Memory = new Map();
  private derived: Derived;
  private asked: Asked = { vp: 0, first: 0, n: 0, anchor: 'top', cols: null };
  private sent: Sent | null = null;
  private seq = 0;
  private credits: number[] = [];
  private isDirty = false;
  private lastAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private socket: FakeSocket | null, readonly table: FakeTable, readonly sub: number, private maxHz: number) {
    this.derived = derive(table, []);
  }

  attach(socket: FakeSocket): void {
    this.socket = socket;
    this.credits = [];
    this.sent = null;
    this.changed();
  }

  detach(): void {
    this.socket = null;
    clearTimeout(this.timer);
  }

  changed(): void {
    this.isDirty = true;
    this.offer();
  }

  viewport(asked: Asked): void {
    this.asked = asked;
    this.sent = null;
    this.offer();
  }

  operate(message: Asked & { ops: Op[] }): boolean {
    const { ops, ...asked } = message;
    this.asked = asked;
    this.sent = null;
    try {
      const memory: Memory = new Map();
      this.derived = derive(this.table, ops, memory);
      this.memory = memory;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.socket?.send({ type: 'error', code: 'invalid', message: error.message, hint: error.hint, sub: this.sub, vp: asked.vp, op: error.op, from: error.place?.[0], to: error.place?.[1] });
      if (message.vp > 0) this.offer();
      return false;
    }
    this.ops = ops;
    const answer = () => {
      if (this.asked.vp !== asked.vp) return;
      this.socket?.send({ type: 'schema', sub: this.sub, vp: asked.vp, live: this.table.live, kind: this.table.kind, columns: this.derived.columns, ...(this.derived.table.hidden ? { tree: true, keys: this.derived.table.keys } : this.table.keys ? { keys: this.table.keys } : {}) });
      this.offer();
    };
    const slow = this.socket?.server.slow ?? 0;
    if (slow) setTimeout(answer, slow);
    else answer();
    return true;
  }

  rate(maxHz: number): void {
    this.maxHz = maxHz;
    this.offer();
  }

  ack(seq: number): void {
    this.credits = this.credits.filter((waiting) => waiting > seq);
    this.offer();
  }

  fetch(message: { id: number; first: number; n: number; cols: string[] }): void {
    const derived = derive(this.table, this.ops, this.memory);
    const n = Math.max(0, Math.min(message.n, derived.rows - message.first));
    const keys = Array.from({ length: n }, (_, i) => derived.row(message.first + i));
    this.socket?.send(frame({ type: 'page', id: message.id, sub: this.sub, rows: derived.rows, first: message.first, n, step: 0, at: now() }, this.read(derived, keys, this.columns(message.cols))));
  }

  find({ id, where, from, back }: { id: number; where: string; from: number; back: boolean }): void {
    try {
      const all = positions(derive(this.table, this.ops, this.memory), where);
      const next = back ? (all.findLast((row) => row <= from) ?? all[all.length - 1]) : (all.find((row) => row >= from) ?? all[0]);
      this.socket?.send({ type: 'found', id, row: next ?? null, count: all.length });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.socket?.send({ type: 'error', code: 'invalid', id, message: error.message });
    }
  }

  /** The cells of all rows, for an export. */
  all(cols: string[] | null): { info: ColumnInfo; cells: Cell[] }[] {
    const derived = derive(this.table, this.ops, this.memory);
    const columns = cols ? this.columns(cols) : derived.columns;
    return this.read(derived, Array.from({ length: derived.rows }, (_, i) => derived.row(i)), columns);
  }

  /** Sends what there is to send, if a credit is there and the time has come. */
  private offer(): void {
    if (!this.socket || this.credits.length >= 2 || (this.sent && !this.isDirty)) return;
    if (this.sent && this.maxHz === 0) return;
    const wait = this.sent ? this.lastAt + 1000 / this.maxHz - Date.now() : 0;
    clearTimeout(this.timer);
    if (wait > 0) {
      this.timer = setTimeout(() => this.offer(), wait);
      return;
    }
    this.isDirty = false;
    this.derived = derive(this.table, this.ops, this.memory);
    this.lastAt = Date.now();
    this.tell();
  }

  private tell(): void {
    const { first, n } = this.place();
    const keys = Array.from({ length: n }, (_, i) => this.derived.row(first + i));
    const columns = this.columns(this.asked.cols);
    const read = this.read(this.derived, keys, columns);
    const cells = new Map(read.map(({ info, cells }) => [info.name, cells]));
    const former = this.sent;
    this.sent = { first, rows: this.derived.rows, keys, cells };
    const about = { sub: this.sub, vp: this.asked.vp, rows: this.derived.rows, total: this.table.rows, first, n, step: this.socket?.server.step ?? 0, at: now() };
    if (!former) return this.push(frame({ type: 'snap', ...about, seq: this.count() }, read));
    const places = new Map(former.keys.map((key, offset) => [key, offset]));
    const isSame = keys.length === former.keys.length && keys.every((key, offset) => former.keys[offset] === key);
    const moves = isSame ? null : movesOf(keys, places);
    const written = keys.flatMap((key, offset) => {
      const from = places.get(key);
      return from === undefined || read.some(({ info, cells }) => cells[offset] !== former.cells.get(info.name)?.[from]) ? [offset] : [];
    });
    const base = this.seq;
    if (!written.length && !moves) {
      if (former.rows === about.rows && former.first === first) return;
      return this.push({ type: 'size', ...about, base, seq: this.count() });
    }
    if (written.length > n / 2 + 1) return this.push(frame({ type: 'snap', ...about, seq: this.count() }, read));
    const part = read.map(({ info, cells }) => ({ info, cells: written.map((offset) => cells[offset]) }));
    this.push(frame({ type: 'delta', ...about, base, seq: this.count(), moves: moves ?? undefined, runs: runsOf(written) }, part));
  }

  private place(): { first: number; n: number } {
    const { rows } = this.derived;
    const n = Math.min(this.asked.n, rows);
    const first = this.asked.anchor === 'top' ? this.asked.first : rows - this.asked.first - n;
    return { first: Math.max(0, Math.min(first, rows - n)), n };
  }

  private columns(cols: string[] | null): ColumnInfo[] {
    const { columns, table } = this.derived;
    const looks = table.looks ?? [];
    if (!cols) return [...columns.slice(0, 32), ...looks];
    return cols.flatMap((name) => [...columns, ...(table.hidden ?? []), ...looks].find((column) => column.name === name) ?? []);
  }

  private read(derived: Derived, keys: number[], columns: ColumnInfo[]): { info: ColumnInfo; cells: Cell[] }[] {
    return columns.map((info) => ({ info, cells: keys.map((key) => derived.cell(key, info.name)) }));
  }

  private count(): number {
    this.seq += 1;
    this.credits.push(this.seq);
    return this.seq;
  }

  private push(message: object | Uint8Array): void {
    this.socket?.send(message);
  }
}

function movesOf(keys: number[], places: Map<number, number>): [number, number, number][] {
  const moves: [number, number, number][] = [];
  keys.forEach((key, to) => {
    const from = places.get(key);
    if (from === undefined) return;
    const last = moves[moves.length - 1];
    if (last && last[0] + last[2] === from && last[1] + last[2] === to) last[2] += 1;
    else moves.push([from, to, 1]);
  });
  return moves;
}

function runsOf(offsets: number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const offset of offsets) {
    const last = runs[runs.length - 1];
    if (last && last[0] + last[1] === offset) last[1] += 1;
    else runs.push([offset, 1]);
  }
  return runs;
}
