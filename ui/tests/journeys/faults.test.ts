import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { bigTable } from '../fake/tables.ts';
import { isLoaded, launch, rows, status, until, visit } from './browser.ts';
import { acks, serve } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

beforeEach(async () => {
  ({ server, url } = await serve({ key: 'secret', every: 50 }));
});

afterEach(() => server.stop());

test('the secret of the link is taken out of the address, and outlives a reload', async () => {
  for (const link of ['/?psk=secret', '/?key=secret', '/#token=secret', '/table/quotes?psk=secret']) {
    const { page } = await visit(browser, url + link);
    await page.locator('.connection.live').waitFor();
    await expect.poll(() => page.url()).toBe(url + link.replace(/[?#].*/, ''));
    await page.reload();
    await page.locator('.connection.live').waitFor();
    await page.context().close();
  }
});

test('without the secret a key is asked for', async () => {
  const { page } = await visit(browser, `${url}/table/quotes`);
  await page.getByRole('textbox', { name: 'Key' }).fill('wrong');
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
  await page.getByText("this key is not the server's").waitFor();
  await page.getByRole('textbox', { name: 'Key' }).fill('secret');
  await page.getByRole('button', { name: 'Enter', exact: true }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length === 12);
  await page.context().close();
});

test('a lost connection: the cells stay, it is said since when, and then all goes on', async () => {
  const { page, errors } = await visit(browser, `${url}/table/trades?psk=secret`);
  const before = await until(page, isLoaded);
  server.refuses = true;
  server.dropAll();
  await page.getByText(/Reconnecting… data as of \d\d:\d\d:\d\d/).waitFor();
  await expect.poll(() => status(page, 'live')).toMatch(/^as of \d\d:\d\d:\d\d$/);
  expect((await rows(page)).slice(0, 10)).toEqual(before.slice(0, 10));
  await page.getByRole('button', { name: 'Try now' }).click();
  server.refuses = false;
  await page.locator('.connection.live').waitFor();
  await expect.poll(() => status(page, 'live')).toBe('Live');
  await page.locator('kinetable-grid').click({ position: { x: 300, y: 200 } });
  await page.keyboard.press('Control+End');
  await until(page, (seen) => isLoaded(seen) && seen[seen.length - 1].row > 48_300);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a server that was restarted', async () => {
  const { page } = await visit(browser, `${url}/table/quotes?psk=secret`);
  await until(page, isLoaded);
  server.instance = 'second';
  server.dropAll();
  server.resumable.clear();
  await page.getByText('The server was restarted').waitFor();
  await page.getByRole('button', { name: 'All right' }).click();
  await until(page, (seen) => isLoaded(seen) && seen.length === 12);
  await page.context().close();
});

test('no such table yet, a table without rows, and a long sort that is given up', async () => {
  const { page } = await visit(browser, `${url}/table/later?psk=secret`);
  await page.getByText('There is no table “later”').waitFor();
  server.add(bigTable('later', 40));
  await until(page, (seen) => isLoaded(seen) && seen.length > 20);
  await page.getByRole('navigation', { name: 'Tables' }).getByText('alerts').click();
  await page.getByText('Waiting for data').waitFor();
  await page.getByRole('tab', { name: 'later' }).click();
  server.slow = 60_000;
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('s');
  await page.getByText(/Sorting 40 rows, \d+ s/).waitFor();
  const seen = await rows(page);
  server.slow = 0;
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText(/Sorting/).waitFor({ state: 'detached' });
  await expect.poll(() => rows(page)).toEqual(seen);
  await expect.poll(() => page.locator('.chip').count()).toBe(0);
  await page.context().close();
});

test('a tab that stands still gets a few frames, not what has passed', async () => {
  const { page } = await visit(browser, `${url}/icon.svg`);
  await page.clock.install();
  await page.goto(`${url}/table/quotes?psk=secret`);
  await until(page, isLoaded);
  const start = acks(server);
  await expect.poll(() => acks(server) - start).toBeGreaterThanOrEqual(20);
  const frames = (): Promise<number> => page.evaluate(() => (document.querySelector('kinetable-grid')?.model as unknown as { sub: { frames: number } }).sub.frames);
  // Its clock stands still, so that nothing is painted.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
  const [before, { step }] = [await frames(), server];
  await expect.poll(() => server.step - step).toBeGreaterThan(30);
  expect((await frames()) - before).toBeLessThanOrEqual(2);
  const then = acks(server);
  await page.clock.resume();
  await expect.poll(() => acks(server)).toBeGreaterThan(then + 3);
  await page.context().close();
});
