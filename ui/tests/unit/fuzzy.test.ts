import { expect, test } from 'vitest';
import { ranked, score } from '../../src/app/fuzzy.ts';

const find = (wanted: string, ...texts: string[]) => ranked(texts, wanted, (text) => text);

test('letters in order find, others do not', () => {
  expect(find('cpp', 'Copy as Python', 'Copy link', 'Close the table')).toEqual(['Copy as Python']);
  expect(find('', 'b', 'a')).toEqual(['b', 'a']);
  expect(score('trades', 'sedart')).toBeNull();
  expect(score('trades', 'xx')).toBeNull();
  expect(score('Theme: dark', 'theme dark')).not.toBeNull();
});

test('what begins so comes first, then what has it whole, then the rest', () => {
  expect(find('tra', 'extra', 'the raw', 'trades')).toEqual(['trades', 'extra', 'the raw']);
  expect(find('quo', 'q_u_o', 'quotes', 'all quotes')[0]).toBe('quotes');
  expect(find('ot', 'openTable', 'bottom')).toEqual(['bottom', 'openTable']);
  expect(find('tp', 'temperature', 'TradePrices')[0]).toBe('TradePrices');
});

test('letters of two units are letters', () => {
  expect(find('🚋', 'a 🚋 b', 'c')).toEqual(['a 🚋 b']);
});
