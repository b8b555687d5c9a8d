/** The form that the user gave a column: other digits, another zone, a part of a time. What is copied stays exact. */
import type { Cell, ColumnInfo } from '../client/messages.ts';
import { type Formatter, formatter, signed } from './format.ts';

export interface ColumnFormat {
  /** Digits after the point. */
  decimals?: number;
  /** Without commas between thousands. */
  plain?: boolean;
  /** Times 100, with a sign. */
  percent?: boolean;
  /** The zone that instants are shown in. */
  zone?: string;
  /** Of a time, the day or the clock alone. */
  part?: 'date' | 'time';
  /** Without what the table itself says of its colours and its form. */
  own?: boolean;
}

export const DECIMALS_MAX = 12;

const NUMBERS = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'BigInteger', 'BigDecimal']);
const TIMES = new Set(['Instant', 'ZonedDateTime', 'LocalDateTime']);

/** Whether columns of a type have numbers, or times, to be shown otherwise. */
export const isNumber = (type: string): boolean => NUMBERS.has(type);
export const isTime = (type: string): boolean => TIMES.has(type);
export const hasZone = (type: string): boolean => type === 'Instant' || type === 'ZonedDateTime';

/** The formatter of a column with a form; `zone` is the one that instants are shown in otherwise. */
export function formatted(info: ColumnInfo, zone: string, form: ColumnFormat | undefined): Formatter {
  const own = form?.zone !== undefined && hasZone(info.type) ? form.zone : undefined;
  const base = own === undefined ? formatter(info, zone) : formatter({ ...info, type: 'Instant' }, own);
  if (!form) return base;
  if (isNumber(info.type) && (form.decimals !== undefined || form.plain || form.percent)) return new Numbers(base, form);
  if (isTime(info.type) && form.part) return new Part(base, form.part);
  return base;
}

class Numbers implements Formatter {
  readonly align = 'right';
  readonly dimmed = 0;
  private readonly format: Intl.NumberFormat | null;

  constructor(private readonly base: Formatter, private readonly form: ColumnFormat) {
    const digits = form.decimals ?? (form.percent ? 2 : undefined);
    this.format = digits === undefined ? null : new Intl.NumberFormat('en-US', {
      style: form.percent ? 'percent' : 'decimal', minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: !form.plain,
    });
  }

  observe(cell: Cell): boolean {
    return this.format ? false : this.base.observe(cell);
  }

  show(cell: Cell): string {
    // What has no digits, and what has too many of them.
    const isOdd = typeof cell === 'number' && (!Number.isFinite(cell) || Math.abs(cell) >= 1e15);
    if (!this.format || isOdd) return this.form.plain ? this.base.show(cell).replaceAll(',', '') : this.base.show(cell);
    // Exact decimals are texts, which the browser formats without making them floats.
    return signed(this.format.format(cell as number));
  }

  copy(cell: Cell): string {
    return this.base.copy(cell);
  }
}

class Part implements Formatter {
  readonly align = 'left';
  readonly dimmed: number;

  constructor(private readonly base: Formatter, private readonly part: 'date' | 'time') {
    this.dimmed = part === 'date' ? 10 : 0;
  }

  observe(cell: Cell): boolean {
    return this.part === 'time' && this.base.observe(cell);
  }

  show(cell: Cell): string {
    const text = this.base.show(cell);
    const gap = text.indexOf(' ');
    return this.part === 'date' ? text.slice(0, gap) : text.slice(gap + 1);
  }

  copy(cell: Cell): string {
    return this.base.copy(cell);
  }
}
