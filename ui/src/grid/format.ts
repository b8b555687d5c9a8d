/**
 * Cells as texts: one formatter a column, made once.
 *
 * **State** the digits after the point that the column has needed so far: they only grow, so that digits stand below each other.
 */
import type { Cell, ColumnInfo } from '../client/messages.ts';
import { formatInstant } from '../client/moments.ts';

export type Align = 'left' | 'right';

export interface Formatter {
  readonly align: Align;
  /** True if the cell needs more digits than any before: then the column is to be painted anew. */
  observe(cell: Cell): boolean;
  /** As it is shown. Not for null. */
  show(cell: Cell): string;
  /** As it is copied: everything that is known, and nothing for the eye. */
  copy(cell: Cell): string;
  /** Of the text that is shown, how many characters from the start are a date. */
  readonly dimmed: number;
}

const DECIMALS_MAX = 6;
export const MINUS = '−';
const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

const plain = (show: (cell: Cell) => string, align: Align = 'left', copy = show): Formatter => ({
  align, dimmed: 0, show, copy, observe: () => false,
});

/** The formatter of a column; `zone` is the one that instants are shown in. */
export function formatter(info: ColumnInfo, zone: string): Formatter {
  switch (info.type) {
    case 'byte':
    case 'short':
    case 'int':
    case 'long':
      return plain((cell) => signed(integers.format(cell as bigint)), 'right', String);
    case 'float':
      return new Floats((value) => Number.parseFloat(value.toPrecision(8)));
    case 'double':
      return new Floats((value) => value);
    case 'BigInteger':
      return plain((cell) => signed(grouped(cell as string)), 'right', String);
    case 'BigDecimal':
      return new Decimals(info.scale ?? 0);
    case 'Instant':
      return new Instants(zone);
    case 'ZonedDateTime':
      return new Instants(info.zone ?? 'UTC');
    case 'LocalDateTime':
      return new Instants('UTC');
    case 'LocalDate':
      return { ...plain((cell) => new Date((cell as number) * 86_400_000).toISOString().replace(/T.*/, '')), dimmed: 10 };
    case 'LocalTime':
      return plain((cell) => clockTime(cell as bigint));
    case 'Duration':
      return plain((cell) => duration(cell as bigint), 'right');
    case 'char':
      return plain((cell) => oneLine(String.fromCharCode(cell as number)), 'left', (cell) => String.fromCharCode(cell as number));
    default:
      return plain((cell) => oneLine(String(cell)), 'left', String);
  }
}

class Floats implements Formatter {
  readonly align = 'right';
  readonly dimmed = 0;
  private digits = 0;
  private format = integers;

  constructor(private readonly shorten: (value: number) => number) {}

  observe(cell: Cell): boolean {
    if (this.digits === DECIMALS_MAX || typeof cell !== 'number' || Number.isInteger(cell) || !Number.isFinite(cell)) return false;
    const needed = Math.min(DECIMALS_MAX, decimals(this.shorten(cell)));
    if (needed <= this.digits) return false;
    // One value of six digits and more is a computed one: then so are the others, and four are enough to tell them apart.
    this.digits = needed;
    const shown = needed >= DECIMALS_MAX ? 4 : needed;
    this.format = new Intl.NumberFormat('en-US', { minimumFractionDigits: shown, maximumFractionDigits: shown });
    return true;
  }

  show(cell: Cell): string {
    const value = cell as number;
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
    const size = Math.abs(value);
    if (size >= 1e15 || (size < 1e-4 && size > 0)) return signed(value.toExponential(3));
    return signed(this.format.format(value));
  }

  copy(cell: Cell): string {
    const value = this.shorten(cell as number);
    return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
}

/** Exact decimals. A scale as of money is shown whole; of a longer one, as of a quotient, the digits that the column needs. */
class Decimals implements Formatter {
  readonly align = 'right';
  readonly dimmed = 0;
  private digits: number;

  constructor(private readonly scale: number) {
    this.digits = scale > DECIMALS_MAX ? 0 : scale;
  }

  observe(cell: Cell): boolean {
    if (this.digits >= this.scale) return false;
    const [, fraction = ''] = (cell as string).split('.');
    const needed = fraction.replace(/0+$/, '').length;
    if (needed <= this.digits) return false;
    this.digits = needed;
    return true;
  }

  show(cell: Cell): string {
    const [whole, fraction] = (cell as string).split('.');
    const text = grouped(whole);
    return signed(fraction && this.digits ? `${text}.${fraction.slice(0, this.digits)}` : text);
  }

  copy(cell: Cell): string {
    return cell as string;
  }
}

/** Digits after the point in the shortest text of a number. */
function decimals(value: number): number {
  const text = String(value);
  if (text.includes('e')) return DECIMALS_MAX;
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

class Instants implements Formatter {
  readonly align = 'left';
  readonly dimmed = 10;
  private digits = 0;

  constructor(private readonly zone: string) {}

  observe(cell: Cell): boolean {
    if (this.digits === 9 || typeof cell !== 'bigint') return false;
    const needed = fractionDigits(cell);
    if (needed <= this.digits) return false;
    this.digits = needed;
    return true;
  }

  show(cell: Cell): string {
    return formatInstant(cell as bigint, this.zone, this.digits);
  }

  copy(cell: Cell): string {
    return formatInstant(cell as bigint, this.zone, fractionDigits(cell as bigint));
  }
}

/** 0, 3, 6 or 9: as many as an instant needs. */
function fractionDigits(ns: bigint): number {
  if (ns % 1_000_000_000n === 0n) return 0;
  if (ns % 1_000_000n === 0n) return 3;
  return ns % 1000n === 0n ? 6 : 9;
}

function clockTime(ns: bigint): string {
  return formatInstant(ns, 'UTC', fractionDigits(ns)).slice(11);
}

function duration(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const days = size / 86_400_000_000_000n;
  const text = (days ? `${days}d ` : '') + clockTime(size % 86_400_000_000_000n);
  return ns < 0n ? MINUS + text : text;
}

/** Exact digits in groups of three, however many. */
function grouped(digits: string): string {
  const [whole, rest] = digits.split('.');
  const groups = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return rest === undefined ? groups : `${groups}.${rest}`;
}

/** With the sign of minus that is as wide as a digit. */
export const signed = (text: string): string => (text.startsWith('-') ? MINUS + text.slice(1) : text);

function oneLine(text: string): string {
  return text.replaceAll(/\r?\n|\r/g, ' ⏎ ').replaceAll('\t', ' ').replaceAll(/[\u0000-\u001f\u007f]/g, '␣');
}

/** Characters that a cell of a type takes, before one was seen. */
export function typicalChars(type: string): number {
  const known: Record<string, number> = {
    boolean: 5, byte: 4, short: 6, int: 9, long: 11, float: 9, double: 11, char: 2, String: 14, Instant: 23, ZonedDateTime: 23,
    LocalDateTime: 23, LocalDate: 10, LocalTime: 12, Duration: 12, BigInteger: 14, BigDecimal: 14,
  };
  return known[type] ?? 16;
}

/** One or two characters that say a type in the header. */
export function typeGlyph(type: string): string {
  const known: Record<string, string> = {
    boolean: '◐', byte: '#', short: '#', int: '#', long: '#', float: '.0', double: '.0', BigInteger: '#', BigDecimal: '.0',
    char: 'a', String: 'a', Instant: '◷', ZonedDateTime: '◷', LocalDateTime: '◷', LocalTime: '◷', LocalDate: '▦', Duration: '↔',
  };
  return known[type] ?? (type.endsWith('[]') ? '[]' : '{}');
}
