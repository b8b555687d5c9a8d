import { describe, expect, test } from 'vitest';
import type { Window } from '../../src/client/messages.ts';
import { Layout } from '../../src/grid/layout.ts';
import { cellsOf, Selection } from '../../src/grid/selection.ts';
import { want } from '../../src/grid/want.ts';
import { Random } from './random.ts';

describe('the window that is asked for', () => {
  const shown = Array.from({ length: 50 }, (_, i) => `C${i}`);
  const seen = (first: number, more: object = {}) => ({ first, n: 30, rows: 1_000_000, following: false, columns: shown.slice(0, 8), shown, ...more });

  test('is asked for once, and again when what is seen comes near its edge', () => {
    const first = want(seen(0), null, 4096) as Window;
    expect(first).toMatchObject({ first: 0, anchor: 'top' });
    expect(first.n).toBeGreaterThanOrEqual(60);
    expect(want(seen(0), first, 4096)).toBeNull();
    expect(want(seen(3), first, 4096)).toBeNull();
    expect(want(seen(500), first, 4096)?.first).toBeLessThanOrEqual(500);
  });

  test('covers what is seen wherever one scrolls, with few requests', () => {
    const random = new Random(9);
    let last: Window | null = null;
    let [at, asked] = [0, 0];
    for (let i = 0; i < 3000; i++) {
      at = Math.max(0, Math.min(999_970, random.below(200) === 0 ? random.below(1_000_000) : at + random.below(7) - 3));
      const next = want(seen(at), last, 4096);
      if (next) asked += 1;
      last = next ?? last;
      expect(last?.first).toBeLessThanOrEqual(at);
      expect((last?.first ?? 0) + (last?.n ?? 0)).toBeGreaterThanOrEqual(at + 30);
      expect(want(seen(at), last, 4096)).toBeNull();
    }
    expect(asked).toBeLessThan(300);
  });

  test('asks ahead in the direction of scrolling', () => {
    const last: Window = { first: 1000, n: 90, anchor: 'top', cols: shown };
    const down = want(seen(1080), last, 4096) as Window;
    expect(down.first + down.n - 1110).toBeGreaterThan(1080 - down.first);
    const up = want(seen(980), last, 4096) as Window;
    expect(980 - up.first).toBeGreaterThan(up.first + up.n - 1010);
  });

  test('has the columns that are seen, two beside them, and the frozen ones', () => {
    expect(want(seen(0, { columns: ['C10', 'C11'] }), null, 4096)?.cols).toEqual(['C8', 'C9', 'C10', 'C11', 'C12', 'C13']);
    expect(want(seen(0, { columns: ['C0', 'C1', 'C20', 'C21'] }), null, 4096)?.cols).toEqual(['C0', 'C1', 'C18', 'C19', 'C20', 'C21', 'C22', 'C23']);
    const last = want(seen(0, { columns: ['C10', 'C11'] }), null, 4096);
    expect(want(seen(0, { columns: ['C11', 'C12', 'C13'] }), last, 4096)).toBeNull();
    expect(want(seen(0, { columns: ['C13', 'C14'] }), last, 4096)).not.toBeNull();
  });

  test('at the end is counted from the end', () => {
    const end = want(seen(999_970, { following: true }), null, 4096);
    expect(end).toMatchObject({ first: 0, anchor: 'bottom' });
    expect(want(seen(999_990, { following: true, rows: 1_000_020 }), end, 4096)).toBeNull();
    expect(want(seen(999_900), end, 4096)).toMatchObject({ anchor: 'top' });
  });
});

describe('columns', () => {
  const layout = (): Layout => {
    const made = new Layout();
    made.setColumns(['A', 'B', 'C', 'D'].map((name) => ({ name, type: 'int' })), () => 100);
    return made;
  };
  const names = (made: Layout): string[] => made.placed.map((column) => column.info.name);

  test('are moved, hidden, shown and frozen, and every pixel belongs to the one that is drawn there', () => {
    const made = layout();
    made.move('D', 'B');
    expect(names(made)).toEqual(['A', 'D', 'B', 'C']);
    made.hide('B');
    expect([names(made), made.hiddenNames]).toEqual([['A', 'D', 'C'], ['B']]);
    made.freeze('C', true);
    expect([names(made), made.frozenWidth]).toEqual([['C', 'A', 'D'], 100]);
    made.resize('A', 250);
    for (const scrollX of [0, 60, 150]) {
      for (let x = 0; x < 300; x += 7) {
        const hit = made.hit(x, scrollX);
        if (!hit) continue;
        const left = made.left(hit, scrollX);
        expect(x >= left && x < left + hit.width).toBe(true);
        expect(hit.frozen).toBe(x < 100);
      }
    }
    made.show(['B']);
    expect(names(made)).toEqual(['C', 'A', 'D', 'B']);
  });

  test('lie as the table has them until one is moved', () => {
    const names = (...all: string[]) => all.map((name) => ({ name, type: 'int' }));
    const made = new Layout();
    made.setColumns(names('A', 'B', 'C'), () => 100);
    made.setColumns(names('C', 'N', 'A'), () => 100);
    expect(made.known()).toEqual(['C', 'N', 'A']);
    made.setColumns(names('A', 'B', 'C'), () => 100);
    expect(made.known()).toEqual(['A', 'B', 'C']);
    made.move('A', null);
    made.setColumns(names('A', 'B', 'C', 'D'), () => 100);
    expect(made.known().indexOf('B')).toBeLessThan(made.known().indexOf('A'));
  });

  test('keep what the user did when the schema changes', () => {
    const made = layout();
    made.resize('B', 300);
    made.move('C', 'A');
    made.setColumns(['A', 'B', 'C', 'E'].map((name) => ({ name, type: 'int' })), () => 100);
    expect(names(made)).toEqual(['C', 'A', 'B', 'E']);
    made.suggest(new Map([['B', 50], ['A', 50]]));
    expect([made.find('B')?.width, made.find('A')?.width]).toEqual([300, 50]);
  });

  test('one stays, whatever is hidden', () => {
    const made = layout();
    for (const name of ['A', 'B', 'C', 'D']) made.hide(name);
    expect(names(made)).toEqual(['D']);
  });
});

describe('the selection', () => {
  test('reaches from where it began to the focus', () => {
    const selection = new Selection();
    expect(selection.range(10, 4)).toBeNull();
    selection.set({ row: 5, column: 2 }, false);
    selection.set({ row: 3, column: 3 }, true);
    const range = selection.range(10, 4);
    expect(range).toEqual({ firstRow: 3, lastRow: 5, firstColumn: 2, lastColumn: 3 });
    expect(range && cellsOf(range)).toBe(6);
    selection.widen('columns');
    expect(selection.range(10, 4)).toEqual({ firstRow: 0, lastRow: 9, firstColumn: 2, lastColumn: 3 });
    selection.widen('rows');
    expect(selection.range(10, 4)).toEqual({ firstRow: 3, lastRow: 5, firstColumn: 0, lastColumn: 3 });
    selection.set({ row: 0, column: 0 }, false);
    expect(selection.range(10, 4)).toEqual({ firstRow: 0, lastRow: 0, firstColumn: 0, lastColumn: 0 });
  });

  test('stays in a table that shrinks', () => {
    const selection = new Selection();
    selection.set({ row: 2 ** 53 - 2, column: 3 }, false);
    selection.limit(5, 2);
    expect(selection.focus).toEqual({ row: 4, column: 1 });
    selection.limit(0, 2);
    expect(selection.focus).toBeNull();
  });
});
