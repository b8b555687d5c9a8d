/** `npm run picture`: the picture of `ui/README.md`, `docs/images/web-app.png`, in 256 colours. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { FakeServer } from '../fake/server.ts';
import { bigTable, emptyTable, quotesTable, tradesTable } from '../fake/tables.ts';
import { launch, visit } from './browser.ts';
import { paletted } from './palette.ts';

const folder = new URL('../../../docs/images/', import.meta.url).pathname;
const tables = [
  tradesTable(148_210, 7), quotesTable(), bigTable('history', 1_000_000_000), bigTable('orders', 8_421_733), bigTable('positions', 1184), bigTable('fills', 77_310_428), emptyTable(),
];
const server = new FakeServer({ pages: 'dist', every: 50 }, tables);
const url = `http://127.0.0.1:${await server.start()}`;
const browser = await launch();
const { page } = await visit(browser, `${url}/table/quotes`, { viewport: { width: 1400, height: 860 }, colorScheme: 'dark' });
const list = page.getByRole('navigation', { name: 'Tables' });
await list.getByText('history').click();
await list.getByText('trades').click();
await page.waitForTimeout(600);
const view = {
  version: 1, plan: { filters: [['Size', '>500']], sorts: [['Time', 'desc']] }, formats: [['Time', { part: 'time' }]],
  rules: [{ kind: 'heat', column: 'Price' }, { kind: 'bar', column: 'Fee', hue: 'sky' }, { kind: 'when', column: 'Sym', operator: '=', value: 'ACME', hue: 'orange' }],
};
await page.evaluate((text) => (location.hash = `view=${encodeURIComponent(text)}`), JSON.stringify(view));
await page.waitForTimeout(3000);
await page.mouse.move(700, 840);
await page.waitForTimeout(300);
mkdirSync(folder, { recursive: true });
const made = paletted(await page.screenshot());
writeFileSync(`${folder}web-app.png`, made);
console.log(`${made.length} bytes`);
await browser.close();
await server.stop();
