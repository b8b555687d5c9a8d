/**
 * One person's whole way, on a server of the binary that is killed in the middle of it: a snippet, a live table sorted and
 * filtered, the end of a billion rows, a chart, a dashboard, a reload, and all of it again once the server is back.
 *
 * `KINETABLE_PYTHON` is a Python that has the package; it is what starts the server, and starts it again.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLoaded, launch, status, until, visit } from '../journeys/browser.ts';

const KEY = 'of-the-whole-way';
let browser: Browser;
let port: number;
let server: ChildProcess | undefined;

beforeAll(async () => {
  port = await freePort();
  [browser] = await Promise.all([launch(), start()]);
});

afterAll(async () => {
  await browser?.close();
  server?.kill('SIGKILL');
});

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((listens) => listener.listen(0, '127.0.0.1', listens));
  const address = listener.address();
  await new Promise((closed) => listener.close(closed));
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

/** Starts the server; it listens when it has said so. */
async function start(): Promise<void> {
  const python = process.env.KINETABLE_PYTHON;
  if (!python) throw new Error('KINETABLE_PYTHON is not set: a Python that has the package');
  const script = new URL('tables.py', import.meta.url).pathname;
  const started = spawn(python, ['-m', 'kinetable', 'server', '--port', String(port), '--auth', `psk=${KEY}`, '--console', '--script', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  server = started;
  await new Promise<void>((listens, fails) => {
    let told = '';
    started.once('exit', (code) => fails(new Error(`the server ended with ${code}: ${told}`)));
    started.stdout?.on('data', (text) => {
      told += text;
      if (told.includes('\n')) listens();
    });
  });
}

async function kill(): Promise<void> {
  const gone = new Promise((exited) => server?.once('exit', exited));
  server?.kill('SIGKILL');
  await gone;
}

const id = (text: string): number => Number(text.replaceAll(',', ''));
const list = (page: Page) => page.getByRole('navigation', { name: 'Tables' });
const falls = (seen: { cells: Record<string, string> }[]): boolean => seen.every(({ cells }, i) => i === 0 || id(cells.Id) < id(seen[i - 1].cells.Id));
const isOfAcme = (seen: { cells: Record<string, string> }[]): boolean => isLoaded(seen) && seen.length > 3 && falls(seen) && seen.every(({ cells }) => cells.Sym === 'ACME');

async function runSnippet(page: Page): Promise<void> {
  await page.locator('.cm-content').first().click();
  await page.keyboard.insertText('busy = trades.where("Size > 0")');
  await page.keyboard.press('Enter');
  await page.getByRole('tab', { name: 'busy' }).waitFor();
  await until(page, (seen) => isLoaded(seen) && seen.length > 3 && seen.every(({ cells }) => id(cells.Size) > 0));
}

/** Sorts the live table by its number, the largest first, and keeps one symbol. */
async function sortAndFilter(page: Page): Promise<void> {
  await list(page).getByText('trades', { exact: true }).click();
  await page.getByRole('tab', { name: 'trades' }).waitFor();
  await until(page, (seen) => isLoaded(seen) && seen.length > 3 && id(seen[0].cells.Id) === 0);
  await page.locator('kinetable-grid:visible').click({ position: { x: 300, y: 120 } });
  await page.evaluate(() => {
    const grid = [...document.querySelectorAll('kinetable-grid')].find((one) => one.clientHeight > 0)?.grid;
    grid?.focusCell(0, grid.layout.find('Id')?.index ?? 0, false);
  });
  await page.keyboard.press('s');
  await page.keyboard.press('s');
  await page.keyboard.press('Control+f');
  await page.getByLabel('Filter Sym').fill('=ACME');
  await page.getByLabel('Filter Sym').press('Enter');
  const first = await until(page, isOfAcme);
  await until(page, (seen) => isOfAcme(seen) && id(seen[0].cells.Id) > id(first[0].cells.Id));
}

async function toTheEnd(page: Page): Promise<void> {
  await list(page).getByText('history', { exact: true }).click();
  await page.getByRole('tab', { name: 'history' }).waitFor();
  await until(page, (seen) => isLoaded(seen) && seen.length > 3 && seen[0].cells.Half !== undefined);
  await page.locator('kinetable-grid:visible').click({ position: { x: 300, y: 120 } });
  await page.keyboard.press('Control+End');
  await until(page, (seen) => isLoaded(seen) && seen.some(({ row, cells }) => row === 999_999_999 && id(cells.Id) === row));
}

async function chartOf(page: Page, column: string): Promise<void> {
  await page.getByRole('tab', { name: 'trades' }).click();
  await until(page, isOfAcme);
  await page.evaluate((name) => {
    const grid = [...document.querySelectorAll('kinetable-grid')].find((one) => one.clientHeight > 0)?.grid;
    grid?.focusCell(1, grid.layout.find(name)?.index ?? 0, false);
  }, column);
  await page.locator('kinetable-grid:visible').focus();
  await page.keyboard.press('c');
  await page.locator('.plot canvas').first().waitFor();
  await expect.poll(() => page.locator('[data-status="points"]').first().innerText()).toMatch(/points$/);
}

async function makeDashboard(page: Page): Promise<void> {
  const boards = page.getByRole('navigation', { name: 'Dashboards' });
  await boards.getByRole('button', { name: 'New dashboard' }).click();
  await list(page).getByText('totals', { exact: true }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length === 2);
  await boards.getByRole('button', { name: 'Desk 2' }).click();
  await page.getByRole('menuitem', { name: 'Name…' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Watch');
  await page.keyboard.press('Enter');
  await boards.getByRole('button', { name: 'Watch' }).waitFor();
}

/** What was made is there, and live. */
async function findAll(page: Page): Promise<void> {
  const boards = page.getByRole('navigation', { name: 'Dashboards' });
  await until(page, (seen) => isLoaded(seen) && seen.length === 2 && seen.every(({ cells }) => id(cells.Count) > 0));
  await boards.getByRole('button', { name: 'Desk 1' }).click();
  await page.locator('.plot canvas').first().waitFor();
  await page.getByRole('tab', { name: 'trades', exact: true }).click();
  const first = await until(page, isOfAcme);
  await until(page, (seen) => isOfAcme(seen) && id(seen[0].cells.Id) > id(first[0].cells.Id));
  await boards.getByRole('button', { name: 'Watch' }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length === 2);
}

test('a snippet, a sort, a billion rows, a chart, a dashboard, a reload, and a server that is killed', async () => {
  const { page, errors } = await visit(browser, `http://127.0.0.1:${port}/?psk=${KEY}`);
  await runSnippet(page);
  await sortAndFilter(page);
  await toTheEnd(page);
  await chartOf(page, 'Price');
  await makeDashboard(page);
  await page.reload();
  await findAll(page);
  await kill();
  await page.getByText(/Reconnecting… data as of \d\d:\d\d:\d\d/).waitFor();
  await expect.poll(() => status(page, 'live')).toMatch(/^as of \d\d:\d\d:\d\d$/);
  await start();
  await page.getByText('The server was restarted').waitFor();
  await page.getByRole('button', { name: 'All right' }).click();
  await expect.poll(() => status(page, 'live')).toBe('Live');
  await findAll(page);
  expect(errors.filter((text) => !text.includes('Failed to load resource'))).toEqual([]);
  await page.context().close();
}, 480_000);
