/** Where a journey takes place: a browser, and a server of the tests that has the app and its demo tables. */
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { demoTables } from '../fake/demo.ts';
import { type FakeOptions, FakeServer } from '../fake/server.ts';
import type { FakeTable } from '../fake/tables.ts';
import { launch } from './browser.ts';

/** `every`: milliseconds between two changes of the tables; without it only `tick()` makes some. */
export async function serve(options: FakeOptions = {}, tables: FakeTable[] = demoTables()): Promise<{ server: FakeServer; url: string }> {
  const server = new FakeServer({ pages: 'dist-journeys', ...options }, tables);
  return { server, url: `http://127.0.0.1:${await server.start()}` };
}

export async function begin(options: FakeOptions = { every: 50 }): Promise<{ server: FakeServer; browser: Browser; url: string }> {
  return { ...(await serve(options)), browser: await launch() };
}

export async function end(browser: Browser, server: FakeServer): Promise<void> {
  await browser.close();
  await server.stop();
}

export const acks = (server: FakeServer): number => server.heard.filter(({ type }) => type === 'ack').length;

/** Steps of the tables, each after the last one was painted. */
export async function ticks(server: FakeServer, n: number): Promise<void> {
  for (let i = 0; i < n; i++) {
    const before = acks(server);
    server.tick();
    await expect.poll(() => acks(server), { interval: 10 }).toBeGreaterThan(before);
  }
}
