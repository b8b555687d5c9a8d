/**
 * A small Markdown: headings, paragraphs, lists, quotes, fenced code, rules, tables; in lines emphasis, code and links. It makes a tree of
 * blocks, never markup, so that no text can put elements into the page.
 */
export type Inline = string | { kind: 'strong' | 'em' | 'code'; text: string } | { kind: 'link'; text: string; to: string };

export type Block =
  | { kind: 'heading'; level: number; inlines: Inline[] }
  | { kind: 'paragraph' | 'quote'; inlines: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; language: string; text: string }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] }
  | { kind: 'rule' };

const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

export function inlines(text: string): Inline[] {
  const made: Inline[] = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > at) made.push(text.slice(at, found.index));
    at = found.index + found[0].length;
    const [whole, code, strong, other, em, label, to] = found;
    if (code !== undefined) made.push({ kind: 'code', text: code });
    else if (strong !== undefined || other !== undefined) made.push({ kind: 'strong', text: strong ?? other });
    else if (em !== undefined) made.push({ kind: 'em', text: em });
    else made.push(/^(https?:\/\/|\/(?!\/)|#|mailto:)/.test(to) ? { kind: 'link', text: label, to } : whole);
  }
  if (at < text.length) made.push(text.slice(at));
  return made;
}

export function blocks(text: string): Block[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const made: Block[] = [];
  for (let i = 0; i < lines.length; ) {
    const { block, next } = blockAt(lines, i);
    if (block) made.push(block);
    i = next;
  }
  return made;
}

const cells = (line: string): Inline[][] => line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => inlines(cell.trim()));

function blockAt(lines: string[], at: number): { block: Block | null; next: number } {
  const line = lines[at];
  const until = (is: (one: string) => boolean): number => {
    let end = at;
    while (end < lines.length && is(lines[end])) end += 1;
    return end;
  };
  if (!line.trim()) return { block: null, next: at + 1 };
  const fence = /^(```|~~~)\s*(\S*)/.exec(line);
  if (fence) {
    let end = at + 1;
    while (end < lines.length && !lines[end].startsWith(fence[1])) end += 1;
    return { block: { kind: 'code', language: fence[2], text: lines.slice(at + 1, end).join('\n') }, next: end + 1 };
  }
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) return { block: { kind: 'heading', level: heading[1].length, inlines: inlines(heading[2]) }, next: at + 1 };
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return { block: { kind: 'rule' }, next: at + 1 };
  for (const [ordered, mark] of [[false, /^\s*[-*+]\s+/], [true, /^\s*\d+[.)]\s+/]] as const) {
    if (!mark.test(line)) continue;
    const end = until((one) => mark.test(one));
    return { block: { kind: 'list', ordered, items: lines.slice(at, end).map((one) => inlines(one.replace(mark, ''))) }, next: end };
  }
  if (line.startsWith('>')) {
    const end = until((one) => one.startsWith('>'));
    return { block: { kind: 'quote', inlines: inlines(lines.slice(at, end).map((one) => one.replace(/^>\s?/, '')).join(' ')) }, next: end };
  }
  if (line.includes('|') && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/.test(lines[at + 1] ?? '')) {
    const end = until((one) => one.includes('|'));
    return { block: { kind: 'table', head: cells(line), rows: lines.slice(at + 2, end).map(cells) }, next: end };
  }
  const end = Math.max(at + 1, until((one) => Boolean(one.trim()) && !/^(#{1,6}\s|```|~~~|>|\s*[-*+]\s|\s*\d+[.)]\s)/.test(one)));
  return { block: { kind: 'paragraph', inlines: inlines(lines.slice(at, end).join(' ')) }, next: end };
}
