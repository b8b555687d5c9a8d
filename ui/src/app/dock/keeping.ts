/** What is kept in the browser: the boards, and of each table how its columns lay when it was last looked at. */
import { isFresh, isText, list, pair, parsed, plainState, record, stateOf, type TableState } from '../kept.ts';
import { type Layout, NONE, plainLayout, readLayout, withTab } from './schema.ts';

/** Of another one nothing is read, but for version 1, which had tabs and no places. */
export const KEPT_VERSION = 2;
export const BOARDS_MAX = 16;
export const TABS_MAX = 32;
export const TABLES_MAX = 200;

export interface Kept {
  boards: Layout[];
  /** Which board is looked at. */
  current: number;
  /** By name, the one that was used last at the end. */
  tables: Map<string, TableState>;
}

export function readKept(text: string | null): Kept {
  const read = record(parsed(text));
  const tables = new Map(list(read.tables, (item) => pair(item, isText, (state) => stateOf(state))));
  if (read.version === 1) return { boards: [tabsOf(read, tables)], current: 0, tables };
  if (read.version !== KEPT_VERSION) return { boards: [NONE], current: 0, tables: new Map() };
  const boards = list(read.boards, readLayout).slice(0, BOARDS_MAX);
  if (!boards.length) boards.push(NONE);
  const current = Number.isInteger(read.current) ? Math.min(boards.length - 1, Math.max(0, read.current as number)) : 0;
  return { boards, current, tables };
}

export function writeKept({ boards, current, tables }: Kept): string {
  const known = [...tables].filter(([, state]) => !isFresh(state)).slice(-TABLES_MAX);
  return JSON.stringify({ version: KEPT_VERSION, boards: boards.map(plainLayout), current, tables: known.map(([name, state]) => [name, plainState(state)]) });
}

function tabsOf(read: Record<string, unknown>, tables: ReadonlyMap<string, TableState>): Layout {
  const names = [...new Set(list(read.tabs, (name) => (isText(name) ? name : null)))].slice(0, TABS_MAX);
  const ids = names.map((_, i) => `table-${i + 1}`);
  const panels = new Map(names.map((name, i) => {
    const state = tables.get(name);
    return [ids[i], { kind: 'table', table: name, ...(state ? { view: plainState(state) } : {}) }] as const;
  }));
  const active = ids[names.indexOf(read.active as string)] ?? null;
  const root = ids.reduce<Layout['root']>((node, id) => withTab(node, id), null);
  return { ...NONE, panels, active, root: root && 'tabs' in root ? { ...root, active: active ?? root.active } : root };
}
