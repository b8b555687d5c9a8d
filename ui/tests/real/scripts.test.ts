/** What scripts make, on a server of the binary: code of the console, a figure, a rollup. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launch, visit } from '../journeys/browser.ts';

let browser: Browser;
let base: URL;

beforeAll(async () => {
  const link = process.env.KINETABLE_URL;
  if (!link) throw new Error('KINETABLE_URL is not set: the link of a server that runs tests/real/tables.py');
  base = new URL(link);
  browser = await launch();
});

afterAll(() => browser?.close());

async function enter(): Promise<{ page: Page; errors: string[] }> {
  return visit(browser, `${base.origin}/${base.search}${base.hash}`);
}

const listed = (page: Page, name: string) => page.getByText(name, { exact: true }).first();

test('code runs, prints, makes a table that opens beside, and fails at its line', async () => {
  const { page, errors } = await enter();
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
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a figure of a script is drawn from its live table', async () => {
  const { page, errors } = await enter();
  await listed(page, 'lines').click();
  await page.locator('.plot canvas, .figure canvas').first().waitFor();
  await expect.poll(() => page.locator('body').innerText()).toContain('BOLT');
  await page.goto(`${base.origin}/panel/figure/lines`);
  await page.locator('.plot canvas, .figure canvas').first().waitFor();
  await expect.poll(() => page.locator('body').innerText()).toContain('BOLT');
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a rollup of a script opens under its name, with its key first', async () => {
  const { page, errors } = await enter();
  await listed(page, 'groups').click();
  const columns = (): Promise<string[]> => page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.layout.known() ?? []);
  await expect.poll(async () => (await columns())[0]).toBe('Sym');
  await expect.poll(() => page.getByRole('tab', { name: 'groups' }).count()).toBe(1);
  expect(errors).toEqual([]);
  await page.context().close();
});
