/** The cells of notebooks: in `.py` they begin with `# %%`, in `.md` they are fenced blocks of Python. */
export interface NotebookCell {
  /** Its first and last line, counted from 0. */
  first: number;
  last: number;
  code: string;
}

export const isMarkdown = (path: string): boolean => path.endsWith('.md');

export function cellsOf(path: string, text: string): NotebookCell[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const cells = isMarkdown(path) ? fenced(lines) : marked(lines);
  return cells.filter(({ code }) => code.trim());
}

/** The cell that a line is in; in Markdown the next one, for a line between two; else the last one. */
export function cellAt(path: string, text: string, line: number): NotebookCell | null {
  const cells = cellsOf(path, text);
  return cells.find(({ last }) => line <= last) ?? cells[cells.length - 1] ?? null;
}

function marked(lines: readonly string[]): NotebookCell[] {
  const starts = lines.flatMap((line, i) => (/^#\s*%%/.test(line) ? [i] : []));
  if (starts[0] !== 0) starts.unshift(0);
  return starts.map((first, i) => {
    const end = starts[i + 1] ?? lines.length;
    const code = lines.slice(first, end);
    return { first, last: end - 1, code: (/^#\s*%%/.test(code[0] ?? '') ? code.slice(1) : code).join('\n').trimEnd() };
  });
}

function fenced(lines: readonly string[]): NotebookCell[] {
  const cells: NotebookCell[] = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^(```+|~~~+)\s*(\S*)/.exec(lines[i]);
    if (!fence) continue;
    let end = i + 1;
    while (end < lines.length && !lines[end].startsWith(fence[1])) end += 1;
    if (/^(python|py)$/i.test(fence[2])) cells.push({ first: i, last: Math.min(end, lines.length - 1), code: lines.slice(i + 1, end).join('\n') });
    i = end;
  }
  return cells;
}
