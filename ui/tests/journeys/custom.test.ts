/** Columns that are computed, and what is said of a formula that is none. */
import type { Browser } from 'playwright-core';
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

const number = (text: string): number => Number(text.replaceAll(',', ''));

test('a computed column: refused with its place, mended, sorted by, kept, removed', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('button', { name: 'Add a computed column' }).click();
  const side = page.getByRole('complementary', { name: 'Computed columns' });
  const further = side.getByLabel('A further column');
  await further.fill('Price * Size');
  await further.press('Enter');
  await side.getByText('begin with a name and =').waitFor();
  await further.fill('Worth = Price * Sizes');
  await further.press('Enter');
  await side.getByText('no column or variable is called "Sizes"').waitFor();
  await expect.poll(() => side.locator('mark').innerText()).toBe('Sizes');
  await side.getByText('did you mean').waitFor();
  await expect.poll(() => page.locator('.chip.bad').count()).toBe(1);
  const mine = side.getByLabel('Column Worth', { exact: true });
  await mine.fill('Worth = Price * Size');
  await mine.press('Enter');
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.focusCell(0, 11, false));
  const seen = await until(page, (all) => isLoaded(all) && all[0].cells.Worth !== undefined);
  const priced = seen.filter(({ cells: { Price } }) => Price !== undefined && Price !== 'null');
  expect(priced.length).toBeGreaterThan(5);
  for (const { cells } of priced) expect(number(cells.Worth)).toBeCloseTo(number(cells.Price) * number(cells.Size), 1);
  await page.keyboard.press('s');
  await page.keyboard.press('s');
  await until(page, (all) => isLoaded(all) && all.length > 5 && all.every(({ cells }, i) => i === 0 || number(all[i - 1].cells.Worth) >= number(cells.Worth)));
  await page.getByRole('button', { name: 'Copy as Python' }).click();
  await page.getByText('copied: positions').waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('positions.update_view("Worth = Price * Size").sort_descending("Worth")');
  await page.reload();
  await until(page, isLoaded);
  await expect.poll(() => page.locator('.chip').allInnerTexts()).toEqual(['Worth = Price * Size', '↓ Worth']);
  await page.getByRole('button', { name: 'Remove Worth = Price * Size' }).click();
  await expect.poll(() => page.locator('.chip').count()).toBe(0);
  await until(page, (all) => isLoaded(all) && all[0].cells.Id === '0');
  expect(errors).toEqual([]);
  await page.context().close();
});
