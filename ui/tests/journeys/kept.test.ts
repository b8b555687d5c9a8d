/** What comes back on the next visit, and what a link shows to others. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { isLoaded, rows, until, visit } from './browser.ts';
import { begin, end, serve } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin());
});

afterAll(() => end(browser, server));

const columns = (page: Page): Promise<string[]> => page.evaluate(() => {
  const grid = [...document.querySelectorAll('kinetable-grid')].find((one) => one.clientHeight > 0)?.grid;
  return grid?.layout.placed.map(({ info, width, frozen }) => `${info.name}${frozen ? '*' : ''}${grid.layout.isResized(info.name) ? ` ${width}` : ''}`) ?? [];
});

const arrange = (page: Page): Promise<void> => page.evaluate(() => {
  const grid = [...document.querySelectorAll('kinetable-grid')].find((one) => one.clientHeight > 0)?.grid;
  grid?.layout.move('Volume', 'Bid');
  grid?.layout.resize('Ask', 222);
  grid?.layout.hide('Change');
  grid?.layout.freeze('Sym', true);
  grid?.layoutChanged();
});

const ARRANGED = ['Sym*', 'Volume', 'Bid', 'Ask 222', 'Updated'];

async function filter(page: Page, column: string, text: string): Promise<void> {
  await page.keyboard.press('Control+f');
  await page.getByLabel(`Filter ${column}`).fill(text);
  await page.getByLabel(`Filter ${column}`).press('Enter');
}

test('tabs, operations and columns are there again, and what is not looked at is not asked for', async () => {
  const { page, errors } = await visit(browser, `${url}/table/trades`);
  await until(page, isLoaded);
  await filter(page, 'Sym', '=ACME');
  await until(page, (seen) => isLoaded(seen) && seen.every(({ cells }) => cells.Sym === 'ACME'));
  const list = page.getByRole('navigation', { name: 'Tables' });
  await list.getByText('wide').click();
  await list.getByText('quotes').click();
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Bid !== undefined);
  await arrange(page);
  server.heard.length = 0;
  await page.goto(url);
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Bid !== undefined);
  await expect.poll(() => page.url()).toBe(`${url}/table/quotes`);
  await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['trades', 'wide', 'quotes']);
  await expect.poll(() => columns(page)).toEqual(ARRANGED);
  expect(server.heard.filter(({ type }) => type === 'open').map(({ table }) => table)).toEqual(['quotes']);
  await page.getByRole('tab', { name: 'trades' }).click();
  const found = await until(page, (seen) => isLoaded(seen) && seen.length > 5 && seen[0].cells.Sym !== undefined);
  expect(new Set(found.map(({ cells }) => cells.Sym))).toEqual(new Set(['ACME']));
  await expect.poll(() => page.locator('.panel:visible .chip').allInnerTexts()).toEqual(['Sym =ACME']);
  // A tab that is closed comes without its operations, but with its columns.
  await page.getByRole('tab', { name: 'quotes' }).press('Delete');
  await page.reload();
  await until(page, isLoaded);
  await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['trades', 'wide']);
  await list.getByText('quotes').click();
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Bid !== undefined);
  await expect.poll(() => columns(page)).toEqual(ARRANGED);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a table that is gone and storage that is spoilt', async () => {
  // Where the page is not, that would write what it has itself.
  const { page, errors } = await visit(browser, `${url}/icon.svg`);
  await page.evaluate(() => localStorage.setItem('kinetable.tables', JSON.stringify({
    version: 1, tabs: ['nobody', 'quotes'], active: 'quotes',
    tables: [['quotes', { plan: { sorts: [['Gone', 'asc'], ['Bid', 'desc']], filters: [['Nope', '5']] }, columns: { order: ['Gone', 'Ask', 'Sym'], hidden: ['Nope', 'Bid'] } }]],
  })));
  await page.goto(url);
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Ask !== undefined);
  expect((await columns(page)).slice(0, 2)).toEqual(['Ask', 'Sym']);
  await expect.poll(() => page.locator('.panel:visible .chip').allInnerTexts()).toEqual(['↓ Bid']);
  await page.getByRole('tab', { name: 'nobody' }).click();
  await page.getByText('There is no table “nobody”').waitFor();
  await page.goto(`${url}/icon.svg`);
  await page.evaluate(() => localStorage.setItem('kinetable.tables', '{"version":1,"tabs":[['));
  await page.goto(url);
  await page.getByRole('heading', { name: '9 tables' }).waitFor();
  // A picture alone has no icon.
  expect(errors.filter((text) => !text.includes('404'))).toEqual([]);
  await page.context().close();
});

test('a link shows the same to another person', async () => {
  const { page } = await visit(browser, `${url}/table/quotes`);
  await until(page, isLoaded);
  await arrange(page);
  await filter(page, 'Bid', '>140');
  await page.locator('.chip').waitFor();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await page.getByText('link copied').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const mine = (await rows(page)).map(({ cells }) => cells.Sym);
  expect(link.startsWith(`${url}/table/quotes#view=`)).toBe(true);
  await page.context().close();
  const { page: theirs, errors } = await visit(browser, link);
  await until(theirs, (seen) => isLoaded(seen) && seen.length === mine.length);
  expect((await rows(theirs)).map(({ cells }) => cells.Sym)).toEqual(mine);
  await expect.poll(() => columns(theirs)).toEqual(ARRANGED);
  await expect.poll(() => theirs.url()).toBe(`${url}/table/quotes`);
  // In a page that is open.
  await theirs.getByRole('button', { name: 'Clear' }).click();
  await until(theirs, (seen) => isLoaded(seen) && seen.length === 12);
  await theirs.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await until(theirs, (seen) => isLoaded(seen) && seen.length === mine.length);
  expect(errors).toEqual([]);
  await theirs.context().close();
});

test('formulas of a link wait for a word where they can reach scripts', async () => {
  const { server: own, url: at } = await serve({ console: true });
  const plan = { filters: [['Ask', '<170']], values: [{ column: 'Bid', formula: 'Bid > 140', label: 'Bid > 140' }], custom: ['Spread = Ask - Bid'] };
  const link = `${at}/table/quotes#view=${encodeURIComponent(JSON.stringify({ version: 1, plan }))}`;
  const asked = (): unknown[] => own.heard.filter(({ type }) => type === 'ops').map(({ ops }) => ops);
  const { page, errors } = await visit(browser, link);
  await page.getByText('The link asks the server to compute these formulas').waitFor();
  await page.getByText('Spread = Ask - Bid').waitFor();
  expect(asked()).toEqual([]);
  // Nor are they computed because the page is loaded again.
  await page.reload();
  await until(page, (seen) => isLoaded(seen) && seen.length === 12);
  expect(asked()).toEqual([]);
  await page.goto(`${at}/icon.svg`);
  await page.goto(link);
  await page.getByRole('button', { name: 'Leave out' }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length === 10);
  expect(asked()).toEqual([[{ where: 'Ask < 170' }]]);
  await page.goto(`${at}/icon.svg`);
  await page.goto(link);
  await page.getByRole('button', { name: 'Compute' }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length === 4 && seen[0].cells.Spread !== undefined);
  expect(errors.filter((text) => !text.includes('404'))).toEqual([]);
  await page.context().close();
  await own.stop();
});
