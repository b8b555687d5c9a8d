/** Notebooks: made, run cell by cell, written by themselves, changed elsewhere, found again. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({ console: true, every: 50 }));
});

afterAll(() => end(browser, server));

async function openFiles(page: Page): Promise<void> {
  await page.locator('.connection.live').waitFor();
  await page.getByRole('button', { name: 'Panels', exact: true }).click();
  await page.getByRole('menuitem', { name: /^Files/ }).click();
}

test('a notebook of Python', async () => {
  const { page, errors } = await visit(browser, `${url}/table/quotes`);
  await openFiles(page);
  await page.getByText('There is no file here yet').waitFor();
  await page.getByRole('button', { name: 'New .py' }).click();
  const text = page.getByRole('textbox', { name: '/notebooks/notebook-1.py' });
  await text.click();
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText('# %% one\nprint("first cell")\n# %% two\nprint("second cell")');
  await page.keyboard.press('Control+Enter');
  await page.locator('.file-runs .out').getByText('second cell').waitFor();
  await expect.poll(() => page.locator('.file-runs .run').count()).toBe(1);
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+Enter');
  await page.locator('.file-runs .out').getByText('first cell').waitFor();
  await page.keyboard.press('Alt+r');
  await expect.poll(() => page.locator('.file-runs .run').count()).toBe(4);
  await expect.poll(() => server.store.files.get('/notebooks/notebook-1.py')).toContain('second cell');
  await page.getByRole('tab', { name: 'notebook-1.py', exact: true }).waitFor();
  // Somebody else writes it meanwhile.
  server.store.files.set('/notebooks/notebook-1.py', 'print("theirs")');
  await text.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('  # mine');
  await page.getByText('is another one than that which was read').waitFor();
  await page.getByRole('button', { name: 'Take what is there' }).click();
  await expect.poll(() => text.innerText()).toBe('print("theirs")');
  server.store.files.set('/notebooks/notebook-1.py', 'print("again theirs")');
  await text.click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(' # 2');
  await page.getByRole('button', { name: 'Write over it' }).click();
  await expect.poll(() => server.store.files.get('/notebooks/notebook-1.py')).toBe('print("theirs") # 2');
  await page.reload();
  await expect.poll(() => page.getByRole('textbox', { name: '/notebooks/notebook-1.py' }).innerText()).toContain('theirs');
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a notebook of Markdown is read; files are renamed and deleted; a layout opens as a dashboard', async () => {
  server.store.files.clear();
  server.store.files.set('/notebooks/read.md', '# Read me\n\n```python\nprint("from markdown")\n```\n');
  server.store.files.set('/layouts/desk.json', JSON.stringify({ version: 1, name: 'From a file', root: { tabs: ['a'] }, panels: { a: { kind: 'table', table: 'wide' } } }));
  const { page, errors } = await visit(browser, `${url}/table/quotes`);
  await openFiles(page);
  await page.getByRole('button', { name: 'read.md', exact: true }).click();
  await page.getByRole('textbox', { name: '/notebooks/read.md' }).waitFor();
  await page.getByRole('button', { name: 'Run cell' }).click();
  await page.locator('.file-runs .out').getByText('from markdown').waitFor();
  await page.getByRole('button', { name: 'Read', exact: true }).click();
  await page.getByRole('heading', { name: 'Read me' }).waitFor();
  await page.getByRole('button', { name: 'Rename read.md' }).click();
  await page.getByLabel('Name of the file').fill('told.md');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'told.md', exact: true }).waitFor();
  page.once('dialog', (dialog) => void dialog.accept());
  await page.getByRole('button', { name: 'Delete told.md' }).click();
  await page.getByRole('button', { name: 'told.md', exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '..', exact: true }).click();
  await page.getByRole('button', { name: 'layouts/' }).click();
  await page.getByRole('button', { name: 'desk.json', exact: true }).click();
  await page.getByRole('tab', { name: 'wide' }).waitFor();
  await page.getByRole('navigation', { name: 'Dashboards' }).getByText('From a file').waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});
