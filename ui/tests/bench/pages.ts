/** The servers that are measured, the addresses of their tables, and fresh browsers to look at them. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { launch } from '../journeys/browser.ts';
import { firstCells, install } from './spy.ts';

export interface Engine {
  name: string;
  port: number;
  process: number;
}

export const isOurs = ({ name }: Engine): boolean => name === 'Kinetable';

/** One table by its address. */
export function address(engine: Engine, table: string): string {
  const path = isOurs(engine) ? `/table/${table}` : `/iframe/widget/?name=${table}`;
  return `http://127.0.0.1:${engine.port}${path}`;
}

/** The whole page, as it is entered. */
export function entrance(engine: Engine): string {
  return `http://127.0.0.1:${engine.port}${isOurs(engine) ? '/' : '/ide/'}`;
}

/** A page of a browser that was never started before, closed after the work. */
export async function fresh<T>(work: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
  const browser = await launch();
  try {
    const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, colorScheme: 'light', timezoneId: 'UTC', locale: 'en-US' });
    return await work(await context.newPage(), browser);
  } finally {
    await browser.close();
  }
}

/** A table whose first cells are there, with the spy. */
export function opened<T>(engine: Engine, table: string, work: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
  return fresh(async (page, browser) => {
    await install(page);
    await page.goto(address(engine, table));
    if ((await firstCells(page)) === null) throw new Error(`${engine.name} shows no cell of "${table}"`);
    await page.waitForTimeout(1000);
    return work(page, browser);
  });
}

/** The same without the spy. */
export function unwatched<T>(engine: Engine, table: string, work: (page: Page, browser: Browser) => Promise<T>): Promise<T> {
  return fresh(async (page, browser) => {
    await page.goto(address(engine, table));
    await page.locator('canvas').first().waitFor();
    await page.waitForTimeout(3000);
    return work(page, browser);
  });
}

/** MB of memory that a process has resident. */
export function resident(process: number): number {
  const line = readFileSync(`/proc/${process}/status`, 'utf8').split('\n').find((one) => one.startsWith('VmRSS'));
  return Number(line?.replaceAll(/\D/g, '')) / 1024;
}

export function median(values: readonly number[]): number {
  return at(values, 0.5);
}

/** The value that a share of all lies below. */
export function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
