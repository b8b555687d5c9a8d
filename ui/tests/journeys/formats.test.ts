/** Colours and forms that a table has itself. `KINETABLE_SHOTS=DIR` keeps pictures. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { paintedTable } from '../fake/tables.ts';
import { isLoaded, rows, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({}));
  server.tables.set('painted', paintedTable());
});

afterAll(() => end(browser, server));

/** The colour of a cell near its lower left corner, where there is no text. */
function ground(page: Page, row: number, column: string): Promise<string> {
  return page.evaluate(async ([row, column]) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { view, layout } = document.querySelector('kinetable-grid')!.grid!;
    const { ctx, bodyTop, extent, top } = view;
    const y = bodyTop + (Number(row) - top.row) * extent.rowHeight - Math.round(top.px) + extent.rowHeight - 4;
    return [...ctx.getImageData(layout.left(layout.find(String(column))!, view.scrollX) + 3, y, 1, 1).data.slice(0, 3)].map((part) => part.toString(16).padStart(2, '0')).join('');
  }, [row, column] as const);
}

async function shot(page: Page, name: string): Promise<void> {
  if (process.env.KINETABLE_SHOTS) await page.screenshot({ path: `${process.env.KINETABLE_SHOTS}/${name}.png` });
}

test.each(['light', 'dark'] as const)('cells are as the table says: %s', async (colorScheme) => {
  const { page, errors } = await visit(browser, `${url}/table/painted`, { colorScheme });
  const seen = await until(page, (all) => isLoaded(all) && all.length > 20);
  expect(Object.keys(seen[0].cells)).toEqual(['Sym', 'Price', 'Size', 'Fee', 'Time']);
  expect(seen[1].cells).toMatchObject({ Price: '$556.765', Fee: '(2,469.1)' });
  expect(seen[0].cells.Fee).toBe('−3,703.7034');
  expect(seen[1].cells.Time).toMatch(/^Mon 21 Sep, \d\d:\d\d:\d\d\.\d{3} h$/);
  // Row 2 is pale red, but for the price, which has a colour of its own; row 3 is as any other.
  const plain = await ground(page, 3, 'Size');
  await expect.poll(() => ground(page, 2, 'Size')).toBe('ffd0d0');
  await expect.poll(() => ground(page, 2, 'Price')).toBe(`${Math.round((100 + 24 * 12.345) / 3).toString(16)}3060`);
  await expect.poll(() => ground(page, 3, 'Price')).toBe(plain);
  await page.mouse.move(900, 800);
  await shot(page, `painted-${colorScheme}`);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('texts can be read in every theme', async () => {
  for (const theme of ['light', 'dark', 'contrast']) {
    const { page } = await visit(browser, `${url}/icon.svg`);
    await page.evaluate((theme) => localStorage.setItem('kinetable.theme', JSON.stringify(theme)), theme);
    await page.goto(`${url}/table/painted`);
    await until(page, (all) => isLoaded(all) && all.length > 20);
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme), { message: theme }).toBe(theme === 'light' ? 'light' : theme);
    // The blue of Sym alone, on what lies behind it.
    const ratio = await page.evaluate(async () => {
      const { grid } = document.querySelector('kinetable-grid')!;
      const { fillText } = CanvasRenderingContext2D.prototype;
      const inks: string[] = [];
      CanvasRenderingContext2D.prototype.fillText = function spy(text: string, ...more) {
        if (text === 'DUNE') inks.push(String(this.fillStyle));
        return fillText.call(this, text, ...more);
      };
      grid!.repaint();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      CanvasRenderingContext2D.prototype.fillText = fillText;
      const light = (css: string): number => {
        const parts = [1, 3, 5].map((at) => Number.parseInt(css.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
      };
      const { ctx } = grid!.view;
      ctx.fillStyle = grid!.view.theme.background;
      const [a, b] = [light(inks[0]), light(String(ctx.fillStyle))].sort((one, other) => other - one);
      return (a + 0.05) / (b + 0.05);
    });
    expect(ratio, theme).toBeGreaterThanOrEqual(theme === 'contrast' ? 7 : 4.5);
    await shot(page, `painted-${theme}`);
    await page.context().close();
  }
});

test('only what is seen is asked for, also after sorting, scrolling and selecting columns', async () => {
  const { page, errors } = await visit(browser, `${url}/table/painted`);
  await until(page, (all) => isLoaded(all) && all.length > 20);
  await page.keyboard.press('Control+End');
  await until(page, (all) => isLoaded(all) && all.some(({ row }) => row === 59));
  await expect.poll(() => ground(page, 58, 'Size')).toBe('ffd0d0');
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('s');
  await page.keyboard.press('s');
  const sorted = await until(page, (all) => isLoaded(all) && all[0]?.row === 0 && all[0].cells.Price === '$704.905');
  expect(sorted[1].cells.Price).toMatch(/^\$\d{3}\.\d{3}$/);
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+c');
  await page.getByText(/cells copied/).waitFor();
  // Copies stay exact.
  expect((await page.evaluate(() => navigator.clipboard.readText())).split('\n')[0].split('\t')[1]).toBe('704.9050000000001');
  await shot(page, 'painted-selected');
  expect(errors).toEqual([]);
  await page.context().close();
});

test('hidden columns are listed nowhere, and what the user says comes first', async () => {
  const { page, errors } = await visit(browser, `${url}/table/painted`);
  await until(page, (all) => isLoaded(all) && all.length > 20);
  await page.getByRole('button', { name: 'Columns' }).click();
  const list = page.getByRole('complementary', { name: 'Columns' });
  await expect.poll(() => list.getByRole('checkbox').count()).toBe(5);
  await list.getByText('double, formatted').waitFor();
  await page.keyboard.press('Escape');
  const plain = await ground(page, 3, 'Size');
  // A column by which the table is in parts says so.
  const surface = page.locator('kinetable-grid .surface');
  await page.locator('kinetable-grid').hover({ position: { x: 20, y: 12 } });
  await expect.poll(() => surface.getAttribute('title')).toBe('Sym: String, a partitioning column: it says in which part a row lies');
  await page.locator('kinetable-grid').hover({ position: { x: 150, y: 12 } });
  await expect.poll(() => surface.getAttribute('title')).toBe('Price: double');
  await page.locator('kinetable-grid').click({ button: 'right', position: { x: 150, y: 100 } });
  await page.getByRole('menuitem', { name: 'Format and colours…' }).click();
  const side = page.getByRole('complementary', { name: 'Format and colours' });
  const switched = side.getByRole('checkbox', { name: 'Its colours and its form $#,##0.000' });
  await expect.poll(() => switched.isChecked()).toBe(true);
  await side.getByLabel('Decimals').selectOption('1');
  await until(page, (all) => all[1]?.cells.Price === '556.8');
  await side.getByText('What you chose below comes before it.').waitFor();
  await expect.poll(() => ground(page, 2, 'Price')).not.toBe(plain);
  await switched.uncheck();
  await expect.poll(() => ground(page, 0, 'Price')).toBe(plain);
  await page.reload();
  await until(page, (all) => all[1]?.cells.Price === '556.8');
  await expect.poll(() => ground(page, 0, 'Price')).toBe(plain);
  expect((await rows(page))[1].cells.Fee).toBe('(2,469.1)');
  expect(errors).toEqual([]);
  await page.context().close();
});
