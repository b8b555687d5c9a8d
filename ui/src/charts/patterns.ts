/**
 * The patterns that a script gives to an axis (decision 0067), as the pictures of `kinetable.plot` read them.
 *
 * Numbers: `#,##0.00`: digits before the point (`0`: at least so many), thousands apart, digits after it (`#`: only if they say something), `%` for hundredths, other text as it stands.
 * Times: letters of `java.time`: `y M d H h m s S a E`, text in `'…'`.
 */
import { zoneOffset } from '../client/index.ts';
import { momentText, numberText, timeTexts } from './axes.ts';
import type { AxisForm } from './drawing.ts';

/** Digits after the point: more no number has. */
const DIGITS_MAX = 20;
const MINUS = '−';

export function patternNumber(pattern: string, value: number): string {
  const found = /[#0,]*[#0](?:\.[#0]*)?|\.[#0]+/.exec(pattern);
  if (!found) return pattern;
  const [digits, after = ''] = found[0].split('.');
  const most = Math.min(DIGITS_MAX, after.length);
  const shown = pattern.includes('%') ? value * 100 : value;
  let [whole, rest = ''] = Math.abs(shown).toFixed(most).split('.');
  const least = after.replaceAll('#', '').length;
  while (rest.length > least && rest.endsWith('0')) rest = rest.slice(0, -1);
  const isNothing = !/[1-9]/.test(whole + rest);
  whole = whole.padStart(digits.replaceAll(/[^0]/g, '').length, '0');
  if (digits.includes(',')) whole = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${pattern.slice(0, found.index)}${shown < 0 && !isNothing ? MINUS : ''}${whole}${rest ? `.${rest}` : ''}${pattern.slice(found.index + found[0].length)}`;
}

export function patternTime(pattern: string, ms: number, zone: string): string {
  const date = new Date(ms + zoneOffset(Math.floor(ms), zone));
  if (Number.isNaN(date.getTime())) return '';
  const name = (options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' }).format(date);
  const hour = date.getUTCHours();
  const clock: Record<string, number> = { M: date.getUTCMonth() + 1, d: date.getUTCDate(), H: hour, h: hour % 12 || 12, m: date.getUTCMinutes(), s: date.getUTCSeconds() };
  const micros = String(Math.floor((((ms % 1000) + 1000) % 1000) * 1000)).padStart(6, '0');
  return pattern.replaceAll(/'([^']*)'|(y+|M+|d+|H+|h+|m+|s+|S+|a+|E+)/g, (_, quoted: string | undefined, letters: string | undefined) => {
    if (letters === undefined) return quoted ?? '';
    const count = letters.length;
    switch (letters[0]) {
      case 'y': return count === 2 ? String(date.getUTCFullYear() % 100).padStart(2, '0') : String(date.getUTCFullYear());
      case 'E': return name({ weekday: count > 3 ? 'long' : 'short' });
      case 'a': return hour < 12 ? 'AM' : 'PM';
      case 'S': return micros.padEnd(9, '0').slice(0, Math.min(9, count));
      case 'M': if (count > 2) return name({ month: count > 3 ? 'long' : 'short' });
    }
    return String(clock[letters[0]]).padStart(Math.min(9, count), '0');
  });
}

/** The marks of an axis in words; null where uPlot has a place without one. `zone`: of times; null: they are numbers. */
export function markTexts(marks: readonly (number | null)[], step: number, zone: string | null, format: string | undefined): string[] {
  if (format === undefined && zone !== null) return timeTexts(marks as number[], step, zone);
  return marks.map((mark) => {
    if (mark === null) return '';
    if (format === undefined) return numberText(mark, step);
    return zone === null ? patternNumber(format, mark) : patternTime(format, mark, zone);
  });
}

/** A place on an axis in full, as the cross-hair says it: times with what the pattern says, and numbers with seven digits or as the pattern has them. */
export function placeText(value: number, zone: string | null, form: Pick<AxisForm, 'format'> | undefined, digits = 10): string {
  if (form?.format !== undefined) return zone === null ? patternNumber(form.format, value) : patternTime(form.format, value, zone);
  return zone === null ? numberText(Number(value.toPrecision(digits))) : momentText(value, zone);
}
