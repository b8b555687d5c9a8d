import { expect, test } from 'vitest';
import { readFigure } from '../../src/charts/figure.ts';
import { readFont, readTicks } from '../../src/charts/given.ts';
import { fontText, ink } from '../../src/charts/look.ts';
import { minorMarks, placesOf, roomy, stepOf, taken, turned } from '../../src/charts/ticks.ts';

const ticks = { isShown: true, angle: 0, minor: 0 };

test('marks stand at the multiples of a gap, or at the places that are within the axis', () => {
  expect(placesOf({ ...ticks, gap: 0.1 }, -0.15, 0.35)).toEqual([-0.1, 0, 0.1, 0.2, 0.3]);
  expect(placesOf({ ...ticks, at: [-1, 0, 7, 20] }, 0, 10)).toEqual([0, 7]);
  expect(placesOf({ ...ticks, gap: 50 }, 1, 49)).toEqual([]);
  // A gap that is too narrow, an axis that is too long.
  const many = placesOf({ ...ticks, gap: 1e-9 }, 0, 1e6);
  expect(many.length).toBeGreaterThan(100);
  expect(many.length).toBeLessThanOrEqual(201);
  for (const [from, to] of [[0, Number.POSITIVE_INFINITY], [Number.NaN, 1], [-1e300, 1e300]]) expect(placesOf({ ...ticks, gap: 1e-300 }, from, to).length).toBeLessThanOrEqual(201);
});

test('small marks lie between the others and beyond the outer ones, and none at one mark alone', () => {
  expect(minorMarks([10, 20], 1, 0, 28)).toEqual([5, 15, 25]);
  expect(minorMarks([0, 10], 4, 0, 10)).toEqual([2, 4, 6, 8]);
  expect(minorMarks([0], 4, 0, 10)).toEqual([]);
  expect(minorMarks([0, 10], 0, 0, 10)).toEqual([]);
});

test('texts that would lie on each other are left out', () => {
  expect(roomy(['a', 'b', 'c', 'd'], [0, 10, 20, 40], [10, 10, 10, 10])).toEqual(['a', '', 'c', 'd']);
  expect(roomy(['a', '', 'c'], [0, 1, 16], [10, 0, 10])).toEqual(['a', '', 'c']);
  // Upright texts take their height.
  expect(taken(100, 12, 90)).toBeCloseTo(12);
  expect(taken(100, 12, 0)).toBeCloseTo(100);
  expect(turned(100, 10, 90).map(Math.round)).toEqual([10, 100]);
  expect(stepOf([0, 5, 7, 20])).toBe(2);
  expect(stepOf([3])).toBe(0);
});

test('what a script gave is read, and what is none is left out', () => {
  expect(readFont({ family: 'Fira "Sans"', size: 9, style: 'bold_italic' })).toEqual({ family: 'Fira Sans', px: 12, isBold: true, isItalic: true });
  expect([readFont({ size: 1e9 })?.px, readFont({ size: 0.1 })?.px]).toEqual([72, 6]);
  expect([readFont(undefined), readFont(5), readFont({ size: 'big' })]).toEqual([undefined, undefined, undefined]);
  expect(readFont({ family: 'x'.repeat(1000), size: 9 })?.family).toHaveLength(80);
  expect(readTicks({ gap: 60e9, at: ['2000000', 'x', '1000000'], angle: -45, visible: false, minor: 3 }, true)).toEqual({ isShown: false, angle: 315, minor: 3, font: undefined, gap: 60_000, at: [1, 2] });
  expect(readTicks({ minor_visible: true, gap: -1 }, false)).toEqual({ isShown: true, angle: 0, minor: 4, font: undefined });
  expect(readTicks({ minor: 3, minor_visible: false }, false)?.minor).toBe(0);
  expect(readTicks({ minor: 1e9 }, false)?.minor).toBe(100);
  expect(readTicks({ at: Array.from({ length: 5000 }, (_, i) => i) }, false)?.at).toHaveLength(1000);
  expect(readTicks(undefined, false)).toBeUndefined();
  const chart = readFigure({ title_look: { color: '#ff0000' }, charts: [{ legend_look: { font: { size: 12 } }, grid: { x: true, y: 'no' }, x: { ticks: { angle: 90 } }, series: [{ style: 'scatter', shape: 'diamond', error_color: 'red' }, { style: 'line', shape: 'star' }] }] });
  expect([chart?.titleLook.color, chart?.charts[0].legendLook.font?.px, chart?.charts[0].grid, chart?.charts[0].x.ticks?.angle]).toEqual(['#ff0000', 16, { x: true, y: undefined }, 90]);
  expect(chart?.charts[0].series.map(({ shape, errorColor }) => [shape, errorColor])).toEqual([['diamond', undefined], [undefined, undefined]]);
});

test('fonts are those of the page but for what was given, and texts can be read on its background', () => {
  expect(fontText({ font: 'Plex, sans-serif' }, undefined, 500)).toBe('500 12px Plex, sans-serif');
  expect(fontText({ font: 'Plex' }, { family: 'Fira', px: 20, isBold: true, isItalic: true })).toBe('italic 700 20px "Fira", Plex');
  expect(ink({ background: '#ffffff' }, '#112233')).toBe('#112233');
  expect(ink({ background: '#0f1418' }, '#000000')).not.toBe('#000000');
});
