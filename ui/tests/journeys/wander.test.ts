import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { Random } from '../unit/random.ts';
import { isLoaded, rows, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin());
});

afterAll(() => end(browser, server));

test.each(['trades', 'everything'])('wherever one goes in %s, each row has its own cells', async (name) => {
  const { page, errors } = await visit(browser, `${url}/table/${name}`);
  await until(page, isLoaded);
  const random = new Random(name.length);
  const keys = ['PageDown', 'PageUp', 'Control+End', 'Control+Home', 'ArrowDown', 'ArrowUp', 'End', 'Home', 'Shift+PageDown'];
  const box = (await page.locator('kinetable-grid').boundingBox())!;
  await page.mouse.move(box.x + 300, box.y + 300);
  for (let i = 0; i < 60; i++) {
    const choice = random.below(10);
    if (choice < 5) await page.keyboard.press(keys[random.below(keys.length)]);
    else if (choice < 9) await page.mouse.wheel(0, random.below(4000) - 2000);
    else if (i % 20 === 9) server.dropAll();
    const seen = await until(page, isLoaded);
    expect(seen.map(({ cells }) => cells.Id ?? null).filter((id, at) => id !== null && id !== seen[at].row.toLocaleString('en-US'))).toEqual([]);
    expect(seen.every(({ row }, at) => at === 0 || row === seen[at - 1].row + 1)).toBe(true);
  }
  expect(errors).toEqual([]);
  await page.context().close();
});

test('the thumb goes anywhere, and with Shift row by row', async () => {
  const { page } = await visit(browser, `${url}/table/history`);
  await until(page, isLoaded);
  const bar = await page.evaluate(() => {
    const element = document.querySelector('kinetable-grid')!;
    const box = element.getBoundingClientRect();
    const { bodyTop, extent, width } = element.grid!.bars();
    return { x: box.left + width + 7, top: box.top + bodyTop, height: extent.height };
  });
  await page.mouse.move(bar.x, bar.top + 8);
  await page.mouse.down();
  await page.mouse.move(bar.x, bar.top + bar.height / 2, { steps: 4 });
  const middle = await until(page, (seen) => isLoaded(seen) && Math.abs(seen[0].row - 5e8) < 3e7);
  await page.keyboard.down('Shift');
  await page.mouse.move(bar.x, bar.top + bar.height / 2 + 10, { steps: 5 });
  await until(page, (seen) => isLoaded(seen) && seen[0].row === middle[0].row + 10);
  await page.keyboard.up('Shift');
  await page.mouse.move(bar.x, bar.top + bar.height + 40, { steps: 4 });
  await page.mouse.up();
  await until(page, (seen) => isLoaded(seen) && seen[seen.length - 1].row === 999_999_999);
  await page.context().close();
});

test('theme, density and time zone are chosen, and kept', async () => {
  const { page } = await visit(browser, `${url}/table/trades`);
  const first = (await until(page, isLoaded))[0].cells.Time;
  expect(first).toBe('2026-09-21 14:13:20.000000000');
  const count = (await rows(page)).length;
  await page.getByLabel('Settings').first().click();
  await page.getByLabel('Dark').check();
  await page.getByLabel('Dense').check();
  await page.keyboard.press('Escape');
  await page.getByLabel('Time zone').selectOption('server');
  await page.getByLabel('Time zone').selectOption('UTC');
  await until(page, (seen) => isLoaded(seen) && seen.length > count);
  const background = () => page.evaluate(() => [...document.querySelector('kinetable-grid')!.grid!.view.ctx.getImageData(2, 200, 1, 1).data].slice(0, 3).join());
  await expect.poll(background).toBe('15,20,24');
  await page.reload();
  await until(page, (seen) => isLoaded(seen) && seen.length > count);
  await expect.poll(background).toBe('15,20,24');
  await page.context().close();
});

test('times in another zone than the first', async () => {
  const { page } = await visit(browser, `${url}/table/trades`, { timezoneId: 'Asia/Tokyo' });
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Time === '2026-09-21 23:13:20.000000000');
  await page.getByText('Asia/Tokyo', { exact: true }).waitFor();
  await page.getByLabel('Time zone').selectOption('UTC');
  await until(page, (seen) => isLoaded(seen) && seen[0].cells.Time === '2026-09-21 14:13:20.000000000');
  await page.context().close();
});
