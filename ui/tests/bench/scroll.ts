/** How long it takes until what was scrolled to is painted, and what script a frame costs meanwhile. */
import type { Browser, Page } from 'playwright-core';
import { at, median } from './pages.ts';
import { painted } from './spy.ts';
import { frames } from './trace.ts';

/** The canvas that has the cells: the largest one. */
async function canvas(page: Page): Promise<{ x: number; y: number; width: number; height: number }> {
  const boxes = await Promise.all((await page.locator('canvas').all()).map((one) => one.boundingBox()));
  const [largest] = boxes.filter((box) => box !== null).sort((a, b) => b.width * b.height - a.width * a.height);
  if (!largest) throw new Error('the page has no canvas');
  return largest;
}

/** Ctrl+End until the last row is painted, each time from the first row. Null: it never was. */
export async function end(page: Page, rows: number, times: number): Promise<number | null> {
  const box = await canvas(page);
  await page.mouse.click(box.x + 120, box.y + 150);
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    await page.keyboard.press('Control+Home');
    await page.waitForTimeout(700);
    await page.evaluate((text) => window.spy.arm(text), `r${100_000_000 + rows - 1}`);
    await page.keyboard.press('Control+End');
    const ms = await painted(page);
    if (ms !== null) found.push(ms);
    await page.waitForTimeout(300);
  }
  return found.length ? median(found) : null;
}

/** One notch of the wheel until further rows are painted. */
export async function notch(page: Page, times: number): Promise<number | null> {
  const box = await canvas(page);
  await page.mouse.move(box.x + 300, box.y + 300);
  return each(page, times, () => page.mouse.wheel(0, 120));
}

/** The thumb, dragged to another place each time, until rows of that place are painted. */
export async function thumb(page: Page, times: number): Promise<number | null> {
  const box = await canvas(page);
  const x = box.x + box.width - 6;
  await page.keyboard.press('Control+Home');
  await page.waitForTimeout(500);
  await page.mouse.move(x, box.y + THUMB);
  await page.mouse.down();
  let i = 0;
  const found = await each(page, times, async () => {
    i += 1;
    await page.mouse.move(x, box.y + THUMB + (i * (box.height - 120)) / times);
  });
  await page.mouse.up();
  return found;
}

/** Pixels below the upper edge at which the thumb of a long table is caught, below the header of either grid. */
const THUMB = 44;

async function each(page: Page, times: number, act: () => Promise<void>): Promise<number | null> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    await page.evaluate(() => window.spy.arm(null));
    await act();
    const ms = await painted(page, 3000);
    if (ms !== null) found.push(ms);
    await page.waitForTimeout(150);
  }
  return found.length * 2 > times ? median(found) : null;
}

export interface FrameTimes {
  count: number;
  p50: number;
  p99: number;
}

const told = (found: readonly number[]): FrameTimes => ({ count: found.length, p50: at(found, 0.5), p99: at(found, 0.99) });

/** Script a frame while the wheel turns for so many seconds. */
export async function wheeling(browser: Browser, page: Page, seconds: number): Promise<FrameTimes> {
  const box = await canvas(page);
  await page.mouse.move(box.x + 300, box.y + 300);
  const until = Date.now() + seconds * 1000;
  return told(
    await frames(browser, page, async () => {
      for (let i = 0; Date.now() < until; i++) {
        await page.mouse.wheel(0, i % 200 < 140 ? 120 : -120);
        await page.waitForTimeout(8);
      }
    }),
  );
}

/** Script a frame while the thumb is dragged up and down. */
export async function dragging(browser: Browser, page: Page, seconds: number): Promise<FrameTimes> {
  const box = await canvas(page);
  const x = box.x + box.width - 6;
  await page.keyboard.press('Control+Home');
  await page.waitForTimeout(500);
  await page.mouse.move(x, box.y + THUMB);
  await page.mouse.down();
  const until = Date.now() + seconds * 1000;
  const found = await frames(browser, page, async () => {
    for (let i = 0; Date.now() < until; i++) {
      await page.mouse.move(x, box.y + THUMB + (box.height - 120) * (0.5 - 0.5 * Math.cos(i / 60)));
      await page.waitForTimeout(8);
    }
  });
  await page.mouse.up();
  return told(found);
}
