/** The element in a page of another origin. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let other: Server;
let browser: Browser;
let url: string;
let address: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 50, key: 'secret' }));
  const html = `<!doctype html><title>Other</title><script src="${url}/embed.js"></script>
    <kinetable-table table="quotes" token="secret" style="height: 380px"></kinetable-table>
    <kinetable-table table="trades" token="secret" ops='[{"where":"Sym == \`ACME\`"}]' style="height: 200px"></kinetable-table>`;
  other = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(html));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
});

afterAll(async () => {
  await end(browser, server);
  other.close();
});

test('two tables over one connection, live, sorted by a click', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(address);
  const texts = (at: number, column: string): Promise<string[]> => page.evaluate(([i, name]) => {
    const grid = document.querySelectorAll('kinetable-table')[i].shadowRoot?.querySelector('kinetable-grid');
    grid?.setAttribute('mirror', 'page');
    return [...(grid?.shadowRoot?.querySelectorAll(`.mirror [data-row]:not([data-apart]) [data-column="${name}"]`) ?? [])].map((cell) => cell.textContent ?? '');
  }, [at, column] as const);
  await expect.poll(async () => (await texts(0, 'Sym')).length).toBe(12);
  await expect.poll(async () => [...new Set(await texts(1, 'Sym'))]).toEqual(['ACME']);
  expect(server.sockets.size).toBe(1);
  const before = await texts(0, 'Volume');
  await expect.poll(async () => JSON.stringify(await texts(0, 'Volume')) !== JSON.stringify(before)).toBe(true);
  await page.locator('kinetable-table').first().click({ position: { x: 30, y: 14 } });
  await page.locator('kinetable-table').first().click({ position: { x: 30, y: 14 } });
  await expect.poll(async () => (await texts(0, 'Sym'))[0]).toBe('LUMA');
  await page.evaluate(() => document.querySelectorAll('kinetable-table').forEach((one) => one.remove()));
  await expect.poll(() => server.sockets.size).toBe(0);
  expect(errors).toEqual([]);
  await page.close();
});

test('what an attribute says wrongly is said, and leaves no connection behind', async () => {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(address);
  await expect.poll(() => server.sockets.size).toBe(1);
  const said = (attribute: string, value: string): Promise<string | undefined> => page.evaluate(([name, text]) => {
    for (const one of document.querySelectorAll('kinetable-table')) one.remove();
    const made = document.createElement('kinetable-table');
    made.setAttribute('table', 'quotes');
    made.setAttribute(name, text);
    document.body.append(made);
    return made.shadowRoot?.querySelector('p')?.textContent ?? '';
  }, [attribute, value] as const);
  for (const [name, value, part] of [['ops', '[{', 'is no JSON'], ['ops', '{}', 'is no list of operations'], ['zone', 'Mars/Base', 'Europe/Berlin'], ['density', 'tall', '20, 24 or 32'], ['server', 'http://', 'an address']]) {
    expect(await said(name, value)).toContain(part);
  }
  await expect.poll(() => server.sockets.size).toBe(0);
  expect(errors).toEqual([]);
  await page.close();
});
