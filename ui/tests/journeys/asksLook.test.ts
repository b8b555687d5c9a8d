/** What is asked of tables and drawn of them, as those see it who need contrast, names and a thumb's room: axe, in light and dark, wide and narrow. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { ordersTable } from '../fake/tables.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 1000 }));
  server.add(ordersTable());
});

afterAll(() => end(browser, server));

async function serious(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe.run();
    return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 140)} ${failureSummary.slice(0, 200)}`).join(' | ')}`);
  });
}

test.each([[1400, 'light'], [1400, 'dark'], [390, 'light']] as const)('nothing serious at %d pixels in %s', async (width, colorScheme) => {
  const isPhone = width < 700;
  const { page, errors } = await visit(browser, `${url}/table/prices`, { colorScheme, viewport: { width, height: 844 }, hasTouch: isPhone, isMobile: isPhone });
  await until(page, isLoaded);
  await page.evaluate(axe);
  const focus = (column: number): Promise<void> => page.evaluate((at) => {
    document.querySelector('kinetable-grid')?.grid?.focusCell(1, at, false);
    document.querySelector('kinetable-grid')?.focus();
  }, column);
  await focus(2);
  await page.keyboard.press('i');
  await page.locator('[data-figure="Average"]').waitFor();
  await page.locator('.shape rect').first().waitFor();
  expect(await serious(page)).toEqual([]);
  await page.getByRole('complementary', { name: 'Statistics' }).getByLabel('Column').selectOption('Sym');
  await page.locator('.values li').first().waitFor();
  expect(await serious(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('groups, rollups');
  await page.keyboard.press('Enter');
  const side = page.getByRole('complementary', { name: 'Groups' });
  await side.getByRole('radio', { name: 'Rollup' }).check({ force: true });
  await side.getByLabel('One more value').selectOption('Price');
  await until(page, (seen) => isLoaded(seen) && seen.length === 4);
  expect(await serious(page)).toEqual([]);
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
  expect(await serious(page)).toEqual([]);
  await page.getByRole('button', { name: 'Data' }).click();
  await page.locator('.chart-table tbody tr').first().waitFor();
  expect(await serious(page)).toEqual([]);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('nothing serious while rows are written', async () => {
  const { page, errors } = await visit(browser, `${url}/table/orders`);
  await until(page, isLoaded);
  await page.evaluate(axe);
  await page.getByRole('button', { name: 'Add row' }).click();
  await page.getByRole('complementary', { name: 'Add a row' }).waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.focusCell(0, 1, false));
  await page.keyboard.press('F2');
  await page.getByLabel('Qty, row 0').fill('many');
  await page.getByLabel('Qty, row 0').press('Enter');
  await page.getByRole('alert').getByText('"many"').waitFor();
  expect(await serious(page)).toEqual([]);
  expect(errors).toEqual([]);
  await page.context().close();
});
