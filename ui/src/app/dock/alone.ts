/** `/panel/ID` and `/panel/KIND/NAME#panel=JSON`: one panel, and nothing around it. */
import { isText, parsed, record } from '../kept.ts';
import { keptBoards } from './boards.ts';
import { type Item, kindOf } from './kinds.ts';
import type { PanelState } from './schema.ts';
import { unknownItem } from './unknown.tsx';

/** The panel that the address asks for; null if it asks for the whole page. */
export function aloneItem(path: string, hash: string): Item | null {
  const parts = /^\/panel\/([^/]+)(?:\/([^/]+))?\/?$/.exec(path)?.slice(1).map(decoded);
  if (!parts) return null;
  const [first, table] = parts;
  if (table !== undefined || kindOf(first)) {
    const given = record(parsed(new URLSearchParams(hash.replace(/^#/, '')).get('panel')));
    // What is no table goes by its name.
    return made({ ...given, kind: first, ...(table === undefined ? {} : { table, name: given.name ?? table }) }, 'given');
  }
  const state = keptBoards().map(({ panels }) => panels.get(first)).find((one) => one);
  return state ? made(state, 'own') : unknownItem({ kind: first });
}

/** The address of a panel for everybody: what it keeps is in it. */
export function addressOf({ kind, table, ...members }: PanelState): string {
  const path = `/panel/${encodeURIComponent(kind)}${isText(table) ? `/${encodeURIComponent(table)}` : ''}`;
  return Object.keys(members).length ? `${path}#panel=${encodeURIComponent(JSON.stringify(members))}` : path;
}

const made = (state: PanelState, source: 'own' | 'given'): Item => kindOf(state.kind)?.make(state, source) ?? unknownItem(state);

function decoded(text: string | undefined): string {
  try {
    return text === undefined ? (undefined as never) : decodeURIComponent(text);
  } catch {
    return text ?? '';
  }
}
