/** Panels: beside each other, as tabs, moved by keys and by hand, kept, exported, alone. */
import { readFileSync } from 'node:fs';
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

/** The panels that are seen, from the left and from above: name, place and size in hundredths of the dock. */
const places = (page: Page): Promise<string[]> => page.evaluate(() => {
  const dock = document.querySelector('.dock')!.getBoundingClientRect();
  const share = (size: number, whole: number): number => Math.round((size / whole) * 100);
  return [...document.querySelectorAll<HTMLElement>('.held')].filter((one) => one.offsetParent).map((one) => ({ one, box: one.getBoundingClientRect() }))
    .sort((a, b) => a.box.left - b.box.left || a.box.top - b.box.top)
    .map(({ one, box }) => `${document.getElementById(one.getAttribute('aria-labelledby')!)!.innerText} ${share(box.left - dock.left, dock.width)} ${share(box.width, dock.width)}`);
});

const stored = (page: Page): Promise<{ boards: { root: unknown }[] }> => page.evaluate(() => JSON.parse(localStorage.getItem('kinetable.tables') ?? '{}'));

async function openAll(page: Page, names: string[]): Promise<void> {
  for (const name of names) {
    await page.getByRole('navigation', { name: 'Tables' }).getByText(name, { exact: true }).click();
    await page.getByRole('tab', { name }).waitFor();
  }
}

test('by keys: a panel goes to a side, into its neighbour, and both are live', async () => {
  const { page, errors } = await visit(browser, `${url}/table/trades`);
  await until(page, isLoaded);
  await openAll(page, ['quotes']);
  await expect.poll(() => places(page)).toEqual(['quotes 0 100']);
  await page.keyboard.press('Control+Shift+ArrowRight');
  await expect.poll(() => places(page)).toEqual(['trades 0 50', 'quotes 50 50']);
  // Both are followed while both are seen.
  server.heard.length = 0;
  const acked = (): Set<unknown> => new Set(server.heard.filter(({ type }) => type === 'ack').map(({ sub }) => sub));
  await expect.poll(() => acked().size).toBe(2);
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Table quotes');
  // A menu is where it was asked for, over whatever lies there.
  await page.mouse.click(1340, 200, { button: 'right' });
  await expect.poll(async () => {
    const menu = await page.getByRole('menu').boundingBox();
    return [Math.round((menu?.x ?? 0) + (menu?.width ?? 0)), menu?.y];
  }).toEqual([1392, 200]);
  await page.mouse.click(760, 200, { button: 'right' });
  await expect.poll(async () => (await page.getByRole('menu').boundingBox())?.x).toBe(760);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Table trades');
  await page.keyboard.press('F6');
  await page.keyboard.press('F6');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Table quotes');
  await page.keyboard.press('Shift+F6');
  await page.keyboard.press('Shift+F6');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Table trades');
  await expect.poll(() => page.url()).toBe(`${url}/table/trades`);
  await page.keyboard.press('Control+Shift+ArrowRight');
  await expect.poll(() => places(page)).toEqual(['trades 0 100']);
  await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['quotes', 'trades']);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('by hand: a tab is dragged to a side; a handle makes it wider; a reload finds all of it', async () => {
  const { page, errors } = await visit(browser, `${url}/table/trades`);
  await until(page, isLoaded);
  await openAll(page, ['quotes', 'history']);
  const [tab, dock] = [await page.getByRole('tab', { name: 'history' }).boundingBox(), await page.locator('.dock').boundingBox()];
  if (!tab || !dock) throw new Error('there is nothing to drag');
  await page.mouse.move(tab.x + 20, tab.y + 10);
  await page.mouse.down();
  await page.mouse.move(tab.x + 60, tab.y + 120, { steps: 5 });
  await page.mouse.move(dock.x + dock.width - 100, dock.y + dock.height / 2, { steps: 8 });
  await page.mouse.up();
  await expect.poll(() => places(page)).toEqual(['quotes 0 50', 'history 50 50']);
  const handle = await page.locator('.lm-DockPanel-handle:visible').boundingBox();
  if (!handle) throw new Error('there is no handle');
  await page.mouse.move(handle.x + 2, handle.y + 200);
  await page.mouse.down();
  await page.mouse.move(dock.x + dock.width * 0.7, handle.y + 200, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => places(page)).toEqual(['quotes 0 70', 'history 70 30']);
  await expect.poll(async () => JSON.stringify((await stored(page)).boards[0].root)).toContain('0.7');
  await page.reload();
  await until(page, isLoaded);
  await expect.poll(() => places(page)).toEqual(['quotes 0 70', 'history 70 30']);
  await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['trades', 'quotes', 'history']);
  // In less room they lie over each other; with more they are where they were.
  await page.setViewportSize({ width: 600, height: 800 });
  await expect.poll(async () => (await places(page)).length).toBe(1);
  await page.setViewportSize({ width: 1400, height: 900 });
  await expect.poll(() => places(page)).toEqual(['quotes 0 70', 'history 70 30']);
  // With the middle button, and by its cross.
  await page.getByRole('tab', { name: 'trades' }).click({ button: 'middle' });
  await page.getByRole('tab', { name: 'history' }).locator('.lm-TabBar-tabCloseIcon').click();
  await expect.poll(() => places(page)).toEqual(['quotes 0 100']);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a layout is exported as JSON, and imported again', async () => {
  const { page, errors } = await visit(browser, `${url}/table/trades`);
  await until(page, isLoaded);
  await openAll(page, ['quotes']);
  await page.keyboard.press('Control+Shift+ArrowDown');
  await expect.poll(async () => (await places(page)).length).toBe(2);
  await page.getByRole('button', { name: 'Panels', exact: true }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export the layout' }).click()]);
  const text = readFileSync(await file.path(), 'utf8');
  expect(JSON.parse(text)).toEqual({
    version: 1, active: 'table-2', panels: { 'table-1': { kind: 'table', table: 'trades' }, 'table-2': { kind: 'table', table: 'quotes' } },
    root: { split: 'column', sizes: [0.5, 0.5], children: [{ tabs: ['table-1'], active: 'table-1' }, { tabs: ['table-2'], active: 'table-2' }] },
  });
  const given = { version: 1, name: 'Desk', root: { split: 'row', sizes: [1, 3], children: [{ tabs: ['x'] }, { tabs: ['y'] }] }, panels: { x: { kind: 'table', table: 'history' }, y: { kind: 'sundial' } } };
  const chosen = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+k');
  await page.locator('.palette input').waitFor();
  await page.keyboard.type('import a layout');
  await expect.poll(() => page.locator('#palette-list [aria-selected=true]').innerText()).toContain('Import a layout');
  await page.keyboard.press('Enter');
  await (await chosen).setFiles({ name: 'desk.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(given)) });
  await expect.poll(() => places(page)).toEqual(['history 0 25', 'sundial 25 75']);
  await page.getByText('This page knows no such kind').waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});

test('one panel alone, by its address and by its id', async () => {
  const { page, errors } = await visit(browser, `${url}/panel/table/quotes#panel=${encodeURIComponent(JSON.stringify({ view: { plan: { filters: [['Bid', '>140']] } } }))}`);
  await until(page, (seen) => isLoaded(seen) && seen.length > 3 && seen.length < 12);
  expect(await page.getByRole('tab').count() + await page.getByRole('navigation').count()).toBe(0);
  await page.goto(`${url}/table/trades`);
  await until(page, isLoaded);
  await openAll(page, ['positions']);
  await expect.poll(async () => JSON.stringify(await stored(page))).toContain('positions');
  await page.goto(`${url}/panel/table-2`);
  await until(page, (seen) => isLoaded(seen) && seen.length > 5);
  await expect.poll(() => page.title()).toBe('positions · Kinetable');
  // What is alone changes nothing of what is kept.
  await page.goto(`${url}/panel/nobody`);
  await page.getByText('A panel of the kind “nobody”').waitFor();
  await page.goto(url);
  await until(page, isLoaded);
  await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['trades', 'positions']);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('the menu of panels, by keys', async () => {
  const { page, errors } = await visit(browser, url);
  await page.getByRole('heading', { name: '9 tables' }).waitFor();
  await page.getByRole('button', { name: 'Panels', exact: true }).press('Enter');
  await page.getByRole('menuitem', { name: /^quotes/ }).waitFor();
  await expect.poll(() => page.getByRole('menuitem', { name: /^history/ }).innerText()).toMatch(/history\s+1\.00 G/);
  for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement?.textContent?.startsWith('quotes'))); i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await until(page, (seen) => isLoaded(seen) && seen.length === 12);
  await page.getByRole('button', { name: 'Panels', exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a border between panels is moved by keys, says where it stands, and is there again', async () => {
  const { page, errors } = await visit(browser, `${url}/table/trades`);
  await until(page, isLoaded);
  await openAll(page, ['quotes']);
  await page.keyboard.press('Control+Shift+ArrowRight');
  await expect.poll(() => places(page)).toEqual(['trades 0 50', 'quotes 50 50']);
  const border = page.getByRole('separator', { name: 'Border between panels' });
  const now = async (): Promise<number> => Number(await border.getAttribute('aria-valuenow'));
  await border.focus();
  await expect.poll(now).toBe(50);
  await expect.poll(() => border.getAttribute('aria-orientation')).toBe('vertical');
  // Along it nothing moves.
  await page.keyboard.press('ArrowDown');
  for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(now).toBeLessThan(35);
  const moved = await now();
  await page.keyboard.press('ArrowRight');
  await expect.poll(now).toBeGreaterThan(moved);
  expect(await now() - moved).toBeLessThanOrEqual(2);
  await page.keyboard.press('Home');
  await expect.poll(now).toBeLessThan(15);
  const least = await places(page);
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('separator');
  await expect.poll(() => stored(page).then(({ boards }) => (boards[0].root as { sizes: number[] }).sizes[0])).toBeLessThan(0.15);
  await page.reload();
  await expect.poll(() => places(page)).toEqual(least);
  expect(errors).toEqual([]);
  await page.context().close();
});
