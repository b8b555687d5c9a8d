/**
 * Instants and time zones: nanoseconds since the epoch are `bigint`, and zones are the browser's.
 *
 * What a zone's clock is ahead of UTC is asked once for each quarter of an hour that is seen, and kept: no zone changes its clock within one.
 */
const QUARTER = 900_000;
const SECOND = 1_000_000_000n;

const offsets = new Map<string, Map<number, number>>();
const clocks = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string): Intl.DateTimeFormat {
  let format = clocks.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', era: 'short',
    });
    clocks.set(zone, format);
  }
  return format;
}

/** Milliseconds by which a zone's clock is ahead of UTC at an instant of ms since the epoch. */
export function zoneOffset(ms: number, zone: string): number {
  if (zone === 'UTC') return 0;
  let known = offsets.get(zone);
  if (!known) offsets.set(zone, (known = new Map()));
  const quarter = Math.floor(ms / QUARTER);
  const cached = known.get(quarter);
  if (cached !== undefined) return cached;
  if (known.size > 10_000) known.clear();
  const start = quarter * QUARTER;
  const parts = Object.fromEntries(clock(zone).formatToParts(start).map(({ type, value }) => [type, value]));
  const year = parts.era?.startsWith('B') ? 1 - Number(parts.year) : Number(parts.year);
  const shown = new Date(0);
  shown.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
  shown.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
  const offset = shown.getTime() - start;
  known.set(quarter, offset);
  return offset;
}

export function isZone(zone: string): boolean {
  try {
    return Boolean(clock(zone));
  } catch {
    return false;
  }
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** `2024-05-01 10:30:00.123`, with so many digits of the second's fraction, cut. */
export function formatInstant(ns: bigint, zone: string, digits: number): string {
  let ms = Number(ns / 1_000_000n);
  let rest = ns % 1_000_000n;
  if (rest < 0n) {
    rest += 1_000_000n;
    ms -= 1;
  }
  const date = new Date(ms + zoneOffset(ms, zone));
  const year = date.getUTCFullYear();
  const years = year < 0 ? `-${pad(-year, 4)}` : pad(year, 4);
  const day = `${years}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
  const time = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
  if (!digits) return `${day} ${time}`;
  const fraction = pad(date.getUTCMilliseconds(), 3) + pad(Number(rest), 6);
  return `${day} ${time}.${fraction.slice(0, digits)}`;
}

/** As formulas write it: in UTC, to the nanosecond where there are any. */
export function instantLiteral(ns: bigint): string {
  return `'${formatInstant(ns, 'UTC', 9).replace(' ', 'T').replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros.replace(/0+$/, '')))}Z'`;
}

/** ns since the epoch of what a zone's clock shows. Of times that a clock skips or shows twice, one of the two. */
function fromClock(utcMs: number, nanos: bigint, zone: string): bigint {
  let ms = utcMs - zoneOffset(utcMs, zone);
  ms = utcMs - zoneOffset(ms, zone);
  return BigInt(ms) * 1_000_000n + nanos;
}

/** From the first nanosecond of a time that may be cut short to the first after it; null if it is no time. */
export function instantSpan(text: string, zone: string): [bigint, bigint] | null {
  const found = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[ T](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?)?)?$/.exec(text.trim());
  if (!found) return null;
  const parts = found.slice(1, 7).map((part) => (part === undefined ? undefined : Number(part)));
  const known = parts.findIndex((part) => part === undefined);
  const count = known < 0 ? 6 : known;
  const at = (values: (number | undefined)[]): number => {
    const [year, month = 1, day = 1, hour = 0, minute = 0, second = 0] = values as number[];
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  const start = at(parts);
  const shown = new Date(start);
  const [, month, day, hour, minute] = parts;
  const isTime = (month ?? 1) - 1 === shown.getUTCMonth() && (day ?? 1) === shown.getUTCDate() && (hour ?? 0) < 24 && (minute ?? 0) < 60;
  if (!isTime || Number(found[1]) < 100) return null;
  const fraction = found[7];
  if (fraction !== undefined) {
    const unit = 10n ** BigInt(9 - fraction.length);
    const first = fromClock(start, BigInt(fraction) * unit, zone);
    return [first, first + unit];
  }
  if (count === 6) {
    const first = fromClock(start, 0n, zone);
    return [first, first + SECOND];
  }
  const after = [...parts];
  after[count - 1] = (after[count - 1] as number) + 1;
  return [fromClock(start, 0n, zone), fromClock(at(after), 0n, zone)];
}
