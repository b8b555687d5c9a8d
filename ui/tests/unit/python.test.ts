import { expect, test } from 'vitest';
import { isComplete } from '../../src/app/console/python.ts';

test.each([
  't = empty_table(5)', 'x', '', 'f("a)b")', "print('it is # no comment')", 'x = 1 # (', 'for i in range(3): print(i)', 'for i in range(3):\n    print(i)\n', 'def f():\n    return 1\n\nf()',
  '"""long\ntext"""', 't = (\n  1,\n  2\n)', "s = 'a\\'b'", 'if x:\n    y\nelse:\n    z\n', 'if x:\n  y\nprint(1)', 'x = {"a": 1}', 'lambda: 0', 'x[1:2]',
])('whole: %j', (code) => expect(isComplete(code)).toBe(true));

test.each([
  'f(', 'x = [1,', 'for i in range(3):', 'def f():', 'for i in range(3):\n    print(i)', '"""long', "x = '''a\nb", 'x = 1 + \\', '@decorated', 'if x:\n    y\nelse:', 'if x:\n    y\nelse:\n    z', 'class A:  # comment',
])('to be continued: %j', (code) => expect(isComplete(code)).toBe(false));
