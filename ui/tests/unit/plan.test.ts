import { expect, test } from 'vitest';
import { byValue, customName, EMPTY, fitted, isEmpty, opsOf, type Plan, setFilter, setSort, toggleSort } from '../../src/app/plan.ts';

const COLUMNS = [{ name: 'Sym', type: 'String' }, { name: 'Price', type: 'double' }, { name: 'Time', type: 'Instant' }, { name: 'Zoned', type: 'ZonedDateTime', zone: 'Asia/Tokyo' }];

test('clicks on headers', () => {
  let plan: Plan = toggleSort(EMPTY, 'A', false);
  expect(plan.sorts).toEqual([['A', 'asc']]);
  plan = toggleSort(plan, 'A', false);
  expect(plan.sorts).toEqual([['A', 'desc']]);
  plan = toggleSort(plan, 'B', true);
  plan = toggleSort(plan, 'A', true);
  expect(plan.sorts).toEqual([['B', 'asc']]);
  plan = toggleSort(toggleSort(plan, 'A', true), 'B', true);
  expect(plan.sorts).toEqual([['B', 'desc'], ['A', 'asc']]);
  expect(toggleSort(plan, 'C', false).sorts).toEqual([['C', 'asc']]);
  expect(setSort(plan, 'B', null).sorts).toEqual([['A', 'asc']]);
});

test('filters come before sorts, and what is no filter is named and left out', () => {
  let plan = setSort(setFilter(setFilter(EMPTY, 'Price', 'cheap'), 'Sym', 'a'), 'Price', 'desc');
  plan = { ...plan, values: [{ column: 'Price', formula: 'Price == 5', label: '' }] };
  const { ops, errors, origins } = opsOf(plan, COLUMNS, 'UTC');
  expect(ops).toEqual([{ where: 'Sym icase includes `a`' }, { where: 'Price == 5' }, { sort: [['Price', 'desc']] }]);
  expect([...errors.keys()]).toEqual(['Price']);
  expect(origins).toEqual([{ filter: 'Sym' }]);
  expect(setFilter(plan, 'Sym', ' ').filters.has('Sym')).toBe(false);
});

test('times are read in the zone that they are shown in', () => {
  const where = (column: string) => opsOf(setFilter(EMPTY, column, '>=2026-05-01'), COLUMNS, 'Europe/Berlin').ops;
  expect(where('Time')).toEqual([{ where: "Time >= '2026-04-30T22:00:00Z'" }]);
  expect(where('Zoned')).toEqual([{ where: "Zoned >= '2026-04-30T15:00:00Z'" }]);
});

test.each([
  ['String', 'a`b', 'C == `a\\`b`'], ['double', 1.5, 'C == 1.5'], ['double', Number.NaN, 'isNaN(C)'], ['double', Number.POSITIVE_INFINITY, null], ['float', Math.fround(0.1), 'C == 0.1f'],
  ['long', 9223372036854775807n, 'C == 9223372036854775807L'], ['int', 5, 'C == 5'], ['boolean', true, 'C == true'], ['char', 65, "C == 'A'"], ['String', null, 'isNull(C)'],
  ['Instant', 1_500_000_000n, "C == '1970-01-01T00:00:01.5Z'"], ['LocalDate', 20_000, "C == '2024-10-04'"], ['BigDecimal', '1.50', 'C == 1.50'], ['double[]', '[1]', null],
] as const)('a filter by a cell of %s', (type, cell, formula) => {
  expect(byValue({ name: 'C', type }, cell, '==', 'x')?.formula ?? null).toBe(formula);
});

test('columns are made before they are asked for, and chosen after that', () => {
  const plan: Plan = { ...setSort(setFilter(EMPTY, 'Sym', 'a'), 'Worth', 'desc'), custom: ['Worth = Price * 2', 'More = Worth + 1'], group: null, select: ['Sym', 'Worth'] };
  const { ops, origins } = opsOf(plan, COLUMNS, 'UTC');
  expect(origins).toEqual([{ custom: 'Worth = Price * 2' }, { custom: 'More = Worth + 1' }, { filter: 'Sym' }]);
  expect(ops).toEqual([{ custom: ['Worth = Price * 2'] }, { custom: ['More = Worth + 1'] }, { where: 'Sym icase includes `a`' }, { sort: [['Worth', 'desc']] }, { select: ['Sym', 'Worth'] }]);
  expect(['A = 1', ' b_2=ii', 'A == 1', '1 = A', 'A'].map(customName)).toEqual(['A', 'b_2', null, null, null]);
});

test('a plan loses what is about columns that are gone', () => {
  const value = (column: string) => ({ column, formula: `${column} == 1`, label: column });
  const plan: Plan = {
    filters: new Map([['Sym', 'a'], ['Gone', 'b']]), values: [value('Price'), value('Gone')], sorts: [['Gone', 'asc'], ['Worth', 'desc']], custom: ['Worth = Price'], group: null, select: ['Gone', 'Worth'],
  };
  const fits = fitted(plan, COLUMNS);
  expect([[...fits.filters.keys()], fits.values.map(({ column }) => column), fits.sorts, fits.custom, fits.select]).toEqual([['Sym'], ['Price'], [['Worth', 'desc']], ['Worth = Price'], ['Worth']]);
  expect(isEmpty(fitted({ ...EMPTY, select: ['Gone'], sorts: [['Gone', 'asc']] }, COLUMNS))).toBe(true);
});
