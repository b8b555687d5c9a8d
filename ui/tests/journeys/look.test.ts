/** The form of cells and colours by value, chosen beside the table, and kept. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { isSound } from './axe.ts';
import { isLoaded, rows, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({}));
});

afterAll(() => end(browser, server));

async function choose(page: Page, column: string): Promise<void> {
  const at = await page.evaluate((name) => {
    const element = document.querySelector('kinetable-grid');
    const placed = element?.grid?.layout.find(name);
    const box = element?.getBoundingClientRect();
    if (!element?.grid || !placed || !box) throw new Error(`there is no column ${name}`);
    return { x: box.left + element.grid.layout.left(placed, element.grid.view.scrollX) + placed.width / 2, y: box.top + 14 };
  }, column);
  await page.mouse.click(at.x, at.y, { button: 'right' });
  await page.getByRole('menuitem', { name: 'Format and colours' }).click();
  await page.getByRole('complementary', { name: 'Format and colours' }).waitFor();
}

/** Which rows are shaded at the left edge of a column, and at a share of its width. */
const shaded = (page: Page, column: string, share: number): Promise<boolean[]> => page.evaluate(async ([name, part]) => {
  const grid = document.querySelector('kinetable-grid')!.grid!;
  grid.view.hoverRow = -1;
  grid.selection.clear();
  grid.repaint();
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const { view } = grid;
  const placed = grid.layout.find(name)!;
  const at = (x: number, y: number): string => [...view.ctx.getImageData(x, y, 1, 1).data].join();
  const plain = at(view.width - 2, view.bodyTop + 8 * view.extent.rowHeight + 5);
  return Array.from({ length: 12 }, (_, row) => at(Math.round(grid.layout.left(placed, view.scrollX) + 2 + part * (placed.width - 6)), view.bodyTop + row * view.extent.rowHeight + 5) !== plain);
}, [column, share] as const);

const number = (text: string): number => Number(text.replaceAll(',', '').replace('−', '-'));

test('numbers and times in other forms, which are kept', async () => {
  const { page, errors } = await visit(browser, `${url}/table/quotes`);
  await until(page, isLoaded);
  await choose(page, 'Bid');
  const beside = page.getByRole('complementary', { name: 'Format and colours' });
  await beside.getByLabel('Decimals', { exact: true }).selectOption('3');
  await until(page, (seen) => seen.length === 12 && seen.every(({ cells }) => /^[\d,]+\.\d{3}$/.test(cells.Bid)));
  await beside.getByLabel('Percent').check();
  await until(page, (seen) => seen[0]?.cells.Bid === '10,000.000%');
  await beside.getByLabel('Commas between thousands').uncheck();
  await until(page, (seen) => seen[0]?.cells.Bid === '10000.000%');
  await beside.getByLabel('Column', { exact: true }).selectOption('Updated');
  await beside.getByLabel('Shown', { exact: true }).selectOption('time');
  await beside.getByLabel('Time zone', { exact: true }).selectOption('other');
  await beside.getByLabel('Zone', { exact: true }).fill('Asia/Tokyo');
  const seen = await until(page, (all) => /^23:13:20/.test(all[0]?.cells.Updated ?? ''));
  expect(seen[0].cells.Updated).toBe('23:13:20.000');
  await page.reload();
  await until(page, (all) => isLoaded(all) && all[0].cells.Bid === '10000.000%' && all[0].cells.Updated === '23:13:20.000');
  await choose(page, 'Bid');
  await page.getByRole('button', { name: 'As it was' }).click();
  await until(page, (all) => all[0]?.cells.Bid === '100.0');
  expect(errors).toEqual([]);
  await page.context().close();
});

test('colours by value are where the values say so, and bars as long', async () => {
  const { page, errors } = await visit(browser, `${url}/table/quotes`, { reducedMotion: 'reduce' });
  await until(page, isLoaded);
  await choose(page, 'Bid');
  const beside = page.getByRole('complementary', { name: 'Format and colours' });
  await beside.getByLabel('Value', { exact: true }).fill('high');
  await beside.getByRole('button', { name: 'Add' }).click();
  await beside.getByText('"high" is no number').waitFor();
  await beside.getByLabel('Value', { exact: true }).fill('140');
  await beside.getByLabel('sky').check();
  await beside.getByRole('button', { name: 'Add' }).click();
  await beside.locator('.rules').getByText('above 140').waitFor();
  const bids = (await rows(page)).map(({ cells }) => number(cells.Bid));
  await expect.poll(() => shaded(page, 'Bid', 0)).toEqual(bids.map((bid) => bid > 140));
  expect(new Set(bids.map((bid) => bid > 140)).size).toBe(2);
  await beside.getByLabel('Column', { exact: true }).selectOption('Ask');
  await beside.getByLabel('Colour', { exact: true }).selectOption('bar');
  await beside.getByRole('button', { name: 'Add' }).click();
  await beside.locator('.rules').getByText('bars by size').waitFor();
  const asks = (await rows(page)).map(({ cells }) => number(cells.Ask));
  const largest = Math.max(...asks);
  for (const share of [0.3, 0.8]) {
    const expected = asks.map((ask) => ask / largest);
    // Beside the very end of a bar a pixel decides.
    await expect.poll(async () => {
      const is = await shaded(page, 'Ask', share);
      return expected.flatMap((length, row) => (Math.abs(length - share) > 0.05 && is[row] !== (length > share) ? [row] : []));
    }, { message: `rows at ${share}` }).toEqual([]);
  }
  await isSound(page);
  await page.reload();
  await until(page, isLoaded);
  await expect.poll(() => shaded(page, 'Bid', 0)).toEqual(bids.map((bid) => bid > 140));
  expect(errors).toEqual([]);
  await page.context().close();
});
