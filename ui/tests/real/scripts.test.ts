/** What scripts make, on a server of the binary: code of the console, a figure, a rollup. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { begin, leave, type Stage } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await begin();
});

afterAll(() => stage?.browser.close());

const listed = (page: Page, name: string) => page.getByText(name, { exact: true }).first();

test('code runs, prints, makes a table that opens beside, and fails at its line', async () => {
  const visited = await stage.visit();
  const { page } = visited;
  const editor = page.locator('.cm-content').first();
  await editor.click();
  await page.keyboard.type('print("so", 6 * 7)\n');
  await expect.poll(() => page.locator('body').innerText()).toContain('so 42');
  await editor.click();
  await page.keyboard.type('made_here = trades.where("Sym = `ACME`")\n');
  await expect.poll(() => page.locator('kinetable-grid').count()).toBeGreaterThan(0);
  await expect.poll(() => listed(page, 'made_here').count()).toBe(1);
  await editor.click();
  await page.keyboard.type('trades.where("Smy = `ACME`")\n');
  await expect.poll(() => page.locator('body').innerText()).toContain('did you mean "Sym"?');
  await leave(visited);
});

test('a figure of a script is drawn from its live table', async () => {
  const visited = await stage.visit();
  const { page } = visited;
  await listed(page, 'lines').click();
  await page.locator('.plot canvas, .figure canvas').first().waitFor();
  await expect.poll(() => page.locator('body').innerText()).toContain('BOLT');
  await page.goto(`${stage.base.origin}/panel/figure/lines`);
  await page.locator('.plot canvas, .figure canvas').first().waitFor();
  await expect.poll(() => page.locator('body').innerText()).toContain('BOLT');
  await leave(visited);
});

test('a figure of plotly is drawn under the policy of the server', async () => {
  const visited = await stage.visit();
  const { page } = visited;
  await listed(page, 'drawn').click();
  await page.locator('.plotly-plot .gtitle', { hasText: 'Sizes of two' }).waitFor();
  await expect.poll(() => page.locator('.plotly-plot .violinlayer .violin').count()).toBeGreaterThan(0);
  expect(await page.locator('.plotly-plot .main-svg').first().evaluate((svg) => getComputedStyle(svg).position)).toBe('absolute');
  await page.goto(`${stage.base.origin}/panel/plotly/drawn`);
  await page.locator('.plotly-plot .gtitle', { hasText: 'Sizes of two' }).waitFor();
  await leave(visited);
});

test('a rollup of a script opens under its name, with its key first', async () => {
  const visited = await stage.visit();
  const { page } = visited;
  await listed(page, 'groups').click();
  const columns = (): Promise<string[]> => page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.layout.known() ?? []);
  await expect.poll(async () => (await columns())[0]).toBe('Sym');
  await expect.poll(() => page.getByRole('tab', { name: 'groups' }).count()).toBe(1);
  await leave(visited);
});
