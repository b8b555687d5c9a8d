import { expect, test } from 'vitest';
import { readFrame } from '../../src/client/frame.ts';
import type { Cell, Delta, Snap } from '../../src/client/messages.ts';
import { Page } from '../../src/client/page.ts';
import { frame } from '../fake/arrow.ts';
import { typesTable } from '../fake/tables.ts';
import { Random } from './random.ts';

const COLUMNS = [{ name: 'A', type: 'long' }, { name: 'B', type: 'String' }, { name: 'C', type: 'double' }];

interface Row {
  key: number;
  cells: Record<string, Cell>;
}

function buffer(bytes: Uint8Array): ArrayBuffer {
  return bytes.slice().buffer as ArrayBuffer;
}

function row(random: Random, key: number): Row {
  const text = random.below(4) ? ['plain', 'Zürich', '', '🚋 tram'][random.below(4)] : null;
  return { key, cells: { A: BigInt(key) * 1_000_000_007n, B: text, C: random.below(5) ? random.next() : null } };
}

function columnsOf(rows: Row[], names = COLUMNS.map(({ name }) => name)) {
  return COLUMNS.filter(({ name }) => names.includes(name)).map((info) => ({ info, cells: rows.map(({ cells }) => cells[info.name]) }));
}

test('every type of cell survives the wire', () => {
  const table = typesTable();
  const bytes = frame({ type: 'snap', sub: 1 }, table.columns.map((info) => ({ info, cells: [0, 1, 2].map((at) => table.cell(at, info.name)) })));
  const { columns } = readFrame(buffer(bytes));
  for (const { name, cells } of columns) expect(cells, name).toEqual([0, 1, 2].map((at) => table.cell(at, name)));
  expect(columns.map(({ name }) => name)).toEqual(table.columns.map(({ name }) => name));
});

test('a frame that is cut off is refused', () => {
  const bytes = frame({ type: 'snap', sub: 1 }, columnsOf([row(new Random(1), 1)]));
  for (const length of [0, 3, 5, 20]) expect(() => readFrame(buffer(bytes.slice(0, length)))).toThrow();
});

test('a page that follows random deltas is the page that a snap would have been', () => {
  for (let seed = 1; seed <= 25; seed++) {
    const random = new Random(seed);
    const page = new Page();
    let rows: Row[] = Array.from({ length: random.below(30) }, (_, i) => row(random, i));
    let [key, seq, first] = [rows.length, 1, random.below(1000)];
    const header = (more: object) => ({ sub: 1, vp: 1, seq, rows: rows.length + first, total: 9999, first, n: rows.length, step: seq, at: '0', ...more });
    const hear = (bytes: Uint8Array) => {
      const { header, columns } = readFrame(buffer(bytes));
      return header.type === 'snap' ? page.snap(header as Snap, columns) : page.delta(header as Delta, columns);
    };
    hear(frame(header({ type: 'snap' }), columnsOf(rows)));
    for (let step = 0; step < 40; step++) {
      const former = rows;
      rows = former.filter(() => random.below(8) > 0);
      for (let i = random.below(4); i > 0; i--) rows.splice(random.below(rows.length + 1), 0, row(random, key++));
      if (random.below(6) === 0) rows.reverse();
      first = random.below(3) ? first : random.below(1000);
      const added = rows.filter((one) => !former.includes(one));
      const only = added.length === 0 && random.below(2) ? ['C'] : undefined;
      rows = rows.map((one) => (random.below(5) || added.includes(one) ? one : { key: one.key, cells: { ...one.cells, C: random.next(), ...(only ? {} : { B: 'new' }) } }));
      const isSame = rows.length === former.length && rows.every((one, i) => one.key === former[i].key);
      const moves = isSame ? undefined : rows.flatMap((one, to) => {
        const from = former.findIndex((old) => old.key === one.key);
        return from < 0 ? [] : [[from, to, 1]];
      });
      const written = rows.flatMap((one, i) => (former.includes(one) ? [] : [i]));
      seq += 1;
      const changed = hear(frame(header({ type: 'delta', base: seq - 1, moves, runs: written.map((at) => [at, 1]) }), columnsOf(written.map((at) => rows[at]), only)));
      expect(changed).toBeDefined();
      for (const { name } of COLUMNS) expect(page.columns.get(name), `seed ${seed}, step ${step}`).toEqual(rows.map(({ cells }) => cells[name]));
      expect([page.first, page.n, page.seq]).toEqual([first, rows.length, seq]);
    }
  }
}, 30_000);

test('a delta of another base changes nothing', () => {
  const random = new Random(4);
  const page = new Page();
  const rows = [row(random, 1), row(random, 2)];
  const about = { sub: 1, vp: 1, rows: 2, total: 2, first: 0, n: 2, step: 1, at: '0' };
  page.snap({ ...about, type: 'snap', seq: 5 }, columnsOf(rows).map(({ info, cells }) => ({ name: info.name, cells })));
  const before = JSON.stringify([...page.columns].map(([name, cells]) => [name, cells.map(String)]));
  expect(page.delta({ ...about, type: 'delta', base: 4, seq: 6, runs: [[0, 1]] }, [{ name: 'C', cells: [9] }])).toBeUndefined();
  expect(page.delta({ ...about, vp: 2, type: 'delta', base: 5, seq: 6, runs: [[0, 1]] }, [{ name: 'C', cells: [9] }])).toBeUndefined();
  expect(JSON.stringify([...page.columns].map(([name, cells]) => [name, cells.map(String)]))).toBe(before);
  expect(page.delta({ ...about, type: 'delta', base: 5, seq: 6, runs: [[1, 1]] }, [{ name: 'C', cells: [9] }])).toEqual([1]);
  expect(page.cell(1, 'C')).toBe(9);
  expect(page.cell(2, 'C')).toBeUndefined();
});

test('what changed is said of cells in rows that stayed, with what they were', () => {
  const page = new Page();
  const header = { sub: 1, vp: 1, rows: 9, total: 9, first: 5, n: 2, step: 1, at: '0' };
  const cells = (a: Cell[], c: Cell[]) => [{ name: 'A', cells: a }, { name: 'C', cells: c }];
  page.snap({ ...header, type: 'snap', seq: 1 }, cells([1n, 2n], [Number.NaN, null]));
  expect(page.changes.size).toBe(0);
  expect(page.isChange).toBe(false);
  page.delta({ ...header, type: 'delta', seq: 2, base: 1, n: 3, runs: [[0, 3]] }, cells([1n, 3n, 9n], [Number.NaN, 0.5, 1]));
  expect(page.isChange).toBe(true);
  expect([...page.changes].map(([name, rows]) => [name, [...rows]])).toEqual([['A', [[6, 2n]]], ['C', [[6, null]]]]);
  page.delta({ ...header, type: 'delta', seq: 3, base: 2, n: 3, moves: [[0, 1, 2]], runs: [[0, 1]] }, cells([7n], [7]));
  expect(page.changes.size).toBe(0);
  page.delta({ ...header, type: 'size', seq: 4, base: 3, n: 3 }, []);
  expect(page.changes.size).toBe(0);
});
