import { expect, test } from 'vitest';
import { Flashes } from '../../src/grid/flashes.ts';

const change = (column: string, ...rows: number[]) => new Map([[column, new Map(rows.map((row) => [row, null]))]]);

test('a cell lights up and fades', () => {
  const flashes = new Flashes();
  flashes.note(change('A', 3, 4), 1000);
  expect([flashes.strength(3, 'A', 1000), flashes.strength(3, 'A', 1150), flashes.strength(3, 'A', 1300), flashes.strength(3, 'B', 1000)]).toEqual([1, 0.5, 0, 0]);
  expect([...flashes.rows(1200)]).toEqual([3, 4]);
  expect([...flashes.rows(1350)]).toEqual([]);
  expect(flashes.isEmpty).toBe(false);
  flashes.rows(2100);
  expect(flashes.isEmpty).toBe(true);
});

test('what is lit on the screen is painted once more without light, however late that is', () => {
  const flashes = new Flashes();
  flashes.note(change('A', 3, 4), 1000);
  expect([flashes.strength(3, 'A', 1150), flashes.strength(4, 'A', 1150)]).toEqual([0.5, 0.5]);
  expect([...flashes.rows(1350)]).toEqual([3, 4]);
  expect([flashes.strength(3, 'A', 1350), flashes.strength(4, 'A', 1350)]).toEqual([0, 0]);
  expect([...flashes.rows(1400)]).toEqual([]);
  // A tab that stood still is late.
  flashes.note(change('A', 5), 2000);
  flashes.strength(5, 'A', 2000);
  expect([...flashes.rows(60_000)]).toEqual([5]);
  expect(flashes.isEmpty).toBe(true);
  flashes.note(change('A', 7), 61_000);
  flashes.strength(7, 'A', 61_000);
  flashes.note(new Map([['A', new Map(Array.from({ length: 20_001 }, (_, row) => [100 + row, null]))]]), 61_010);
  expect([...flashes.rows(61_020)]).toEqual([7]);
});

test('what changes all the time lights up once', () => {
  const flashes = new Flashes();
  for (let now = 0; now < 3000; now += 100) flashes.note(change('A', 1), now);
  expect(flashes.strength(1, 'A', 50)).toBeGreaterThan(0.8);
  expect(flashes.strength(1, 'A', 2950)).toBe(0);
  flashes.note(change('A', 1), 3300);
  expect(flashes.strength(1, 'A', 3300)).toBe(1);
});
