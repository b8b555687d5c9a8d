import { expect, test } from 'vitest';
import { opsOf, EMPTY } from '../../src/app/plan.ts';
import { problemOf, problemOfFormula } from '../../src/grid/problem.ts';

const COLUMNS = [{ name: 'Price', type: 'double' }, { name: 'When', type: 'Instant' }, { name: 'Sym', type: 'String' }];

test.each([
  ['Price', '>1 && <5x', [7, 9]], ['Price', 'in 1, two', [6, 9]], ['When', '>noon', [1, 5]], ['Price', '>1 && >', [6, 7]], ['Price', '>1 &&', null],
] as const)('what is wrong in %s %s is found in it', (column, text, place) => {
  const { errors } = opsOf({ ...EMPTY, filters: new Map([[column, text]]) }, COLUMNS, 'UTC');
  expect(errors.get(column)?.place).toEqual(place);
});

test('what a server finds wrong in a formula is found in the text that it was made of', () => {
  expect(problemOfFormula('>1e999', 'Price > 1e999', 'too large', 8, 13)).toEqual({ message: 'too large', place: [1, 6] });
  expect(problemOfFormula('ACME*', '(!isNull(Sym) && Sym.toLowerCase().startsWith(`acme`))', 'm', 46, 52).place).toEqual([0, 4]);
  expect(problemOfFormula('>5', 'Price > 5', 'm', 0, 5).place).toBeNull();
  expect(problemOfFormula('>5', 'Price > 5', 'm', null, null).place).toBeNull();
  expect(problemOf('a', 'm', '').place).toBeNull();
});
