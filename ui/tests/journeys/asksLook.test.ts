/** What is asked of tables and drawn of them, as those see it who need contrast, names and a thumb's room: axe, in light and dark, wide and narrow. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { ordersTable } from '../fake/tables.ts';
import { isSound } from './axe.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 1000 }));
  server.add(ordersTable());
});

afterAll(() => end(browser, server));

test.each([[1400, 'light'], [1400, 'dark'], [390, 'light']] as const)('nothing serious at %d pixels in %s', async (width, colorScheme) => {
  const isPhone = width < 700;
  const { page, errors } = await visit(browser, `${url}/table/prices`, { colorScheme, viewport: { width, height: 844 }, hasTouch: isPhone, isMobile: isPhone });
  await until(page, isLoaded);
  const focus = (column: number): Promise<void> => page.evaluate((at) => {
    document.querySelector('kinetable-grid')?.grid?.focusCell(1, at, false);
    document.querySelector('kinetable-grid')?.focus();
  }, column);
  await focus(2);
  await page.keyboard.press('i');
  await page.locator('[data-figure="Average"]').waitFor();
  await page.locator('.shape rect').first().waitFor();
  await isSound(page);
  await page.getByRole('complementary', { name: 'Statistics' }).getByLabel('Column').selectOption('Sym');
  await page.locator('.values li').first().waitFor();
  await isSound(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('groups, rollups');
  await page.keyboard.press('Enter');
  const side = page.getByRole('complementary', { name: 'Groups' });
  await side.getByRole('radio', { name: 'Rollup' }).check({ force: true });
  await side.getByLabel('One more value').selectOption('Price');
  await until(page, (seen) => isLoaded(seen) && seen.length === 4);
  await isSound(page);
  await side.getByRole('button', { name: 'Back to the rows' }).click();
  await page.keyboard.press('Escape');
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Time !== undefined);
  await focus(2);
  await page.keyboard.press('c');
  await page.locator('.plot canvas').waitFor();
  if (isPhone) await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Colour by').selectOption('Sym');
  await expect.poll(() => page.locator('.legend li').count()).toBe(3);
  await page.getByRole('button', { name: 'CRUX' }).click();
  await isSound(page);
  await page.getByRole('button', { name: 'Data' }).click();
  await page.locator('.chart-table tbody tr').first().waitFor();
  await isSound(page);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('nothing serious while rows are written', async () => {
  const { page, errors } = await visit(browser, `${url}/table/orders`);
  await until(page, isLoaded);
  await page.getByRole('button', { name: 'Add row' }).click();
  await page.getByRole('complementary', { name: 'Add a row' }).waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.focusCell(0, 1, false));
  await page.keyboard.press('F2');
  await page.getByLabel('Qty, row 0').fill('many');
  await page.getByLabel('Qty, row 0').press('Enter');
  await page.getByRole('alert').getByText('"many"').waitFor();
  await isSound(page);
  expect(errors).toEqual([]);
  await page.context().close();
});
