/** The boards of this browser, which of them is looked at, and their keeping. */
import { computed, effect, signal } from '@preact/signals';
import type { TableState } from '../kept.ts';
import { EMPTY } from '../plan.ts';
import { Board } from './board.ts';
import { type Kept, readKept, TABLES_MAX, writeKept } from './keeping.ts';
import { TableItem } from './kinds/table.tsx';
import { type Layout, NONE } from './schema.ts';

const PLACE = 'kinetable.tables';
const kept: Kept = readKept(stored());

/** A board is built when it is first looked at; until then it is what was kept of it. */
export interface Slot {
  readonly key: number;
  readonly board: Board | null;
  readonly layout: Layout;
  /** The name at the server of a dashboard that comes from there: it is not kept here. */
  readonly served?: string;
}

let keys = 0;
export const slots = signal<readonly Slot[]>([]);
export const currentKey = signal(0);
export const board = computed(() => slots.value.find(({ key }) => key === currentKey.value)?.board ?? null);

export const keptView = (table: string): TableState | undefined => kept.tables.get(table);
/** Whether there was a visit before. */
export const hasKept = (): boolean => stored() !== null;
export const keptBoards = (): readonly Layout[] => kept.boards;

export function startBoards(): void {
  slots.value = kept.boards.map((layout) => ({ key: ++keys, board: null, layout }));
  goTo(slots.value[kept.current].key);
  keep();
}

export function goTo(key: number): void {
  slots.value = slots.value.map((slot) => (slot.key === key && !slot.board ? { ...slot, board: new Board(slot.layout, 'own') } : slot));
  for (const slot of slots.value) if (slot.board) slot.board.isShown.value = slot.key === key;
  currentKey.value = key;
}

/** Another board beside those that there are; it is then looked at. */
export function addBoard(layout: Layout = NONE, source: 'own' | 'given' = 'own'): Board {
  const made = new Board(layout, source);
  const key = ++keys;
  slots.value = [...slots.value, { key, board: made, layout }];
  goTo(key);
  return made;
}

export function addServed(name: string, layout: Layout): void {
  addBoard(layout);
  slots.value = slots.value.map((slot) => (slot.key === currentKey.value ? { ...slot, served: name } : slot));
}

/** Another layout in the same place; one that was not looked at yet stays unbuilt. */
export function replaceBoard(key: number, layout: Layout): void {
  const former = slots.value.find((slot) => slot.key === key)?.board;
  slots.value = slots.value.map((slot) => (slot.key === key ? { ...slot, layout, board: former ? new Board(layout, 'own') : null } : slot));
  goTo(currentKey.value);
  former?.dispose();
}

/** The last one is emptied instead. */
export function removeBoard(key: number): void {
  const at = slots.value.findIndex((slot) => slot.key === key);
  if (at < 0) return;
  if (slots.value.length === 1) addBoard();
  else if (currentKey.value === key) goTo((slots.value[at + 1] ?? slots.value[at - 1]).key);
  const { board: gone } = slots.value[at];
  slots.value = slots.value.filter((slot) => slot.key !== key);
  gone?.dispose();
}

export const layoutOf = (slot: Slot): Layout => slot.board?.layout.value ?? slot.layout;

/** How the columns of a table lay, for the next time that it is opened. */
export function remember(item: TableItem): void {
  const { table } = item;
  kept.tables.delete(table);
  kept.tables.set(table, { ...item.panel.state.value, plan: EMPTY });
  for (const [first] of kept.tables) if (kept.tables.size > TABLES_MAX) kept.tables.delete(first);
}

function stored(): string | null {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    // Storage may be forbidden: then there is nothing from the last visit.
    return null;
  }
}

/** Writes down what is open whenever it changed, a moment later, and when the page is left. */
function keep(): void {
  let later: ReturnType<typeof setTimeout> | undefined;
  let written = stored();
  const write = (): void => {
    clearTimeout(later);
    const text = writeKept(kept);
    if (text === written) return;
    written = text;
    try {
      localStorage.setItem(PLACE, text);
    } catch {
      // It then lasts as long as the page.
    }
  };
  effect(() => {
    for (const slot of slots.value) for (const item of slot.board?.items.value.values() ?? []) if (item instanceof TableItem) remember(item);
    const own = slots.value.filter(({ served }) => served === undefined);
    kept.boards = own.length ? own.map(layoutOf) : [NONE];
    const current = own.findIndex(({ key }) => key === currentKey.value);
    if (current >= 0) kept.current = current;
    kept.current = Math.min(kept.current, kept.boards.length - 1);
    clearTimeout(later);
    later = setTimeout(write, 300);
  });
  addEventListener('pagehide', write);
}
