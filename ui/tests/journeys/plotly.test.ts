/** Figures of plotly: drawn under the policy of the page, in its colours, anew when they are, and nothing of them runs. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import { visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

const line = (y: number[], more: object = {}): object => ({ type: 'scatter', mode: 'lines+markers', x: [1, 2, 3], y, ...more });
const say = (name: string, figure: object, theme: 'page' | 'own' = 'page'): unknown => server.values.set(name, { kind: 'plotly.figure', tables: [], value: { figure, theme } });
/** That of the package in Python, as far as it has colours of the ground. */
const template = { layout: { paper_bgcolor: 'white', plot_bgcolor: '#E5ECF6', font: { color: '#2a3f5f' }, xaxis: { gridcolor: 'white' }, yaxis: { gridcolor: 'white' } } };

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 300 }));
  const evil = '<img src=x onerror="window.ran=1"><script>window.ran=1</script>';
  say('sales', {
    data: [line([1, 3, 2], { name: `one ${evil}`, hovertemplate: evil })],
    layout: { template, title: { text: `Sales of <b>today</b> <a href="javascript:window.ran=1">a</a> <a href="https://example.org/" target="_blank">b</a>${evil}` }, annotations: [{ x: 2, y: 3, text: '<a href=" java&#115;cript:window.ran=1">c</a>' }] },
  });
  say('own', { data: [line([1, 2, 3])], layout: { template: { layout: { paper_bgcolor: '#112233', plot_bgcolor: '#112233' } } } }, 'own');
  // What plotly 6 and newer write of arrays: 8 bytes a number.
  const packed = Buffer.from(new Float64Array([5, 1, 4]).buffer).toString('base64');
  say('kinds', { data: [{ type: 'heatmap', z: [[1, 2], [3, 4]], xaxis: 'x', yaxis: 'y' }, { type: 'bar', x: ['a', 'b', 'c'], y: { dtype: 'f8', bdata: packed }, xaxis: 'x2', yaxis: 'y2' }, { type: 'surface', z: [[1, 2, 3], [2, 4, 2], [1, 2, 1]], scene: 'scene' }], layout: { template, xaxis: { domain: [0, 0.3] }, xaxis2: { domain: [0.36, 0.64], anchor: 'y2' }, yaxis2: { anchor: 'x2' }, scene: { domain: { x: [0.7, 1] } } } });
  say('large', { data: [line([1, 2, 3])], layout: { template, width: 2400, height: 1500 } });
  say('world', { data: [{ type: 'scattergeo', lat: [48], lon: [11] }], layout: { template } });
  server.values.set('desk', { kind: 'Dashboard', tables: [], value: { title: 'Desk', layout: { version: 1, root: { tabs: ['p0'] }, panels: { p0: { kind: 'plotly', title: 'In it', value: { figure: { data: [line([3, 2, 1])], layout: { template } }, theme: 'page' } } } } } });
});

afterAll(() => end(browser, server));

const alone = (name: string): string => `${url}/panel/plotly#panel=${encodeURIComponent(JSON.stringify({ name }))}`;
const drawn = (page: Page): Promise<void> => page.locator('.plotly-plot .main-svg').first().waitFor();
const ground = (page: Page): Promise<string> => page.locator('.plotly-plot .main-svg').first().evaluate((svg) => getComputedStyle(svg).backgroundColor);
const traces = (page: Page): Promise<number> => page.locator('.plotly-plot .scatterlayer .trace').count();
const asked = (): number => server.heard.filter(({ type }) => type === 'value').length;

test('from the list: drawn when it is opened, in the colours of the page, and nothing in it runs', async () => {
  const { page, errors } = await visit(browser, url);
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  const entry = page.getByRole('navigation', { name: 'Tables' }).getByRole('button', { name: /^sales/ });
  expect(await entry.locator('.rows').innerText()).toBe('plotly');
  expect(fetched.filter((one) => /plotly/.test(one))).toEqual([]);
  await entry.click();
  await drawn(page);
  await page.locator('.lm-TabBar-tabLabel').getByText('Sales of today a b').waitFor();
  expect(await page.locator('[data-status="as-of"]').innerText()).toMatch(/^As of \d\d:\d\d:\d\d$/);
  expect(await traces(page)).toBe(1);
  const title = page.locator('.plotly-plot .gtitle');
  expect(await title.locator('tspan', { hasText: 'today' }).last().evaluate((text) => getComputedStyle(text).fontWeight)).toBe('700');
  const links = await page.locator('.plotly-plot a').evaluateAll((all) => all.map((one) => one.getAttribute('xlink:href') ?? one.getAttribute('href')));
  expect(links.filter(Boolean)).toEqual(['https://example.org/']);
  // Its own rules are there: without them the drawings lie below each other.
  expect(await page.locator('.plotly-plot .main-svg').nth(1).evaluate((svg) => getComputedStyle(svg).position)).toBe('absolute');
  expect(await ground(page)).toBe('rgb(255, 255, 255)');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => ground(page)).not.toBe('rgb(255, 255, 255)');
  const dark = await page.locator('.plotly-panel').evaluate((panel) => getComputedStyle(panel).backgroundColor);
  expect(await ground(page)).toBe(dark);
  const box = await page.locator('.plotly-plot .point').nth(1).boundingBox();
  await page.mouse.move((box?.x ?? 0) + 3, (box?.y ?? 0) + 3);
  await page.locator('.plotly-plot .hoverlayer .hovertext').first().waitFor();
  const [picture] = await Promise.all([page.waitForEvent('download'), page.locator('.modebar-btn[data-title^="Download plot"]').click()]);
  expect(picture.suggestedFilename()).toMatch(/^Sales-of-today-a-b.*\.png$/);
  expect(await page.evaluate(() => (window as unknown as { ran?: number }).ran)).toBeUndefined();
  expect(errors).toEqual([]);
  await page.getByRole('button', { name: 'Close sales' }).or(page.locator('.lm-TabBar-tabCloseIcon').last()).first().click();
  await expect.poll(() => page.locator('.plotly-plot').count()).toBe(0);
  await page.context().close();
});

test('another figure under its name, one that changed in place, and other room', async () => {
  say('moving', { data: [line([1, 2, 3])], layout: { template, title: { text: 'First' } } });
  const { page, errors } = await visit(browser, alone('moving'));
  await drawn(page);
  await page.locator('.gtitle', { hasText: 'First' }).waitFor();
  say('moving', { data: [line([3, 2, 1]), line([1, 1, 1])], layout: { template, title: { text: 'Second' } } });
  server.say('moving');
  await page.locator('.gtitle', { hasText: 'Second' }).waitFor();
  await expect.poll(() => traces(page)).toBe(2);
  expect(await page.title()).toBe('Second · Kinetable');
  // In place: the server sees no other value, and is asked when somebody wants it.
  const before = asked();
  say('moving', { data: [line([3, 2, 1]), line([1, 1, 1]), line([2, 2, 2])], layout: { template, title: { text: 'Third' } } });
  await page.getByRole('button', { name: 'Refresh' }).click();
  await expect.poll(() => traces(page)).toBe(3);
  expect(asked()).toBe(before + 1);
  const wide = (): Promise<number> => page.locator('.plotly-plot .main-svg').first().evaluate((svg) => svg.getBoundingClientRect().width);
  const first = await wide();
  await page.setViewportSize({ width: 800, height: 600 });
  await expect.poll(wide).toBe(800);
  expect(first).toBe(1400);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a template of its own, a size of its own, kinds that need more, and a map without a ground', async () => {
  const { page, errors } = await visit(browser, alone('own'), { colorScheme: 'dark' });
  await drawn(page);
  expect(await ground(page)).toBe('rgb(17, 34, 51)');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(alone('large'));
  await page.reload();
  await drawn(page);
  const [room, all] = await page.locator('.plotly-plot').evaluate((host) => [host.clientWidth, host.scrollWidth]);
  expect(all).toBe(2400);
  expect(room).toBeLessThanOrEqual(1400);
  await page.goto(alone('kinds'));
  await page.reload();
  await drawn(page);
  await page.locator('.plotly-plot .gl-container canvas').first().waitFor();
  await expect.poll(() => page.locator('.plotly-plot .barlayer .point').count()).toBe(3);
  expect(await page.locator('.plotly-plot .heatmaplayer image').count()).toBe(1);
  expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
  await page.goto(alone('world'));
  await page.reload();
  await page.getByRole('note').getByText('Coasts and countries').waitFor();
  await expect.poll(() => page.locator('.plotly-plot .scattergeo .point').count()).toBe(1);
  await page.goto(alone('nothing'));
  await page.reload();
  await page.getByRole('alert').getByText('there is no figure "nothing"').waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});

test('in a dashboard of a script', async () => {
  const { page, errors } = await visit(browser, `${url}/dashboard/desk`);
  await drawn(page);
  await page.locator('.lm-TabBar-tabLabel').getByText('In it').waitFor();
  expect(await traces(page)).toBe(1);
  expect(await page.getByRole('button', { name: 'Refresh' }).count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
});
