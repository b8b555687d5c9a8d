/** Finds words by some of their letters, in order: `cpp` finds *Copy as Python*. */

/** How well a text answers; null if it does not. Letters at the beginning of words and side by side count more, and short texts. */
export function score(text: string, wanted: string): number | null {
  const [hay, needle] = [text.toLowerCase(), wanted.toLowerCase().replaceAll(/\s+/g, '')];
  if (!needle) return 0;
  const whole = hay.indexOf(wanted.toLowerCase().trim());
  if (whole >= 0) return 1000 - whole - hay.length / 100 + (isStart(text, whole) ? 500 : 0);
  return scattered(text, hay, needle, startOrNext) ?? scattered(text, hay, needle, (_, all, letter, from) => all.indexOf(letter, from));
}

/** Letter by letter; null if one is not found where it is looked for. */
function scattered(text: string, hay: string, needle: string, find: typeof startOrNext): number | null {
  let [sum, from] = [0, 0];
  for (const letter of needle) {
    const at = find(text, hay, letter, from);
    if (at < 0) return null;
    sum += at === from && from > 0 ? 8 : isStart(text, at) ? 6 : 1;
    from = at + letter.length;
  }
  return sum - hay.length / 100;
}

/** The letter that follows at once, or begins a word, or else the next one; −1 if there is none. */
function startOrNext(text: string, hay: string, letter: string, from: number): number {
  const first = hay.indexOf(letter, from);
  if (first <= from) return first;
  for (let at = first; at >= 0; at = hay.indexOf(letter, at + 1)) if (isStart(text, at)) return at;
  return first;
}

function isStart(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]) || (/\p{Lu}/u.test(text[at]) && /\p{Ll}/u.test(text[at - 1]));
}

/** Those that answer, the best first; those that answer alike in the order they came. */
export function ranked<T>(items: readonly T[], wanted: string, textOf: (item: T) => string): T[] {
  return items
    .flatMap((item) => {
      const value = score(textOf(item), wanted);
      return value === null ? [] : [{ item, value }];
    })
    .sort((a, b) => b.value - a.value)
    .map(({ item }) => item);
}
