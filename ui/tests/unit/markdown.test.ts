import { expect, test } from 'vitest';
import { blocks, inlines } from '../../src/app/markdown.ts';

test('blocks', () => {
  expect(blocks('# Desk\n\nTwo *live* tables\nand `code`.\n\n- a\n- **b**\n\n1. one\n\n```python\nx = 1\n# no heading\n```\n> said\n\n---\n| A | B |\n|---|--:|\n| 1 | 2 |').map(({ kind }) => kind))
    .toEqual(['heading', 'paragraph', 'list', 'list', 'code', 'quote', 'rule', 'table']);
  expect(blocks('```\nopen\n\nend')).toEqual([{ kind: 'code', language: '', text: 'open\n\nend' }]);
  expect(blocks('| a | b |\n|---|---|\n| 1 | 2 |')).toEqual([{ kind: 'table', head: [['a'], ['b']], rows: [[['1'], ['2']]] }]);
  for (const text of ['', '\n\n', '- ', '#', '|', '>', '```', '| a |\n|', '[x](', '**', '1.']) expect(Array.isArray(blocks(text))).toBe(true);
});

test('lines, in which no link leads to a script', () => {
  expect(inlines('a **b** *c* `d*e*` [f](https://g.h/i)')).toEqual(['a ', { kind: 'strong', text: 'b' }, ' ', { kind: 'em', text: 'c' }, ' ', { kind: 'code', text: 'd*e*' }, ' ', { kind: 'link', text: 'f', to: 'https://g.h/i' }]);
  for (const to of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', 'JAVASCRIPT:x']) expect(inlines(`[x](${to})`).join('')).toBe(`[x](${to})`);
  expect(inlines('<b>no</b>')).toEqual(['<b>no</b>']);
});
