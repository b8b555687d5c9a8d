/** A server of rt.v1 for tests: the protocol of decision 0064 over tables that are functions. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Op } from '../../src/client/messages.ts';
import { FakeConsole } from './console.ts';
import { files } from './files.ts';
import { Exports } from './exports.ts';
import { FakeStore } from './store.ts';
import { FakeSub } from './sub.ts';
import type { FakeTable } from './tables.ts';

export interface FakeOptions {
  key?: string;
  /** A folder to serve pages from. */
  pages?: string;
  /** Milliseconds between the steps of live tables; 0: only `tick()` makes steps. */
  every?: number;
  port?: number;
  /** Whether the user may run what a script may. */
  console?: boolean;
  /** What it says that it knows; all that it does, if not said. */
  features?: string[];
}

export class FakeServer {
  readonly tables = new Map<string, FakeTable>();
  readonly sockets = new Set<FakeSocket>();
  /** What clients sent, for tests that look. */
  readonly heard: { type: string; [name: string]: unknown }[] = [];
  readonly resumable = new Map<string, Map<number, FakeSub>>();
  readonly exports = new Exports();
  /** What is no table: what `value` says of it, and the tables that are opened as NAME#0, NAME#1 …. */
  readonly values = new Map<string, { kind: string; value: unknown; tables: FakeTable[] }>();
  readonly console = new FakeConsole();
  readonly store = new FakeStore();
  instance = 'first';
  step = 0;
  refuses = false;
  /** Milliseconds before operations are answered. */
  slow = 0;
  private http: Server | null = null;
  private sessions = 0;
  private assigned = 0;
  private readonly ids = new Map<string, number>();
  private timers: ReturnType<typeof setInterval>[] = [];

  constructor(readonly options: FakeOptions, tables: FakeTable[]) {
    for (const table of tables) this.tables.set(table.name, table);
  }

  async start(): Promise<number> {
    const http = createServer((request, response) => this.exports.serve(request, response) || files(this.options.pages, request, response));
    const sockets = new WebSocketServer({ server: http, path: '/rt/v1' });
    sockets.on('connection', (socket) => {
      if (this.refuses) return socket.terminate();
      this.sockets.add(new FakeSocket(this, socket));
    });
    await new Promise<void>((resolve) => http.listen(this.options.port ?? 0, '127.0.0.1', resolve));
    this.http = http;
    if (this.options.every) this.timers.push(setInterval(() => this.tick(), this.options.every));
    this.timers.push(setInterval(() => this.tell(), 1000));
    return (http.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.timers.forEach(clearInterval);
    this.dropAll();
    await new Promise<void>((resolve) => (this.http ? this.http.close(() => resolve()) : resolve()));
  }

  tick(): void {
    this.step += 1;
    for (const table of new Set([...this.tables.values(), ...[...this.values.values()].flatMap(({ tables }) => tables)])) {
      const changed = table.tick?.();
      if (changed) for (const socket of this.sockets) socket.changed(table);
    }
  }

  /** The connections end as if a cable was pulled. */
  dropAll(): void {
    for (const socket of [...this.sockets]) socket.drop();
  }

  name(): string {
    this.sessions += 1;
    return `session-${this.sessions}`;
  }

  /** Everything that there is, as `vars` tells it. */
  entries(): object[] {
    return [...[...this.tables.values()].map((table) => this.entry(table)), ...[...this.values.keys()].map((name) => this.valueEntry(name))];
  }

  /** A name of `values` stands for something else than before. */
  say(name: string): void {
    this.assigned += 1;
    this.ids.set(name, this.assigned);
    for (const socket of this.sockets) socket.send({ type: 'vars', full: false, added: [], changed: [this.valueEntry(name)], removed: [] });
  }

  private valueEntry(name: string): object {
    return { name, id: `${this.instance}-${name}-${this.ids.get(name) ?? 0}`, kind: this.values.get(name)?.kind.toLowerCase(), live: true, rows: null, columns: null };
  }

  find(name: string): FakeTable | undefined {
    const [of, at] = name.split('#');
    return at === undefined ? this.tables.get(name) : this.values.get(of)?.tables[Number(at)];
  }

  entry(table: FakeTable): object {
    return { name: table.name, id: `${this.instance}-${table.name}`, kind: table.kind, live: table.live, rows: table.rows, columns: table.columns.length };
  }

  tell(): void {
    const changed = [...this.tables.values()].filter((table) => table.live).map((table) => this.entry(table));
    for (const socket of this.sockets) {
      socket.send({ type: 'vars', full: false, added: [], changed, removed: [] });
      socket.send({ type: 'status', at: now(), step: this.step, cycles: 1000 / (this.options.every || 1000), cycle_ms: 0.42, memory: 73_400_320, zone: 'UTC' });
    }
  }

  add(table: FakeTable): void {
    this.tables.set(table.name, table);
    for (const socket of this.sockets) socket.send({ type: 'vars', full: false, added: [this.entry(table)], changed: [], removed: [] });
  }

  remove(name: string): void {
    this.tables.delete(name);
    for (const socket of this.sockets) socket.send({ type: 'vars', full: false, added: [], changed: [], removed: [name] });
  }
}

export const now = (): string => `${Date.now()}000000`;

export class FakeSocket {
  private subs = new Map<number, FakeSub>();
  private isIn = false;
  private resume = '';

  constructor(readonly server: FakeServer, private readonly socket: WebSocket) {
    socket.on('message', (data) => this.hear(JSON.parse(String(data))));
    socket.on('close', () => this.ended());
  }

  send(message: object | Uint8Array): void {
    if (!this.isIn && !(message as { type?: string }).type?.match(/welcome|error/)) return;
    if (this.socket.readyState === 1) this.socket.send(message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  drop(): void {
    this.ended();
    this.socket.terminate();
  }

  changed(table: FakeTable): void {
    for (const sub of this.subs.values()) if (sub.table === table) sub.changed();
  }

  private ended(): void {
    if (!this.server.sockets.delete(this)) return;
    if (this.resume) this.server.resumable.set(this.resume, this.subs);
    for (const sub of this.subs.values()) sub.detach();
  }

  private hear(message: { type: string; sub: number; [name: string]: unknown }): void {
    this.server.heard.push(message);
    if (!this.isIn) return this.hello(message);
    if (this.server.options.console && (this.server.console.hear(this, message) || this.server.store.hear(this, message))) return;
    const sub = this.subs.get(message.sub);
    switch (message.type) {
      case 'open': return this.open(message);
      case 'viewport': return sub?.viewport(message as never);
      case 'ops': return void sub?.operate(message as never);
      case 'ack': return sub?.ack(message.seq as number);
      case 'rate': return sub?.rate(message.max_hz as number);
      case 'fetch': return sub?.fetch(message as never);
      case 'value': return this.value(message as never);
      case 'put':
      case 'remove': return this.write(message as never);
      case 'find': return sub?.find(message as never);
      case 'export': return sub && this.server.exports.begin(this, sub, message as never);
      case 'cancel': return this.server.exports.cancel(message.id as number);
      case 'close':
        sub?.detach();
        this.subs.delete(message.sub);
        return;
      default: return this.send({ type: 'error', code: 'invalid', message: `there is no message "${message.type}"` });
    }
  }

  private hello(message: { type: string; token?: unknown; resume?: unknown }): void {
    const { server } = this;
    if (message.type !== 'hello') return this.socket.close(4400);
    if (server.options.key && message.token !== server.options.key) {
      this.send({ type: 'error', code: 'unauthenticated', message: 'this key is not the server\'s', hint: 'the link that the server printed has it' });
      return this.socket.close(4401);
    }
    const former = typeof message.resume === 'string' ? server.resumable.get(message.resume) : undefined;
    if (former) server.resumable.delete(message.resume as string);
    this.isIn = true;
    this.resume = server.name();
    this.send({
      type: 'welcome', protocol: 1, server: 'fake 1', instance: server.instance, resume: this.resume, resumed: Boolean(former), resume_seconds: 60, user: 'key', console: server.options.console ?? false,
      write: true, zone: 'UTC', limits: { subs: 64, rows: 32_768, cells: 200_000, fetch_cells: 1_000_000, ops: 64, message_bytes: 1 << 20, file_bytes: 16 << 20 },
      features: server.options.features ?? ['distinct', 'by', 'bins', 'm4', 'ohlc', 'stats', 'rollup', 'tree', 'find', 'export', 'value', 'edit', ...(server.options.console ? ['console', 'log', 'files'] : [])],
    });
    this.send({ type: 'vars', full: true, added: server.entries(), changed: [], removed: [] });
    if (!former) return;
    this.subs = former;
    for (const sub of this.subs.values()) sub.attach(this);
  }

  private write({ type, id, table: name, columns, rows }: { type: 'put' | 'remove'; id: number; table: string; columns: string[]; rows: (string | null)[][] }): void {
    const table = this.server.tables.get(name);
    try {
      if (!table?.[type]) throw new Error(`"${name}" is no input table`);
      table[type](columns, rows);
      for (const socket of this.server.sockets) socket.changed(table);
      this.send({ type: 'done', id });
    } catch (error) {
      this.send({ type: 'error', code: 'invalid', id, message: (error as Error).message });
    }
  }

  private value({ id, name }: { id: number; name: string }): void {
    const found = this.server.values.get(name);
    if (!found) return this.send({ type: 'error', code: 'missing', id, message: `nothing is called "${name}"` });
    this.send({ type: 'value', id, name, kind: found.kind, value: found.value, tables: found.tables.length });
  }

  private open(message: { sub: number; [name: string]: unknown }): void {
    const table = this.server.find(message.table as string);
    if (!table) {
      return this.send({ type: 'error', code: 'missing', sub: message.sub, message: `there is no table "${message.table}"`, hint: 'it may be made again under this name' });
    }
    const sub = new FakeSub(this, table, message.sub, message.max_hz as number);
    this.subs.set(message.sub, sub);
    if (!sub.operate({ ...(message as never as { ops: Op[]; first: number; n: number; anchor: 'top'; cols: null }), vp: 0 })) this.subs.delete(message.sub);
  }
}
