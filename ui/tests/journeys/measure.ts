/** `npm run measure`: figures of this machine. Prints them, judges nothing. */
import type { Cell } from '../../src/client/messages.ts';
import { FakeServer } from '../fake/server.ts';
import { bigTable, type FakeTable, hash } from '../fake/tables.ts';
import { isLoaded, launch, until, visit } from './browser.ts';

/** Twenty columns, of which every cell changes at every step. */
function restless(): FakeTable {
  let step = 0;
  const columns = Array.from({ length: 20 }, (_, i) => ({ name: `C${i}`, type: i % 4 === 0 ? 'String' : 'double', chars: 6 }));
  return {
    name: 'restless', kind: 'table', live: true, columns, rows: 100_000_000,
    cell: (row, column): Cell => (Number(column.slice(1)) % 4 === 0 ? `t${hash(row, step) % 9999}` : (hash(row, step) % 100_000) / 100),
    tick() {
      step += 1;
      return 'all';
    },
  };
}

const server = new FakeServer({ pages: 'dist', every: 25 }, [restless(), bigTable('history', 100_000_000), bigTable('everything', 2 ** 53 - 1)]);
const url = `http://127.0.0.1:${await server.start()}`;
const browser = await launch();

for (const name of ['restless', 'history']) {
  const { page } = await visit(browser, 'about:blank', { viewport: { width: 1400, height: 900 } });
  const start = Date.now();
  await page.goto(`${url}/table/${name}`, { waitUntil: 'commit' });
  await page.waitForFunction(() => (document.querySelector('kinetable-grid')?.grid?.paints.count ?? 0) > 0 && (document.querySelector('kinetable-grid')?.model?.rows ?? 0) > 0);
  console.log(`${name}: first cells after ${Date.now() - start} ms`);
  await page.context().close();
}

const { page } = await visit(browser, `${url}/table/restless`);
await until(page, isLoaded);
await page.evaluate(() => {
  const element = document.querySelector('kinetable-grid')!;
  element.setAttribute('mirror', '');
  Object.assign(element.grid!.paints, { count: 0, total: 0 });
});
await page.waitForTimeout(4000);
const live = await page.evaluate(() => ({ ...document.querySelector('kinetable-grid')!.grid!.paints }));
console.log(`every cell changes: ${(live.count / 4).toFixed(1)} paints/s, ${(live.total / live.count).toFixed(2)} ms of script each`);

const forced = await page.evaluate(async () => {
  const { grid } = document.querySelector('kinetable-grid')!;
  Object.assign(grid!.paints, { count: 0, total: 0 });
  const start = performance.now();
  for (let i = 0; i < 180; i++) {
    grid!.scrollPixels(0, 7);
    await new Promise(requestAnimationFrame);
  }
  return { ...grid!.paints, seconds: (performance.now() - start) / 1000, columns: grid!.layout.seen(0, grid!.view.width).length, rows: Math.ceil(grid!.view.extent.height / grid!.view.extent.rowHeight) };
});
console.log(`scrolling ${forced.columns} × ${forced.rows} cells: ${(180 / forced.seconds).toFixed(0)} fps, ${(forced.total / forced.count).toFixed(2)} ms of script a frame`);
await page.context().close();

for (const name of ['history', 'everything']) {
  const { page } = await visit(browser, `${url}/table/${name}`);
  await until(page, isLoaded);
  await page.evaluate(() => document.querySelector('kinetable-grid')!.setAttribute('mirror', ''));
  const times = await page.evaluate(async () => {
    const element = document.querySelector('kinetable-grid')!;
    const grid = element.grid!;
    const times: number[] = [];
    for (let i = 0; i < 10; i++) {
      grid.focusCell(0, 0, false);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const start = performance.now();
      grid.focusCell(Number.MAX_SAFE_INTEGER, 0, false);
      const last = grid.view.extent.rows - 1;
      while (element.model!.cell(last, 'Id') === undefined) await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b);
  });
  console.log(`${name}: Ctrl+End until the last row is painted, median ${times[5].toFixed(0)} ms of 10`);
  await page.context().close();
}

const long = await visit(browser, `${url}/table/history`);
await until(long.page, isLoaded);
const session = await long.page.context().newCDPSession(long.page);
const heap = async (): Promise<number> => {
  await session.send('HeapProfiler.collectGarbage');
  return (await session.send('Runtime.getHeapUsage')).usedSize / 1e6;
};
await long.page.evaluate(() => document.querySelector('kinetable-grid')!.setAttribute('mirror', ''));
const before = await heap();
await long.page.evaluate(async () => {
  const grid = document.querySelector('kinetable-grid')!.grid!;
  for (let i = 0; i < 1500; i++) {
    if (i % 50 === 0) grid.focusCell(Math.floor(Math.random() * 1e8), 0, false);
    grid.scrollPixels(0, 400);
    await new Promise(requestAnimationFrame);
  }
});
console.log(`heap: ${before.toFixed(1)} MB, after 1,500 screens of scrolling ${(await heap()).toFixed(1)} MB`);
await browser.close();
await server.stop();
