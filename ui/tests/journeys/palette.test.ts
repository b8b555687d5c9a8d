/** The palette, by keys alone. */
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

test('a table, a command, a setting', async () => {
  const { page, errors } = await visit(browser, url);
  await page.getByRole('navigation', { name: 'Tables' }).getByText('quotes').waitFor();
  const ask = async (text: string): Promise<void> => {
    await page.keyboard.press('Control+k');
    await page.locator('.palette input').waitFor();
    await page.keyboard.type(text);
  };
  await ask('qts');
  await expect.poll(() => page.locator('#palette-list [role=option]').first().innerText()).toContain('quotes');
  await page.keyboard.press('Enter');
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Bid !== undefined);
  await page.keyboard.press('ArrowRight');
  await ask('sort desc');
  await page.keyboard.press('Enter');
  await page.locator('.chip').getByText('↓ Bid').waitFor();
  await ask('cpp');
  await page.keyboard.press('Enter');
  await page.getByText('copied: quotes').waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('quotes.sort_descending("Bid")');
  await ask('theme');
  await expect.poll(() => page.locator('#palette-list [role=option]').first().innerText()).toContain('Theme: dark');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  await ask('zzzz');
  await page.getByText('Nothing is called so.').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.palette input').waitFor({ state: 'detached' });
  await ask('close');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '9 tables' }).waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});
