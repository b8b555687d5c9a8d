/** What was run, kept in the browser: the newest at the end, and each text once. */
import { signal } from '@preact/signals';
import { isText, list, parsed } from '../kept.ts';

const PLACE = 'kinetable.history';
const ENTRIES_MAX = 1000;
/** Characters that are kept of all of them. */
const TEXT_MAX = 500_000;

export const entries = signal<readonly string[]>(read());

function read(): readonly string[] {
  try {
    return list(parsed(localStorage.getItem(PLACE)), (item) => (isText(item) ? item : null)).slice(-ENTRIES_MAX);
  } catch {
    return [];
  }
}

export function addHistory(code: string): void {
  if (!code.trim()) return;
  let next = [...entries.value.filter((one) => one !== code), code].slice(-ENTRIES_MAX);
  let size = 0;
  const first = next.findLastIndex((one) => (size += one.length) > TEXT_MAX);
  next = next.slice(first + 1);
  entries.value = next;
  try {
    localStorage.setItem(PLACE, JSON.stringify(next));
  } catch {
    // It then lasts as long as the page.
  }
}
