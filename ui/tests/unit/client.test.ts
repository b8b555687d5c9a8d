import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { CallError, Calls, Client, type Subscription, type Window } from '../../src/client/index.ts';
import { FakeServer } from '../fake/server.ts';
import { bigTable, quotesTable, tradesTable } from '../fake/tables.ts';

const TOP: Window = { first: 0, n: 20, anchor: 'top', cols: null };
let server: FakeServer;
let port: number;
let client: Client;

beforeEach(async () => {
  vi.stubGlobal('WebSocket', WebSocket);
  server = new FakeServer({ key: 'secret' }, [tradesTable(100, 3), quotesTable(), bigTable('history', 1e9)]);
  port = await server.start();
  client = new Client(`ws://127.0.0.1:${port}/rt/v1`, { token: 'secret' });
});

afterEach(async () => {
  client.connection.close();
  await server.stop();
});

async function until(what: () => unknown): Promise<void> {
  await vi.waitFor(() => expect(what()).toBeTruthy(), { timeout: 30_000, interval: 5 });
}

async function opened(table: string, window = TOP, maxHz = 60): Promise<Subscription> {
  client.start();
  const sub = client.subscribe(table, window, [], maxHz);
  await until(() => client.connection.phase === 'live');
  if (sub.page.seq === 0) await until(() => sub.page.seq > 0);
  return sub;
}

/** Acks whatever comes, as a screen that paints at once. */
function paints(sub: Subscription): void {
  sub.on('page', () => sub.painted());
  sub.painted();
}

test('a wrong key is refused, and nobody tries again until there is another', async () => {
  const stranger = new Client(`ws://127.0.0.1:${port}/rt/v1`, { token: 'wrong' });
  stranger.start();
  await until(() => stranger.connection.phase === 'refused');
  expect(stranger.connection.refusal?.code).toBe('unauthenticated');
  stranger.connection.enter({ token: 'secret' });
  await until(() => stranger.connection.phase === 'live');
  stranger.connection.close();
});

test('what the server would not take in one message is refused here, and the connection stays', async () => {
  await opened('quotes');
  const calls = new Calls(client);
  const save = (text: string): Promise<unknown> => calls.ask({ type: 'save', tag: null, path: '/a.py', text }).answer;
  await expect(save('x'.repeat(1 << 20))).rejects.toThrow('this is too long to be sent: the server takes 1,048,576 bytes at a time');
  await expect(save('ä'.repeat(600_000))).rejects.toThrow('too long');
  await expect(save('"'.repeat(600_000))).rejects.toThrow('too long');
  expect(client.connection.fits({ text: 'ä'.repeat(520_000) })).toBe(true);
  expect(client.connection.phase).toBe('live');
});

test('what was asked before there was a connection is asked then', async () => {
  const sub = await opened('history');
  expect(client.tables.get('history')?.rows).toBe(1e9);
  expect(sub.schema?.columns[1]).toMatchObject({ name: 'Id', type: 'long' });
  expect(sub.page.cell(7, 'Id')).toBe(7n);
  sub.look({ ...TOP, first: 999_999_980, cols: ['Id'] });
  await until(() => sub.page.first === 999_999_980);
  expect(sub.page.cell(999_999_999, 'Id')).toBe(999_999_999n);
});

test('without credits nothing is sent, and then one frame says it all', async () => {
  const sub = await opened('trades', { ...TOP, anchor: 'bottom' });
  server.tick();
  await until(() => sub.page.seq === 2);
  for (let i = 0; i < 50; i++) server.tick();
  // What has credits goes on meanwhile.
  const other = await opened('quotes');
  paints(other);
  for (let i = 1; i <= 5; i++) {
    server.tick();
    await until(() => other.page.seq === 1 + i);
  }
  expect(sub.page.seq).toBe(2);
  sub.painted();
  await until(() => sub.page.seq === 3);
  expect(sub.page.rows).toBe(100 + 56 * 3);
  expect(sub.page.cell(sub.page.rows - 1, 'Id')).toBe(BigInt(sub.page.rows - 1));
});

test('a window that moves with the end has the newest rows after every step', async () => {
  const sub = await opened('trades', { ...TOP, anchor: 'bottom' });
  paints(sub);
  for (let i = 1; i <= 10; i++) {
    server.tick();
    await until(() => sub.page.rows === 100 + 3 * i);
    const ids = sub.page.columns.get('Id');
    expect(ids).toEqual(Array.from({ length: 20 }, (_, k) => BigInt(100 + 3 * i - 20 + k)));
  }
});

test('cells that change come alone', async () => {
  const sub = await opened('quotes');
  paints(sub);
  const changes: unknown[] = [];
  sub.on('page', (changed) => changes.push(changed));
  server.tick();
  await until(() => changes.length === 1);
  expect(Array.isArray(changes[0])).toBe(true);
  const quotes = server.tables.get('quotes');
  for (let row = 0; row < 12; row++) expect(sub.page.cell(row, 'Bid')).toBe(quotes?.cell(row, 'Bid'));
});

test('operations: sorted, filtered, refused', async () => {
  const sub = await opened('trades');
  paints(sub);
  sub.apply([{ where: 'Size > 500' }, { sort: [['Size', 'desc']] }], TOP);
  await until(() => sub.page.rows < 100 && sub.waitingSince === null);
  const sizes = sub.page.columns.get('Size') as number[];
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(Math.min(...sizes)).toBeGreaterThan(500);
  expect(sub.page.total).toBe(100);
  const kept = sub.ops;
  sub.apply([{ where: 'Sise > 500' }], TOP);
  await until(() => sub.error);
  expect(sub.error?.message).toContain('"Sise"');
  expect(sub.ops).toBe(kept);
  expect(sub.isEnded).toBe(false);
  await until(() => sub.page.rows < 100);
  server.tick();
  await until(() => sub.page.total === 103);
});

test('a table that comes later is opened when it is there', async () => {
  client.start();
  const sub = client.subscribe('later', TOP);
  await until(() => sub.error?.code === 'missing');
  server.add({ ...bigTable('later', 50) });
  await until(() => sub.page.rows === 50);
  expect(sub.error).toBeNull();
});

test('after a lost connection the subscription goes on, and what was shown stays meanwhile', async () => {
  const sub = await opened('trades');
  paints(sub);
  server.dropAll();
  await until(() => client.connection.phase === 'lost');
  expect(sub.page.cell(3, 'Id')).toBe(3n);
  expect(client.connection.lostAt).not.toBeNull();
  server.tick();
  await until(() => client.connection.phase === 'live' && sub.page.rows === 103);
  expect(client.welcome?.resumed).toBe(true);
  server.tick();
  await until(() => sub.page.rows === 106);
});

test('what is asked while there is no connection is asked when it is back', async () => {
  const sub = await opened('trades');
  paints(sub);
  server.dropAll();
  await until(() => client.connection.phase === 'lost');
  sub.apply([{ sort: [['Id', 'desc']] }], TOP);
  await until(() => sub.page.cell(0, 'Id') === 99n);
});

test('what is closed or opened while there is no connection is so when it is back', async () => {
  const sub = await opened('trades');
  paints(sub);
  server.dropAll();
  await until(() => client.connection.phase === 'lost');
  client.unsubscribe(sub);
  const other = client.subscribe('quotes', TOP);
  await until(() => other.page.rows === 12);
  expect(client.welcome?.resumed).toBe(true);
  await until(() => server.heard.some((message) => message.type === 'close' && message.sub === sub.sub));
});

test('another process: subscriptions are opened anew, and it is said', async () => {
  const sub = await opened('history');
  paints(sub);
  const restarted = vi.fn();
  client.on('restarted', restarted);
  server.instance = 'second';
  server.dropAll();
  server.resumable.clear();
  await until(() => client.connection.phase === 'lost');
  await until(() => client.connection.phase === 'live' && sub.waitingSince === null);
  expect(restarted).toHaveBeenCalledOnce();
  expect(sub.page.cell(5, 'Id')).toBe(5n);
});

test('cells for copying', async () => {
  const sub = await opened('history');
  const { columns } = await client.fetch(sub, 5000, 3, ['Id', 'Sym']);
  expect(columns.get('Id')).toEqual([5000n, 5001n, 5002n]);
  expect(columns.get('Sym')?.length).toBe(3);
});

test('what is asked once is answered, refused, taken back, or lost with the connection', async () => {
  const calls = new Calls(client);
  expect(await calls.ask({ type: 'value', name: 'x' }).answer.catch(String)).toBe('Error: there is no connection');
  const sub = await opened('trades');
  const { row, count } = await calls.ask({ type: 'find', sub: sub.sub, where: 'Price > 0', from: 3, back: false }).answer;
  expect(row).toBe(3);
  expect(count).toBeGreaterThan(50);
  const refused = await calls.ask({ type: 'value', name: 'nothing' }).answer.catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(CallError);
  expect((refused as CallError).error?.code).toBe('missing');
  const back = calls.ask({ type: 'export', sub: sub.sub, format: 'csv', cols: null });
  const taken = back.answer.catch(String);
  calls.cancel(back.id);
  expect(await taken).toBe('Error: it was taken back');
  await until(() => server.heard.some(({ type, id }) => type === 'cancel' && id === back.id));
  const lost = calls.ask({ type: 'value', name: 'nothing' }).answer.catch(String);
  server.dropAll();
  expect(await lost).toMatch(/connection was lost|nothing is called/);
});
