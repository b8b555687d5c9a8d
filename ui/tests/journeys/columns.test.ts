/** The menu of a column, and the list of all columns. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { isLoaded, rows, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin());
});

afterAll(() => end(browser, server));

const names = (page: Page): Promise<string[]> => page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.layout.placed.map(({ info }) => info.name) ?? []);

/** Where the button of a column's menu is, once the pointer is over the header. */
const button = (page: Page, column: string): Promise<{ x: number; y: number }> => page.evaluate((name) => {
  const element = document.querySelector('kinetable-grid');
  const placed = element?.grid?.layout.find(name);
  const box = element?.getBoundingClientRect();
  if (!element?.grid || !placed || !box) throw new Error(`there is no column ${name}`);
  const isRight = element.grid.view.formatters.get(name)?.align === 'right';
  const left = box.left + element.grid.layout.left(placed, element.grid.view.scrollX);
  return { x: isRight ? left + 13 : left + placed.width - 13, y: box.top + 14 };
}, column);

test('the menu of a column, by its button and by keys', async () => {
  const { page, errors } = await visit(browser, `${url}/table/quotes`);
  await until(page, isLoaded);
  const choose = async (column: string, item: string): Promise<void> => {
    const { x, y } = await button(page, column);
    await page.mouse.move(x, y + 2);
    await page.mouse.click(x, y);
    await page.getByRole('menuitem', { name: item, exact: true }).click();
  };
  await choose('Ask', 'Move left');
  await expect.poll(() => names(page)).toEqual(['Sym', 'Ask', 'Bid', 'Change', 'Volume', 'Updated']);
  await choose('Ask', 'Move to the end');
  await choose('Updated', 'Move to the beginning');
  await choose('Sym', 'Move right');
  await expect.poll(() => names(page)).toEqual(['Updated', 'Bid', 'Sym', 'Change', 'Volume', 'Ask']);
  await choose('Volume', 'Sort descending');
  await until(page, (seen) => isLoaded(seen) && seen.map(({ cells }) => Number(cells.Volume.replaceAll(',', ''))).every((value, i, all) => i === 0 || all[i - 1] >= value));
  await choose('Sym', 'Copy the name');
  await page.getByText('copied: Sym').waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('Sym');
  await page.locator('kinetable-grid').first().evaluate((element) => (element as HTMLElement).focus());
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+Enter');
  await page.getByRole('menu', { name: 'Column Updated' }).getByText('Instant').waitFor();
  await page.getByRole('menuitem', { name: 'Hide the column' }).click();
  await expect.poll(() => names(page)).toEqual(['Bid', 'Sym', 'Change', 'Volume', 'Ask']);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('all columns beside the cells: found, hidden, moved by keys and by hand, reset, selected', async () => {
  const { page, errors } = await visit(browser, `${url}/table/quotes`);
  await until(page, isLoaded);
  await page.getByRole('button', { name: 'Columns' }).click();
  const side = page.getByRole('complementary', { name: 'Columns' });
  await side.getByLabel('Find a column').fill('b');
  await side.getByRole('button', { name: 'Hide found' }).click();
  await expect.poll(() => names(page)).toEqual(['Sym', 'Ask', 'Change', 'Volume', 'Updated']);
  await side.getByLabel('Find a column').fill('');
  await side.getByRole('checkbox', { name: 'Ask' }).uncheck();
  await side.getByRole('checkbox', { name: 'Bid' }).check();
  await expect.poll(() => names(page)).toEqual(['Sym', 'Bid', 'Change', 'Volume', 'Updated']);
  await side.getByRole('checkbox', { name: 'Updated' }).press('Alt+ArrowUp');
  await expect.poll(() => page.evaluate(() => document.activeElement?.closest('li')?.dataset.name)).toBe('Updated');
  await page.keyboard.press('Alt+ArrowUp');
  await expect.poll(() => names(page)).toEqual(['Sym', 'Bid', 'Updated', 'Change', 'Volume']);
  const handle = await side.getByTitle('Move Volume').boundingBox();
  const first = await side.locator('li').first().boundingBox();
  if (!handle || !first) throw new Error('there is nothing to drag');
  await page.mouse.move(handle.x + 8, handle.y + 8);
  await page.mouse.down();
  await page.mouse.move(handle.x + 8, first.y + 20, { steps: 4 });
  await page.mouse.move(handle.x + 8, first.y + 4, { steps: 2 });
  await page.mouse.up();
  await expect.poll(() => names(page)).toEqual(['Volume', 'Sym', 'Bid', 'Updated', 'Change']);
  await side.getByRole('button', { name: 'Select the 5 that are shown' }).click();
  await page.locator('.chip').getByText('5 columns').waitFor();
  await page.getByRole('button', { name: 'Copy as Python' }).click();
  await page.getByText('copied: quotes').waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('quotes.view(["Volume", "Sym", "Bid", "Updated", "Change"])');
  await until(page, (seen) => isLoaded(seen) && Object.keys((seen[0] ?? { cells: {} }).cells).join() === 'Volume,Sym,Bid,Updated,Change');
  await page.getByRole('button', { name: 'Remove 5 columns' }).click();
  await expect.poll(() => side.locator('li').count()).toBe(6);
  await side.getByRole('button', { name: 'Reset' }).click();
  await expect.poll(() => names(page)).toEqual(['Sym', 'Bid', 'Ask', 'Change', 'Volume', 'Updated']);
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Ask !== undefined);
  await page.keyboard.press('Escape');
  await side.waitFor({ state: 'detached' });
  expect((await rows(page)).length).toBe(12);
  expect(errors).toEqual([]);
  await page.context().close();
});
