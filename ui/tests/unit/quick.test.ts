import { describe, expect, test } from 'vitest';
import { asPython, FilterError, quickFilter } from '../../src/client/index.ts';

describe('texts of the filter row', () => {
  test.each([
    ['double', '>105', 'C > 105'],
    ['double', '  105 ', 'C == 105'],
    ['double', '=1,234.5', 'C == 1234.5'],
    ['double', '!=.5', 'C != 0.5'],
    ['double', '!5', 'C != 5'],
    ['int', '>=1 && <5', '(C >= 1) && (C < 5)'],
    ['int', '1 || >5 && <9', '(C == 1) || (C > 5) && (C < 9)'],
    ['int', 'in 1, 2,3', 'C in 1, 2, 3'],
    ['int', 'not in 1', 'C not in 1'],
    ['int', 'null', 'isNull(C)'],
    ['int', '!null', '!isNull(C)'],
    ['String', 'ac', 'C icase includes `ac`'],
    ['String', '=ac', 'C == `ac`'],
    ['String', '!ac', 'C icase not includes `ac`'],
    ['String', '!=ac', 'C != `ac`'],
    ['String', '>m', 'C > `m`'],
    ['String', 'Ac*', '(!isNull(C) && C.toLowerCase().startsWith(`ac`))'],
    ['String', '*Ac', '(!isNull(C) && C.toLowerCase().endsWith(`ac`))'],
    ['String', '*ac*', 'C icase includes `ac`'],
    ['String', 'a`b\\', 'C icase includes `a\\`b\\\\`'],
    ['String', 'in a, b c', 'C in `a`, `b c`'],
    ['String', '=null', 'isNull(C)'],
    ['boolean', 'TRUE', 'C == true'],
    ['char', "'", "C == '\\''"],
    ['LocalDate', '>2026-05-01', "C > '2026-05-01'"],
    ['LocalTime', '10:30', "C == '10:30:00'"],
    ['Duration', '>PT1h30m', "C > 'PT1h30m'"],
    ['Instant', '2026-05', "(C >= '2026-05-01T00:00:00Z' && C < '2026-06-01T00:00:00Z')"],
    ['Instant', '>2026-05', "C >= '2026-06-01T00:00:00Z'"],
    ['Instant', '>=2026-05-01 10', "C >= '2026-05-01T10:00:00Z'"],
    ['PyObject', '!null', '!isNull(C)'],
  ])('%s %s', (type, text, formula) => {
    expect(quickFilter('C', type, text)).toBe(formula);
  });

  test('an empty text is no filter', () => {
    expect(quickFilter('C', 'int', '  ')).toBeNull();
  });

  test.each([
    ['int', 'abc', 'is no number'], ['int', '>', 'a value is missing after >'], ['int', '1 && ', 'something is missing'], ['boolean', 'maybe', 'neither true nor false'],
    ['Instant', 'yesterday', 'is no time'], ['PyObject', 'x', 'by null and !null alone'], ['char', 'ab', 'not one character'], ['LocalDate', '2026', 'is no date'],
  ])('%s %s is refused', (type, text, message) => {
    expect(() => quickFilter('C', type, text)).toThrow(FilterError);
    expect(() => quickFilter('C', type, text)).toThrow(message);
  });
});

test('operations as Python', () => {
  expect(asPython('trades', [])).toBe('trades');
  expect(asPython('trades', [{ where: 'Sym == `A"B`' }, { sort: [['Price', 'desc']] }])).toBe('trades.where("Sym == `A\\"B`").sort_descending("Price")');
  expect(asPython('t', [{ sort: [['A', 'asc'], ['B', 'asc']] }])).toBe('t.sort(["A", "B"])');
  expect(asPython('t', [{ sort: [['A', 'asc'], ['B', 'desc']] }])).toBe('t.sort(["A", "B"], order=[SortDirection.ASCENDING, SortDirection.DESCENDING])');
  expect(asPython('t', [{ sort: [['A', 'abs']] }])).toBe('t.update_view("A_abs_ = abs(A)").sort("A_abs_", order=[SortDirection.ASCENDING]).drop_columns("A_abs_")');
  expect(asPython('my table', [{ select: ['A'] }, { custom: ['B = A + 1', 'D = B'] }])).toBe('globals()["my table"].view("A").update_view(["B = A + 1", "D = B"])');
});
