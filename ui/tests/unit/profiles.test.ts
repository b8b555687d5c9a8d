import { expect, test } from 'vitest';
import { profileWords } from '../../src/grid/profile.ts';

test('what a profile says', () => {
  expect(profileWords({ bars: [], nulls: 0, distinct: 12 })).toEqual(['12 distinct']);
  expect(profileWords({ bars: [], nulls: 0.0252, distinct: 48_300 })).toEqual(['48 k distinct', '2.5 % null']);
  expect(profileWords({ bars: [], nulls: 1e-6, distinct: null })).toEqual(['<0.1 % null']);
  expect(profileWords({ bars: [], nulls: 0.5, distinct: 2_340_000 })).toEqual(['2.34 M distinct', '50 % null']);
});
