import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { isSound } from './axe.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end, ticks } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({}));
});

afterAll(() => end(browser, server));

test('what is painted is what the elements say', async () => {
  const { page } = await visit(browser, url);
  await page.addInitScript(() => {
    const painted: { text: string; x: number; y: number }[] = [];
    Object.assign(window, { painted });
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function spy(text: string, x: number, y: number, ...more) {
      painted.push({ text, x, y });
      return fillText.call(this, text, x, y, ...more);
    };
  });
  await page.goto(`${url}/table/types`);
  await until(page, (seen) => isLoaded(seen) && seen.length === 3);
  const { painted, said } = await page.evaluate(async () => {
    const element = document.querySelector('kinetable-grid')!;
    const all = (window as unknown as { painted: { text: string; x: number; y: number }[] }).painted;
    all.length = 0;
    element.grid!.repaint();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { view } = element.grid!;
    const lines = [...element.shadowRoot!.querySelectorAll<HTMLElement>('.mirror [data-row]')];
    const said = lines.map((line) => {
      const y = view.bodyTop + (Number(line.dataset.row) - view.top.row) * view.extent.rowHeight;
      return { y, texts: [...line.children].map((cell) => cell.textContent ?? '') };
    });
    return { painted: [...all], said };
  });
  for (const { y, texts } of said) {
    const line = painted.filter((text) => text.y > y && text.y < y + 24).sort((a, b) => a.x - b.x).map(({ text }) => text);
    // Dates and times are painted apart; what does not fit is cut or becomes ###.
    const joined = line.join('');
    for (const text of texts) {
      if (text === 'null') expect(joined).toContain('–');
      else if (!joined.includes(text)) expect(line.some((one) => /^#+$/.test(one) || (one.endsWith('…') && text.startsWith(one.slice(0, -1)))), `"${text}" in "${joined}"`).toBe(true);
    }
  }
  expect(said.length).toBe(3);
  await page.context().close();
});

test('a step paints the rows that changed, and no others', async () => {
  // Lights that fade are painted more than once.
  const { page } = await visit(browser, `${url}/table/quotes`, { reducedMotion: 'reduce' });
  await until(page, isLoaded);
  // The first fractions make their columns paint anew.
  await ticks(server, 10);
  await page.evaluate(() => {
    const painted = new Set<number>();
    Object.assign(window, { painted });
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function spy(text: string, x: number, y: number, ...more) {
      painted.add(y);
      return fillText.call(this, text, x, y, ...more);
    };
  });
  for (let i = 0; i < 5; i++) {
    await page.evaluate(() => (window as unknown as { painted: Set<number> }).painted.clear());
    const before = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((row) => server.tables.get('quotes')!.cell(row, 'Bid'));
    await ticks(server, 1);
    const changed = before.filter((bid, row) => bid !== server.tables.get('quotes')!.cell(row, 'Bid')).length;
    const lines = await page.evaluate(() => (window as unknown as { painted: Set<number> }).painted.size);
    expect(lines).toBeGreaterThanOrEqual(changed);
    // A row may change its hidden fractions alone; never are there more than the three that a step touches.
    expect(lines).toBeLessThanOrEqual(3);
  }
  await page.context().close();
});

test.each(['light', 'dark'] as const)('axe finds nothing serious in %s', async (colorScheme) => {
  for (const [path, width] of [['/', 1400], ['/table/quotes', 1400], ['/table/quotes', 390]] as const) {
    const { page } = await visit(browser, url + path, { colorScheme, viewport: { width, height: 844 } });
    await page.locator('.connection.live').waitFor();
    if (path !== '/') await until(page, isLoaded);
    await isSound(page, `${path} at ${width}`);
    await page.context().close();
  }
});

test('a selection is coloured where it is said to be, and only there', async () => {
  const { page } = await visit(browser, `${url}/table/wide`);
  await until(page, isLoaded);
  await page.keyboard.press('Control+Home');
  for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
  for (const key of ['Shift+ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowRight']) await page.keyboard.press(key);
  const wrong = await page.evaluate(async () => {
    const grid = document.querySelector('kinetable-grid')!.grid!;
    grid.view.hoverRow = -1;
    grid.repaint();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { view, layout } = grid;
    const range = grid.range()!;
    const scale = window.devicePixelRatio;
    const at = (x: number, y: number): string => [...view.ctx.getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data].join();
    const plain = at(layout.placed[0].x + 4, view.bodyTop + 4);
    const wrong: string[] = [];
    for (let row = 0; row < 8; row++) {
      for (const column of layout.placed.slice(0, 6)) {
        const inside = row >= range.firstRow && row <= range.lastRow && column.index >= range.firstColumn && column.index <= range.lastColumn;
        const isColoured = at(column.x + 4, view.bodyTop + row * view.extent.rowHeight + 4) !== plain;
        if (inside !== isColoured) wrong.push(`${row} ${column.info.name}`);
      }
    }
    return wrong;
  });
  expect(wrong).toEqual([]);
  await page.context().close();
});

test.each([true, false])('cells that changed light up and fade, if that is wanted: %s', async (wanted) => {
  const { page } = await visit(browser, `${url}/icon.svg`);
  await page.evaluate((flash) => localStorage.setItem('kinetable.flash', String(flash)), wanted);
  // A light lasts for a moment of the page's clock, which goes on when it is told to.
  await page.clock.install();
  await page.goto(`${url}/table/quotes`);
  await until(page, isLoaded);
  await ticks(server, 6);
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
  await page.clock.runFor(1000);
  const colours = (): Promise<string[]> => page.evaluate(() => {
    const grid = document.querySelector('kinetable-grid')!.grid!;
    const column = grid.layout.find('Bid')!;
    const at = (row: number): string => [...grid.view.ctx.getImageData(column.x + 3, grid.view.bodyTop + row * grid.view.extent.rowHeight + 3, 1, 1).data].join();
    return Array.from({ length: 12 }, (_, row) => at(row));
  });
  const frames = (): Promise<number> => page.evaluate(() => (document.querySelector('kinetable-grid')!.model as unknown as { sub: { frames: number } }).sub.frames);
  const [plain, told] = [await colours(), await frames()];
  const quotes = server.tables.get('quotes')!;
  const before = Array.from({ length: 12 }, (_, row) => quotes.cell(row, 'Bid'));
  server.tick();
  const changed = before.flatMap((bid, row) => (bid === quotes.cell(row, 'Bid') ? [] : [row]));
  await expect.poll(frames).toBeGreaterThan(told);
  await page.clock.runFor(50);
  const now = await colours();
  expect(now.flatMap((colour, row) => (colour === plain[row] ? [] : [row]))).toEqual(wanted ? changed : []);
  await page.clock.runFor(1000);
  await expect.poll(() => colours()).toEqual(plain);
  await page.context().close();
});

test('a date that the row above has too is dimmed', async () => {
  const { page } = await visit(browser, `${url}/table/trades`);
  await until(page, isLoaded);
  const colours = await page.evaluate(async () => {
    const colours: string[] = [];
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function spy(text: string, ...more) {
      if (/^\d{4}-\d\d-\d\d$/.test(text)) colours.push(String(this.fillStyle));
      return fillText.call(this, text, ...more);
    };
    const { grid } = document.querySelector('kinetable-grid')!;
    grid!.repaint();
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    CanvasRenderingContext2D.prototype.fillText = fillText;
    return colours;
  });
  expect(colours.length).toBeGreaterThan(40);
  // Two columns of dates, each with its first row.
  const [bright] = colours;
  expect(colours.filter((colour) => colour === bright).length).toBe(2);
  expect(new Set(colours).size).toBe(2);
  await page.context().close();
});

test('a table that falls silent has a clock', async () => {
  const { page } = await visit(browser, `${url}/table/quotes`);
  await until(page, isLoaded);
  for (let i = 0; i < 12; i++) {
    server.tick();
    await page.waitForTimeout(100);
  }
  await expect.poll(() => {
    server.tick();
    return page.locator('[data-status=live]').innerText();
  }).toBe('Live');
  await page.getByText(/^no change for \d+ s$/).waitFor();
  await expect.poll(() => {
    server.tick();
    return page.locator('[data-status=live]').innerText();
  }).toBe('Live');
  await page.context().close();
});

test('on a phone the first column stays, and what is open is closed from the list', async () => {
  const { page } = await visit(browser, `${url}/table/quotes`, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await until(page, isLoaded);
  await expect.poll(() => page.evaluate(() => document.querySelector('kinetable-grid')!.grid!.layout.placed.filter(({ frozen }) => frozen).map(({ info }) => info.name))).toEqual(['Sym']);
  await page.getByRole('button', { name: 'More' }).click();
  await page.locator('#palette-list').getByText('Computed columns').click();
  await page.getByRole('complementary', { name: 'Computed columns' }).getByRole('button', { name: 'Close Computed columns' }).click();
  await page.getByRole('button', { name: 'Tables' }).click();
  await page.getByRole('button', { name: 'Close quotes' }).click();
  await expect.poll(() => page.locator('kinetable-grid').count()).toBe(0);
  await page.context().close();
});
