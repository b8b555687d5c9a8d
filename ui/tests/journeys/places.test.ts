/** Mistakes are marked where they were typed. `KINETABLE_SHOTS=DIR` keeps pictures. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { isLoaded, until, visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

beforeAll(async () => {
  ({ server, browser, url } = await begin({}));
});

afterAll(() => end(browser, server));

test('in the filter row a line lies below what is wrong', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`);
  await until(page, isLoaded);
  await page.keyboard.press('Control+f');
  const input = page.getByLabel('Filter Price');
  await input.fill('>5 && <12x');
  await input.press('Enter');
  await page.getByText('"12x" is no number').waitFor();
  await expect.poll(() => input.getAttribute('data-placed')).not.toBeNull();
  const line = await input.evaluate((element: HTMLInputElement) => {
    const ruler = document.createElement('canvas').getContext('2d')!;
    ruler.font = getComputedStyle(element).font;
    const read = (name: string): number => Number.parseFloat(element.style.getPropertyValue(name));
    return { placed: element.hasAttribute('data-placed'), from: read('--wrong-from') - 8 - ruler.measureText('>5 && <').width, width: read('--wrong-width') - ruler.measureText('12x').width };
  });
  expect(line.placed).toBe(true);
  expect(Math.abs(line.from) + Math.abs(line.width)).toBeLessThan(0.1);
  if (process.env.KINETABLE_SHOTS) await page.screenshot({ path: `${process.env.KINETABLE_SHOTS}/places-filter.png` });
  await input.fill('>5');
  await expect.poll(() => input.getAttribute('data-placed')).toBeNull();
  expect(errors).toEqual([]);
  await page.context().close();
});

test('in a computed column the name is underlined that is none, until it is edited', async () => {
  const { page, errors } = await visit(browser, `${url}/table/positions`, { colorScheme: 'dark' });
  await until(page, isLoaded);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('button', { name: 'Add a computed column' }).click();
  const side = page.getByRole('complementary', { name: 'Computed columns' });
  await side.getByLabel('A further column').fill('Worth = Pirce * Size');
  await side.getByLabel('A further column').press('Enter');
  await side.locator('.underlined u').waitFor();
  await expect.poll(() => side.locator('.underlined u').innerText()).toBe('Pirce');
  // It lies on the text: as wide as so many characters, and where they begin.
  const [under, area] = await Promise.all(['.underlined u', 'textarea'].map((part) => side.locator(part).first().boundingBox()));
  expect(Math.abs(under!.x - area!.x - 9 - (8 * under!.width) / 5)).toBeLessThan(1);
  if (process.env.KINETABLE_SHOTS) await page.screenshot({ path: `${process.env.KINETABLE_SHOTS}/places-custom.png` });
  await side.getByLabel('Column Worth', { exact: true }).fill('Worth = Price * Size');
  await expect.poll(() => side.locator('.underlined').count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
});
