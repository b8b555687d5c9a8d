/** Where a journey takes place: a browser, and a server of the tests that has the app and its demo tables. */
import type { Browser } from 'playwright-core';
import { demoTables } from '../fake/demo.ts';
import { FakeServer } from '../fake/server.ts';
import { launch } from './browser.ts';

/** `every`: milliseconds between two changes of the tables. */
export async function begin(options: { every?: number } = { every: 50 }): Promise<{ server: FakeServer; browser: Browser; url: string }> {
  const server = new FakeServer({ pages: 'dist-journeys', ...options }, demoTables());
  const url = `http://127.0.0.1:${await server.start()}`;
  return { server, browser: await launch(), url };
}

export async function end(browser: Browser, server: FakeServer): Promise<void> {
  await browser.close();
  await server.stop();
}
