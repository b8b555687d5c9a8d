/** Input tables: a cell is written, a mistake is said where it was made, rows are added, pasted and deleted. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { ordersTable } from '../fake/tables.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 500 }));
  server.add(ordersTable());
});

afterAll(() => end(browser, server));

async function focus(page: Page, row: number, column: number): Promise<void> {
  await page.evaluate(([at, to]) => {
    document.querySelector('kinetable-grid')?.grid?.focusCell(at, to, false);
    document.querySelector('kinetable-grid')?.focus();
  }, [row, column]);
}

const texts = (seen: { cells: Record<string, string> }[]): string[] => seen.map(({ cells }) => Object.values(cells).join(' '));

test('cells are written in their place, rows are added, pasted and deleted', async () => {
  const { page, errors } = await visit(browser, `${url}/table/orders`);
  await until(page, isLoaded);
  await focus(page, 1, 1);
  await page.keyboard.press('F2');
  const editor = page.getByLabel('Qty, row 1');
  await expect.poll(() => editor.inputValue()).toBe('7');
  await editor.fill('many');
  await editor.press('Enter');
  await page.getByRole('alert').getByText('"many" is no whole number').waitFor();
  await editor.fill('2,000');
  await editor.press('Enter');
  await page.getByRole('alert').getByText('column "Qty": at most 1000').waitFor();
  await editor.fill('70');
  await editor.press('Enter');
  await until(page, (seen) => texts(seen).join() === 'ACME 5 10.5 2026-05-27,BOLT 70 null null');
  await expect.poll(() => editor.count()).toBe(0);
  // Another key: the row is another one.
  await focus(page, 1, 0);
  await page.keyboard.press('Enter');
  await page.getByLabel('Sym, row 1').fill('CRUX');
  await page.getByLabel('Sym, row 1').press('Enter');
  await until(page, (seen) => texts(seen).join() === 'ACME 5 10.5 2026-05-27,CRUX 70 null null');
  await page.getByRole('button', { name: 'Add row' }).click();
  const side = page.getByRole('complementary', { name: 'Add a row' });
  await side.getByLabel('Sym').fill('DUNE');
  await side.getByLabel('Due').fill('soon');
  await side.getByLabel('Due').press('Enter');
  await side.getByText('Due: "soon" is no date').waitFor();
  await side.getByLabel('Due').fill('2026-06-01');
  await side.getByLabel('Due').press('Enter');
  await until(page, (seen) => texts(seen).join() === 'ACME 5 10.5 2026-05-27,CRUX 70 null null,DUNE null null 2026-06-01');
  await page.keyboard.press('Escape');
  await page.evaluate(() => navigator.clipboard.writeText('DUNE\t3\t1.5\nECHO\t4\t2.5\n'));
  await focus(page, 2, 0);
  await page.keyboard.press('Control+v');
  await page.getByText('2 rows pasted').waitFor();
  await until(page, (seen) => texts(seen).join() === 'ACME 5 10.5 2026-05-27,CRUX 70 null null,DUNE 3 1.5 2026-06-01,ECHO 4 2.5 null');
  await focus(page, 1, 1);
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('ContextMenu');
  await page.getByRole('menuitem', { name: 'Delete the selected rows' }).click();
  await page.getByText('2 rows deleted').waitFor();
  await until(page, (seen) => texts(seen).join() === 'ACME 5 10.5 2026-05-27,ECHO 4 2.5 null');
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a table that is no input table, and what was made of one, are not written', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  expect(await page.getByRole('button', { name: 'Add row' }).count()).toBe(0);
  await focus(page, 0, 0);
  await page.keyboard.press('F2');
  expect(await page.locator('.cell-editor').count()).toBe(0);
  await page.goto(`${url}/table/orders`);
  await until(page, isLoaded);
  await page.getByRole('button', { name: 'Add row' }).waitFor();
  await page.getByRole('button', { name: 'Groups', exact: true }).click();
  await page.getByRole('complementary', { name: 'Groups' }).getByRole('radio', { name: 'Distinct' }).check({ force: true });
  await expect.poll(() => page.getByRole('button', { name: 'Add row' }).count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
});
