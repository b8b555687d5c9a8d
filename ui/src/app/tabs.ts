/** The tables that are open in the board that is looked at, which of them has the keyboard, and the address that says so: `/table/NAME`. */
import { computed, effect, signal } from '@preact/signals';
import { canRun } from './console/runs.ts';
import { aloneItem } from './dock/alone.ts';
import { board, hasKept, keptView, startBoards } from './dock/boards.ts';
import type { Item } from './dock/kinds.ts';
import { TableItem } from './dock/kinds/table.tsx';
import { currentServed, dashboardOf, dashboardPath, openDashboard } from './dock/served.ts';
import { idsOf } from './dock/schema.ts';
import { isFresh, plainState, viewOf } from './kept.ts';
import type { Panel } from './panel.ts';
import { notice, tables } from './session.ts';

/** The one panel of a page that shows nothing else. */
export const alone = signal<Item | null>(null);

/** In the order of their places. */
export const panels = computed<readonly Panel[]>(() => {
  if (!board.value) return [];
  const { root } = board.value.layout.value;
  const items = board.value.items.value;
  return idsOf(root).flatMap((id) => {
    const item = items.get(id);
    return item instanceof TableItem ? [item.panel] : [];
  });
});
export const activeItem = computed(() => alone.value ?? board.value?.activeItem.value ?? null);
/** The table that has the keyboard; null if it is another kind of panel, or none. */
export const active = computed(() => (activeItem.value instanceof TableItem ? activeItem.value.panel : null));
export const activeName = computed(() => active.value?.name ?? null);
/** On a phone the list of tables is a page of its own. */
export const phoneList = signal(false);

export const pathOf = (name: string | null): string => (name === null ? '/' : `/table/${encodeURIComponent(name)}`);

function nameOf(path: string): string | null {
  const found = /^\/table\/([^/]+)\/?$/.exec(path);
  try {
    return found ? decodeURIComponent(found[1]) : null;
  } catch {
    return null;
  }
}

const find = (name: string): string | null => board.value?.find((item) => item instanceof TableItem && item.table === name) ?? null;

/** Without `focus` the keyboard stays where it is, as when a run makes a table. */
export function open(name: string, focus = true): void {
  if (!board.value) return;
  const there = find(name);
  if (there !== null) return board.value.show(there, focus);
  const view = keptView(name);
  const id = board.value.open({ kind: 'table', table: name, ...(view && !isFresh(view) ? { view: plainState(view) } : {}) }, 'own', { focus });
  if (id === null) return notice('there is no room for another panel: close one', true);
  const path = pathOf(name);
  if (focus && location.pathname !== path) history.pushState(null, '', path);
}

export function close(name: string): void {
  const id = find(name);
  if (id !== null) board.value?.close(id);
}

/** Closes what has the keyboard. */
export function closeActive(): void {
  const id = board.value?.active.value;
  if (id != null) board.value?.close(id);
}

/** Shows the panel that is so many places further. */
export function step(by: number): void {
  const here = board.value;
  if (!here) return;
  const ids = idsOf(here.layout.value.root);
  const at = ids.indexOf(here.active.value ?? '');
  if (ids.length) here.show(ids[(at + by + ids.length) % ids.length]);
}

/** The panels of the last visit come back, and beside them what the address names. */
export function startTabs(): void {
  alone.value = aloneItem(location.pathname, location.hash);
  if (alone.value) return startAlone(alone.value);
  const [path, name] = [location.pathname, nameOf(location.pathname)];
  const isFirstVisit = !hasKept();
  startBoards();
  const served = dashboardOf(path);
  if (served !== null) void openServed(served);
  if (name !== null) open(name);
  if (path === '/' && isFirstVisit && !location.hash) showFirst();
  takeView(path);
  // The first event of a link that is put into the address of a page that is open.
  addEventListener('hashchange', () => takeView(location.pathname));
  addEventListener('popstate', () => {
    const [wanted, dashboard] = [nameOf(location.pathname), dashboardOf(location.pathname)];
    if (dashboard !== null) void openServed(dashboard);
    else if (wanted !== null) open(wanted);
  });
  effect(() => {
    const dashboard = currentServed();
    // While one is fetched the address says what is wanted.
    if (coming.value) return;
    const wanted = dashboard === null ? pathOf(activeName.value) : dashboardPath(dashboard);
    if (location.pathname !== wanted) history.replaceState(null, '', wanted + location.hash);
  });
  effect(() => {
    document.title = activeItem.value === null ? 'Kinetable' : `${activeItem.value.title.value} · Kinetable`;
  });
}

/** How many dashboards are being fetched. */
const coming = signal(0);

/** When it is there, or is not there at all, the address follows what is shown again. */
async function openServed(name: string): Promise<void> {
  coming.value += 1;
  await openDashboard(name);
  coming.value -= 1;
}

/** The first time, where code may be run: a console, and beside it what can be tried. */
function showFirst(): void {
  const stop = effect(() => {
    if (!canRun.value || !tables.value) return;
    // Not within the effect itself, which may be running for the first time.
    setTimeout(() => {
      stop();
      if (board.value?.items.value.size) return;
      board.value?.open({ kind: 'welcome' });
      if (!matchMedia('(max-width: 700px)').matches) board.value?.open({ kind: 'console' });
    });
  });
}

function startAlone(item: Item): void {
  const look = (): void => item.look(document.hidden ? 'hidden' : 'focused');
  look();
  document.addEventListener('visibilitychange', look);
  effect(() => {
    document.title = `${item.title.value} · Kinetable`;
  });
}

/** What a link says of its table; the address is then that of the table alone, as it will be changed. */
function takeView(path: string): void {
  const view = viewOf(location.hash);
  const name = nameOf(path);
  if (!view || name === null) return;
  open(name);
  const item = board.value?.items.value.get(find(name) ?? '');
  if (item instanceof TableItem) item.panel.take(view);
  history.replaceState(null, '', pathOf(name));
}
