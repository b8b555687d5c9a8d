/** Patterns of dates and times, as `DateTimeFormatter` of Java has them: `yyyy-MM-dd HH:mm:ss.SSS`, `EEE d MMM`, `hh:mm a z`. */
import type { Cell, ColumnInfo } from '../client/messages.ts';
import { formatInstant, zoneOffset } from '../client/moments.ts';

/** A moment as a clock shows it. */
interface Shown {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  /** Of the clock, as if it were one of UTC. */
  date: Date;
  /** Of the instant. */
  ms: number;
  zone: string;
}

type Part = (shown: Shown) => string;

const DAY = 86_400_000_000_000n;
const DATE_LETTERS = 'yuMLdDEQ';
const TIME_LETTERS = 'aHhKkmsSn';
const ZONE_LETTERS = 'zVZXx';

/** What writes cells of a column so; null if it is no pattern, or not one for its type. */
export function datePattern(pattern: string, info: ColumnInfo, zone: string): ((cell: Cell) => string) | null {
  const letters = lettersOf(info.type);
  const parts = letters === null ? null : read(pattern, letters);
  if (!parts) return null;
  const own = info.type === 'Instant' ? zone : info.type === 'ZonedDateTime' ? (info.zone ?? 'UTC') : 'UTC';
  const isDay = info.type === 'LocalDate';
  return (cell) => {
    const shown = clock(isDay ? BigInt(cell as number) * DAY : (cell as bigint), own);
    return parts.map((part) => (typeof part === 'string' ? part : part(shown))).join('');
  };
}

function lettersOf(type: string): string | null {
  switch (type) {
    case 'Instant':
    case 'ZonedDateTime': return DATE_LETTERS + TIME_LETTERS + ZONE_LETTERS;
    case 'LocalDateTime': return DATE_LETTERS + TIME_LETTERS;
    case 'LocalDate': return DATE_LETTERS;
    case 'LocalTime': return TIME_LETTERS;
    default: return null;
  }
}

function read(pattern: string, letters: string): (string | Part)[] | null {
  const parts: (string | Part)[] = [];
  const pieces = /'([^']*)'|([A-Za-z])\2*|([^A-Za-z']+)/gy;
  let end = 0;
  for (let found = pieces.exec(pattern); found; found = pieces.exec(pattern)) {
    end = pieces.lastIndex;
    const [piece, quoted, letter, other] = found;
    if (quoted !== undefined) parts.push(quoted || "'");
    else if (other !== undefined) parts.push(other);
    else {
      const part = letters.includes(letter) ? partOf(letter, piece.length) : null;
      if (!part) return null;
      parts.push(part);
    }
  }
  return end === pattern.length && parts.length ? parts : null;
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');
const names = new Map<string, Intl.DateTimeFormat>();

function name(shown: Shown, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let known = names.get(key);
  if (!known) names.set(key, (known = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' })));
  return known.format(shown.date);
}

function partOf(letter: string, width: number): Part | null {
  const number = (of: (shown: Shown) => number): Part => (shown) => pad(of(shown), width);
  switch (letter) {
    case 'y':
    case 'u': return width === 2 ? (shown) => pad(shown.year % 100, 2) : number(({ year }) => year);
    case 'M':
    case 'L': return width < 3 ? number(({ month }) => month) : (shown) => name(shown, { month: width === 3 ? 'short' : width === 4 ? 'long' : 'narrow' });
    case 'd': return number(({ day }) => day);
    case 'D': return number(({ date, year }) => Math.round((Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000) + 1);
    case 'E': return (shown) => name(shown, { weekday: width < 4 ? 'short' : width === 4 ? 'long' : 'narrow' });
    case 'Q': return number(({ month }) => Math.ceil(month / 3));
    case 'a': return ({ hour }) => (hour < 12 ? 'AM' : 'PM');
    case 'H': return number(({ hour }) => hour);
    case 'k': return number(({ hour }) => hour || 24);
    case 'K': return number(({ hour }) => hour % 12);
    case 'h': return number(({ hour }) => hour % 12 || 12);
    case 'm': return number(({ minute }) => minute);
    case 's': return number(({ second }) => second);
    case 'S': return width > 9 ? null : ({ nanos }) => pad(nanos, 9).slice(0, width);
    case 'n': return number(({ nanos }) => nanos);
    case 'z': return (shown) => zoneName(shown, width < 4 ? 'short' : 'long');
    case 'V': return ({ zone }) => zone;
    default: return offset(letter, width);
  }
}

function zoneName({ ms, zone }: Shown, timeZoneName: 'short' | 'long'): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName }).formatToParts(ms);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone;
}

function offset(letter: string, width: number): Part {
  return ({ ms, zone }) => {
    const minutes = Math.round(zoneOffset(ms, zone) / 60_000);
    if (letter === 'X' && !minutes) return 'Z';
    const [hours, rest] = [pad(Math.floor(Math.abs(minutes) / 60), 2), pad(Math.abs(minutes) % 60, 2)];
    const sign = minutes < 0 ? '-' : '+';
    if (letter === 'Z') return width === 4 ? `GMT${minutes ? `${sign}${hours}:${rest}` : ''}` : `${sign}${hours}${width === 5 ? ':' : ''}${rest}`;
    return `${sign}${hours}${width === 1 ? (rest === '00' ? '' : rest) : (width % 2 ? ':' : '') + rest}`;
  };
}

function clock(ns: bigint, zone: string): Shown {
  const [year, month, day, hour, minute, second, nanos] = (/^(-?\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)\.(\d+)$/.exec(formatInstant(ns, zone, 9)) ?? []).slice(1).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return { year, month, day, hour, minute, second, nanos, date, ms: Number(ns / 1_000_000n), zone };
}
