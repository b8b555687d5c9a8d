import { expect, test } from 'vitest';
import { cellAt, cellsOf } from '../../src/app/files/notebook.ts';

const PY = 'import x\n\n# %% first\na = 1\nb = 2\n\n# %%\n\n#%% third\nc = 3\n';
const MD = '# Title\n\n```python\na = 1\n```\ntext\n```\nno python\n```\n~~~py\nb = 2\n~~~\n```python\nopen = True\n';

test('cells of Python begin with a line that says so', () => {
  expect(cellsOf('/a.py', PY)).toEqual([{ first: 0, last: 1, code: 'import x' }, { first: 2, last: 5, code: 'a = 1\nb = 2' }, { first: 8, last: 10, code: 'c = 3' }]);
  expect(cellAt('/a.py', PY, 4)?.code).toBe('a = 1\nb = 2');
  expect(cellAt('/a.py', PY, 6)?.code).toBe('c = 3');
  expect(cellsOf('/a.py', 'x = 1')).toEqual([{ first: 0, last: 0, code: 'x = 1' }]);
  expect(cellAt('/a.py', '', 0)).toBeNull();
});

test('cells of Markdown are its blocks of Python', () => {
  expect(cellsOf('/a.md', MD).map(({ code }) => code)).toEqual(['a = 1', 'b = 2', 'open = True\n']);
  expect(cellAt('/a.md', MD, 0)?.code).toBe('a = 1');
  expect(cellAt('/a.md', MD, 5)?.code).toBe('b = 2');
  expect(cellAt('/a.md', '# no code', 0)).toBeNull();
});
