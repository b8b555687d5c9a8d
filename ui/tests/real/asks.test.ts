/** What is asked of tables of a server of the binary: charts, statistics, groups, a value that is looked for, files. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLoaded, until } from '../journeys/browser.ts';
import { begin, leave, type Stage, type Visited } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await begin();
});

afterAll(() => stage?.browser.close());

const number = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'));

async function open(name: string, column: string): Promise<Visited> {
  const visited = await stage.visit(`/table/${name}`);
  const { page } = visited;
  await until(page, (seen) => isLoaded(seen) && seen.length > 2);
  await page.evaluate((wanted) => {
    const grid = document.querySelector('kinetable-grid')?.grid;
    grid?.focusCell(0, grid.layout.find(wanted)?.index ?? 0, false);
    document.querySelector('kinetable-grid')?.focus();
  }, column);
  return visited;
}

test('a line of a live column, coloured by another, then a histogram and bars', async () => {
  const visited = await open('trades', 'Price');
  const { page } = visited;
  await page.keyboard.press('c');
  await page.locator('.plot canvas').waitFor();
  const points = (): Promise<string> => page.locator('[data-status="points"]').innerText();
  await expect.poll(points).toMatch(/points$/);
  await page.getByLabel('Colour by').selectOption('Sym');
  await expect.poll(() => page.locator('.legend .name').allInnerTexts()).toEqual(['ACME', 'BOLT']);
  await page.getByRole('button', { name: 'Data' }).click();
  await page.locator('.chart-table tbody tr').nth(3).waitFor();
  const shown = await page.locator('.chart-table tbody td').allInnerTexts();
  const values = shown.filter((text) => text !== '–').map(number);
  expect(values.length).toBeGreaterThan(3);
  for (const value of values) expect((value - 100) * 4).toBe(Math.round((value - 100) * 4));
  await page.getByRole('radio', { name: 'Histogram' }).check({ force: true });
  await expect.poll(points).toMatch(/bins of/);
  await page.getByRole('radio', { name: 'Bars' }).check({ force: true });
  await expect.poll(() => page.locator('.chart-table tbody th').allInnerTexts().then((names) => [...names].sort())).toEqual(['ACME', 'BOLT']);
  await leave(visited);
});

test('statistics of a live column', async () => {
  const visited = await open('trades', 'Size');
  const { page } = visited;
  await page.keyboard.press('i');
  const figure = (word: string): Promise<string> => page.locator(`[data-figure="${word}"]`).innerText();
  await page.locator('[data-figure="Average"]').waitFor();
  await expect.poll(() => figure('Greatest')).toBe('80');
  await expect.poll(() => figure('Least')).toBe('0');
  const before = number(await figure('Rows'));
  await expect.poll(async () => number(await figure('Rows'))).toBeGreaterThan(before);
  await leave(visited);
});

test('groups and a rollup add up', async () => {
  const visited = await open('trades', 'Sym');
  const { page } = visited;
  await page.getByRole('button', { name: 'Groups', exact: true }).click();
  const side = page.getByRole('complementary', { name: 'Groups' });
  await side.getByRole('radio', { name: 'Groups' }).check({ force: true });
  await until(page, (seen) => isLoaded(seen) && seen.map(({ cells }) => cells.Sym).sort().join() === 'ACME,BOLT');
  await side.getByRole('radio', { name: 'Rollup' }).check({ force: true });
  const seen = await until(page, (rows) => isLoaded(rows) && rows.length === 3);
  expect(number(seen[0].cells.Count)).toBe(number(seen[1].cells.Count) + number(seen[2].cells.Count));
  await page.evaluate(() => {
    document.querySelector('kinetable-grid')?.grid?.focusCell(0, 0, false);
    document.querySelector('kinetable-grid')?.focus();
  });
  await page.keyboard.press('ArrowLeft');
  await until(page, (rows) => isLoaded(rows) && rows.length === 1);
  await leave(visited);
});

test('a value is found, and a table is exported', async () => {
  const visited = await open('kinds', 'Text');
  const { page } = visited;
  await page.keyboard.press('Control+g');
  await page.getByRole('button', { name: 'Find a value…' }).click();
  const form = page.getByRole('form', { name: 'Find a value' });
  await form.getByRole('textbox', { name: 'Value' }).fill('ROW 1');
  await form.getByRole('textbox', { name: 'Value' }).press('Enter');
  await expect.poll(() => form.getByRole('status').innerText()).toBe('row 1 · 1 match');
  for (const [format, isRight] of [['CSV', (bytes: Buffer) => bytes.toString().trim().split(/\r?\n/).length === 4], ['Parquet', (bytes: Buffer) => bytes.subarray(0, 4).toString() === 'PAR1'], ['Arrow', (bytes: Buffer) => bytes.length > 200]] as const) {
    await page.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: format }).click()]);
    expect(isRight(readFileSync(await file.path())), format).toBe(true);
  }
  await leave(visited);
});
