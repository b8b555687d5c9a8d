/** `npm run sights [light|dark]-[width] [name]`: pictures of every kind of panel, in `shots/`, and sheets of several of them. */
import { mkdirSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { demoTables } from '../fake/demo.ts';
import { FakeServer } from '../fake/server.ts';
import { ordersTable, pricesTable, staffTable } from '../fake/tables.ts';
import { launch, visit } from './browser.ts';

const [only = '', wanted = ''] = process.argv.slice(2);
mkdirSync('shots', { recursive: true });
const server = new FakeServer({ pages: process.env.PAGES ?? 'dist', every: 50, console: true }, [...demoTables(), ordersTable(), staffTable()]);
const axis = { log: false, invert: false, time: false };
const line = { name: 'price', style: 'line', table: 0, columns: { x: 'Time', y: 'Price' }, by: ['Sym'] };
const chart = (row: number, series: object[], more: object = {}): object => ({ row, col: 0, row_span: 1, col_span: 1, title: `Chart ${row + 1}`, legend: true, x: { ...axis, time: true, label: 'Time' }, y: { ...axis, label: 'Price', format: '0.00' }, series, ...more });
const dressed = { title_look: { font: { family: 'Georgia', size: 13, style: 'bold' } }, grid: { x: true }, x: { ...axis, time: true, label: 'Time', ticks: { gap: 900e9, angle: 40, minor: 2 } }, y: { ...axis, label: 'Volume', ticks: { font: { size: 10 } } } };
const figure = { title: 'Prices of a day', rows: 2, cols: 1, charts: [chart(0, [line]), chart(1, [{ name: 'volume', style: 'stacked_area', table: 0, columns: { x: 'Time', y: 'Volume' }, by: ['Sym'] }], dressed)] };
server.values.set('moving', { kind: 'Figure', tables: [pricesTable(9000, 3)], value: figure });
server.store.files.set('/notebooks/first.py', '# %%\nfrom kinetable import time_table\n\nticks = time_table("PT1s").update("X = ii")\n\n# %%\nprint("done")\n');
server.store.files.set('/notebooks/about.md', '# About\n\nText with *words* and a list:\n\n- one\n- two\n');
for (let i = 0; i < 60; i++) server.console.log(['INFO', 'WARN', 'ERROR', 'DEBUG'][i % 4], `message number ${i}, which says at some length what happened to table trades and to its readers`);
const url = `http://127.0.0.1:${await server.start()}`;
const browser = await launch();

const SPEC = { kind: 'line', x: 'Time', ys: ['Price'], by: 'Sym', agg: 'count', every: '60000000000', bins: 40 };
const plan = { filters: [['Sym', '=ACME'], ['Price', '>5']], sorts: [['Price', 'desc']] };
type Sight = [name: string, panels: Record<string, { kind: string; [member: string]: unknown }>, act?: (page: Page) => Promise<unknown>];

const palette = async (page: Page, text: string): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.locator('.palette input').fill(text);
  await page.keyboard.press('Enter');
};
const menu = (page: Page, word: string | RegExp) => async (): Promise<void> => {
  await page.locator('kinetable-grid').first().click({ button: 'right', position: { x: 250, y: 100 } });
  await page.getByRole('menuitem', { name: word }).first().click();
};

const SIGHTS: Sight[] = [
  ['welcome', { w: { kind: 'welcome' } }],
  ['table', { t: { kind: 'table', table: 'trades' } }],
  ['filtered', { t: { kind: 'table', table: 'trades', view: { plan } } }, async (page) => page.locator('kinetable-grid').first().focus().then(() => page.keyboard.press('Control+f'))],
  ['menu', { t: { kind: 'table', table: 'trades' } }, async (page) => page.locator('kinetable-grid').first().click({ button: 'right', position: { x: 250, y: 100 } })],
  ['export', { t: { kind: 'table', table: 'trades' } }, async (page) => page.getByRole('button', { name: /Export/ }).first().click()],
  ['groups', { t: { kind: 'table', table: 'trades' } }, (page) => palette(page, 'groups')],
  ['statistics', { t: { kind: 'table', table: 'trades' } }, async (page) => menu(page, /Statistics/)()],
  ['columns', { t: { kind: 'table', table: 'trades' } }, (page) => palette(page, 'columns')],
  ['look', { t: { kind: 'table', table: 'trades' } }, async (page) => menu(page, /Format/)()],
  ['rollup', { t: { kind: 'table', table: 'trades', view: { plan: { group: { kind: 'rollup', keys: ['Venue', 'Sym'], aggs: [['count', 'Count'], ['sum', 'Size', 'Size'], ['avg', 'Price', 'Price']], rows: false, open: [[], ['London'], ['Tokyo']] } } } } }],
  ['input', { t: { kind: 'table', table: 'orders' } }, async (page) => page.getByRole('button', { name: 'Add row' }).first().click()],
  ['chart', { c: { kind: 'chart', table: 'prices', chart: SPEC } }],
  ['builder', { t: { kind: 'table', table: 'prices' }, c: { kind: 'chart', table: 'prices', chart: SPEC, follows: 't' } }, async (page) => {
    if ((page.viewportSize()?.width ?? 0) <= 900) await page.getByRole('button', { name: 'Edit' }).last().click();
  }],
  ['pie', { c: { kind: 'chart', table: 'prices', chart: { ...SPEC, kind: 'pie', x: 'Sym', by: null, ys: [] } } }],
  ['figure', { f: { kind: 'figure', name: 'moving' } }],
  ['console', { k: { kind: 'console' } }, async (page) => {
    const editor = page.getByRole('textbox', { name: 'Console' });
    for (const code of ['print(42)', 'made = empty_table(1000)', 'raise ValueError("something is wrong with this")']) {
      await editor.click();
      await page.keyboard.type(code);
      await page.keyboard.press('Enter');
      await page.waitForTimeout(300);
    }
    await page.getByRole('tab', { name: 'Console' }).click();
  }],
  ['log', { l: { kind: 'log' } }],
  ['history', { h: { kind: 'history' } }],
  ['files', { f: { kind: 'files' } }],
  ['notebook', { n: { kind: 'file', path: '/notebooks/first.py' } }],
  ['filter', { f: { kind: 'filter', column: 'Sym', choice: true, value: '' }, t: { kind: 'table', table: 'trades' } }],
  ['markdown', { m: { kind: 'markdown', text: '# Read me\n\nSome *words*, `code`, and a list:\n\n- one\n- two' } }],
  ['empty', { t: { kind: 'table', table: 'alerts' } }],
  ['hidden', { t: { kind: 'table', table: 'trades', view: { plan: { filters: [['Sym', '=NOPE']] } } } }],
  ['wrong', { t: { kind: 'table', table: 'trades', view: { plan: { filters: [['Price', '>oops']] } } } }, async (page) => page.locator('kinetable-grid').first().focus().then(() => page.keyboard.press('Control+f'))],
  ['goto', { t: { kind: 'table', table: 'trades' } }, async (page) => page.locator('kinetable-grid').first().focus().then(() => page.keyboard.press('Control+g'))],
  ['find', { t: { kind: 'table', table: 'trades' } }, (page) => palette(page, 'find a value')],
  ['custom', { t: { kind: 'table', table: 'trades' } }, (page) => palette(page, 'computed')],
  ['profiles', { t: { kind: 'table', table: 'trades' } }, (page) => palette(page, 'profiles')],
  ['describe', { t: { kind: 'table', table: 'trades' } }, (page) => palette(page, 'describe')],
  ['unknown', { t: { kind: 'table', table: 'gone' }, u: { kind: 'sundial' } }],
  ['linker', { t: { kind: 'table', table: 'trades' }, u: { kind: 'table', table: 'quotes' } }, async (page) => page.getByRole('button', { name: 'Panels', exact: true }).click().then(() => page.getByRole('menuitem', { name: 'Link panels…' }).click())],
  ['contrast', { t: { kind: 'table', table: 'trades', view: { plan } }, c: { kind: 'chart', table: 'prices', chart: SPEC } }, (page) => palette(page, 'theme: contrast').then(() => page.waitForTimeout(600))],
  ['dashboard', { t: { kind: 'table', table: 'trades' }, c: { kind: 'chart', table: 'prices', chart: SPEC }, f: { kind: 'figure', name: 'moving' }, m: { kind: 'markdown', text: '# Desk\n\nWhat *everybody* looks at.' } }],
  ['disconnected', { t: { kind: 'table', table: 'trades' } }, async (page) => page.context().setOffline(true).then(() => server.dropAll()).then(() => page.waitForTimeout(1500))],
  ['palette', { t: { kind: 'table', table: 'trades' } }, (page) => page.keyboard.press('Control+k')],
  ['settings', { t: { kind: 'table', table: 'trades' } }, (page) => page.getByLabel('Settings').first().click()],
  ['help', { t: { kind: 'table', table: 'trades' } }, async (page) => page.keyboard.press('Escape').then(() => page.evaluate(() => (document.activeElement as HTMLElement).blur())).then(() => page.keyboard.press('?'))],
  ['panels', { t: { kind: 'table', table: 'trades' } }, (page) => page.getByRole('button', { name: 'Panels', exact: true }).click()],
];

const made = new Map<string, string[]>();
for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1400, 768, 390]) {
    if (!`${scheme}-${width}`.includes(only)) continue;
    const isPhone = width < 700;
    const { page, errors } = await visit(browser, url, { viewport: { width, height: isPhone ? 844 : 900 }, colorScheme: scheme, hasTouch: isPhone, isMobile: isPhone });
    for (const [name, panels, act] of SIGHTS) {
      if (!name.includes(wanted)) continue;
      await page.context().setOffline(false);
      await page.goto(`${url}/icon.svg`);
      await page.evaluate(() => localStorage.clear());
      const ids = Object.keys(panels);
      const pair = (split: string, children: object[]): object => (children.length === 1 ? children[0] : { split, sizes: children.map(() => 1 / children.length), children });
      const root = pair('row', ids.length < 3 ? ids.map((id) => ({ tabs: [id] })) : [0, 2].map((from) => pair('column', ids.slice(from, from + 2).map((id) => ({ tabs: [id] })))));
      const kept = { version: 2, boards: [{ version: 1, root, panels, active: ids[ids.length - 1] }], current: 0, tables: [] };
      await page.evaluate((text) => localStorage.setItem('kinetable.tables', text), JSON.stringify(kept));
      await page.goto(url);
      await page.locator('.connection.live').waitFor();
      await page.waitForTimeout(900);
      try {
        await act?.(page);
      } catch (error) {
        console.log(scheme, width, name, String(error).split('\n')[0]);
      }
      await page.waitForTimeout(400);
      const path = `shots/${scheme}-${width}-${name}.png`;
      await page.screenshot({ path });
      // Targets of fingers.
      if (isPhone) {
        const small = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('button, a[href], select, input, [role=tab], [role=menuitem], summary')].filter((one) => one.checkVisibility()).flatMap((one) => {
          const box = (one.matches('input[type=checkbox], input[type=radio]') ? (one.closest('label') ?? one) : one).getBoundingClientRect();
          const isSeen = box.width > 1 && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
          return isSeen && (box.height < 43.5 || box.width < 43.5) ? [`${one.tagName.toLowerCase()}.${one.className} "${(one.getAttribute('aria-label') ?? one.innerText ?? '').slice(0, 20)}" ${Math.round(box.width)}×${Math.round(box.height)}`] : [];
        }));
        if (small.length) console.log(name, [...new Set(small)]);
      }
      made.set(`${scheme}-${width}`, [...(made.get(`${scheme}-${width}`) ?? []), path]);
    }
    if (errors.length) console.log(scheme, width, errors);
    await page.context().close();
  }
}

for (const [kind, paths] of made) {
  const across = kind.endsWith('390') ? 5 : kind.endsWith('768') ? 3 : 2;
  const each = across * (kind.endsWith('390') ? 1 : 2);
  for (let at = 0; at * each < paths.length; at++) {
    const page = await browser.newPage({ viewport: { width: 1960, height: 1100 } });
    const images = paths.slice(at * each, (at + 1) * each).map((path) => `<img style="width:${Math.floor(100 / across) - 1}%;margin:2px" src="data:image/png;base64,${readFileSync(path).toString('base64')}">`);
    await page.setContent(`<body style="margin:0;background:#888">${images.join('')}</body>`);
    await page.screenshot({ path: `shots/sheet-${kind}-${at}.png`, fullPage: true });
    await page.close();
  }
}
await browser.close();
await server.stop();
