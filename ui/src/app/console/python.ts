/** Whether a text of Python is whole, so that Enter may run it. */

/** Brackets that are open, and whether a string is, at the end of a text; and the text without strings and comments. */
function scan(code: string): { depth: number; inString: boolean; bare: string } {
  let depth = 0;
  let bare = '';
  for (let i = 0; i < code.length; ) {
    const c = code[i];
    if (c === '#') {
      while (i < code.length && code[i] !== '\n') i += 1;
      continue;
    }
    if (c === '"' || c === "'") {
      const end = closing(code, i);
      if (end === null) return { depth, inString: true, bare };
      bare += 's';
      i = end;
      continue;
    }
    if ('([{'.includes(c)) depth += 1;
    if (')]}'.includes(c)) depth -= 1;
    bare += c;
    i += 1;
  }
  return { depth, inString: false, bare };
}

/** Where a string that begins at a quote ends; null if it is a long one that does not. A short one ends with its line. */
function closing(code: string, at: number): number | null {
  const quote = code[at];
  const isLong = code.startsWith(quote.repeat(3), at);
  for (let i = at + (isLong ? 3 : 1); i < code.length; i++) {
    if (code[i] === '\\') i += 1;
    else if (!isLong && (code[i] === '\n' || code[i] === quote)) return code[i] === quote ? i + 1 : i;
    else if (isLong && code.startsWith(quote.repeat(3), i)) return i + 3;
  }
  return isLong ? null : code.length;
}

/** What another line could only continue is not whole: open brackets and strings, a line that ends with `:` or `\`, a block before its empty line. */
export function isComplete(code: string): boolean {
  const { depth, inString, bare } = scan(code);
  if (inString || depth > 0) return false;
  const lines = bare.split('\n');
  const last = lines[lines.length - 1];
  const written = lines.filter((line) => line.trim());
  const end = written[written.length - 1]?.trimEnd() ?? '';
  if (end.endsWith('\\') || end.trimStart().startsWith('@')) return false;
  const hasBlock = written.some((line) => /^\s/.test(line)) || written.some((line) => line.trimEnd().endsWith(':'));
  if (!hasBlock) return !end.endsWith(':');
  // A block on one line is whole; one on several ends with an empty line, or where a line stands at the margin again.
  return last.trim() === '' || (lines.length > 1 && !/^\s/.test(last) && !end.endsWith(':') && !/^(else|elif|except|finally)\b/.test(last));
}
