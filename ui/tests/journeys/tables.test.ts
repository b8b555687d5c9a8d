import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { isLoaded, rows, status, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin());
});

afterAll(() => end(browser, server));

async function open(name: string): Promise<{ page: Page; errors: string[] }> {
  const visited = await visit(browser, `${url}/table/${name}`);
  await until(visited.page, isLoaded);
  return visited;
}

async function leave({ page, errors }: { page: Page; errors: string[] }): Promise<void> {
  expect(errors).toEqual([]);
  await page.context().close();
}

/** The middle of a header's cell, in pixels of the window. */
async function header(page: Page, column: string): Promise<{ x: number; y: number; right: number }> {
  return page.evaluate((name) => {
    const grid = [...document.querySelectorAll('kinetable-grid')].find((one) => one.clientHeight > 0);
    const placed = grid?.grid?.layout.find(name);
    const box = grid?.getBoundingClientRect();
    if (!grid?.grid || !placed || !box) throw new Error(`there is no column ${name}`);
    const left = box.left + grid.grid.layout.left(placed, grid.grid.view.scrollX);
    return { x: left + placed.width / 2, y: box.top + 12, right: left + placed.width };
  }, column);
}

test('from the list to the end of a billion rows, and a notch back', async () => {
  const visited = await visit(browser, url);
  const { page } = visited;
  await page.getByRole('navigation', { name: 'Tables' }).getByText('history').click();
  await until(page, isLoaded);
  await expect.poll(() => page.url()).toBe(`${url}/table/history`);
  await expect.poll(() => status(page, 'rows')).toBe('1,000,000,000 rows');
  await page.keyboard.press('Control+End');
  const end = await until(page, (seen) => isLoaded(seen) && seen.some(({ row }) => row === 999_999_999));
  expect(end[end.length - 1]).toMatchObject({ row: 999_999_999, cells: { Id: '999,999,999' } });
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, -120);
  await until(page, (seen) => isLoaded(seen) && end[0].row - seen[0].row === 5);
  await leave(visited);
});

test('the end of 2^53-1 rows, where a notch is a few rows too', async () => {
  const visited = await open('everything');
  const { page } = visited;
  await page.keyboard.press('Control+End');
  const end = await until(page, (seen) => isLoaded(seen) && seen.some(({ row }) => row === 9_007_199_254_740_990));
  expect(end[end.length - 1].cells.Id).toBe('9,007,199,254,740,990');
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, -120);
  await until(page, (seen) => isLoaded(seen) && end[0].row - seen[0].row === 5);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => status(page, 'selection')).toBe('row 9,007,199,254,740,989');
  await leave(visited);
});

test('a click sorts, another turns it round, a third gives it up; and the same as Python', async () => {
  const visited = await open('history');
  const { page } = visited;
  const { x, y } = await header(page, 'Id');
  await page.mouse.click(x, y);
  await page.mouse.click(x, y);
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Id === '999,999,999');
  await page.getByRole('button', { name: 'Copy as Python' }).click();
  await page.getByText('copied: ').waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('history.sort_descending("Id")');
  await page.mouse.click(x, y);
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Id === '0');
  await leave(visited);
});

test('two sorts on a live table', async () => {
  const visited = await open('quotes');
  const { page } = visited;
  const volume = await header(page, 'Volume');
  await page.mouse.click(volume.x, volume.y);
  const sym = await header(page, 'Sym');
  await page.keyboard.down('Shift');
  await page.mouse.click(sym.x, sym.y);
  await page.keyboard.up('Shift');
  await until(page, (seen) => {
    const volumes = seen.map(({ cells }) => Number(cells.Volume?.replaceAll(',', '')));
    return seen.length === 12 && isLoaded(seen) && volumes.every((value, i) => i === 0 || volumes[i - 1] <= value);
  });
  await expect.poll(() => page.locator('.chip').allInnerTexts()).toEqual(['↑ Volume', '↑ Sym']);
  await leave(visited);
});

test('the filter row: found, refused where it was typed, cleared', async () => {
  const visited = await open('trades');
  const { page } = visited;
  await page.keyboard.press('Control+f');
  const sym = page.getByLabel('Filter Sym');
  await sym.fill('acm');
  await sym.press('Enter');
  const found = await until(page, (seen) => isLoaded(seen) && seen.every(({ cells }) => cells.Sym === 'ACME'));
  expect(found.length).toBeGreaterThan(10);
  await expect.poll(() => status(page, 'rows')).toMatch(/^[\d,]+ of [\d,]+ rows$/);
  const price = page.getByLabel('Filter Price');
  await price.fill('cheap');
  await price.press('Enter');
  await page.getByText('"cheap" is no number').waitFor();
  await price.fill('>1000000');
  await price.press('Enter');
  await page.getByText(/The filter hides all [\d,]+ rows/).waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length > 10 && seen.some(({ cells }) => cells.Sym !== 'ACME'));
  await leave(visited);
});

test('by the value of a cell, from the keyboard', async () => {
  const visited = await open('trades');
  const { page } = visited;
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowRight');
  const symbol = (await rows(page))[0].cells.Sym;
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: `Only Sym = ${symbol}` }).waitFor();
  await page.keyboard.press('Enter');
  await until(page, (seen) => isLoaded(seen) && seen.length > 5 && seen.every(({ cells }) => cells.Sym === symbol));
  await page.getByRole('button', { name: `Remove Sym = ${symbol}` }).click();
  await until(page, (seen) => isLoaded(seen) && seen.some(({ cells }) => cells.Sym !== symbol));
  await leave(visited);
});

test('to a row by its number, and from the end', async () => {
  const visited = await open('history');
  const { page } = visited;
  for (const [text, row] of [['123,456,789', 123_456_789], ['-1', 999_999_999]] as const) {
    await page.keyboard.press('Control+g');
    await page.getByLabel('Go to row').fill(text);
    await page.keyboard.press('Enter');
    await until(page, (seen) => isLoaded(seen) && seen.some((one) => one.row === row));
    await expect.poll(() => status(page, 'selection')).toBe(`row ${row.toLocaleString('en-US')}`);
  }
  await page.keyboard.press('Control+g');
  await page.getByLabel('Go to row').fill('1000000000');
  await page.keyboard.press('Enter');
  await page.getByText('the rows are 0 to 999,999,999').waitFor();
  await leave(visited);
});

test('copying: what is seen, and a column that is not', async () => {
  const visited = await open('wide');
  const { page } = visited;
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowRight');
  const seen = await rows(page);
  await page.keyboard.press('Control+c');
  await page.getByText('4 cells copied').waitFor();
  await expect.poll(() => clipboard()).toBe(seen.slice(0, 2).map(({ cells }) => `${cells.C0}\t${Number(cells.C1.replaceAll(',', ''))}`).join('\n'));
  await page.keyboard.press('Home');
  await page.keyboard.press('Control+Space');
  await page.keyboard.press('Control+Shift+c');
  await page.getByText('5,000 cells copied with headers').waitFor();
  const lines = (await clipboard()).split('\n');
  expect([lines.length, lines[0], lines[1], lines[5000]]).toEqual([5001, 'C0', 'C0 0', 'C0 4999']);
  await leave(visited);
});

test('columns: wider, moved, hidden, frozen', async () => {
  const visited = await open('wide');
  const { page } = visited;
  const drag = async (fromX: number, y: number, toX: number): Promise<void> => {
    await page.mouse.move(fromX, y);
    await page.mouse.down();
    await page.mouse.move((fromX + toX) / 2, y, { steps: 3 });
    await page.mouse.move(toX, y, { steps: 3 });
    await page.mouse.up();
  };
  const names = () => page.evaluate(() => document.querySelector('kinetable-grid')?.grid?.layout.placed.slice(0, 4).map((column) => column.info.name));
  const first = await header(page, 'C0');
  await drag(first.right, first.y, first.right + 80);
  expect((await header(page, 'C0')).right - first.right).toBe(80);
  const [from, to] = [await header(page, 'C3'), await header(page, 'C1')];
  await drag(from.x, from.y, to.x - 30);
  await expect.poll(() => names()).toEqual(['C0', 'C3', 'C1', 'C2']);
  const choose = async (column: string, item: string): Promise<void> => {
    const { x, y } = await header(page, column);
    await page.mouse.click(x, y, { button: 'right' });
    await page.getByRole('menuitem', { name: item }).click();
  };
  await choose('C3', 'Hide the column');
  await expect.poll(() => names()).toEqual(['C0', 'C1', 'C2', 'C4']);
  await choose('C2', 'Freeze the column');
  await expect.poll(() => names()).toEqual(['C2', 'C0', 'C1', 'C4']);
  await page.keyboard.press('End');
  const seen = await until(page, (all) => isLoaded(all) && all[0].cells.C299 !== undefined);
  expect(Object.keys(seen[0].cells)[0]).toBe('C2');
  await choose('C299', 'Show C3');
  await expect.poll(() => names()).toEqual(['C2', 'C0', 'C3', 'C1']);
  await leave(visited);
});

test('the end of a table that grows stays in sight, and on a phone a finger moves it', async () => {
  const visited = await visit(browser, url, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  const { page } = visited;
  await page.getByRole('navigation', { name: 'Tables' }).getByText('trades').click();
  await until(page, isLoaded);
  await page.evaluate(() => document.querySelector('kinetable-grid')?.focus());
  await page.keyboard.press('Control+End');
  const last = (seen: { row: number }[]): number => seen[seen.length - 1].row;
  const before = await until(page, (seen) => isLoaded(seen) && last(seen) > 48_000);
  await until(page, (seen) => isLoaded(seen) && last(seen) > last(before) + 20);
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) => session.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x: 150, y }] });
  await touch('touchStart', 300);
  for (let y = 320; y <= 560; y += 20) await touch('touchMove', y);
  await touch('touchEnd');
  const panned = await until(page, (seen) => isLoaded(seen) && last(seen) < server.tables.get('trades')!.rows - 8);
  let resting = -1;
  await expect.poll(async () => {
    const former = resting;
    resting = (await rows(page))[0].row;
    return resting === former;
  }, { interval: 200 }).toBe(true);
  // What comes at the end does not carry it along.
  const { rows: then } = server.tables.get('trades')!;
  await expect.poll(() => server.tables.get('trades')!.rows).toBeGreaterThan(then + 20);
  expect((await rows(page))[0].row).toBe(resting);
  expect(panned.length).toBeGreaterThan(5);
  await page.getByRole('button', { name: 'Tables' }).click();
  await page.getByRole('navigation', { name: 'Tables' }).getByText('quotes').waitFor();
  await leave(visited);
});
