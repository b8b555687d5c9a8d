import { expect, test } from 'vitest';
import { Pulse } from '../../src/app/pulse.ts';

test('silence is said when it is three times as long as usual, and not before the usual is known', () => {
  const pulse = new Pulse();
  expect(pulse.quiet(1e9)).toBeNull();
  for (let now = 2000; now <= 20_000; now += 2000) pulse.heard(now, true);
  expect(pulse.quiet(25_000)).toBeNull();
  expect(pulse.quiet(27_500)).toBe(7);
  pulse.heard(28_000, true);
  expect(pulse.quiet(29_000)).toBeNull();
  pulse.rest();
  expect(pulse.quiet(90_000)).toBeNull();
});

test('what changes often is not called still within three seconds, and answers are no changes', () => {
  const pulse = new Pulse();
  for (let now = 100; now <= 2000; now += 100) pulse.heard(now, true);
  expect(pulse.quiet(4900)).toBeNull();
  expect(pulse.quiet(5100)).toBe(3);
  const still = new Pulse();
  for (let now = 100; now <= 2000; now += 100) still.heard(now, false);
  expect(still.quiet(60_000)).toBeNull();
});
