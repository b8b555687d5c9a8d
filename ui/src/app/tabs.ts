/** The tables that are open, which of them is looked at, and the address that says so: `/table/NAME`. */
import { computed, effect, signal } from '@preact/signals';
import { Panel } from './panel.ts';

export const panels = signal<readonly Panel[]>([]);
export const activeName = signal<string | null>(nameOf(location.pathname));
/** On a phone the list of tables is a page of its own. */
export const phoneList = signal(false);
export const active = computed(() => panels.value.find((panel) => panel.name === activeName.value) ?? null);

function nameOf(path: string): string | null {
  const found = /^\/table\/([^/]+)\/?$/.exec(path);
  try {
    return found ? decodeURIComponent(found[1]) : null;
  } catch {
    return null;
  }
}

export function open(name: string): void {
  if (!panels.value.some((panel) => panel.name === name)) panels.value = [...panels.value, new Panel(name)];
  show(name);
}

/** Null shows what comes before any table. */
export function show(name: string | null): void {
  if (activeName.value === name) return;
  activeName.value = name;
  history.pushState(null, '', name === null ? '/' : `/table/${encodeURIComponent(name)}`);
}

export function close(name: string): void {
  const at = panels.value.findIndex((panel) => panel.name === name);
  if (at < 0) return;
  panels.value[at].close();
  panels.value = panels.value.filter((panel) => panel.name !== name);
  if (activeName.value === name) show((panels.value[at] ?? panels.value[at - 1])?.name ?? null);
}

export function startTabs(): void {
  if (activeName.value !== null) panels.value = [new Panel(activeName.value)];
  addEventListener('popstate', () => {
    const name = nameOf(location.pathname);
    if (name !== null) open(name);
    activeName.value = name;
  });
  const look = (): void => {
    for (const panel of panels.value) panel.focus(panel.name === activeName.value && !document.hidden);
  };
  effect(look);
  document.addEventListener('visibilitychange', look);
  effect(() => {
    document.title = activeName.value === null ? 'Kinetable' : `${activeName.value} · Kinetable`;
  });
}
