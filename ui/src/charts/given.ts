/** What a script gave, read from whatever came: what cannot be read is as if it had not been given. */
import type { FontForm, TextForm, TicksForm } from './drawing.ts';

/** Marks that a script put, small ones between two, and letters of a font's name. */
const PLACES_MAX = 1000;
const MINOR_MAX = 100;
const FAMILY_MAX = 80;
/** Letters are between so many pixels high, and a point is so many pixels. */
const [PX_MIN, PX_MAX] = [6, 72];
const POINT_PX = 4 / 3;
/** Small marks between two, if none says how many. */
const MINOR = 4;

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
export const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
export const whole = (value: unknown, least: number, most: number): number | undefined => (Number.isInteger(value) && (value as number) >= least ? Math.min(value as number, most) : undefined);
export const color = (value: unknown): string | undefined => (typeof value === 'string' && /^#[\da-f]{6}([\da-f]{2})?$/i.test(value) ? value : undefined);
export const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** A place on an axis: of times a text of ns, given back as ms. */
export const placeOf = (value: unknown): number | undefined => (typeof value === 'string' && /^-?\d{1,19}$/.test(value) ? Number(value) / 1e6 : number(value));

export function readFont(value: unknown): FontForm | undefined {
  const read = record(value);
  const [family, size, style] = [text(read.family), number(read.size), text(read.style) ?? ''];
  if (family === null && size === undefined) return undefined;
  return {
    // The name stands between quotes in CSS.
    ...(family === null ? {} : { family: family.replaceAll(/["\\\p{Cc}]/gu, '').slice(0, FAMILY_MAX) }),
    ...(size === undefined ? {} : { px: Math.round(Math.max(PX_MIN, Math.min(PX_MAX, size * POINT_PX))) }),
    isBold: style.includes('bold'), isItalic: style.includes('italic'),
  };
}

export function readWords(value: unknown): TextForm {
  const read = record(value);
  return { color: color(read.color), font: readFont(read.font) };
}

export function readTicks(value: unknown, isTime: boolean): TicksForm | undefined {
  if (value === undefined) return undefined;
  const read = record(value);
  const gap = number(read.gap);
  const angle = number(read.angle) ?? 0;
  const minor = flag(read.minor_visible) === false ? 0 : (whole(read.minor, 0, MINOR_MAX) ?? (read.minor_visible === true ? MINOR : 0));
  return {
    isShown: flag(read.visible) ?? true, angle: ((angle % 360) + 360) % 360, minor, font: readFont(read.font),
    ...(gap !== undefined && gap > 0 ? { gap: isTime ? gap / 1e6 : gap } : {}),
    ...(Array.isArray(read.at) ? { at: read.at.slice(0, PLACES_MAX).flatMap((place) => placeOf(place) ?? []).sort((a, b) => a - b) } : {}),
  };
}
