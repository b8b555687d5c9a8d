import { expect, test } from 'vitest';
import { fragmentOf, FRESH, plainState, stateOf, type TableState, viewOf } from '../../src/app/kept.ts';
import { EMPTY } from '../../src/app/plan.ts';
import { Layout } from '../../src/grid/layout.ts';

const STATE: TableState = {
  plan: {
    filters: new Map([['Sym', 'a* && !null']]), values: [{ column: 'Price', formula: 'Price >= 5', label: 'Price ≥ 5' }], sorts: [['Price', 'desc'], ['Sym', 'abs']],
    custom: ['Worth = Price * `€`.length()'], group: null, select: ['Sym', 'Worth'],
  },
  columns: { order: ['B', 'A'], widths: [['A', 120]], hidden: ['C'], frozen: ['B'] },
  formats: new Map([['Price', { decimals: 3, percent: true }], ['Time', { zone: 'Asia/Tokyo', part: 'time' as const }]]),
  rules: [{ kind: 'when', column: 'Price', operator: '>=', value: '5', hue: 'green' }, { kind: 'bar', column: 'Size', hue: 'sky' }, { kind: 'heat', column: 'Fee' }],
};

test('what is written is read', () => {
  expect(stateOf(JSON.parse(JSON.stringify(plainState(STATE))))).toEqual(STATE);
  expect(stateOf(plainState(FRESH))).toEqual(FRESH);
});

test('a link says a table as it is, and of a table as it comes nothing', () => {
  expect(fragmentOf(FRESH)).toBe('');
  expect(viewOf(`#${fragmentOf(STATE)}`)).toEqual(STATE);
  // Beside the key, and as the page that took the key out of the address writes it.
  const both = new URLSearchParams(`token=abc&${fragmentOf(STATE)}`);
  both.delete('token');
  expect(viewOf(`#${both}`)).toEqual(STATE);
  expect(viewOf('')).toBeNull();
  expect(viewOf('#view=%7B%22version%22%3A2%7D')).toBeNull();
});

test('what another hand wrote is read as far as it goes', () => {
  const read = stateOf({
    plan: { filters: [['X'], ['Y', 'y'], 3], sorts: [['Z', 'up'], ['Z', 'asc']], custom: [{}, 'A = 1'], select: [] }, columns: { widths: [['A', '9'], ['B', 90]], frozen: 7 },
    formats: [['A', { decimals: 99, zone: 'Mars/Base', part: 'week', plain: true }], [7, {}]],
    rules: [{ kind: 'bar', column: 'A', hue: 'toString' }, { kind: 'heat', column: 'A' }, { kind: 'when', column: 'A', operator: '~', value: '', hue: 'red' }],
  });
  expect(read).toEqual({ plan: { ...EMPTY, filters: new Map([['Y', 'y']]), sorts: [['Z', 'asc']], custom: ['A = 1'] }, columns: { order: [], widths: [['B', 90]], hidden: [], frozen: null }, formats: new Map([['A', { plain: true }]]), rules: [{ kind: 'heat', column: 'A' }] });
  expect(stateOf(null)).toEqual(FRESH);
});

test('columns lie as they did, whatever columns came and went', () => {
  const infos = (names: string) => [...names].map((name) => ({ name, type: 'int' }));
  const shown = (layout: Layout): string => layout.placed.map(({ info, frozen }) => info.name + (frozen ? '*' : '')).join('');
  const first = new Layout();
  first.setColumns(infos('ABCDE'), () => 80);
  first.move('E', 'B');
  first.hide('C');
  first.freeze('D', true);
  first.resize('A', 200);
  expect(shown(first)).toBe('D*AEB');
  const second = new Layout();
  second.restore(first.state());
  second.setColumns(infos('ABCDE'), () => 80);
  expect([shown(second), second.find('A')?.width, second.hiddenNames]).toEqual(['D*AEB', 200, ['C']]);
  expect(second.state()).toEqual(first.state());
  second.setColumns(infos('XBE'), () => 80);
  expect([shown(second), second.hiddenNames]).toEqual(['EBX', []]);
  second.setColumns(infos('ABCDE'), () => 80);
  expect(shown(second)).toBe('D*AEB');
  second.setColumns(infos('C'), () => 80);
  expect(shown(second)).toBe('C');
  const untouched = new Layout();
  untouched.setColumns(infos('AB'), () => 80);
  expect(untouched.state()).toEqual({ order: [], widths: [], hidden: [], frozen: null });
});

test('where it is narrow the first column is frozen by itself, until the user says otherwise', () => {
  const layout = new Layout();
  layout.setColumns(['A', 'B', 'C'].map((name) => ({ name, type: 'int' })), () => 100);
  layout.freezeFirst(150);
  expect([layout.frozenCount, layout.isFrozen('A'), layout.state().frozen]).toEqual([1, true, null]);
  layout.resize('A', 160);
  expect(layout.frozenCount).toBe(0);
  layout.resize('A', 90);
  layout.freeze('A', false);
  expect([layout.frozenCount, layout.state().frozen]).toEqual([0, []]);
});
