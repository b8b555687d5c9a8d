/** What is asked of a table: statistics that stay live, a value that is looked for, files. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { bigTable } from '../fake/tables.ts';
import type { Cell } from '../../src/client/index.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;
const positions = bigTable('positions', 1184);
const cells = (column: string): Cell[] => Array.from({ length: positions.rows }, (_, row) => positions.cell(row, column));

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 250 }));
});

afterAll(() => end(browser, server));

const number = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'));
const figure = (page: Page, word: string): Promise<string> => page.locator(`[data-figure="${word}"]`).innerText();

async function focus(page: Page, column: string): Promise<void> {
  await page.evaluate((name) => {
    const grid = document.querySelector('kinetable-grid')?.grid;
    grid?.focusCell(0, grid.layout.find(name)?.index ?? 0, false);
    document.querySelector('kinetable-grid')?.focus();
  }, column);
}

test('statistics of a column are those of its cells, of what a filter leaves, and of another column', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  await focus(page, 'Price');
  await page.keyboard.press('i');
  await page.locator('[data-figure="Average"]').waitFor();
  const there = cells('Price').filter((cell) => cell !== null).map(Number);
  expect(number(await figure(page, 'Rows'))).toBe(1184);
  await expect.poll(() => figure(page, 'Nulls')).toMatch(new RegExp(`^${1184 - there.length} · `));
  expect(number((await figure(page, 'Distinct')).replace(' · all', ''))).toBe(new Set(there).size);
  expect(number(await figure(page, 'Least'))).toBe(Math.min(...there));
  expect(number(await figure(page, 'Greatest'))).toBe(Math.max(...there));
  expect(number(await figure(page, 'Average'))).toBeCloseTo(there.reduce((sum, value) => sum + value, 0) / there.length, 2);
  await expect.poll(() => page.locator('.shape rect').count()).toBe(32);
  const side = page.getByRole('complementary', { name: 'Statistics' });
  await side.getByLabel('Column').selectOption('Sym');
  await expect.poll(() => side.locator('.values li').count()).toBe(10);
  const most = side.locator('.values li').first();
  const [name, rows] = [await most.locator('.name').innerText(), number(await most.locator('.rows').innerText())];
  expect(rows).toBe(cells('Sym').filter((cell) => cell === name).length);
  await most.getByRole('button').click();
  await until(page, (seen) => isLoaded(seen) && seen.every((row) => row.cells.Sym === name));
  await expect.poll(async () => number(await figure(page, 'Rows'))).toBe(rows);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('the values of very many rows are told apart when somebody asks for it', async () => {
  server.add(bigTable('many', 5_000_001));
  const { page, errors } = await visit(browser, `${url}/table/many`);
  await until(page, isLoaded);
  server.heard.length = 0;
  await focus(page, 'Sym');
  await page.keyboard.press('i');
  const side = page.getByRole('complementary', { name: 'Statistics' });
  await side.getByRole('button', { name: 'Count values' }).waitFor();
  // The server of the tests adds up no so many rows: what it is asked for is what counts.
  const asked = (): string => JSON.stringify(server.heard.filter(({ type }) => type === 'open' || type === 'ops'));
  await expect.poll(asked).toContain('"distinct":false');
  expect(asked()).not.toMatch(/"distinct":true|"by"/);
  await side.getByRole('button', { name: 'Count values' }).click();
  await expect.poll(asked).toMatch(/"distinct":true.*"by"|"by".*"distinct":true/);
  expect(errors).toEqual([]);
  await page.context().close();
  server.remove('many');
});

test('statistics go on while the table changes', async () => {
  const { page, errors } = await visit(browser, `${url}/table/trades`);
  await until(page, isLoaded);
  await focus(page, 'Size');
  await page.keyboard.press('i');
  await page.locator('[data-figure="Sum"]').waitFor();
  const before = number(await figure(page, 'Rows'));
  await expect.poll(async () => number(await figure(page, 'Rows'))).toBeGreaterThan(before);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a value: the next, the one before, how often, in which case', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  await focus(page, 'Sym');
  await page.keyboard.press('Control+g');
  await page.getByRole('button', { name: 'Find a value…' }).click();
  const form = page.getByRole('form', { name: 'Find a value' });
  await form.getByLabel('Value').fill('kil');
  await form.getByLabel('Value').press('Enter');
  const rows = cells('Sym').flatMap((cell, row) => (cell === 'KILN' ? [row] : []));
  const said = (): Promise<string> => form.getByRole('status').innerText();
  await expect.poll(said).toBe(`row ${rows[0]} · ${rows.length} matches`);
  await form.getByRole('button', { name: 'Next' }).click();
  await expect.poll(said).toContain(`row ${rows[1]} ·`);
  await form.getByRole('button', { name: 'Previous' }).click();
  await form.getByRole('button', { name: 'Previous' }).click();
  await expect.poll(said).toBe(`row ${rows[rows.length - 1].toLocaleString('en-US')} · ${rows.length} matches`);
  await until(page, (seen) => seen.some(({ row }) => row === rows[rows.length - 1]));
  await form.getByLabel('Match case').check();
  await form.getByRole('button', { name: 'Next' }).click();
  await expect.poll(said).toBe('no row');
  await form.getByLabel('Column').selectOption('Price');
  await form.getByLabel('Which').selectOption('>');
  await form.getByLabel('Value').fill('much');
  await form.getByRole('button', { name: 'Next' }).click();
  await form.getByRole('alert').getByText('"much" is no number').waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});

test('an export has the rows that are shown, and can be cancelled; what the server cannot write is said', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  await page.keyboard.press('Control+f');
  await page.getByLabel('Filter Sym').fill('=ACME');
  await page.getByLabel('Filter Sym').press('Enter');
  await until(page, (seen) => isLoaded(seen) && seen.every((row) => row.cells.Sym === 'ACME'));
  await page.getByRole('button', { name: 'Export' }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'CSV' }).click()]);
  expect(file.suggestedFilename()).toBe('positions.csv');
  const lines = readFileSync(await file.path(), 'utf8').trim().split('\n');
  expect(lines[0]).toBe(positions.columns.map(({ name }) => name).join(','));
  expect(lines.length - 1).toBe(cells('Sym').filter((cell) => cell === 'ACME').length);
  await page.getByText(/positions.csv: \d+ rows exported/).waitFor();
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'Parquet' }).click();
  await page.getByText('nothing was exported: the server of the tests writes no Parquet').waitFor();
  server.exports.pause = 3000;
  await page.getByRole('button', { name: 'Clear' }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length > 20);
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'CSV' }).click();
  await page.getByText(/of 1,184 rows$/).first().waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => server.heard.some((message) => message.type === 'cancel')).toBe(true);
  await expect.poll(() => page.locator('.exports').count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('profiles of the columns that are seen: asked for when they are wanted, and let go', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  const header = (): Promise<number> => page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.view.bodyTop ?? 0);
  const before = await header();
  const opened = server.heard.filter(({ type }) => type === 'open').length;
  const command = async (word: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.locator('.palette input').fill(word);
    await page.keyboard.press('Enter');
  };
  await command('show profiles');
  await expect.poll(() => page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.view.profiles?.get('Price')?.bars.length ?? 0)).toBe(24);
  await expect.poll(() => header()).toBe(before + 26);
  const profile = await page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.view.profiles?.get('Price'));
  const prices = cells('Price');
  expect(profile?.distinct).toBe(new Set(prices.filter((cell) => cell !== null)).size);
  expect(profile?.nulls).toBeCloseTo(prices.filter((cell) => cell === null).length / prices.length, 9);
  const mine = server.heard.filter(({ type }) => type === 'open').slice(opened).map(({ sub }) => sub);
  expect(mine.length).toBeGreaterThan(8);
  await command('hide the profiles');
  await expect.poll(header).toBe(before);
  await expect.poll(() => mine.every((sub) => server.heard.some((message) => message.type === 'close' && message.sub === sub))).toBe(true);
  expect(errors).toEqual([]);
  await page.context().close();
});
