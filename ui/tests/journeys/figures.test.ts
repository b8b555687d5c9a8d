/** Figures of scripts: every style, the places of several charts, live, and another figure under the same name. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FakeServer } from '../fake/server.ts';
import type { FakeTable } from '../fake/tables.ts';
import { pricesTable } from '../fake/tables.ts';
import { visit } from './browser.ts';
import { begin, end } from './stage.ts';

let server: FakeServer;
let browser: Browser;
let url: string;

function plain(columns: Record<string, [type: string, cells: (string | number | bigint | null)[]]>): FakeTable {
  return {
    name: 'plain', kind: 'table', live: false, rows: Object.values(columns)[0][1].length, columns: Object.entries(columns).map(([name, [type]]) => ({ name, type })),
    cell: (row, column) => columns[column][1][row],
  };
}

const groups = plain({ Sym: ['String', ['A', 'B', 'C']], N: ['double', [3, 5, 2]], Low: ['double', [2, 4, 1]], High: ['double', [4, 6, 3]], X: ['double', [1, 2, 3]] });
const candles = plain({ T: ['Instant', [0n, 60_000_000_000n]], O: ['double', [1, 2]], H: ['double', [3, 3]], L: ['double', [0, 1]], C: ['double', [2, 1.5]] });
const parts = plain({ Id: ['String', ['all', 'x', 'y']], Over: ['String', [null, 'all', 'all']], V: ['double', [0, 3, 5]] });
const keys = plain({ Key: ['String', Array.from({ length: 30 }, (_, i) => `k${i}`)], N: ['double', Array.from({ length: 30 }, (_, i) => i + 1)] });
const axis = { log: false, invert: false, time: false };
const chart = (row: number, col: number, series: object[], more: object = {}): object => ({ row, col, row_span: 1, col_span: 1, title: `chart ${row}${col}`, legend: true, x: axis, y: axis, series, ...more });

beforeAll(async () => {
  ({ server, browser, url } = await begin({ every: 300 }));
  server.values.set('moving', {
    kind: 'Figure', tables: [pricesTable(9000, 3)],
    value: { title: 'Prices', rows: 1, cols: 1, charts: [chart(0, 0, [{ name: 'price', style: 'line', table: 0, columns: { x: 'Time', y: 'Price' }, by: ['Sym'], axis: 'left' }], { x: { ...axis, time: true, label: 'When' } })] },
  });
  server.values.set('all_styles', {
    kind: 'Figure', tables: [groups, candles, parts],
    value: {
      rows: 2, cols: 3,
      charts: [
        chart(0, 0, [{ name: 'n', style: 'bar', table: 0, columns: { category: 'Sym', y: 'N' } }]), chart(0, 1, [{ name: 'n', style: 'error_bar', table: 0, columns: { x: 'X', y: 'N', y_low: 'Low', y_high: 'High' }, color: '#ff8800' }]),
        chart(0, 2, [{ name: 'p', style: 'pie', table: 0, columns: { category: 'Sym', y: 'N' } }]), chart(1, 0, [{ name: 'o', style: 'ohlc', table: 1, columns: { x: 'T', open: 'O', high: 'H', low: 'L', close: 'C' } }]),
        chart(1, 1, [{ name: 'h', style: 'histogram', table: 0, columns: { x: 'N' }, bins: 4 }, { name: 'nothing', style: 'sundial', table: 0 }]),
        chart(1, 2, [{ name: 't', style: 'treemap', table: 2, columns: { id: 'Id', parent: 'Over', value: 'V' } }]),
      ],
    },
  });
  server.values.set('mixed', {
    kind: 'Figure', tables: [candles, parts, keys, pricesTable(900, 3)],
    value: {
      title: 'Its own title', rows: 2, cols: 2,
      charts: [
        chart(0, 0, [{ name: 'day', style: 'ohlc', table: 0, columns: { x: 'T', open: 'O', high: 'H', low: 'L', close: 'C' } }, { name: 'mean', style: 'line', table: 0, columns: { x: 'T', y: 'C' }, color: '#ff00ff' }], { y: { ...axis, format: '0.00 €' } }),
        chart(0, 1, [{ name: 't', style: 'treemap', table: 1, columns: { id: 'Id', parent: 'Over' } }]), chart(1, 0, [{ name: 'n', style: 'bar', table: 2, columns: { category: 'Key', y: 'N' }, by: ['Key'] }]),
        { ...chart(1, 1, [{ name: 'bad', style: 'line', table: 3, columns: { x: 'Time', y: 'Nope' } }, { name: 'good', style: 'line', table: 3, columns: { x: 'Time', y: 'Price' } }]), title: undefined },
      ],
    },
  });
});

afterAll(() => end(browser, server));

/** How many colours a chart has beside its background: one is drawn if there are some. */
function isDrawn(page: Page, at: number): Promise<boolean> {
  return page.locator('.figure-chart').nth(at).locator('canvas').first().evaluate((canvas) => {
    const { data } = ((canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, (canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height);
    let colored = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) colored += 1;
    return colored > 40;
  });
}

test('a live figure, from the list: a series a group, zoom, and another figure under its name', async () => {
  const { page, errors } = await visit(browser, url);
  await page.getByRole('navigation', { name: 'Tables' }).getByText('moving').click();
  await expect.poll(() => page.locator('.legend .name').allInnerTexts()).toEqual(['ACME', 'BOLT', 'CRUX']);
  await page.getByRole('heading', { name: 'Prices' }).waitFor();
  await expect.poll(() => isDrawn(page, 0)).toBe(true);
  const box = await page.locator('.plot .u-over').boundingBox();
  if (!box) throw new Error('nothing was drawn');
  await page.mouse.move(box.x + 100, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 50, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Reset zoom' }).click();
  server.values.set('moving', { kind: 'Figure', tables: [groups], value: { title: 'Others', rows: 1, cols: 1, charts: [chart(0, 0, [{ name: 'n', style: 'bar', table: 0, columns: { category: 'Sym', y: 'N' } }])] } });
  server.say('moving');
  await page.getByRole('heading', { name: 'Others' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Others' }).waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
});

test('every style is drawn in its place; one that the page does not know is left out', async () => {
  const { page, errors } = await visit(browser, `${url}/panel/figure#panel=${encodeURIComponent(JSON.stringify({ name: 'all_styles' }))}`);
  await expect.poll(() => page.locator('.figure-chart canvas').count()).toBe(6);
  for (let at = 0; at < 6; at++) await expect.poll(() => isDrawn(page, at), { message: `chart ${at}` }).toBe(true);
  const places = await page.locator('.figure-chart').evaluateAll((all) => all.map((one) => [Math.round(one.getBoundingClientRect().left), Math.round(one.getBoundingClientRect().top)]));
  expect(new Set(places.map(([left]) => left)).size).toBe(3);
  expect(new Set(places.map(([, top]) => top)).size).toBe(2);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('candles with a line, parts without sizes, more keys than colours, and a series that fails beside one that does not', async () => {
  const { page, errors } = await visit(browser, `${url}/panel/figure#panel=${encodeURIComponent(JSON.stringify({ name: 'mixed', title: 'My words' }))}`);
  for (let at = 0; at < 4; at++) await expect.poll(() => isDrawn(page, at), { message: `chart ${at}` }).toBe(true);
  await expect.poll(() => page.title()).toBe('My words · Kinetable');
  const first = page.locator('.figure-chart').first();
  await first.getByRole('button', { name: 'day' }).waitFor();
  await first.locator('.plot').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => first.locator('.legend .value').allInnerTexts()).toEqual(['1.00 € → 2.00 €, 0.00 € – 3.00 €', '2.00 €']);
  // Without the line the candles are left, and the other way round.
  await first.getByRole('button', { name: 'mean' }).click();
  await expect.poll(() => isDrawn(page, 0)).toBe(true);
  await page.locator('.figure-chart').nth(2).getByText('6 more are not drawn').waitFor();
  const failing = page.locator('.figure-chart').nth(3);
  await failing.getByRole('alert').getByText('series "bad"').waitFor();
  const { step } = server;
  await expect.poll(() => server.step).toBeGreaterThan(step + 4);
  expect(await failing.getByRole('alert').count()).toBe(1);
  expect(await failing.getByRole('heading').count()).toBe(0);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('fonts, colours, marks, lines across and shapes of a script, and candles of two keys', async () => {
  const font = (size: number, style = 'plain'): object => ({ family: 'Kinetable Test', size, style });
  const quotes = plain({ T: ['Instant', [0n, 0n, 60_000_000_000n, 60_000_000_000n]], K: ['String', ['A', 'B', 'A', 'B']], O: ['double', [1, 5, 2, 6]], H: ['double', [3, 7, 3, 8]], L: ['double', [0, 4, 1, 5]], C: ['double', [2, 6, 1.5, 5.5]] });
  server.values.set('dressed', {
    kind: 'Figure', tables: [groups, quotes],
    value: {
      title: 'Dressed', title_look: { color: '#cc0000', font: font(18, 'italic') }, rows: 1, cols: 2,
      charts: [
        chart(0, 0, [{ name: 'n', style: 'error_bar', table: 0, columns: { x: 'X', y: 'N', x_low: 'Low', x_high: 'High' }, shape: 'diamond', size: 3, error_color: '#00aa00' }], {
          title_look: { font: font(15, 'bold') }, legend_look: { color: '#0000cc', font: font(12) }, grid: { x: true, y: false },
          x: { ...axis, min: 0, max: 6, label: 'Across', font: font(15, 'bold'), ticks: { at: [0.25, 2.25, 5.75], angle: 45, minor: 3 } }, y: { ...axis, min: 0, max: 10, label: 'Up', ticks: { gap: 1.7, angle: 90, font: font(9) } },
        }),
        chart(0, 1, [{ name: 'o', style: 'ohlc', table: 1, columns: { x: 'T', open: 'O', high: 'H', low: 'L', close: 'C' }, by: ['K'] }], { x: { ...axis, time: true, ticks: { gap: 25e9, visible: false } } }),
      ],
    },
  });
  const { page, errors } = await visit(browser, url);
  // What is written on canvases, with its font and how far it is turned.
  await page.addInitScript(() => {
    const { fillText } = CanvasRenderingContext2D.prototype;
    const seen = ((window as unknown as { written: [string, string, number][] }).written = []) as [string, string, number][];
    CanvasRenderingContext2D.prototype.fillText = function (text: string, ...rest) {
      const { a, b } = this.getTransform();
      seen.push([text, this.font, Math.round((-Math.atan2(b, a) * 180) / Math.PI)]);
      return fillText.apply(this, [text, ...rest] as Parameters<typeof fillText>);
    };
  });
  await page.goto(`${url}/panel/figure#panel=${encodeURIComponent(JSON.stringify({ name: 'dressed' }))}`);
  await page.reload();
  for (let at = 0; at < 2; at++) await expect.poll(() => isDrawn(page, at), { message: `chart ${at}` }).toBe(true);
  const written = (text: string): Promise<[string, string, number] | undefined> => page.evaluate((wanted) => (window as unknown as { written: [string, string, number][] }).written.findLast(([one]) => one === wanted), text);
  const across = await written('Across');
  expect(across?.[1]).toMatch(/^(bold|700) 20px "Kinetable Test"/);
  for (const place of ['0.25', '2.25', '5.75']) expect((await written(place))?.[2], place).toBe(45);
  expect(await written('5.25')).toBeUndefined();
  const up = await written('6.8');
  expect(up?.[1]).toMatch(/12px "Kinetable Test"/);
  expect(up?.[2]).toBe(90);
  expect(await written('00:00:25')).toBeDefined();
  expect(await written('00:00:30')).toBeUndefined();
  const style = (selector: string): Promise<string[]> => page.locator(selector).first().evaluate((one) => { const { fontFamily, fontSize, fontWeight, fontStyle, color } = getComputedStyle(one); return [fontFamily.split(',')[0], fontSize, fontWeight, fontStyle, color]; });
  expect(await style('.figure-panel > h2')).toEqual(['"Kinetable Test"', '24px', '400', 'italic', 'rgb(204, 0, 0)']);
  expect((await style('.figure-chart h3')).slice(0, 4)).toEqual(['"Kinetable Test"', '20px', '700', 'normal']);
  expect(await style('.legend .name')).toEqual(['"Kinetable Test"', '16px', '400', 'normal', 'rgb(0, 0, 204)']);
  // The candles of each key have a colour of their own, which the legend shows.
  const second = page.locator('.figure-chart').nth(1);
  await expect.poll(() => second.locator('.legend .name').allInnerTexts()).toEqual(['A', 'B']);
  const colours = await second.locator('.legend line').evaluateAll((lines) => lines.map((line) => line.getAttribute('stroke')));
  const has = (color: string | null): Promise<number> => second.locator('canvas').first().evaluate((canvas, hex) => {
    const { data } = ((canvas as HTMLCanvasElement).getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, (canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height);
    const want = [1, 3, 5].map((i) => Number.parseInt((hex as string).slice(i, i + 2), 16));
    let n = 0;
    for (let i = 0; i < data.length; i += 4) if (want.every((part, j) => data[i + j] === part)) n += 1;
    return n;
  }, color);
  expect(new Set(colours).size).toBe(2);
  for (const color of colours) expect(await has(color), String(color)).toBeGreaterThan(30);
  expect(errors).toEqual([]);
  await page.context().close();
});
