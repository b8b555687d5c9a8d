/** `npm run shots`: pictures of the app in every theme and width, in `shots/`. */
import { mkdirSync } from 'node:fs';
import { demoTables } from '../fake/demo.ts';
import { FakeServer } from '../fake/server.ts';
import { launch, visit } from './browser.ts';

const only = process.argv[2];
mkdirSync('shots', { recursive: true });
const server = new FakeServer({ pages: 'dist', every: 50 }, demoTables());
const url = `http://127.0.0.1:${await server.start()}`;
const browser = await launch();

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1400, 768, 390]) {
    if (only && !`${scheme}-${width}`.includes(only)) continue;
    const isPhone = width < 700;
    const { page, errors } = await visit(browser, url, { viewport: { width, height: isPhone ? 844 : 900 }, colorScheme: scheme, hasTouch: isPhone, isMobile: isPhone, deviceScaleFactor: isPhone ? 2 : 1 });
    const shot = async (name: string): Promise<void> => {
      await page.waitForTimeout(400);
      await page.screenshot({ path: `shots/${scheme}-${width}-${name}.png` });
    };
    await shot('welcome');
    await page.goto(`${url}/table/trades`);
    await page.waitForTimeout(1500);
    await shot('trades');
    if (!isPhone) {
      for (const [name, keys] of [['quotes', 'Control+Shift+ArrowRight'], ['history', 'Control+Shift+ArrowDown'], ['positions', '']] as const) {
        await page.keyboard.press('Control+k');
        await page.locator('.palette input').waitFor();
        await page.keyboard.type(name);
        await page.keyboard.press('Enter');
        await page.waitForTimeout(300);
        if (keys) await page.keyboard.press(keys);
      }
      await shot('docked');
      await page.getByRole('button', { name: 'Panels', exact: true }).click();
      await shot('panels');
      await page.keyboard.press('Escape');
      await page.evaluate(() => localStorage.removeItem('kinetable.tables'));
      await page.goto('about:blank');
      await page.goto(`${url}/icon.svg`);
      await page.evaluate(() => localStorage.removeItem('kinetable.tables'));
      await page.goto(`${url}/table/trades`);
      await page.waitForTimeout(800);
      await page.locator('kinetable-grid').first().click({ position: { x: 400, y: 14 } });
      await page.keyboard.press('Control+f');
      await page.keyboard.type('>500');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(600);
      await shot('filter');
      await page.goto(`${url}/table/quotes`);
      await page.waitForTimeout(800);
      await page.mouse.click(430, 170, { button: 'right' });
      await shot('menu');
      await page.keyboard.press('Escape');
      await page.getByLabel('Settings').first().click();
      await shot('settings');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await shot('palette');
      await page.keyboard.press('Escape');
      await page.evaluate(() => {
        const rules = [{ kind: 'bar', column: 'Volume', hue: 'sky' }, { kind: 'heat', column: 'Change' }, { kind: 'when', column: 'Bid', operator: '>', value: '140', hue: 'orange' }];
        location.hash = `view=${encodeURIComponent(JSON.stringify({ version: 1, rules, formats: [['Updated', { part: 'time' }]] }))}`;
      });
      for (const [name, item] of [['columns', 'Columns…'], ['custom', 'Add a computed column…'], ['look', 'Format and colours…']] as const) {
        await page.mouse.click(430, 130, { button: 'right' });
        if (name === 'columns') await shot('column-menu');
        await page.getByRole('menuitem', { name: item }).click();
        await shot(name);
      }
    } else {
      await page.getByRole('button', { name: 'Filter' }).click();
      await shot('filter');
      await page.goto(`${url}/table/quotes`);
      await page.waitForTimeout(800);
      await shot('quotes');
      await page.getByRole('button', { name: 'Tables' }).click();
      await shot('list');
      await page.getByRole('button', { name: 'Panel', exact: true }).click();
      await page.keyboard.press('Control+k');
      await shot('palette');
      await page.getByText('Computed columns').click();
      await shot('custom');
    }
    if (errors.length) console.log(scheme, width, errors);
    await page.context().close();
  }
}
await browser.close();
await server.stop();
