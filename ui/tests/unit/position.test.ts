import { describe, expect, test } from 'vitest';
import { clampTop, type Extent, fraction, maxTop, reveal, scrollBy, seen, thumb, THUMB_MIN, topOfFraction } from '../../src/grid/position.ts';
import { Random } from './random.ts';

const MOST = 2 ** 53 - 1;
const huge: Extent = { rows: MOST, rowHeight: 24, height: 700 };

describe('positions in 2^53-1 rows', () => {
  test('the end shows the last row whole, and goes no further', () => {
    const end = maxTop(huge);
    const { first, n } = seen(end, huge);
    expect(first + n - 1).toBe(9_007_199_254_740_990);
    expect((n - 1) * 24 + 24 - end.px).toBe(700);
    expect(scrollBy(end, 1, huge)).toEqual(end);
    expect(scrollBy(end, 1e9, huge)).toEqual(end);
  });

  test('a notch of the wheel is a few rows, at the end as at the beginning', () => {
    expect(scrollBy({ row: 0, px: 0 }, 120, huge)).toEqual({ row: 5, px: 0 });
    const end = maxTop(huge);
    const up = scrollBy(end, -120, huge);
    expect(end.row - up.row).toBe(5);
    expect(up.px).toBe(end.px);
    expect(scrollBy(scrollBy(end, -1, huge), 1, huge)).toEqual(end);
  });

  test('any walk of whole pixels up and down ends where it began', () => {
    const random = new Random(11);
    for (const start of [{ row: 1000, px: 3 }, { row: MOST - 5000, px: 17 }, { row: 2 ** 52 + 1, px: 0 }]) {
      let at = start;
      let sum = 0;
      for (let i = 0; i < 1000; i++) {
        const pixels = random.below(401) - 200;
        if (Math.abs(sum + pixels) > 20_000) continue;
        sum += pixels;
        at = scrollBy(at, pixels, huge);
        expect(at.px).toBeGreaterThanOrEqual(0);
        expect(at.px).toBeLessThan(24);
      }
      expect(scrollBy(at, -sum, huge)).toEqual(start);
    }
  });

  test('a row is brought into sight by the least movement', () => {
    const random = new Random(5);
    for (let i = 0; i < 2000; i++) {
      const rows = [10, 29, 30, 1000, MOST][random.below(5)];
      const extent = { rows, rowHeight: [20, 24, 32][random.below(3)], height: 100 + random.below(900) };
      const from = clampTop({ row: Math.floor(random.next() * rows), px: random.below(20) }, extent);
      const near = Math.floor(random.next() * 120) - 60;
      const row = Math.min(rows - 1, Math.max(0, random.next() < 0.5 ? from.row + near : Math.floor(random.next() * rows)));
      const to = reveal(from, row, extent);
      const y = (row - to.row) * extent.rowHeight - to.px;
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y + extent.rowHeight).toBeLessThanOrEqual(extent.height);
      expect(reveal(to, row, extent)).toEqual(to);
    }
  });
});

describe('the thumb', () => {
  test('can be held however many rows there are, and touches both ends', () => {
    for (const rows of [30, 100, 1e9, MOST]) {
      const extent = { ...huge, rows };
      const first = thumb({ row: 0, px: 0 }, extent, 700);
      const last = thumb(maxTop(extent), extent, 700);
      expect(first.start).toBe(0);
      expect(first.length).toBeGreaterThanOrEqual(THUMB_MIN);
      expect(last.start + last.length).toBeCloseTo(700, 6);
    }
  });

  test('dragged to a place, it lies there', () => {
    const random = new Random(3);
    for (let i = 0; i < 500; i++) {
      const extent = { ...huge, rows: [31, 5000, 1e9, MOST][random.below(4)] };
      const part = random.next();
      expect(fraction(topOfFraction(part, extent), extent)).toBeCloseTo(part, 9);
      expect(topOfFraction(1, extent)).toEqual(maxTop(extent));
      expect(topOfFraction(0, extent)).toEqual({ row: 0, px: 0 });
    }
  });

  test('where all rows fit there is nothing to scroll', () => {
    const few = { rows: 29, rowHeight: 24, height: 700 };
    expect(maxTop(few)).toEqual({ row: 0, px: 0 });
    expect(scrollBy({ row: 0, px: 0 }, 500, few)).toEqual({ row: 0, px: 0 });
    expect(thumb({ row: 0, px: 0 }, few, 700)).toEqual({ start: 0, length: 700 });
    expect(seen({ row: 0, px: 0 }, few)).toEqual({ first: 0, n: 29 });
  });
});
