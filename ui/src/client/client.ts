/**
 * The client: one connection, its subscriptions, the tables there are, and how the engine does. Knows no screen.
 *
 * ```ts
 * const client = new Client('ws://localhost:10000/rt/v1', { token: 'secret' });
 * client.start();
 * const sub = client.subscribe('trades', { first: 0, n: 50, anchor: 'top', cols: null });
 * sub.on('page', () => { draw(sub.page); requestAnimationFrame(() => sub.painted()); });
 * ```
 */
import { Connection, type Credentials } from './connection.ts';
import { Emitter } from './emitter.ts';
import { readFrame } from './frame.ts';
import type { Cell, ColumnCells, ErrorMessage, Fetched, Op, Progress, Status, TableEntry, TextMessage, Welcome, Window } from './messages.ts';
import { Subscription } from './subscription.ts';

interface Events {
  tables: ReadonlyMap<string, TableEntry>;
  status: Status;
  error: ErrorMessage;
  progress: Progress;
  welcome: Welcome;
  /** Another process answers than before: what was only in its memory is gone. */
  restarted: Welcome;
}

interface Pending {
  resolve(value: { header: Fetched; columns: Map<string, Cell[]> }): void;
  reject(error: Error): void;
}

export class Client extends Emitter<Events> {
  readonly connection: Connection;
  readonly tables = new Map<string, TableEntry>();
  status: Status | null = null;
  welcome: Welcome | null = null;
  private readonly subs = new Map<number, Subscription>();
  private readonly fetches = new Map<number, Pending>();
  /** Closed while there was no connection: the server is told when it is back, if it still has them. */
  private readonly closed: number[] = [];
  private next = 1;

  constructor(url: string, credentials: Credentials) {
    super();
    this.connection = new Connection(url, credentials);
    this.connection.on('welcome', (welcome) => this.begin(welcome));
    this.connection.on('text', (message) => this.hear(message));
    this.connection.on('binary', (buffer) => this.hearBinary(buffer));
    this.connection.on('phase', (phase) => {
      if (phase !== 'live') this.failFetches('the connection was lost');
    });
  }

  start(): void {
    this.connection.open();
  }

  /** With `asleep` it is not opened before its `wake`. */
  subscribe(table: string, window: Window, ops: Op[] = [], maxHz = 20, how: 'open' | 'asleep' = 'open'): Subscription {
    const sub = new Subscription(this.next++, table, window, ops, maxHz, (message) => this.connection.send(message));
    this.subs.set(sub.sub, sub);
    if (how === 'asleep') sub.sleep();
    else sub.open();
    return sub;
  }

  unsubscribe(sub: Subscription): void {
    if (!sub.close()) this.closed.push(sub.sub);
    this.subs.delete(sub.sub);
  }

  /** Cells of a subscription's table as it is now, for copying. */
  fetch(sub: Subscription, first: number, n: number, cols: string[]): Promise<{ header: Fetched; columns: Map<string, Cell[]> }> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      this.fetches.set(id, { resolve, reject });
      if (this.connection.send({ type: 'fetch', id, sub: sub.sub, first, n, cols })) return;
      this.fetches.delete(id);
      reject(new Error('there is no connection'));
    });
  }

  /** A number for what is asked once (`calls.ts`), that nothing else has. */
  takeId(): number {
    return this.next++;
  }

  private begin(welcome: Welcome): void {
    const former = this.welcome;
    this.welcome = welcome;
    const closed = this.closed.splice(0);
    if (welcome.resumed) for (const sub of closed) this.connection.send({ type: 'close', sub });
    for (const sub of this.subs.values()) {
      if (welcome.resumed) sub.resumed();
      else sub.open();
    }
    this.emit('welcome', welcome);
    if (former && former.instance !== welcome.instance) this.emit('restarted', welcome);
  }

  private hear(message: TextMessage): void {
    switch (message.type) {
      case 'vars':
        if (message.full) this.tables.clear();
        for (const entry of [...message.added, ...message.changed]) this.learn(entry);
        for (const name of message.removed) this.tables.delete(name);
        return this.emit('tables', this.tables);
      case 'status':
        this.status = message;
        return this.emit('status', message);
      case 'schema':
        return this.subs.get(message.sub)?.hearSchema(message);
      case 'size':
        return this.frame(message.sub, (sub) => sub.hearFrame(message, []));
      case 'progress':
        return this.emit('progress', message);
      case 'error':
        return this.hearError(message);
    }
  }

  /** A table that is there again, or another one under the same name: who shows the name gets it. */
  private learn(entry: TableEntry): void {
    const former = this.tables.get(entry.name);
    this.tables.set(entry.name, entry);
    for (const sub of this.subs.values()) {
      // Of what is no table, the tables that belong to it.
      if (sub.table !== entry.name && !sub.table.startsWith(`${entry.name}#`)) continue;
      const replaced = former && former.id !== entry.id;
      if (replaced) sub.close();
      if (replaced || (sub.isEnded && sub.error)) sub.open();
    }
  }

  private hearError(error: ErrorMessage): void {
    const pending = error.id == null ? undefined : this.fetches.get(error.id);
    if (pending) {
      this.fetches.delete(error.id as number);
      return pending.reject(new Error(error.message));
    }
    // What was asked elsewhere is answered there (`calls.ts`).
    if (error.id != null) return;
    // About a subscription that is closed by now nobody wants to know.
    if (error.sub != null) return this.subs.get(error.sub)?.hearError(error);
    this.emit('error', error);
  }

  private hearBinary(buffer: ArrayBuffer): void {
    try {
      const { header, columns } = readFrame(buffer);
      if (header.type === 'page') return this.hearFetched(header, columns);
      this.frame(header.sub, (sub) => sub.hearFrame(header, columns));
    } catch (error) {
      // What is shown stays; to ask again would bring the same.
      this.emit('error', { type: 'error', code: 'internal', message: `a frame of the server cannot be read: ${error instanceof Error ? error.message : String(error)}` });
    }
  }

  /** A frame for a subscription that is closed: its credits are not awaited. */
  private frame(id: number, then: (sub: Subscription) => void): void {
    const sub = this.subs.get(id);
    if (sub) then(sub);
  }

  private hearFetched(header: Fetched, columns: ColumnCells[]): void {
    const pending = this.fetches.get(header.id);
    this.fetches.delete(header.id);
    pending?.resolve({ header, columns: new Map(columns.map(({ name, cells }) => [name, cells])) });
  }

  private failFetches(reason: string): void {
    for (const pending of this.fetches.values()) pending.reject(new Error(reason));
    this.fetches.clear();
  }
}
