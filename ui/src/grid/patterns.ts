/** Patterns of numbers, as `DecimalFormat` of Java has them: `#,##0.00`, `0.0%`, `$#,##0;($#,##0)`, `0.###E0`. */
import type { Cell } from '../client/messages.ts';
import { MINUS } from './format.ts';

interface Affixes {
  prefix: string;
  suffix: string;
}

interface Digits {
  /** Digits before the point: as many at least, and as many are written in the pattern. */
  whole: number;
  wholeMax: number;
  fraction: number;
  fractionMax: number;
  /** Digits of a group; 0: there are none. */
  group: number;
  /** Digits of an exponent at least; 0: there is none. */
  exponent: number;
}

/** What writes numbers so; null if it is no such pattern. */
export function numberPattern(pattern: string): ((cell: Cell) => string) | null {
  const [positive, negative, ...more] = split(pattern);
  const plus = positive === undefined ? null : partsOf(positive);
  const minus = negative === undefined ? null : partsOf(negative);
  if (!plus || more.length || (negative !== undefined && !minus)) return null;
  const digits = digitsOf(plus.body);
  if (!digits) return null;
  const scale = plus.sign === '%' ? 2 : plus.sign === '‰' ? 3 : 0;
  const below: Affixes = minus ?? { prefix: MINUS + plus.prefix, suffix: plus.suffix };
  const write = digits.exponent ? scientific(digits, scale) : plain(digits, scale);
  return (cell) => {
    if (typeof cell === 'number' && Number.isNaN(cell)) return 'NaN';
    const isInfinite = typeof cell === 'number' && !Number.isFinite(cell);
    const text = isInfinite ? (cell < 0 ? '-∞' : '∞') : write(cell as number | bigint | string);
    const [affixes, size] = text.startsWith('-') ? [below, text.slice(1)] : [plus, text];
    return affixes.prefix + size + affixes.suffix;
  };
}

/** At the semicolons that are not quoted. */
function split(pattern: string): string[] {
  return (pattern.match(/(?:'[^']*'?|[^';])+/g) ?? []).slice(0, 3);
}

const BODY = new Set('0#,.E');

function partsOf(text: string): (Affixes & { body: string; sign: string }) | null {
  const affix = { prefix: '', suffix: '' };
  let [body, sign, where]: [string, string, 'prefix' | 'suffix'] = ['', '', 'prefix'];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) return null;
      affix[where] += end === at + 1 ? "'" : text.slice(at + 1, end);
      if (body) where = 'suffix';
      at = end;
    } else if (BODY.has(character) && (character !== 'E' || body)) {
      if (where === 'suffix') return null;
      body += character;
    } else {
      if (body) where = 'suffix';
      if (character === '%' || character === '‰') sign = character;
      affix[where] += character === '¤' ? '$' : character === '-' ? MINUS : character;
    }
  }
  return body ? { ...affix, body, sign } : null;
}

function digitsOf(body: string): Digits | null {
  const found = /^([#,]*)([0,]*)(?:\.(0*)(#*))?(?:E(0+))?$/.exec(body);
  if (!found) return null;
  const [, optional, whole, fraction, more = '', exponent = ''] = found;
  const before = optional + whole;
  if (/^,|,,|,$/.test(before) || !(before + (fraction ?? '') + more)) return null;
  const digits = { whole: count(whole), wholeMax: count(before), fraction: fraction?.length ?? 0, fractionMax: (fraction?.length ?? 0) + more.length };
  // With nothing but signs for digits that may be absent, one before the point is not.
  if (!digits.whole && !digits.fraction && digits.wholeMax) digits.whole = 1;
  return { ...digits, group: before.includes(',') ? before.length - 1 - before.lastIndexOf(',') : 0, exponent: exponent.length };
}

const count = (text: string): number => text.replaceAll(',', '').length;

function format(digits: Digits, style: 'decimal' | 'percent'): Intl.NumberFormat {
  const { whole, fraction, fractionMax } = digits;
  return new Intl.NumberFormat('en-US', {
    style, useGrouping: false, minimumIntegerDigits: Math.min(21, Math.max(1, whole)), minimumFractionDigits: Math.min(100, fraction), maximumFractionDigits: Math.min(100, fractionMax), roundingMode: 'halfEven', signDisplay: 'negative',
  });
}

function plain(digits: Digits, scale: number): (cell: number | bigint | string) => string {
  const known = format(digits, scale === 2 ? 'percent' : 'decimal');
  return (cell) => {
    // Exact decimals are texts, which the browser formats without making them floats.
    const text = known.format((scale === 3 ? Number(cell) * 1000 : cell) as number).replace('%', '');
    const sign = text.startsWith('-') ? '-' : '';
    const [written, fraction] = text.slice(sign.length).split('.');
    const whole = digits.whole || written !== '0' || fraction === undefined ? written : '';
    const groups = digits.group ? whole.replaceAll(new RegExp(`\\B(?=(\\d{${digits.group}})+$)`, 'g'), ',') : whole;
    return sign + groups + (fraction === undefined ? '' : `.${fraction}`);
  };
}

function scientific(digits: Digits, scale: number): (cell: number | bigint | string) => string {
  const { whole, wholeMax, exponent } = digits;
  // With more places than digits that must be, exponents are multiples of the places.
  const isStepped = wholeMax > whole && wholeMax > 1;
  const known = format(isStepped ? { ...digits, whole: 1 } : digits, 'decimal');
  return (cell) => {
    const value = Number(cell) * 10 ** scale;
    const size = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
    const raised = isStepped ? Math.floor(size / wholeMax) * wholeMax : size - (whole - 1);
    const power = value === 0 ? 0 : raised;
    return `${known.format(value / 10 ** power)}E${power < 0 ? MINUS : ''}${String(Math.abs(power)).padStart(exponent, '0')}`;
  };
}
