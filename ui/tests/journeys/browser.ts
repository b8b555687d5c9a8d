/** A headless Chromium, and what the journeys look at. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export const CHROMIUM = process.env.KINETABLE_CHROMIUM ?? '/usr/bin/chromium';

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}

/** A page whose grids keep what is seen as elements; errors of the page are thrown at the end by whoever asks for them. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, colorScheme: 'light', timezoneId: 'UTC', locale: 'en-US', permissions: ['clipboard-read', 'clipboard-write'], ...options });
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/WebSocket connection/.test(message.text())) errors.push(message.text());
  });
  await page.addInitScript(() => {
    new MutationObserver(() => {
      for (const grid of document.querySelectorAll('kinetable-grid:not([mirror])')) grid.setAttribute('mirror', 'page');
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(url);
  await page.evaluate(() => document.fonts.ready);
  return { page, errors };
}

/** The rows that are seen: their numbers, and the texts of their cells by column. */
export function rows(page: Page): Promise<{ row: number; cells: Record<string, string> }[]> {
  return page.evaluate(() => {
    const grid = [...document.querySelectorAll('kinetable-grid')].find((one) => one.clientHeight > 0);
    return [...(grid?.shadowRoot?.querySelectorAll('.mirror [data-row]:not([data-apart])') ?? [])].map((line) => ({
      row: Number((line as HTMLElement).dataset.row),
      cells: Object.fromEntries([...line.querySelectorAll('[data-column]')].map((cell) => [(cell as HTMLElement).dataset.column as string, cell.textContent as string])),
    }));
  });
}

/** Waits until the rows that are seen are as they should be. */
export async function until(page: Page, holds: (seen: Awaited<ReturnType<typeof rows>>) => boolean): Promise<Awaited<ReturnType<typeof rows>>> {
  const end = Date.now() + 90_000;
  for (;;) {
    const seen = await rows(page);
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`what is seen is not what was awaited: ${JSON.stringify(seen.slice(0, 3))} … ${JSON.stringify(seen.slice(-1))}`);
    await page.waitForTimeout(20);
  }
}

export const isLoaded = (seen: { cells: Record<string, string> }[]): boolean => seen.length > 0 && seen.every(({ cells }) => Object.values(cells).every((text) => text !== 'loading'));

export function status(page: Page, name: string): Promise<string> {
  return page.locator(`[data-status="${name}"]`).first().innerText();
}
