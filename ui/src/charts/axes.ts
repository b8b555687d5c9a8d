/** The texts of axes: numbers without more digits than they need, times in their zone, and the day only where it changes. */
import { formatInstant } from '../client/index.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const instant = (ms: number, zone: string, digits: number): string => formatInstant(BigInt(Math.round(ms * 1000)) * 1000n, zone, digits);

/** Of marks that are `step` ms apart. The day is said below the first mark of each. */
export function timeTexts(marks: readonly number[], step: number, zone: string): string[] {
  let former = '';
  return marks.map((ms) => {
    const digits = step < 1 ? 6 : step < 1000 ? 3 : 0;
    const text = instant(ms, zone, digits);
    const [day, clock] = [text.slice(0, 10), text.slice(11)];
    if (step >= 28 * DAY) return step >= 365 * DAY ? day.slice(0, 4) : day.slice(0, 7);
    if (step >= DAY) return day;
    const shown = step >= MINUTE ? clock.slice(0, 5) : clock;
    const isNew = day !== former;
    former = day;
    return isNew ? `${shown}\n${day}` : shown;
  });
}

/** A moment in full, as the cross-hair says it. */
export function momentText(ms: number, zone: string): string {
  return instant(ms, zone, Number.isInteger(ms) ? (ms % 1000 === 0 ? 0 : 3) : 6);
}

const plain = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 });

/** A number of an axis, whose marks are `step` apart. */
export function numberText(value: number, step = 0): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toExponential(2).replace('-', '−');
  if (step >= 1000 && size >= 1e6) return `${plain.format(value / 1e6)} M`.replace('-', '−');
  return plain.format(value).replace('-', '−');
}

/** A value as a legend says it: seven digits tell values of one axis apart. */
export function valueText(value: number | null | undefined): string {
  if (value === null) return 'null';
  if (value === undefined) return '–';
  return numberText(Number(value.toPrecision(7)));
}
