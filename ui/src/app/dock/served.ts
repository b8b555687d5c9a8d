/**
 * Dashboards that a script of the server wrote (decision 0067): `/dashboard/NAME`. Their layout comes from the server each time; what the user
 * changes in it lasts as long as the page.
 */
import { phase, calls, notice, tables } from '../session.ts';
import { isText, record } from '../kept.ts';
import { addServed, currentKey, goTo, slots } from './boards.ts';
import { readLayout, type Layout, type PanelState } from './schema.ts';

export const dashboardPath = (name: string): string => `/dashboard/${encodeURIComponent(name)}`;

export function dashboardOf(path: string): string | null {
  const found = /^\/dashboard\/([^/]+)\/?$/.exec(path);
  try {
    return found ? decodeURIComponent(found[1]) : null;
  } catch {
    return null;
  }
}

/** Shows it: what was fetched before is shown again. */
export async function openDashboard(name: string): Promise<void> {
  const there = slots.value.find((slot) => slot.served === name);
  if (there) return goTo(there.key);
  try {
    await isLive();
    const { value } = await calls.ask({ type: 'value', name }).answer;
    const layout = readLayout(record(value).layout);
    if (!layout) return notice(`"${name}" is no dashboard that this page can show`, true);
    addServed(name, resolved(layout, name));
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error), true);
  }
}

/** The served dashboard that is looked at. */
export const currentServed = (): string | null => slots.value.find(({ key }) => key === currentKey.value)?.served ?? null;

/** Tables of the dashboard itself, `#0`, are those of its name, `NAME#0`; figures in it have theirs so too. */
export function resolved(layout: Layout, name: string): Layout {
  const panels = new Map<string, PanelState>();
  for (const [id, state] of layout.panels) {
    const isOwn = isText(state.table) && /^#\d+$/.test(state.table);
    panels.set(id, { ...state, ...(isOwn ? { table: `${name}${state.table as string}` } : {}), ...(state.kind === 'figure' && state.value !== undefined ? { name } : {}) });
  }
  return { ...layout, name: layout.name || name, panels };
}

function isLive(): Promise<void> {
  return new Promise((resolve) => {
    if (phase.value === 'live' && tables.value) return resolve();
    const stop = phase.subscribe((next) => {
      if (next !== 'live') return;
      setTimeout(() => stop());
      resolve();
    });
  });
}

