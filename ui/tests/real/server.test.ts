/**
 * Journeys against a server of the binary that runs `tables.py`: `KINETABLE_URL=http://127.0.0.1:10000/?psk=… npm run real`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLoaded, rows, status, until } from '../journeys/browser.ts';
import { begin, leave, type Stage, type Visited } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await begin();
});

afterAll(() => stage?.browser.close());

async function open(name: string): Promise<Visited> {
  const visited = await stage.visit(`/table/${name}`);
  await until(visited.page, isLoaded);
  return visited;
}

const id = (text: string): number => Number(text.replaceAll(',', ''));

test('the list has the tables of the script', async () => {
  const visited = await stage.visit();
  const list = visited.page.getByRole('navigation', { name: 'Tables' });
  for (const name of ['history', 'kinds', 'newest', 'nothing', 'totals', 'trades']) await list.getByText(name, { exact: true }).waitFor();
  await leave(visited);
});

test('the end of a billion rows', async () => {
  const visited = await open('history');
  const { page } = visited;
  await page.keyboard.press('Control+End');
  const end = await until(page, (seen) => isLoaded(seen) && seen.some(({ row }) => row === 999_999_999));
  for (const { row, cells } of end) expect([id(cells.Id), id(cells.Rest)]).toEqual([row, row % 7]);
  await page.mouse.move(700, 500);
  await page.mouse.wheel(0, -120);
  await until(page, (seen) => isLoaded(seen) && end[0].row - seen[0].row === 5);
  await leave(visited);
});

test('rows that are added, at the end and at the beginning', async () => {
  const visited = await open('trades');
  const { page } = visited;
  await page.keyboard.press('Control+End');
  const last = (seen: { row: number }[]): number => seen[seen.length - 1]?.row ?? -1;
  const before = await until(page, (seen) => isLoaded(seen) && seen.length > 0);
  const after = await until(page, (seen) => isLoaded(seen) && last(seen) > last(before) + 20);
  for (const { row, cells } of after) expect(id(cells.Id)).toBe(row);
  await expect.poll(() => status(page, 'live')).toBe('Live');
  await page.getByRole('navigation', { name: 'Tables' }).getByText('newest', { exact: true }).click();
  const first = await until(page, (seen) => isLoaded(seen) && seen.length > 5);
  const later = await until(page, (seen) => isLoaded(seen) && seen.length > 5 && id(seen[0].cells.Id) > id(first[0].cells.Id) + 10);
  for (const { row, cells } of later) expect(id(cells.Id)).toBe(id(later[0].cells.Id) - row);
  await leave(visited);
});

test('sorted and filtered while it changes', async () => {
  const visited = await open('trades');
  const { page } = visited;
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('s');
  await page.keyboard.press('s');
  const falling = (seen: { cells: Record<string, string> }[]): boolean => seen.every(({ cells }, i) => i === 0 || id(cells.Id) === id(seen[i - 1].cells.Id) - 1);
  const first = await until(page, (seen) => isLoaded(seen) && seen.length > 5 && falling(seen));
  await until(page, (seen) => isLoaded(seen) && falling(seen) && id(seen[0].cells.Id) > id(first[0].cells.Id));
  await page.keyboard.press('Control+f');
  await page.getByLabel('Filter Sym').fill('acm');
  await page.getByLabel('Filter Sym').press('Enter');
  await until(page, (seen) => isLoaded(seen) && seen.length > 3 && seen.every(({ cells }) => cells.Sym === 'ACME' && id(cells.Id) % 3 === 0));
  await page.getByLabel('Filter Id').fill('>=30 && <60');
  await page.getByLabel('Filter Id').press('Enter');
  const some = await until(page, (seen) => isLoaded(seen) && seen.length === 10);
  expect(some.map(({ cells }) => id(cells.Id))).toEqual([57, 54, 51, 48, 45, 42, 39, 36, 33, 30]);
  await expect.poll(() => status(page, 'rows')).toMatch(/^10 of [\d,]+ rows$/);
  await leave(visited);
});

test.each([
  ['Sym', '=ACME', (cells: Record<string, string>) => cells.Sym === 'ACME'],
  ['Sym', 'a*', (cells: Record<string, string>) => cells.Sym === 'ACME'],
  ['Sym', '!*T', (cells: Record<string, string>) => cells.Sym === 'ACME'],
  ['Sym', '!bolt', (cells: Record<string, string>) => cells.Sym === 'ACME'],
  ['Sym', 'not in BOLT, X', (cells: Record<string, string>) => cells.Sym === 'ACME'],
  ['Size', 'in 10, 20', (cells: Record<string, string>) => cells.Size === '10' || cells.Size === '20'],
  ['Price', '>110.5', (cells: Record<string, string>) => Number(cells.Price) > 110.5],
  ['Price', '!null', () => true],
  ['Timestamp', '>2020', () => true],
] as const)('the filter %s %s is understood', async (column, text, holds) => {
  const visited = await open('trades');
  const { page } = visited;
  await page.keyboard.press('Control+f');
  await page.getByLabel(`Filter ${column}`).fill(text);
  await page.getByLabel(`Filter ${column}`).press('Enter');
  await page.locator('.chip').waitFor();
  await until(page, (seen) => isLoaded(seen) && seen.length > 2 && seen.every(({ cells }) => holds(cells)));
  expect(await page.locator('.chip.bad').count()).toBe(0);
  expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
  await leave(visited);
});

test('every type has its form', async () => {
  const visited = await open('kinds');
  await expect.poll(() => rows(visited.page)).toEqual([
    { row: 0, cells: { Flag: 'false', Small: '0', Letter: 'a', Text: 'row 0', When: '2026-05-01 10:00:00', Day: '2026-05-01', Exact: '12.5' } },
    { row: 1, cells: { Flag: 'true', Small: '1', Letter: 'b', Text: 'row 1', When: '2026-05-01 10:00:01', Day: '2026-05-01', Exact: '12.5' } },
    { row: 2, cells: { Flag: 'false', Small: '2', Letter: 'b', Text: 'null', When: '2026-05-01 10:00:02', Day: '2026-05-01', Exact: '12.5' } },
  ]);
  await leave(visited);
});

test('colours and forms that the table itself has', async () => {
  const visited = await open('painted');
  const { page } = visited;
  const [first] = await rows(page);
  expect(first.cells).toEqual({ Id: '0', Price: '$100.00', When: '1 May, 10:00:00' });
  const ground = (row: number, column: string): Promise<string> => page.evaluate(async ([row, column]) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { view, layout } = document.querySelector('kinetable-grid')!.grid!;
    const y = view.bodyTop + (Number(row) - view.top.row) * view.extent.rowHeight - Math.round(view.top.px) + view.extent.rowHeight - 4;
    return [...view.ctx.getImageData(layout.left(layout.find(String(column))!, view.scrollX) + 3, y, 1, 1).data.slice(0, 3)].join();
  }, [row, column] as const);
  await expect.poll(() => ground(3, 'Id')).toBe('255,208,208');
  await expect.poll(() => ground(4, 'Id')).toBe('255,255,255');
  await expect.poll(() => ground(0, 'Price')).toBe('255,255,255');
  await page.keyboard.press('Control+End');
  await until(page, (seen) => isLoaded(seen) && seen.some(({ row }) => row === 99));
  await expect.poll(() => ground(98, 'Price')).toBe('176,0,32');
  await leave(visited);
});

test('an empty table, and none', async () => {
  const visited = await stage.visit(`/table/nothing`);
  await visited.page.getByText('This table has columns, and no row.').waitFor();
  await leave(visited);
  const other = await stage.visit(`/table/nobody`);
  await other.page.getByText('There is no table “nobody”').waitFor();
  await leave(other);
});

test('copying rows that are not on the screen', async () => {
  const visited = await open('history');
  const { page } = visited;
  await page.keyboard.press('Control+Home');
  for (let i = 0; i < 20; i++) await page.keyboard.press('Shift+PageDown');
  await page.keyboard.press('Control+c');
  await page.getByText(/cells copied/).waitFor();
  const lines = (await page.evaluate(() => navigator.clipboard.readText())).split('\n');
  expect(lines.length).toBeGreaterThan(400);
  expect(lines).toEqual(lines.map((_, row) => String(row)));
  await leave(visited);
});

test('computed and selected columns, what is refused, and all of it again on the next visit', async () => {
  const visited = await open('trades');
  const { page } = visited;
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('button', { name: 'Add a computed column' }).click();
  const side = page.getByRole('complementary', { name: 'Computed columns' });
  await side.getByLabel('A further column').fill('Worth = Price * Sizes');
  await side.getByLabel('A further column').press('Enter');
  await side.locator('.refusal').getByText('Sizes').first().waitFor();
  const column = side.getByLabel('Column Worth', { exact: true });
  await column.fill('Worth = Price * Size');
  await column.press('Enter');
  const worth = (seen: { cells: Record<string, string> }[]): boolean => seen.length > 5 && isLoaded(seen) && seen.every(({ cells }) => cells.Worth !== undefined && Math.abs(id(cells.Worth) - Number(cells.Price) * Number(cells.Size)) < 0.01);
  await until(page, worth);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Timestamp' }).uncheck();
  await page.getByRole('button', { name: 'Select the 5 that are shown' }).click();
  await page.getByText('5 columns', { exact: true }).waitFor();
  await until(page, (seen) => worth(seen) && seen[0].cells.Timestamp === undefined);
  await page.reload();
  const seen = await until(page, worth);
  expect(Object.keys(seen[0].cells)).toEqual(['Id', 'Sym', 'Price', 'Size', 'Worth']);
  await page.getByRole('button', { name: 'Copy as Python' }).click();
  await page.getByText('copied: trades').waitFor();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('trades.update_view("Worth = Price * Size").view(["Id", "Sym", "Price", "Size", "Worth"])');
  await leave(visited);
});
