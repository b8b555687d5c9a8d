/** Panels that filter others: typed, chosen, and by the row that is selected. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin());
});

afterAll(() => end(browser, server));

async function choose(page: Page, item: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Panels', exact: true }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Values of a column of the table that is called so, as far as they are seen. */
const seenOf = (page: Page, table: string, column: string): Promise<string[]> => page.evaluate(([name, of]) => {
  const grid = [...document.querySelectorAll('kinetable-grid')].find((one) => one.getAttribute('aria-label') === `Table ${name}` && one.clientHeight > 0);
  return [...new Set([...(grid?.shadowRoot?.querySelectorAll(`.mirror [data-row]:not([data-apart]) [data-column="${of}"]`) ?? [])].map((cell) => cell.textContent ?? ''))];
}, [table, column]);

async function sideBySide(page: Page): Promise<void> {
  await until(page, isLoaded);
  await page.getByRole('navigation', { name: 'Tables' }).getByText('trades').click();
  await page.getByRole('tab', { name: 'trades' }).waitFor();
  await page.keyboard.press('Control+Shift+ArrowRight');
  await expect.poll(() => page.locator('kinetable-grid:visible').count()).toBe(2);
}

test('a filter panel: typed and chosen, for all panels with the column, and after a reload', async () => {
  const { page, errors } = await visit(browser, `${url}/table/quotes`);
  await sideBySide(page);
  await choose(page, /^Filter/);
  await page.getByLabel('Column that is filtered').selectOption('Sym');
  await page.getByText('Filters 2 panels.').waitFor();
  await page.getByRole('searchbox', { name: 'Value of Sym' }).fill('=BOLT');
  await expect.poll(() => seenOf(page, 'trades', 'Sym')).toEqual(['BOLT']);
  await expect.poll(() => seenOf(page, 'quotes', 'Sym')).toEqual(['BOLT']);
  await expect.poll(() => page.locator('.chip:visible').allInnerTexts()).toEqual(['Sym =BOLT', 'Sym =BOLT']);
  await page.getByLabel('How values are given').selectOption('choice');
  await expect.poll(() => seenOf(page, 'quotes', 'Sym')).toContain('ACME');
  await expect.poll(() => page.getByRole('combobox', { name: 'Value of Sym' }).locator('option').count()).toBe(13);
  await page.getByRole('combobox', { name: 'Value of Sym' }).selectOption('CRUX');
  await expect.poll(() => seenOf(page, 'trades', 'Sym')).toEqual(['CRUX']);
  await page.reload();
  await expect.poll(() => seenOf(page, 'trades', 'Sym')).toEqual(['CRUX']);
  await page.getByRole('combobox', { name: 'Value of Sym' }).selectOption('');
  await expect.poll(() => page.locator('.chip:visible').count()).toBe(0);
  await page.getByLabel('How values are given').selectOption('text');
  await page.getByLabel('Column that is filtered').selectOption('Bid');
  await page.getByRole('searchbox', { name: 'Value of Bid' }).fill('cheap');
  await page.getByText('"cheap" is no number').waitFor();
  // Closing it takes the filter back.
  await page.getByRole('searchbox', { name: 'Value of Bid' }).fill('>140');
  await expect.poll(() => page.locator('.chip:visible').allInnerTexts()).toEqual(['Bid >140']);
  await page.getByRole('tab', { name: 'Filter Bid' }).press('Delete');
  await expect.poll(() => page.locator('.chip:visible').count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a link: the row that is selected in one table filters the other', async () => {
  const { page, errors } = await visit(browser, `${url}/table/quotes`);
  await sideBySide(page);
  await choose(page, /^Link panels/);
  const dialog = page.getByRole('dialog', { name: 'Link panels' });
  await dialog.getByLabel('When a row is selected in').selectOption({ label: 'quotes' });
  await dialog.getByLabel('its').selectOption('Sym');
  await dialog.getByLabel('filters').selectOption({ label: 'trades' });
  await expect.poll(() => dialog.getByLabel('by').inputValue()).toBe('Sym');
  await dialog.getByRole('button', { name: 'Link', exact: true }).click();
  await dialog.getByText('quotes · Sym → trades · Sym').waitFor();
  await page.keyboard.press('Escape');
  const grid = page.locator('kinetable-grid[aria-label="Table quotes"]');
  await grid.click({ position: { x: 40, y: 31 + 24 * 2 + 10 } });
  await expect.poll(() => seenOf(page, 'trades', 'Sym')).toEqual(['CRUX']);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => seenOf(page, 'trades', 'Sym')).toEqual(['BOLT']);
  await expect.poll(() => page.locator('.chip:visible').allInnerTexts()).toEqual(['Sym = BOLT']);
  await page.getByRole('button', { name: 'Remove Sym = BOLT' }).click();
  await expect.poll(() => page.locator('.chip:visible').count()).toBe(0);
  await page.reload();
  await until(page, isLoaded);
  await grid.click({ position: { x: 40, y: 31 + 10 } });
  await expect.poll(() => seenOf(page, 'trades', 'Sym')).toEqual(['ACME']);
  await choose(page, /^Link panels/);
  await page.getByRole('button', { name: 'Remove quotes · Sym → trades · Sym' }).click();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.chip:visible').count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
});
