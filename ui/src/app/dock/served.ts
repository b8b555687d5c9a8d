/**
 * Dashboards that a script of the server wrote (decision 0067): `/dashboard/NAME`. Their layout comes from the server each time; what the user
 * changes in it lasts as long as the page, or until the script that wrote it says another layout under the same name.
 */
import { calls, client, notice, phase, tables } from '../session.ts';
import { isText, record } from '../kept.ts';
import { addServed, currentKey, goTo, replaceBoard, slots } from './boards.ts';
import { readLayout, type Layout, type PanelState } from './schema.ts';

/** Of each dashboard that was fetched: the value that its name stood for, and what that said. */
const known = new Map<string, { id: string | undefined; text: string }>();

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
    const layout = await fetched(name);
    if (layout) addServed(name, layout);
    else notice(`"${name}" is no dashboard that this page can show`, true);
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error), true);
  }
}

client.on('tables', () => {
  for (const { key, served } of slots.value) {
    const id = served === undefined ? undefined : client.tables.get(served)?.id;
    if (served !== undefined && id !== undefined && id !== known.get(served)?.id) void refresh(key, served);
  }
});

/** Its script was run again: another layout takes the place of the one that is shown, and the same one leaves what the user changed. */
async function refresh(key: number, name: string): Promise<void> {
  const former = known.get(name)?.text;
  try {
    const layout = await fetched(name);
    if (!layout || known.get(name)?.text === former || !slots.value.some((slot) => slot.key === key)) return;
    replaceBoard(key, layout);
    notice(`"${name}" was made again: this is its new layout`);
  } catch (error) {
    notice(`"${name}" was made again, and its layout could not be fetched: ${error instanceof Error ? error.message : String(error)}`, true);
  }
}

async function fetched(name: string): Promise<Layout | null> {
  const id = client.tables.get(name)?.id;
  known.set(name, { id, text: known.get(name)?.text ?? '' });
  const { value } = await calls.ask({ type: 'value', name }).answer;
  const { layout } = record(value);
  known.set(name, { id, text: JSON.stringify(layout) ?? '' });
  const read = readLayout(layout);
  return read && resolved(read, name);
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
