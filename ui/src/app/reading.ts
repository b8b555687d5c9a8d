/** Reading JSON that somebody else may have written: whatever is not as it should be is left out. */

/** Of names, of operations: beyond that it is nothing that somebody made. */
const ITEMS_MAX = 5000;

export function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string';
export const textOf = (value: unknown): string | null => (isText(value) ? value : null);

export function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The items that can be read; those that cannot are passed over. */
export function list<T>(value: unknown, read: (item: unknown) => T | null): T[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, ITEMS_MAX).flatMap((item) => {
    const made = read(item);
    return made === null ? [] : [made];
  });
}

export function pair<A, B>(value: unknown, isFirst: (item: unknown) => item is A, second: (item: unknown) => B | null): [A, B] | null {
  if (!Array.isArray(value) || !isFirst(value[0])) return null;
  const made = second(value[1]);
  return made === null ? null : [value[0], made];
}
