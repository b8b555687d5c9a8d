/** What is wrong with a text that was typed, and where in it. */
export interface Problem {
  message: string;
  /** The characters at fault; null: all of them. */
  place: readonly [from: number, to: number] | null;
}

/** `part`: what of the text is wrong, if that is known. Formulas write texts in lower case where case does not count. */
export function problemOf(text: string, message: string, part: string | undefined): Problem {
  const [whole, wrong] = [text.toLowerCase(), part?.toLowerCase() ?? ''];
  // A sign alone is wrong where nothing follows it.
  const ends = [...whole.matchAll(/\s*(?:&&|\|\||,|$)/g)].find(({ index }) => wrong && whole.slice(0, index).endsWith(wrong));
  const from = ends ? ends.index - wrong.length : wrong ? whole.indexOf(wrong) : -1;
  return { message, place: part && from >= 0 ? [from, from + part.length] : null };
}

/** Where in the text of a filter the characters of its formula come from that a server found wrong. */
export function problemOfFormula(text: string, formula: string, message: string, from: number | null | undefined, to: number | null | undefined): Problem {
  const wrong = from == null || to == null ? '' : formula.slice(from, Math.max(to, from + 1));
  // Values stand in quotes there, and names of columns are not in the text.
  const parts = [wrong, wrong.replace(/^[`']|[`']$/g, '')].map((part) => part.trim()).filter(Boolean);
  const known = parts.map((part) => problemOf(text, message, part)).find(({ place }) => place);
  return known ?? { message, place: null };
}
