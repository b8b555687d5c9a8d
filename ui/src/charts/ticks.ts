/** Where the marks of an axis stand that a script asked for, which of their texts have room, and how much of it turned ones take. */
import type { TicksForm } from './drawing.ts';

/** More marks cannot be told apart: of a gap that is too narrow for its axis only every so manieth is there. */
const MARKS_MAX = 200;
/** Pixels between two texts. */
const APART_PX = 6;

/** Whether a script said where marks are. */
export const isPlaced = (ticks: TicksForm | undefined): ticks is TicksForm => ticks !== undefined && (ticks.at !== undefined || ticks.gap !== undefined);

/** The marks from one end of an axis to the other. */
export function placesOf({ at, gap = 1 }: TicksForm, from: number, to: number): number[] {
  if (at) return at.filter((place) => place >= from && place <= to);
  const step = gap * Math.max(1, Math.ceil((to - from) / gap / MARKS_MAX));
  const first = Math.ceil(from / step);
  const n = Math.floor(to / step) - first + 1;
  // A number that is not exact would be told with all its digits.
  return Number.isFinite(first) && n > 0 ? Array.from({ length: Math.min(n, MARKS_MAX + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12))) : [];
}

/** How far marks are apart: what their texts have to tell. */
export function stepOf(marks: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < marks.length; i++) if (marks[i] > marks[i - 1]) least = Math.min(least, marks[i] - marks[i - 1]);
  return Number.isFinite(least) ? least : 0;
}

/** So many between each two marks, and as far apart beyond the first and the last. */
export function minorMarks(marks: readonly number[], n: number, from: number, to: number): number[] {
  if (n < 1 || marks.length < 2) return [];
  const found: number[] = [];
  const between = (low: number, high: number): void => {
    for (let i = 1; i <= n; i++) {
      const place = low + ((high - low) * i) / (n + 1);
      if (place >= from && place <= to) found.push(place);
    }
  };
  const last = marks.length - 1;
  between(2 * marks[0] - marks[1], marks[0]);
  for (let i = 1; i <= last; i++) between(marks[i - 1], marks[i]);
  between(marks[last], 2 * marks[last] - marks[last - 1]);
  return found;
}

/** Width and height of a text that is turned by so many degrees. */
export function turned(width: number, height: number, angle: number): [width: number, height: number] {
  const [sin, cos] = [Math.abs(Math.sin((angle * Math.PI) / 180)), Math.abs(Math.cos((angle * Math.PI) / 180))];
  return [width * cos + height * sin, width * sin + height * cos];
}

/** How much of an axis a text takes, so that the next one does not touch it. `along`: the side of the text that lies along the axis, and `across` the other. */
export function taken(along: number, across: number, angle: number): number {
  const [sin, cos] = [Math.abs(Math.sin((angle * Math.PI) / 180)), Math.abs(Math.cos((angle * Math.PI) / 180))];
  return Math.min(cos < 1e-6 ? Number.POSITIVE_INFINITY : along / cos, sin < 1e-6 ? Number.POSITIVE_INFINITY : across / sin);
}

/** The texts without those that would lie on the one before them. `places` and `sizes` are in pixels. */
export function roomy(texts: readonly string[], places: readonly number[], sizes: readonly number[]): string[] {
  let last = -1;
  return texts.map((text, i) => {
    if (text === '') return '';
    if (last >= 0 && Math.abs(places[i] - places[last]) < (sizes[i] + sizes[last]) / 2 + APART_PX) return '';
    last = i;
    return text;
  });
}
