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
  write('desk', '# Read me\n\nWritten in *Python*.');
});

afterAll(() => end(browser, server));

/** As a script does that assigns a dashboard to a name, be it for another time. */
function write(name: string, text: string): void {
  server.values.set(name, {
    kind: 'Dashboard', tables: [bigTable(`${name}#0`, 77)],
    value: { title: 'Desk', layout: { version: 1, name: 'Trading desk', root: { split: 'row', sizes: [70, 30], children: [{ tabs: ['p0'] }, { split: 'column', children: [{ tabs: ['p1'] }, { tabs: ['p2'] }] }] },
      panels: { p0: { kind: 'table', table: '#0', title: 'Own rows' }, p1: { kind: 'table', table: 'quotes' }, p2: { kind: 'markdown', text, title: 'About' } } } },
  });
  server.say(name);
}

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
  const acks = (): unknown[] => server.heard.filter(({ type }) => type === 'ack').map(({ sub }) => sub);
  await expect.poll(() => acks().length).toBeGreaterThan(8);
  expect(new Set(acks()).size).toBe(1);
  await page.reload();
  await until(page, (seen) => isLoaded(seen) && seen.length === 12);
  await expect.poll(() => boards.getByRole('button').allInnerTexts()).toEqual(['Desk 1', 'Prices', '']);
  await boards.getByRole('button', { name: 'Desk 1' }).click();
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Price !== undefined);
  await expect.poll(() => page.url()).toBe(`${url}/table/trades`);
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
  await expect.poll(() => page.url()).toBe(`${url}/dashboard/desk`);
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

test('a script that is run again: another layout takes the place, the same one leaves what the user changed', async () => {
  write('again', '# First');
  const { page, errors } = await visit(browser, `${url}/dashboard/again`);
  await page.getByRole('heading', { name: 'First' }).waitFor();
  await page.getByRole('button', { name: 'Close quotes' }).first().click();
  await expect.poll(() => page.getByRole('tab').count()).toBe(2);
  const asked = (): number => server.heard.filter(({ type, name }) => type === 'value' && name === 'again').length;
  const before = asked();
  write('again', '# First');
  await expect.poll(asked).toBe(before + 1);
  write('again', '# Second');
  await page.getByRole('heading', { name: 'Second' }).waitFor();
  await expect.poll(() => page.getByRole('tab').count()).toBe(3);
  await page.getByText('was made again: this is its new layout').waitFor();
  await until(page, (seen) => isLoaded(seen) && seen.length > 5);
  await expect.poll(() => page.url()).toBe(`${url}/dashboard/again`);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a dashboard that there is not is said, and the address then follows what is opened', async () => {
  const { page } = await visit(browser, `${url}/dashboard/nowhere`);
  await page.getByText('nothing is called "nowhere"').waitFor();
  await page.getByRole('navigation', { name: 'Tables' }).getByText('quotes').click();
  await expect.poll(() => page.url()).toBe(`${url}/table/quotes`);
  await page.getByRole('navigation', { name: 'Tables' }).getByText('trades').click();
  await expect.poll(() => page.url()).toBe(`${url}/table/trades`);
  await page.context().close();
});
