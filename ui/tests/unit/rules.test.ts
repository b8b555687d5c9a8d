import { expect, test } from 'vitest';
import type { Cell } from '../../src/client/messages.ts';
import { extentOf, type Hue, lookOf, type Operator, type Rule, shadeOf, sizeOf } from '../../src/grid/rules.ts';

const when = (type: string, operator: Operator, value: string) => lookOf({ kind: 'when', column: 'C', operator, value, hue: 'green' }, { name: 'C', type, zone: 'Asia/Tokyo' }, 'Europe/Berlin');
const holds = (type: string, operator: Operator, value: string, cell: Cell): boolean => {
  const look = when(type, operator, value);
  if (typeof look === 'string') throw new Error(look);
  return shadeOf(look, cell, null) !== null;
};

test.each([
  ['double', '>', '105', 105.5, true], ['double', '>', '105', 105, false], ['long', '>=', '1,000', 1000n, true], ['BigDecimal', '<', '1.5', '1.25', true], ['int', '!=', '5', 5, false],
  ['double', '<', '5', null, false], ['double', '!=', '5', null, false], ['double', '>', '5', Number.NaN, false], ['String', '=', 'acme', 'ACME', true], ['String', 'contains', 'cm', 'ACME', true],
  ['String', 'null', '', null, true], ['String', '!null', '', null, false], ['boolean', '=', 'true', true, true], ['char', '=', 'A', 65, true], ['LocalDate', '>=', '2024-10-04', 20_000, true],
  ['Instant', '>=', '1970-01-01 01:00', 0n, true], ['Instant', '>=', '1970-01-01 01:00', -1n, false], ['ZonedDateTime', '<', '1970-01-01 09:00', -1n, true],
] as const)('%s %s %s of %s: %s', (type, operator, value, cell, expected) => {
  expect(holds(type, operator, value, cell)).toBe(expected);
});

test('what cannot be compared is said', () => {
  expect(when('double', '>', 'cheap')).toBe('"cheap" is no number');
  expect(when('Instant', '>', 'noon')).toContain('is no time');
  expect(when('double', '>', ' ')).toBe('a value is missing');
  expect(when('String', 'contains', '')).toBe('a text is missing');
  expect(lookOf({ kind: 'heat', column: 'C' }, { name: 'C', type: 'String' }, 'UTC')).toContain('no size');
});

test('bars grow from 0, to the left below it', () => {
  const bar = lookOf({ kind: 'bar', column: 'C', hue: 'blue' }, { name: 'C', type: 'double' }, 'UTC');
  if (typeof bar === 'string') throw new Error(bar);
  const at = (cell: Cell, least: number, largest: number): [Hue, number, number] | null => {
    const shade = shadeOf(bar, cell, [least, largest]);
    return shade && [shade.hue, shade.from, shade.to];
  };
  expect(at(5, 2, 10)).toEqual(['blue', 0, 0.5]);
  expect(at(-5, -5, 15)).toEqual(['orange', 0, 0.25]);
  expect(at(15, -5, 15)).toEqual(['blue', 0.25, 1]);
  expect(at(-4, -8, -2)).toEqual(['orange', 0.5, 1]);
  expect(at(0, 0, 0)).toBeNull();
  expect(at(null, 0, 5)).toBeNull();
});

test('a scale from the least to the largest, or both ways from 0', () => {
  const heat = lookOf({ kind: 'heat', column: 'C' } satisfies Rule, { name: 'C', type: 'double' }, 'UTC');
  if (typeof heat === 'string') throw new Error(heat);
  expect(shadeOf(heat, 10, [0, 10])).toMatchObject({ hue: 'blue', share: 1 });
  expect(shadeOf(heat, 0, [0, 10])?.share).toBeCloseTo(0.08);
  expect(shadeOf(heat, -5, [-5, 10])).toMatchObject({ hue: 'orange' });
  expect(shadeOf(heat, 3, [3, 3])).toMatchObject({ share: 1 });
  expect(extentOf([null, undefined, 3n, '-1.5', Number.NaN, 2, true])).toEqual([-1.5, 3]);
  expect(extentOf([null])).toBeNull();
  expect([sizeOf(''), sizeOf('x'), sizeOf(Number.POSITIVE_INFINITY)]).toEqual([undefined, undefined, undefined]);
});
