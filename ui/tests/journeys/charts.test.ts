/** Charts: two clicks from a column, what is drawn is what the table has, zoom, other kinds, a picture, Python. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { pricesTable } from '../fake/tables.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end, serve } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;
const prices = pricesTable(24_000, 1);

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 250 }));
});

afterAll(() => end(browser, server));

const points = (page: Page): Promise<string> => page.locator('[data-status="points"]').innerText();
const number = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'));

/** The data of the chart as its table says them. */
function drawn(page: Page): Promise<string[][]> {
  return page.locator('.chart-table tbody tr').evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll<HTMLElement>('th, td')].map((cell) => cell.innerText)));
}

/** What part of the column was asked for last. */
function lastPart(): { from?: string; to?: string } {
  const asked = server.heard.findLast((message) => message.type === 'ops') as unknown as { ops: { m4?: { from?: string; to?: string } }[] } | undefined;
  return asked?.ops[0]?.m4 ?? {};
}

async function chart(page: Page, column: string): Promise<void> {
  await page.evaluate((name) => {
    const grid = document.querySelector('kinetable-grid')?.grid;
    grid?.focusCell(3, grid.layout.find(name)?.index ?? 0, false);
  }, column);
  await page.keyboard.press('c');
  await page.locator('.plot canvas').first().waitFor();
}

test('a line of a column: fewer points than rows, and they are those of the table', async () => {
  const { page, errors } = await visit(browser, `${url}/table/prices`);
  await until(page, isLoaded);
  await page.locator('kinetable-grid').click({ button: 'right', position: { x: 300, y: 100 } });
  await page.getByRole('menuitem', { name: 'Chart this column' }).click();
  await page.locator('.plot canvas').waitFor();
  await expect.poll(() => points(page)).toMatch(/^[1-3],\d{3} of 2\d,\d{3} points$/);
  await page.getByRole('button', { name: 'Data' }).click();
  await page.locator('.chart-table tbody tr').nth(9).waitFor();
  const table = (await drawn(page)).slice(0, 40);
  for (const [at, value] of table) {
    const row = (Date.parse(`${at.replace(' ', 'T')}Z`) - Number(prices.cell(0, 'Time') as bigint / 1_000_000n)) / 500;
    expect(value).toBe(prices.cell(row, 'Price') === null ? 'null' : String(prices.cell(row, 'Price')));
  }
  await page.getByRole('button', { name: 'Data' }).click();
  // It goes on: frames are painted, and acked.
  const sub = server.heard.findLast((message) => message.type === 'open')?.sub;
  const before = server.heard.filter((message) => message.type === 'ack' && message.sub === sub).length;
  await expect.poll(() => server.heard.filter((message) => message.type === 'ack' && message.sub === sub).length).toBeGreaterThan(before + 2);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('zoom by dragging asks for that part; the keyboard reads it; colours by a column; follow', async () => {
  const { page, errors } = await visit(browser, `${url}/table/prices`);
  await until(page, isLoaded);
  await chart(page, 'Price');
  await expect.poll(() => points(page)).toMatch(/of 2\d,/);
  await page.getByLabel('Colour by').selectOption('Sym');
  await expect.poll(() => page.locator('.legend li .name').allInnerTexts()).toEqual(['ACME', 'BOLT', 'CRUX']);
  const box = await page.locator('.plot .u-over').boundingBox();
  if (!box) throw new Error('there is nothing to drag over');
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 90, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Reset zoom' }).waitFor();
  await expect.poll(() => lastPart().to).toBeDefined();
  const { from = '0', to = '0' } = lastPart();
  expect(Number(BigInt(to) - BigInt(from)) / 1e9).toBeGreaterThan(1000);
  expect(Number(BigInt(to) - BigInt(from)) / 1e9).toBeLessThan(1500);
  await page.locator('.plot').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.locator('.chart [role="status"]').innerText()).toMatch(/^2026-09-21 .*ACME/);
  await page.getByRole('button', { name: 'CRUX' }).click();
  await expect.poll(() => page.getByRole('button', { name: 'CRUX' }).getAttribute('aria-pressed')).toBe('false');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Reset zoom' }).click();
  await page.getByRole('button', { name: 'Follow' }).click();
  await expect.poll(() => ({ from: lastPart().from !== undefined, to: lastPart().to !== undefined })).toEqual({ from: true, to: false });
  expect(errors).toEqual([]);
  await page.context().close();
});

test('bars, a histogram and a pie say what the table says; Python and a picture', async () => {
  const { page, errors } = await visit(browser, `${url}/table/prices`);
  await until(page, isLoaded);
  await chart(page, 'Price');
  await page.getByRole('radio', { name: 'Histogram' }).check({ force: true });
  await expect.poll(() => points(page)).toMatch(/^[45]\d bins of 2\d,\d{3} rows$/);
  await page.getByRole('button', { name: 'Data' }).click();
  // As many as have a price: those of the beginning, and what came since.
  const priced = (rows: number): number => Array.from({ length: rows }, (_, row) => prices.cell(row, 'Price')).filter((cell) => cell !== null).length;
  await page.locator('.chart-table tbody tr').nth(9).waitFor();
  const sum = (await drawn(page)).reduce((total, [, count]) => total + number(count), 0);
  expect(sum).toBeGreaterThanOrEqual(priced(24_000));
  expect(sum).toBeLessThanOrEqual(priced(server.tables.get('prices')!.rows));
  await page.getByRole('radio', { name: 'Bars' }).check({ force: true });
  await page.getByLabel('Show', { exact: true }).selectOption('max');
  await expect.poll(async () => (await drawn(page)).map(([name]) => name)).toEqual(['CRUX', 'BOLT', 'ACME']);
  for (const [name, value] of await drawn(page)) {
    const most = (rows: number): number => Math.max(...Array.from({ length: rows }, (_, row) => (prices.cell(row, 'Sym') === name ? Number(prices.cell(row, 'Price')) : 0)));
    expect(number(value)).toBeGreaterThanOrEqual(most(24_000));
    expect(number(value)).toBeLessThanOrEqual(most(server.tables.get('prices')!.rows));
  }
  await page.getByRole('button', { name: 'Python', exact: true }).click();
  await page.getByText('copied: the chart as Python').waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('.plot_cat(series_name="Price", t=prices.agg_by([agg.max_("Price")], by="Sym"), category="Sym", y="Price")');
  const [picture] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'PNG' }).click()]);
  expect(picture.suggestedFilename()).toBe('prices-max-of-Price-by-Sym.png');
  await page.getByRole('radio', { name: 'Pie' }).check({ force: true });
  await expect.poll(() => points(page)).toMatch(/^3 parts of/);
  await page.getByRole('radio', { name: 'Candlesticks' }).check({ force: true });
  await expect.poll(() => points(page)).toMatch(/intervals of/);
  // It is there on the next visit too, with the filters that the table had.
  await page.reload();
  await expect.poll(() => points(page)).toMatch(/intervals of/);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a server that knows no charts is offered none', async () => {
  const { server: old, url: at } = await serve({ features: [] }, [pricesTable(100, 1)]);
  const { page, errors } = await visit(browser, `${at}/table/prices`);
  await until(page, isLoaded);
  await page.locator('kinetable-grid').click({ button: 'right', position: { x: 300, y: 100 } });
  await page.getByRole('menuitem', { name: 'Copy with headers' }).waitFor();
  expect(await page.getByRole('menuitem', { name: 'Chart this column' }).count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
  await old.stop();
});

test('a chart follows its panel: filters as they come and go, until it is detached, and after it is attached again', async () => {
  const { page, errors } = await visit(browser, `${url}/table/prices`);
  await until(page, isLoaded);
  await chart(page, 'Price');
  await page.getByLabel('Colour by').selectOption('Sym');
  const drawnNames = (): Promise<string[]> => page.locator('.legend li .name').allInnerTexts();
  const ALL = ['ACME', 'BOLT', 'CRUX'];
  await expect.poll(drawnNames).toEqual(ALL);
  const chip = page.locator('[data-follows=prices]');
  await expect.poll(() => chip.innerText()).toBe('follows prices');
  const filter = async (text: string): Promise<void> => {
    await page.locator('kinetable-grid').click({ position: { x: 300, y: 100 } });
    await page.keyboard.press('Control+f');
    await page.getByLabel('Filter Sym').fill(text);
    await page.getByLabel('Filter Sym').press('Enter');
  };
  await filter('=ACME');
  await expect.poll(drawnNames).toEqual(['ACME']);
  // It is kept, and goes on after a reload.
  await page.reload();
  await chip.waitFor();
  await filter('');
  await expect.poll(drawnNames).toEqual(ALL);
  await filter('=ACME');
  await expect.poll(drawnNames).toEqual(['ACME']);
  await page.getByRole('button', { name: 'Detach from prices' }).click();
  await page.getByText('Sym =ACME').nth(1).waitFor();
  await filter('');
  await until(page, (seen) => isLoaded(seen) && new Set(seen.map(({ cells }) => cells.Sym)).size > 1);
  expect(await drawnNames()).toEqual(['ACME']);
  await page.getByRole('button', { name: 'Follow prices' }).click();
  await expect.poll(drawnNames).toEqual(ALL);
  // Whose panel is closed keeps the rows of then.
  await filter('=BOLT');
  await expect.poll(drawnNames).toEqual(['BOLT']);
  await page.getByRole('button', { name: 'Close prices' }).first().click();
  await expect.poll(() => chip.count()).toBe(0);
  await page.getByText('Sym =BOLT').waitFor();
  expect(await drawnNames()).toEqual(['BOLT']);
  await page.getByRole('button', { name: 'All rows' }).click();
  await expect.poll(drawnNames).toEqual(ALL);
  expect(errors).toEqual([]);
  await page.context().close();
});
