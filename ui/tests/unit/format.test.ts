import { describe, expect, test } from 'vitest';
import type { Cell } from '../../src/client/messages.ts';
import { formatInstant, instantLiteral, instantSpan, zoneOffset } from '../../src/client/moments.ts';
import { asTsv } from '../../src/grid/copy.ts';
import { formatter } from '../../src/grid/format.ts';
import { type ColumnFormat, formatted } from '../../src/grid/formats.ts';

function show(type: string, cells: Cell[], zone = 'UTC'): string[] {
  const format = formatter({ name: 'C', type }, zone);
  for (const cell of cells) format.observe(cell);
  return cells.map((cell) => format.show(cell));
}

function copy(type: string, cell: Cell, zone = 'UTC'): string {
  return formatter({ name: 'C', type }, zone).copy(cell);
}

describe('cells as texts', () => {
  test('integers are grouped, and exact to the last digit', () => {
    expect(show('long', [9223372036854775807n, -9223372036854775808n, 0n])).toEqual(['9,223,372,036,854,775,807', '−9,223,372,036,854,775,808', '0']);
    expect(show('int', [-1234])).toEqual(['−1,234']);
    expect(copy('long', -9223372036854775808n)).toBe('-9223372036854775808');
  });

  test('floating point has the digits that its column needs, below each other', () => {
    expect(show('double', [1, 2.5, 1234.25])).toEqual(['1.00', '2.50', '1,234.25']);
    expect(show('double', [1 / 3, 100])).toEqual(['0.3333', '100.0000']);
    expect(show('double', [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toEqual(['NaN', '∞', '−∞']);
    expect(show('double', [1.5e20, 1e-9])).toEqual(['1.500e+20', '1.000e-9']);
    expect(show('float', [Math.fround(0.1)])).toEqual(['0.1']);
    expect(copy('float', Math.fround(0.1))).toBe('0.1');
    expect(copy('double', 0.1 + 0.2)).toBe('0.30000000000000004');
  });

  test('a column that needs more digits says so once', () => {
    const format = formatter({ name: 'C', type: 'double' }, 'UTC');
    expect([1, 1.5, 2.5, 1.25].map((cell) => format.observe(cell))).toEqual([false, true, false, true]);
  });

  test('exact decimals of any size', () => {
    const decimals = (scale: number, cells: string[]) => {
      const format = formatter({ name: 'C', type: 'BigDecimal', scale }, 'UTC');
      for (const cell of cells) format.observe(cell);
      return cells.map((cell) => format.show(cell));
    };
    expect(decimals(2, ['-1234567.50', '0.00'])).toEqual(['−1,234,567.50', '0.00']);
    expect(decimals(18, ['12.500000000000000000', '0.333333333333333333'])).toEqual(['12.500000000000000000', '0.333333333333333333']);
    expect(decimals(18, ['12.500000000000000000', '7.250000000000000000'])).toEqual(['12.50', '7.25']);
    expect(decimals(18, ['12.000000000000000000'])).toEqual(['12']);
    expect(show('BigInteger', ['123456789012345678901234567890'])).toEqual(['123,456,789,012,345,678,901,234,567,890']);
  });

  test('instants to the nanosecond, in the zone that is shown', () => {
    const at = 1_790_000_000_123_456_789n;
    expect(show('Instant', [at])).toEqual(['2026-09-21 14:13:20.123456789']);
    expect(show('Instant', [at], 'Asia/Kolkata')).toEqual(['2026-09-21 19:43:20.123456789']);
    expect(show('Instant', [at - 456_789n, 0n])).toEqual(['2026-09-21 14:13:20.123', '1970-01-01 00:00:00.000']);
    expect(show('Instant', [-1n])).toEqual(['1969-12-31 23:59:59.999999999']);
    expect(show('Instant', [9223372036854775807n])).toEqual(['2262-04-11 23:47:16.854775807']);
  });

  test('other times', () => {
    expect(show('LocalDate', [0, 20_000, -1])).toEqual(['1970-01-01', '2024-10-04', '1969-12-31']);
    expect(show('LocalTime', [37_800_000_000_000n])).toEqual(['10:30:00']);
    expect(show('Duration', [90_061_500_000_000n, -1_000_000_000n])).toEqual(['1d 01:01:01.500', '−00:00:01']);
  });

  test('texts stay on one line, and are copied as they are', () => {
    expect(show('String', ['a\nb\tc\u0000'])).toEqual(['a ⏎ b c␣']);
    expect(copy('String', 'a\nb')).toBe('a\nb');
  });

  test('a range is copied with what would break it in quotes', () => {
    const format = formatter({ name: 'C', type: 'String' }, 'UTC');
    expect(asTsv([{ name: 'A', format, cells: ['x', 'a\tb', null] }, { name: 'B', format, cells: ['"', '', 'z'] }], 3, true)).toBe('A\tB\nx\t""""\n"a\tb"\t\n\tz');
  });
});

describe('zones', () => {
  test('clocks that change', () => {
    expect(zoneOffset(Date.UTC(2026, 2, 29, 0, 59), 'Europe/Berlin')).toBe(3_600_000);
    expect(zoneOffset(Date.UTC(2026, 2, 29, 1, 0), 'Europe/Berlin')).toBe(7_200_000);
    expect(zoneOffset(0, 'Asia/Kathmandu')).toBe(19_800_000);
    expect(zoneOffset(Date.UTC(1800, 0, 1), 'UTC')).toBe(0);
  });

  test('times that are cut short are spans', () => {
    const span = (text: string, zone = 'UTC') => instantSpan(text, zone)?.map((ns) => formatInstant(ns, 'UTC', 3));
    expect(span('2026')).toEqual(['2026-01-01 00:00:00.000', '2027-01-01 00:00:00.000']);
    expect(span('2026-12')).toEqual(['2026-12-01 00:00:00.000', '2027-01-01 00:00:00.000']);
    expect(span('2024-02-29')).toEqual(['2024-02-29 00:00:00.000', '2024-03-01 00:00:00.000']);
    expect(span('2026-03-29', 'Europe/Berlin')).toEqual(['2026-03-28 23:00:00.000', '2026-03-29 22:00:00.000']);
    expect(span('2026-05-01 10:30')).toEqual(['2026-05-01 10:30:00.000', '2026-05-01 10:31:00.000']);
    expect(span('2026-05-01T10:30:00.5')).toEqual(['2026-05-01 10:30:00.500', '2026-05-01 10:30:00.600']);
    for (const text of ['2026-13', '2026-02-30', '26', '2026-01-01 25', 'now', '2026-01-01 10:61']) expect(instantSpan(text, 'UTC'), text).toBeNull();
  });

  test('literals have the digits they need', () => {
    expect(instantLiteral(0n)).toBe("'1970-01-01T00:00:00Z'");
    expect(instantLiteral(500_000_000n)).toBe("'1970-01-01T00:00:00.5Z'");
    expect(instantLiteral(1_790_000_000_123_456_789n)).toBe("'2026-09-21T14:13:20.123456789Z'");
    expect(instantLiteral(600_000_000_000n)).toBe("'1970-01-01T00:10:00Z'");
  });
});

describe('forms that the user gives', () => {
  const shown = (type: string, form: ColumnFormat, ...cells: Cell[]): string[] => {
    const format = formatted({ name: 'C', type, scale: 4, zone: 'Asia/Tokyo' }, 'UTC', form);
    for (const cell of cells) format.observe(cell);
    return cells.map((cell) => format.show(cell));
  };

  test('digits, commas, percent', () => {
    expect(shown('double', { decimals: 1 }, 1234.56, -0.25, Number.NaN, 1e20)).toEqual(['1,234.6', '−0.3', 'NaN', '1.000e+20']);
    expect(shown('double', { plain: true }, 1234.5, 2)).toEqual(['1234.5', '2.0']);
    expect(shown('double', { percent: true }, 0.1234, -1)).toEqual(['12.34%', '−100.00%']);
    expect(shown('double', { percent: true, decimals: 0, plain: true }, 12.345)).toEqual(['1235%']);
    expect(shown('long', { decimals: 2 }, 9223372036854775807n)).toEqual(['9,223,372,036,854,775,807.00']);
    expect(shown('long', { plain: true }, 1234567n)).toEqual(['1234567']);
    // No digit is lost on the way through a float.
    expect(shown('BigDecimal', { decimals: 2 }, '12345678901234567890.1250')).toEqual(['12,345,678,901,234,567,890.13']);
    expect(shown('String', { decimals: 2, part: 'date' }, 'a')).toEqual(['a']);
  });

  test('zones, days, clocks', () => {
    const noon = 1_790_000_000_000_000_000n;
    expect(shown('Instant', {}, noon)).toEqual(['2026-09-21 14:13:20']);
    expect(shown('Instant', { zone: 'Asia/Tokyo' }, noon)).toEqual(['2026-09-21 23:13:20']);
    expect(shown('ZonedDateTime', { zone: 'UTC' }, noon)).toEqual(['2026-09-21 14:13:20']);
    expect(shown('Instant', { part: 'date', zone: 'Asia/Tokyo' }, noon + 3_600_000_000_000n)).toEqual(['2026-09-22']);
    expect(shown('Instant', { part: 'time' }, noon, noon + 1_000_000n)).toEqual(['14:13:20.000', '14:13:20.001']);
    expect(shown('LocalDateTime', { zone: 'Asia/Tokyo', part: 'time' }, noon)).toEqual(['14:13:20']);
    expect(formatted({ name: 'C', type: 'Instant' }, 'UTC', { part: 'date' }).copy(noon)).toBe('2026-09-21 14:13:20');
    expect(formatted({ name: 'C', type: 'double' }, 'UTC', { decimals: 0 }).copy(1.25)).toBe('1.25');
  });
});
