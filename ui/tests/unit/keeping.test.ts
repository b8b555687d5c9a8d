import { expect, test } from 'vitest';
import { readKept, TABS_MAX, writeKept } from '../../src/app/dock/keeping.ts';
import { idsOf, type Layout, NONE, plainLayout, readLayout, readLayoutText, withIds, withSide, withTab } from '../../src/app/dock/schema.ts';
import { FRESH, plainState, stateOf, type TableState } from '../../src/app/kept.ts';
import { EMPTY } from '../../src/app/plan.ts';
import { Random } from './random.ts';

const STATE: TableState = { ...FRESH, plan: { ...EMPTY, sorts: [['Price', 'desc']] }, columns: { order: ['B', 'A'], widths: [['A', 120]], hidden: ['C'], frozen: ['B'] } };

const DESK: Layout = {
  name: 'Desk', active: 'c', links: [{ from: 'b', column: 'Sym', to: 'c', into: 'Sym' }],
  root: { split: 'row', sizes: [0.4, 0.6], children: [{ tabs: ['a'], active: 'a' }, { split: 'column', sizes: [0.5, 0.5], children: [{ tabs: ['b', 'c'], active: 'c' }, { tabs: ['__proto__'], active: '__proto__' }] }] },
  panels: new Map([['a', { kind: 'console' }], ['b', { kind: 'table', table: 'trades', view: plainState(STATE) }], ['c', { kind: 'table', table: 'quotes' }], ['__proto__', { kind: 'later', what: [1, { x: null }] }]]),
};

const plain = (layout: Layout | null): unknown => JSON.parse(JSON.stringify(layout && plainLayout(layout)));

test('what is written is read', () => {
  const read = readKept(writeKept({ boards: [DESK, NONE], current: 1, tables: new Map([['quotes', STATE], ['fresh', FRESH]]) }));
  expect(read.boards.map(plain)).toEqual([plain(DESK), plain(NONE)]);
  expect(read.current).toBe(1);
  expect([...read.tables]).toEqual([['quotes', STATE]]);
  expect(stateOf(read.boards[0].panels.get('b')?.view)).toEqual(STATE);
});

test('tabs of the former version are one area', () => {
  const read = readKept(JSON.stringify({ version: 1, tabs: ['a', 5, 'a', null, 'b/?'], active: 'b/?', tables: [['a', plainState(STATE)], 'x'] }));
  expect(read.boards.length).toBe(1);
  const [{ root, panels, active }] = read.boards;
  expect([...panels.values()].map(({ table }) => table)).toEqual(['a', 'b/?']);
  expect(root).toEqual({ tabs: idsOf(root), active });
  expect(panels.get(active ?? '')?.table).toBe('b/?');
  expect(stateOf(panels.get(idsOf(root)[0])?.view)).toEqual(STATE);
  expect(readKept(JSON.stringify({ version: 1, tabs: Array.from({ length: 500 }, (_, i) => `t${i}`) })).boards[0].panels.size).toBe(TABS_MAX);
});

test('of a layout from another hand what can be read is read', () => {
  const read = readLayout({
    version: 1, name: 7, active: 'nobody', links: [{ from: 'a', column: 'X', to: 'z', into: 'X' }, { from: 'a', column: 'X', to: 'a', into: 'X' }, 5, { from: 'a', column: 'X', to: 'b', into: 'Y' }], panels: { a: { kind: 'table', table: 't' }, b: { kind: 'table' }, c: 5, d: { kind: 'log' } },
    root: { split: 'row', sizes: [1, 'x'], children: [{ tabs: ['a', 'a', 'c', 'z'], active: 'z' }, { split: 'column', children: [{ tabs: [] }, { split: 'row', children: [] }, { tabs: ['a', 'b'] }] }] },
  });
  // "d" is in no area: it goes to the first one.
  expect(read).toEqual({ name: '', active: null, links: [{ from: 'a', column: 'X', to: 'b', into: 'Y' }], panels: new Map([['a', { kind: 'table', table: 't' }], ['b', { kind: 'table' }], ['d', { kind: 'log' }]]),
    root: { split: 'row', sizes: [0.5, 0.5], children: [{ tabs: ['a', 'd'], active: 'a' }, { tabs: ['b'], active: 'b' }] } });
  for (const text of ['', '{', '[]', 'null', '7', '{"version":9}']) expect(readLayoutText(text)).toBeNull();
  expect(readLayoutText(`{"version":1,"name":"${'x'.repeat(1 << 20)}"}`)).toBeNull();
  let deep: unknown = { tabs: ['a'] };
  for (let i = 0; i < 5000; i++) deep = { split: 'row', children: [deep, { tabs: ['b'] }] };
  expect(idsOf(readLayout({ version: 1, root: deep, panels: { a: { kind: 'x' }, b: { kind: 'x' } } })?.root ?? null).sort()).toEqual(['a', 'b']);
});

test('panels that come and go leave the others where they are', () => {
  expect(withIds(DESK.root, ['a', 'c', '__proto__', 'new'], 'c')).toEqual({
    split: 'row', sizes: [0.4, 0.6], children: [{ tabs: ['a', 'new'], active: 'a' }, { split: 'column', sizes: [0.5, 0.5], children: [{ tabs: ['c'], active: 'c' }, { tabs: ['__proto__'], active: '__proto__' }] }],
  });
  expect(withIds(DESK.root, ['b'], null)).toEqual({ tabs: ['b'], active: 'b' });
  expect(withIds(DESK.root, [], null)).toBeNull();
  expect(withSide(DESK.root, 'new', 'b', 'bottom', 0.25)).toMatchObject({ children: [{ tabs: ['a'] }, { children: [{ split: 'column', sizes: [0.75, 0.25], children: [{ tabs: ['b', 'c'] }, { tabs: ['new'] }] }, { tabs: ['__proto__'] }] }] });
  expect(withSide(DESK.root, 'new', null, 'left', 0.25)).toEqual({ split: 'row', sizes: [0.25, 0.75], children: [{ tabs: ['new'], active: 'new' }, DESK.root] });
  expect(withTab(null, 'a')).toEqual({ tabs: ['a'], active: 'a' });
});

test('bytes that are changed anywhere never throw, and each panel keeps exactly one place', () => {
  const random = new Random(3);
  const whole = writeKept({ boards: [DESK], current: 0, tables: new Map([['quotes', STATE]]) });
  for (let i = 0; i < 2000; i++) {
    const at = random.below(whole.length);
    const text = whole.slice(0, at) + '[]{}",:0n'[random.below(9)] + whole.slice(at + random.below(3));
    for (const { root, panels } of readKept(text).boards) expect(idsOf(root).sort()).toEqual([...panels.keys()].sort());
  }
});
