/** A short soak: what comes and goes all day leaves nothing behind. The long one is `cargo xtask bench ui --minutes 10`. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Held, Soak } from '../bench/soak.ts';
import type { FakeServer } from '../fake/server.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

/** Something of each kind several times: a chart that stays is 41 elements and 5 listeners, and four are drawn. */
const ACTIONS = 60;

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 100 }));
});

afterAll(() => end(browser, server));

test('after scrolling, sorting, filtering, charts and panels the heap, elements and listeners are what they were', async () => {
  const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url, { timeout: 120_000, waitUntil: 'commit' });
  const soak = new Soak(page, { lively: ['prices', 'trades'], large: ['history'] });
  await soak.warm();
  const before = await soak.held();
  await soak.run((actions) => actions >= ACTIONS);
  await soak.calm();
  const after = await soak.held();
  const growth = (of: keyof Held): number => Math.round((after[of] - before[of]) * 10) / 10;
  console.log(`${ACTIONS} actions: heap ${before.heap.toFixed(1)} MB, ${growth('heap')} more; ${growth('nodes')} elements more, ${growth('listeners')} listeners more`);
  expect(growth('heap')).toBeLessThan(3);
  expect(growth('nodes')).toBeLessThan(60);
  expect(growth('listeners')).toBeLessThan(10);
  // What was open is closed for the server too: it knows the one table that is still looked at.
  const known = new Set<number>();
  for (const { type, sub } of server.heard) {
    if (type === 'open') known.add(sub as number);
    if (type === 'close') known.delete(sub as number);
  }
  expect(known.size).toBe(1);
  expect(errors).toEqual([]);
  await page.context().close();
}, 600_000);
