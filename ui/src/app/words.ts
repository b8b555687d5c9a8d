/** Numbers and times of the frame around the tables. */
import { formatInstant } from '../client/index.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export const count = (value: number): string => whole.format(value);

/** `1 row`, `1,204 rows`. */
export const amount = (value: number, word: string): string => `${count(value)} ${word}${value === 1 ? '' : 's'}`;

/** `1,204`, `48.2 k`, `1.00 G`: where there is no room for all digits. */
export function short(value: number): string {
  if (value < 100_000) return whole.format(value);
  const units = ['k', 'M', 'G', 'T', 'P'];
  let unit = -1;
  let left = value;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${left.toPrecision(3)} ${units[unit]}`;
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let left = value;
  while (left >= 1000 && unit < units.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${left >= 100 || unit === 0 ? Math.round(left) : left.toPrecision(2)} ${units[unit]}`;
}

/** `14:07:28` of an instant in ms. */
export function clock(ms: number, zone: string): string {
  return formatInstant(BigInt(Math.floor(ms)) * 1_000_000n, zone, 0).slice(11);
}

export const zoneWord = (zone: string): string => zone.replaceAll('_', ' ');
