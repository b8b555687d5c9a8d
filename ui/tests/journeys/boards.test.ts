/** Dashboards: several in the top bar, named, copied, removed, kept; and those that a script of the server wrote. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { bigTable } from '../fake/tables.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin());
  server.values.set('desk', {
    kind: 'Dashboard', tables: [bigTable('desk#0', 77)],
    value: { title: 'Desk', layout: { version: 1, name: 'Trading desk', root: { split: 'row', sizes: [70, 30], children: [{ tabs: ['p0'] }, { split: 'column', children: [{ tabs: ['p1'] }, { tabs: ['p2'] }] }] },
      panels: { p0: { kind: 'table', table: '#0', title: 'Own rows' }, p1: { kind: 'table', table: 'quotes' }, p2: { kind: 'markdown', text: '# Read me\n\nWritten in *Python*.', title: 'About' } } } },
  });
});

afterAll(() => end(browser, server));

test('another dashboard, named, and both are there after a reload', async () => {
  const { page, errors } = await visit(browser, `${url}/table/trades`);
  await until(page, isLoaded);
  const boards = page.getByRole('navigation', { name: 'Dashboards' });
  await boards.getByRole('button', { name: 'New dashboard' }).click();
  await page.getByRole('heading', { name: /tables$/ }).waitFor();
  await page.getByRole('navigation', { name: 'Tables' }).getByText('quotes').click();
  await until(page, (seen) => isLoaded(seen) && seen.length === 12);
  await boards.getByRole('button', { name: 'Desk 2' }).click();
  await page.getByRole('menuitem', { name: 'Name…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Prices');
  await page.keyboard.press('Enter');
  await boards.getByRole('button', { name: 'Prices' }).waitFor();
  // What lies in the other one is not followed.
  server.heard.length = 0;
  await page.waitForTimeout(600);
  expect(new Set(server.heard.filter(({ type }) => type === 'ack').map(({ sub }) => sub)).size).toBe(1);
  await page.reload();
  await until(page, (seen) => isLoaded(seen) && seen.length === 12);
  expect(await boards.getByRole('button').allInnerTexts()).toEqual(['Desk 1', 'Prices', '']);
  await boards.getByRole('button', { name: 'Desk 1' }).click();
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Price !== undefined);
  expect(page.url()).toBe(`${url}/table/trades`);
  await boards.getByRole('button', { name: 'Desk 1' }).click();
  await page.getByRole('menuitem', { name: 'Another one like it' }).click();
  await boards.getByRole('button', { name: 'Desk copy' }).click();
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await expect.poll(() => boards.getByRole('button').allInnerTexts()).toEqual(['Desk 1', 'Prices', '']);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a dashboard that was written in Python, at its own address, and not kept', async () => {
  const { page, errors } = await visit(browser, `${url}/dashboard/desk`);
  await page.getByRole('tab', { name: 'Own rows' }).waitFor();
  await page.getByRole('heading', { name: 'Read me' }).waitFor();
  await until(page, (seen) => isLoaded(seen) && seen.length > 5);
  expect(page.url()).toBe(`${url}/dashboard/desk`);
  expect(server.heard.filter(({ type }) => type === 'open').map(({ table }) => table).slice(-2).sort()).toEqual(['desk#0', 'quotes']);
  await page.reload();
  await page.getByRole('heading', { name: 'Read me' }).waitFor();
  await page.goto(url);
  await page.getByRole('navigation', { name: 'Tables' }).getByText('desk').waitFor();
  expect(await page.getByRole('tab').count()).toBe(0);
  // From the list too.
  await page.getByRole('navigation', { name: 'Tables' }).getByText('desk').click();
  await page.getByRole('heading', { name: 'Read me' }).waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});
