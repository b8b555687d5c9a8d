/** Where journeys against a server of the binary take place: `KINETABLE_URL` is the link of one that runs `tables.py`. */
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launch, visit } from '../journeys/browser.ts';

export interface Visited {
  page: Page;
  errors: string[];
}

export interface Stage {
  browser: Browser;
  base: URL;
  /** A page of the server, with the secret of the link. */
  visit(path?: string): Promise<Visited>;
}

export async function begin(): Promise<Stage> {
  const link = process.env.KINETABLE_URL;
  if (!link) throw new Error('KINETABLE_URL is not set: the link of a server that runs tests/real/tables.py');
  const base = new URL(link);
  const browser = await launch();
  return { browser, base, visit: (path = '/') => visit(browser, `${base.origin}${path}${base.search}${base.hash}`) };
}

export async function leave({ page, errors }: Visited): Promise<void> {
  expect(errors).toEqual([]);
  await page.context().close();
}
