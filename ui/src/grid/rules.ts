/**
 * Colours by value: cells for which a condition holds, bars as long as numbers are large, a scale from the least to the largest that is seen.
 *
 * The colours are those of Okabe and Ito, which people with any colour vision tell apart; none lies so thick that the text on it is hard to read.
 */
import type { Cell, ColumnInfo } from '../client/messages.ts';
import { instantSpan } from '../client/moments.ts';

export const HUES = { blue: '#0072b2', sky: '#56b4e9', green: '#009e73', yellow: '#f0e442', orange: '#e69f00', red: '#d55e00', purple: '#cc79a7' } as const;
export type Hue = keyof typeof HUES;

export const OPERATORS = ['>', '>=', '<', '<=', '=', '!=', 'contains', 'null', '!null'] as const;
export type Operator = (typeof OPERATORS)[number];

export type Rule =
  | { kind: 'when'; column: string; operator: Operator; value: string; hue: Hue }
  | { kind: 'bar'; column: string; hue: Hue }
  | { kind: 'heat'; column: string };

/** A rule made ready for the cells of its column. */
export type Look =
  | { kind: 'when'; hue: Hue; holds(cell: Cell): boolean }
  | { kind: 'bar'; hue: Hue }
  | { kind: 'heat' };

/** A rule for a column, or what is wrong with it. */
export function lookOf(rule: Rule, info: ColumnInfo, zone: string): Look | string {
  if (rule.kind !== 'when' && !hasSize(info.type)) return `cells of ${info.type} have no size`;
  if (rule.kind === 'bar') return { kind: 'bar', hue: rule.hue };
  if (rule.kind === 'heat') return { kind: 'heat' };
  const holds = condition(rule.operator, rule.value.trim(), info, zone);
  return typeof holds === 'string' ? holds : { kind: 'when', hue: rule.hue, holds };
}

const NUMBERS = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'BigInteger', 'BigDecimal']);

export const hasSize = (type: string): boolean => NUMBERS.has(type);

/** The size of a cell with one; undefined where there is none. */
export function sizeOf(cell: Cell | undefined): number | undefined {
  if (cell === null || cell === undefined || typeof cell === 'boolean' || cell === '') return undefined;
  const size = Number(cell);
  return Number.isFinite(size) ? size : undefined;
}

function condition(operator: Operator, value: string, info: ColumnInfo, zone: string): ((cell: Cell) => boolean) | string {
  if (operator === 'null') return (cell) => cell === null;
  if (operator === '!null') return (cell) => cell !== null;
  if (operator === 'contains') return value ? (cell) => cell !== null && String(cell).toLowerCase().includes(value.toLowerCase()) : 'a text is missing';
  const key = keyOf(info, value, zone);
  if (typeof key === 'string') return key;
  const { wanted, of } = key;
  return (cell) => {
    if (cell === null) return false;
    const known = of(cell);
    switch (operator) {
      case '>': return known > wanted;
      case '>=': return known >= wanted;
      case '<': return known < wanted;
      case '<=': return known <= wanted;
      case '=': return known === wanted;
      default: return known !== wanted;
    }
  };
}

interface Key {
  wanted: number | bigint | string;
  of(cell: Cell): number | bigint | string;
}

/** What a value is compared as, or what is wrong with it. */
function keyOf(info: ColumnInfo, value: string, zone: string): Key | string {
  if (!value) return 'a value is missing';
  if (NUMBERS.has(info.type)) {
    const wanted = Number(value.replaceAll(/[,_\s]/g, ''));
    return Number.isFinite(wanted) ? { wanted, of: Number } : `"${value}" is no number`;
  }
  switch (info.type) {
    case 'Instant':
    case 'ZonedDateTime':
    case 'LocalDateTime': {
      const span = instantSpan(value, info.type === 'Instant' ? zone : info.type === 'ZonedDateTime' ? (info.zone ?? 'UTC') : 'UTC');
      return span ? { wanted: span[0], of: (cell) => cell as bigint } : `"${value}" is no time: 2026-05-01 10:30`;
    }
    case 'LocalDate': {
      const span = instantSpan(value, 'UTC');
      return span ? { wanted: Number(span[0] / 86_400_000_000_000n), of: (cell) => cell as number } : `"${value}" is no date: 2026-05-01`;
    }
    case 'char': return { wanted: value.toLowerCase(), of: (cell) => String.fromCharCode(cell as number).toLowerCase() };
    default: return { wanted: value.toLowerCase(), of: (cell) => String(cell).toLowerCase() };
  }
}

/** The least and the largest of sizes; null if there are none. */
export function extentOf(cells: Iterable<Cell | undefined>): readonly [least: number, largest: number] | null {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const cell of cells) {
    const size = sizeOf(cell);
    if (size === undefined) continue;
    least = Math.min(least, size);
    largest = Math.max(largest, size);
  }
  return least <= largest ? [least, largest] : null;
}

export interface Shade {
  hue: Hue;
  /** How thick it lies, of 1. */
  share: number;
  /** The part of the cell that it covers, from the left, of 1. */
  from: number;
  to: number;
}

const WHOLE = { from: 0, to: 1 };

/** How a cell is shaded, if it is. Numbers below 0 have a colour of their own, and bars to the left of 0. */
export function shadeOf(look: Look, cell: Cell, extent: readonly [number, number] | null): Shade | null {
  if (look.kind === 'when') return look.holds(cell) ? { hue: look.hue, share: 1, ...WHOLE } : null;
  const size = sizeOf(cell);
  if (size === undefined || !extent) return null;
  const [least, largest] = extent;
  if (look.kind === 'heat') {
    const isBoth = least < 0 && largest > 0;
    const share = isBoth ? Math.abs(size) / Math.max(-least, largest) : largest > least ? (size - least) / (largest - least) : 1;
    return { hue: isBoth && size < 0 ? 'orange' : 'blue', share: 0.08 + 0.92 * Math.min(1, Math.max(0, share)), ...WHOLE };
  }
  const [from, to] = [Math.min(0, least), Math.max(0, largest)];
  if (to <= from) return null;
  const [zero, end] = [(0 - from) / (to - from), (Math.min(to, Math.max(from, size)) - from) / (to - from)];
  const hue = size >= 0 ? look.hue : look.hue === 'orange' ? 'blue' : 'orange';
  return { hue, share: 1, from: Math.min(zero, end), to: Math.max(zero, end) };
}
