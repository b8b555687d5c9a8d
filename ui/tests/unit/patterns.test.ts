import { expect, test } from 'vitest';
import type { Cell } from '../../src/client/messages.ts';
import { contrast, Paintbox, readable, type Rgb } from '../../src/grid/colours.ts';
import { datePattern } from '../../src/grid/datepatterns.ts';
import { withLooks } from '../../src/grid/given.ts';
import { numberPattern } from '../../src/grid/patterns.ts';
import { type Seen, wantDressed } from '../../src/grid/want.ts';

// What Java's DecimalFormat writes, but for the wider minus.
test.each([
  ['#,##0.00', 1234.565, '1,234.56'], ['#,##0.00', -1234.575, '−1,234.58'], ['0', 2.5, '2'], ['0', 3.5, '4'], ['#.##', 0.256, '0.26'], ['#.00', 0.256, '.26'], ['#,##0.###', 1000000, '1,000,000'],
  ['0.0%', 0.12345, '12.3%'], ['0‰', 0.0125, '12‰'], ['$#,##0;($#,##0)', -1234.4, '($1,234)'], ["0.0 'kg'", 7, '7.0 kg'], ["#,##0 ''", 5, "5 '"], ['00000', 42, '00042'], ['#,####0', 123456789, '1234,56789'],
  ['#,##0.0000', '12345678901234567890.123456', '12,345,678,901,234,567,890.1235'], ['#,##0', 9223372036854775807n, '9,223,372,036,854,775,807'], ['0.###E0', 12345, '1.234E4'], ['00.0E00', 0.00123, '12.3E−04'],
  ['##0.0E0', 12345, '12.3E3'], ['0.0', Number.NaN, 'NaN'], ['0.0x', Number.NEGATIVE_INFINITY, '−∞x'], ['0.0', -0.01, '0.0'], ['¤0.00', 3, '$3.00'],
] as const)('%s of %s is %s', (pattern, cell, text) => {
  expect(numberPattern(pattern)?.(cell as Cell)).toBe(text);
});

test.each(['', '#,##0..00', 'abc', '0#', "0.0'x", '0;0;0', '0.#0', ',0', '0 0'])('"%s" is no pattern of numbers', (pattern) => {
  expect(numberPattern(pattern)).toBeNull();
});

test.each([
  ['yyyy-MM-dd HH:mm:ss.SSS', 'Instant', '2026-09-21 15:33:20.123'], ["EEE d MMM yy, h:mm a 'sharp'", 'Instant', 'Mon 21 Sep 26, 3:33 PM sharp'], ['EEEE D Q MMMM', 'Instant', 'Monday 264 3 September'],
  ['HH:mm z VV XXX Z', 'Instant', '15:33 GMT+1 Europe/London +01:00 +0100'], ['HH:mm X', 'ZonedDateTime', '23:33 +09'], ['SSSSSSSSS n', 'LocalDateTime', '123456789 123456789'], ['uuuu', 'Instant', '2026'],
] as const)('%s of %s is %s', (pattern, type, text) => {
  expect(datePattern(pattern, { name: 'T', type, zone: 'Asia/Tokyo' }, 'Europe/London')?.(1_790_001_200_123_456_789n)).toBe(text);
});

test('days and clock times have patterns of their own', () => {
  expect(datePattern('d.M.yyyy', { name: 'D', type: 'LocalDate' }, 'UTC')?.(20_000)).toBe('4.10.2024');
  expect(datePattern('HH:mm', { name: 'D', type: 'LocalDate' }, 'UTC')).toBeNull();
  expect(datePattern('kk:mm', { name: 'T', type: 'LocalTime' }, 'UTC')?.(60_000_000_000n)).toBe('24:01');
  for (const wrong of ['', 'yyyy-MM-ddTHH', 'qq', "yyyy 'x", 'SSSSSSSSSS']) expect(datePattern(wrong, { name: 'T', type: 'Instant' }, 'UTC'), wrong).toBeNull();
});

const plain = (rgb: number, text = 0): bigint => BigInt.asIntN(64, (BigInt(0x1000000 | rgb) << 32n) | BigInt(text));
const rgbOf = (css: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(css.slice(at, at + 2), 16)) as unknown as Rgb;

test.each([['light', [255, 255, 255], 4.5], ['dark', [15, 20, 24], 4.5], ['contrast', [0, 0, 0], 7]] as const)('whatever the colours are, texts can be read: %s', (_, background, wanted) => {
  const box = new Paintbox({ background, selection: [[87, 199, 200], 0.15], contrast: wanted, movesGrounds: wanted > 4.5 });
  for (let i = 0; i < 4096; i++) {
    const [ground, text] = [((i & 15) * 0x110000) | (((i >> 4) & 15) * 0x1100) | (((i >> 8) & 15) * 0x11), (i * 2654435761) & 0xffffff];
    for (const packed of [plain(ground, 0x5000000 | text), plain(ground), BigInt(0x5000000 | text)]) {
      const dress = box.dress(packed, 0n, false)!;
      expect(contrast(rgbOf(dress.text!), dress.ground ? rgbOf(dress.ground) : background)).toBeGreaterThanOrEqual(wanted - 0.05);
    }
  }
});

test('colours that can be read are left as they are', () => {
  const box = new Paintbox({ background: [255, 255, 255], selection: [[0, 0, 0], 0.1], contrast: 4.5, movesGrounds: false });
  expect(box.dress(plain(0xffff00, 0x5800000), 0n, false)).toEqual({ ground: '#ffff00', text: '#800000', overrides: false });
  expect(box.dress(0n, 0n, false)).toBeNull();
  // A column's own before its row's, each half for itself; the text of a row's background goes with that one alone.
  expect(box.dress(BigInt(0x5800000), plain(0xffff00, 0x1000000), false)).toEqual({ ground: '#ffff00', text: '#800000', overrides: false });
  expect(box.dress(plain(0x000080), plain(0xffff00, 0x1000000), false)).toEqual({ ground: '#000080', text: '#ffffff', overrides: false });
  expect(box.dress(0n, plain(0xffff00, 0x1000000), false)?.ground).toBe('#ffff00');
  // Selected, it fades; unless it overrides.
  expect(box.dress(plain(0x0000ff), 0n, true)?.ground).toBe('#8080ff');
  expect(box.dress(BigInt.asIntN(64, 0x03_00_00_ffn << 32n), 0n, true)).toMatchObject({ ground: '#0000ff', overrides: true });
  expect(readable([255, 0, 0], [255, 255, 255], 4.5)).not.toEqual([255, 0, 0]);
});

test('what says how columns look is asked for with them', () => {
  const columns = [{ name: 'A', type: 'int' }, { name: 'B', type: 'int', styles: ['B_S', 'ROW'], number: 'B_N' }, { name: 'C', type: 'int', styles: ['ROW'] }];
  expect(withLooks(['A', 'B', 'C'], columns)).toEqual(['A', 'B', 'C', 'B_S', 'ROW', 'B_N']);
  const seen: Seen = { first: 0, n: 10, rows: 10, following: false, columns: ['A', 'B', 'C'], shown: ['A', 'B', 'C'] };
  const window = wantDressed(seen, columns, null, 100);
  expect(window?.cols).toEqual(['A', 'B', 'C', 'B_S', 'ROW', 'B_N']);
  expect(wantDressed(seen, columns, window, 100)).toBeNull();
  expect(wantDressed(seen, columns, { ...window!, cols: ['A', 'B', 'C'] }, 100)).toEqual(window);
  expect(wantDressed(seen, [{ name: 'A', type: 'int' }], null, 100)?.cols).toEqual(['A', 'B', 'C']);
});
