/** Groups, distinct rows, rollups and trees: what they show is computed from the table, and rows open and close by mouse and keys. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { bigTable, staffTable } from '../fake/tables.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;
const positions = bigTable('positions', 1184);
const all = Array.from({ length: positions.rows }, (_, row) => ({ Sym: positions.cell(row, 'Sym'), Venue: positions.cell(row, 'Venue'), Size: Number(positions.cell(row, 'Size')) }));

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 500 }));
  server.add(staffTable());
  server.values.set('desk', { kind: 'Rollup', tables: [positions], value: { rollup: { keys: ['Venue'], aggs: [['sum', 'Total', 'Size']], rows: false, open: [[]] } } });
});

afterAll(() => end(browser, server));

const number = (text: string): number => Number(text.replaceAll(',', ''));
const sizes = (rows: typeof all): number => rows.reduce((sum, { Size }) => sum + Size, 0);

async function groups(page: Page, kind: string): Promise<ReturnType<Page['getByRole']>> {
  await page.getByRole('button', { name: 'Groups', exact: true }).click();
  const side = page.getByRole('complementary', { name: 'Groups' });
  await side.getByRole('radio', { name: kind }).check({ force: true });
  return side;
}

test('groups: counted and added up, sorted and filtered by what was made, as Python, and kept', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  const side = await groups(page, 'Groups');
  await until(page, (seen) => isLoaded(seen) && seen.length === 12);
  await side.getByLabel('One more value').selectOption('Size');
  const seen = await until(page, (rows) => isLoaded(rows) && rows.length === 12 && rows[0].cells.Size_sum !== undefined);
  for (const { cells } of seen) {
    const mine = all.filter(({ Sym }) => Sym === cells.Sym);
    expect([number(cells.Count), number(cells.Size_sum)]).toEqual([mine.length, sizes(mine)]);
  }
  await page.evaluate(() => {
    const grid = document.querySelector('kinetable-grid')?.grid;
    grid?.focusCell(0, grid.layout.find('Size_sum')?.index ?? 0, false);
    document.querySelector('kinetable-grid')?.focus();
  });
  await page.keyboard.press('s');
  await page.keyboard.press('s');
  await until(page, (rows) => isLoaded(rows) && rows.length === 12 && rows.every(({ cells }, i) => i === 0 || number(rows[i - 1].cells.Size_sum) >= number(cells.Size_sum)));
  await page.keyboard.press('Control+f');
  await page.getByLabel('Filter Count').fill('>100');
  await page.getByLabel('Filter Count').press('Enter');
  await until(page, (rows) => isLoaded(rows) && rows.length < 12 && rows.every(({ cells }) => number(cells.Count) > 100));
  await page.getByRole('button', { name: 'Copy as Python' }).click();
  await page.getByText(/^copied: from kinetable/).waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(
    'from kinetable import agg\n\npositions.agg_by([agg.count_("Count"), agg.sum_("Size_sum = Size")], by="Sym").where("Count > 100").sort_descending("Size_sum")',
  );
  await page.reload();
  await until(page, (rows) => isLoaded(rows) && rows.every(({ cells }) => cells.Size_sum !== undefined && number(cells.Count) > 100));
  await page.getByRole('button', { name: 'Clear' }).click();
  await until(page, (rows) => isLoaded(rows) && rows[0].cells.Price !== undefined);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('distinct rows', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  const side = await groups(page, 'Distinct');
  await until(page, (seen) => isLoaded(seen) && seen.length === 12 && Object.keys(seen[0].cells).join() === 'Sym');
  await side.getByLabel('One more key').selectOption('Venue');
  const pairs = new Set(all.map(({ Sym, Venue }) => `${Sym} ${Venue}`));
  const seen = await until(page, (rows) => isLoaded(rows) && rows[0].cells.Venue !== undefined);
  expect(new Set(seen.map(({ cells }) => `${cells.Sym} ${cells.Venue}`)).size).toBe(seen.length);
  for (const { cells } of seen) expect(pairs.has(`${cells.Sym} ${cells.Venue}`)).toBe(true);
  await side.getByRole('button', { name: 'Back to the rows' }).click();
  await until(page, (rows) => isLoaded(rows) && rows[0].cells.Price !== undefined);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a rollup opens by keys and by hand; each level adds up what is below it', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  const side = await groups(page, 'Rollup');
  await side.getByLabel('One more value').selectOption('Size');
  await side.getByLabel('One more key').selectOption('Venue');
  const closed = await until(page, (seen) => isLoaded(seen) && seen.length === 13 && seen[0].cells.Size_sum !== undefined && seen[0].cells.Venue !== undefined);
  expect(number(closed[0].cells.Size_sum)).toBe(sizes(all));
  const branch = (row: number): Promise<[string | null, string | null]> => page.evaluate((at) => {
    const line = document.querySelector('kinetable-grid')?.shadowRoot?.querySelector(`.mirror [data-row="${at}"]`);
    return [line?.getAttribute('aria-level') ?? null, line?.getAttribute('aria-expanded') ?? null];
  }, row);
  await expect.poll(() => branch(0)).toEqual(['1', 'true']);
  await expect.poll(() => branch(1)).toEqual(['2', 'false']);
  await page.evaluate(() => {
    document.querySelector('kinetable-grid')?.grid?.focusCell(1, 0, false);
    document.querySelector('kinetable-grid')?.focus();
  });
  await page.keyboard.press('ArrowRight');
  const open = await until(page, (seen) => isLoaded(seen) && seen.length === 18 && seen[2].cells.Venue !== 'null');
  await expect.poll(() => branch(1)).toEqual(['2', 'true']);
  const below = open.slice(2, 7);
  expect(below.reduce((sum, { cells }) => sum + number(cells.Size_sum), 0)).toBe(number(open[1].cells.Size_sum));
  for (const { cells } of below) expect(number(cells.Size_sum)).toBe(sizes(all.filter(({ Sym, Venue }) => Sym === cells.Sym && Venue === cells.Venue)));
  await page.keyboard.press('ArrowLeft');
  await until(page, (seen) => isLoaded(seen) && seen.length === 13);
  // By hand: the sign before the second row.
  const y = await page.evaluate(() => {
    const view = document.querySelector('kinetable-grid')?.grid?.view;
    return view ? view.bodyTop + 2.5 * view.extent.rowHeight : 0;
  });
  await page.locator('kinetable-grid').click({ position: { x: 10 + 14 + 4, y } });
  await until(page, (seen) => isLoaded(seen) && seen.length === 18);
  await expect.poll(() => branch(2)).toEqual(['2', 'true']);
  await side.getByRole('button', { name: 'Expand all' }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length > 25);
  await side.getByRole('button', { name: 'Collapse' }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length === 13);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a tree by id and parent', async () => {
  const { page, errors } = await visit(browser, `${url}/table/staff`);
  await until(page, isLoaded);
  await groups(page, 'Tree');
  await until(page, (seen) => isLoaded(seen) && seen.map(({ cells }) => cells.Name).join() === 'Ada,Fay');
  await page.evaluate(() => {
    document.querySelector('kinetable-grid')?.grid?.focusCell(0, 0, false);
    document.querySelector('kinetable-grid')?.focus();
  });
  await page.keyboard.press('ArrowRight');
  await until(page, (seen) => isLoaded(seen) && seen.map(({ cells }) => cells.Name).join() === 'Ada,Ben,Cleo,Fay');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await until(page, (seen) => isLoaded(seen) && seen.map(({ cells }) => cells.Name).join() === 'Ada,Ben,Cleo,Dan,Eve,Fay');
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a rollup that a script made opens from the list', async () => {
  const { page, errors } = await visit(browser, url);
  await page.getByRole('navigation', { name: 'Tables' }).getByText('desk').click();
  const seen = await until(page, (rows) => isLoaded(rows) && rows.length === 6 && rows[0].cells.Total !== undefined);
  expect(number(seen[0].cells.Total)).toBe(sizes(all));
  expect(errors).toEqual([]);
  await page.context().close();
});
