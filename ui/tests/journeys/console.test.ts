/** The console: run, see, stop, mend, find again. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { emptyTable } from '../fake/tables.ts';
import { isSound } from './axe.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end, serve } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({ console: true, every: 50 }));
});

afterAll(() => end(browser, server));

/** A list of completions takes no keys in its first 75 ms, lest they were meant for the text: nothing shows when they are over. */
const settled = (page: Page): Promise<void> => page.waitForTimeout(120);

async function openConsole(options = {}): Promise<{ page: Page; errors: string[] }> {
  const visited = await visit(browser, url, options);
  await visited.page.locator('.connection.live').waitFor();
  await visited.page.keyboard.press('Control+`');
  await visited.page.getByRole('textbox', { name: 'Console' }).waitFor();
  await expect.poll(() => visited.page.evaluate(() => document.activeElement?.className)).toBe('editor');
  return visited;
}

async function type(page: Page, text: string): Promise<void> {
  await page.keyboard.insertText(text);
  await page.keyboard.press('Enter');
}

test('a run prints, makes a table that opens beside, fails at its line, and is stopped', async () => {
  const { page, errors } = await openConsole();
  const runs = page.locator('.run');
  await type(page, 'print("hello")\nwarn("careful")');
  await runs.nth(0).locator('.out.stderr').getByText('careful').waitFor();
  await expect.poll(() => runs.nth(0).locator('.out.stdout').innerText()).toBe('hello\n');
  await type(page, 'fresh = empty_table(42)');
  await page.getByRole('tab', { name: 'fresh' }).waitFor();
  await until(page, (seen) => isLoaded(seen) && seen.length > 5);
  await runs.nth(1).getByText('42 rows').waitFor();
  // Beside the console, which has the keyboard still.
  const [left, right] = [await page.locator('.console').boundingBox(), await page.locator('kinetable-grid').boundingBox()];
  expect((left?.x ?? 0) + (left?.width ?? 0)).toBeLessThanOrEqual(right?.x ?? 0);
  await type(page, 'x = 1\nprint(y)');
  await runs.nth(2).locator('.trace b').getByText('NameError').waitFor();
  await expect.poll(() => runs.nth(2).locator('.at').innerText()).toMatch(/line 2\s+print\(y\)/);
  expect(await runs.nth(2).getByText('engine.py').isVisible()).toBe(false);
  await runs.nth(2).getByText('Traceback', { exact: true }).click();
  await runs.nth(2).getByText('engine.py').waitFor();
  await runs.nth(2).getByRole('button', { name: 'Copy' }).click();
  await page.getByText('copied the traceback').waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('Traceback (most recent call last)');
  await page.getByRole('textbox', { name: 'Console' }).focus();
  await type(page, 'sleep(60)');
  await expect.poll(() => runs.nth(3).locator('.took').innerText()).toMatch(/^(0\.[3-9]|[1-9]\d*\.\d) s/);
  await runs.nth(3).getByRole('button', { name: 'Stop' }).click();
  await runs.nth(3).getByText('Stopped').waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});

test('lines that go on, completion of names, methods and columns, and what was run before', async () => {
  const { page, errors } = await openConsole();
  const input = page.getByRole('textbox', { name: 'Console' });
  await page.keyboard.type('print(');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await type(page, 'for i in range(2):');
  expect(await page.locator('.run').count()).toBe(0);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type('quo');
  await page.getByRole('option', { name: /quotes/ }).waitFor();
  await settled(page);
  await page.keyboard.press('Tab');
  await expect.poll(() => input.innerText()).toBe('quotes');
  await page.keyboard.type('.whe');
  await page.getByRole('option', { name: /where/ }).waitFor();
  await settled(page);
  await page.keyboard.press('Tab');
  await page.keyboard.type('("Vol');
  await page.getByRole('option', { name: /Volume/ }).waitFor();
  await settled(page);
  await page.keyboard.press('Tab');
  await expect.poll(() => input.innerText()).toBe('quotes.where("Volume")');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await type(page, 'a = 1');
  await type(page, 'print(a)');
  await expect.poll(() => page.locator('.run').count()).toBe(2);
  await page.keyboard.type('half');
  await page.keyboard.press('Escape');
  for (const [key, text] of [['Alt+ArrowUp', 'print(a)'], ['Alt+ArrowUp', 'a = 1'], ['Alt+ArrowDown', 'print(a)'], ['Alt+ArrowDown', 'half']]) {
    await page.keyboard.press(key);
    await expect.poll(() => input.innerText()).toBe(text);
  }
  // The history, with what earlier visits ran.
  await page.reload();
  await page.getByRole('textbox', { name: 'Console' }).waitFor();
  await page.getByRole('button', { name: 'Panels', exact: true }).click();
  await page.getByRole('menuitem', { name: 'History', exact: true }).click();
  await page.getByLabel('Find what was run').fill('print');
  await page.getByRole('button', { name: 'Run again: print(a)' }).click();
  await page.locator('.run .out').getByText('1').waitFor();
  await page.locator('.past').getByText('print(a)').click();
  await expect.poll(() => page.getByRole('textbox', { name: 'Console' }).innerText()).toBe('print(a)');
  expect(errors).toEqual([]);
  await page.context().close();
});

test('the log: as it comes, by level and text, held', async () => {
  const { page, errors } = await openConsole();
  for (let i = 0; i < 500; i++) server.console.log(i % 100 === 7 ? 'ERROR' : 'INFO', `line number ${i}`);
  await page.getByRole('button', { name: 'Panels', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Log' }).click();
  const log = page.locator('.log-list');
  await log.getByText('line number 499').waitFor();
  // Only what is seen is there.
  expect(await log.locator('.log-line').count()).toBeLessThan(100);
  await page.getByLabel('Least level').selectOption('ERROR');
  await expect.poll(() => log.locator('.log-line').count()).toBe(5);
  await page.getByLabel('Least level').selectOption('TRACE');
  await page.getByLabel('Find in the log').fill('number 12');
  await expect.poll(() => log.locator('.log-line').count()).toBe(11);
  await page.getByLabel('Find in the log').fill('');
  await page.getByRole('button', { name: 'Pause' }).click();
  server.console.log('WARN', 'unseen');
  // Of what is said one after the other, this comes later.
  server.add({ ...emptyTable(), name: 'said_later' });
  await page.getByRole('navigation', { name: 'Tables' }).getByText('said_later').waitFor();
  expect(await log.getByText('unseen').count()).toBe(0);
  await page.getByRole('button', { name: 'Go on' }).click();
  await log.getByText('unseen').waitFor();
  await isSound(page);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('the first visit: a console, and beside it what can be tried', async () => {
  const { page, errors } = await visit(browser, url);
  await page.getByRole('heading', { name: 'A live table' }).waitFor();
  await page.getByRole('textbox', { name: 'Console' }).waitFor();
  await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['Console', 'Welcome']);
  await page.getByRole('button', { name: 'Run', exact: true }).first().click();
  await page.locator('.run').getByText('time_table').first().waitFor();
  // Who closed it does not see it again.
  await page.getByRole('tab', { name: 'Welcome' }).press('Delete');
  await expect.poll(() => page.getByRole('tab').count()).toBe(1);
  await page.reload();
  await page.getByRole('textbox', { name: 'Console' }).waitFor();
  await expect.poll(() => page.getByRole('tab').allInnerTexts()).toEqual(['Console']);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('who may not run code is not offered a console', async () => {
  const { server: own, url: at } = await serve();
  const { page } = await visit(browser, at);
  await page.getByRole('button', { name: 'Panels', exact: true }).click();
  await page.getByRole('menuitem', { name: /quotes/ }).waitFor();
  expect(await page.getByRole('menuitem', { name: /Console|History|Log/ }).count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+`');
  expect(await page.locator('.console').count()).toBe(0);
  await page.context().close();
  await own.stop();
});
