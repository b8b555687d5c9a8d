/** The tables that are open, which of them is looked at, and the address that says so: `/table/NAME`. */
import { computed, effect, signal } from '@preact/signals';
import { FRESH, type Kept, readKept, TABLES_MAX, type TableState, viewOf, writeKept } from './kept.ts';
import { Panel } from './panel.ts';
import { EMPTY } from './plan.ts';

const PLACE = 'kinetable.tables';
const kept: Kept = readKept(stored());

export const panels = signal<readonly Panel[]>([]);
export const activeName = signal<string | null>(nameOf(location.pathname));
/** On a phone the list of tables is a page of its own. */
export const phoneList = signal(false);
export const active = computed(() => panels.value.find((panel) => panel.name === activeName.value) ?? null);

export const pathOf = (name: string | null): string => (name === null ? '/' : `/table/${encodeURIComponent(name)}`);

function nameOf(path: string): string | null {
  const found = /^\/table\/([^/]+)\/?$/.exec(path);
  try {
    return found ? decodeURIComponent(found[1]) : null;
  } catch {
    return null;
  }
}

export function open(name: string): void {
  add(name);
  show(name);
}

function add(name: string): Panel {
  const there = panels.value.find((panel) => panel.name === name);
  if (there) return there;
  const made = new Panel(name, kept.tables.get(name) ?? FRESH);
  panels.value = [...panels.value, made];
  return made;
}

/** Null shows what comes before any table. */
export function show(name: string | null): void {
  if (activeName.value === name) return;
  activeName.value = name;
  history.pushState(null, '', pathOf(name));
}

export function close(name: string): void {
  const at = panels.value.findIndex((panel) => panel.name === name);
  if (at < 0) return;
  remember(name, { ...panels.value[at].state.value, plan: EMPTY });
  panels.value[at].close();
  panels.value = panels.value.filter((panel) => panel.name !== name);
  if (activeName.value === name) show((panels.value[at] ?? panels.value[at - 1])?.name ?? null);
}

/** The tabs of the last visit come back, and beside them what the address names. */
export function startTabs(): void {
  for (const name of kept.tabs) add(name);
  if (activeName.value !== null) add(activeName.value);
  else if (kept.active !== null) {
    activeName.value = kept.active;
    history.replaceState(null, '', pathOf(kept.active) + location.hash);
  }
  takeView();
  // The first event of a link that is put into the address of a page that is open.
  addEventListener('hashchange', takeView);
  addEventListener('popstate', () => {
    const name = nameOf(location.pathname);
    if (name !== null) add(name);
    activeName.value = name;
  });
  keep();
  const look = (): void => {
    for (const panel of panels.value) panel.focus(panel.name === activeName.value && !document.hidden);
  };
  effect(look);
  document.addEventListener('visibilitychange', look);
  effect(() => {
    document.title = activeName.value === null ? 'Kinetable' : `${activeName.value} · Kinetable`;
  });
}

/** What a link says of its table; the address is then that of the table alone, as it will be changed. */
function takeView(): void {
  const view = viewOf(location.hash);
  const name = nameOf(location.pathname);
  if (!view || name === null) return;
  add(name).take(view);
  history.replaceState(null, '', pathOf(name));
}

function remember(name: string, state: TableState): void {
  kept.tables.delete(name);
  kept.tables.set(name, state);
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
    for (const panel of panels.value) remember(panel.name, panel.state.value);
    kept.tabs = panels.value.map((panel) => panel.name);
    kept.active = activeName.value;
    clearTimeout(later);
    later = setTimeout(write, 300);
  });
  addEventListener('pagehide', write);
}
