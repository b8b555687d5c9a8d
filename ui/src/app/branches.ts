/** A table that is a tree: how deep its rows lie, which are open, and what opens them. Two hidden columns say it, and the keys say which row is which. */
import type { Cell, ColumnInfo, Window } from '../client/index.ts';
import type { TreeRow } from '../grid/model.ts';
import { type Grouping, toggled, wireText } from './grouping.ts';

const [DEPTH, OPEN] = ['__depth__', '__open__'];

export const isTree = (grouping: Grouping | null): grouping is Grouping => grouping?.kind === 'rollup' || grouping?.kind === 'tree';

/** With the columns that a tree needs besides those that are seen. */
export function withBranches(window: Window, grouping: Grouping | null): Window {
  if (!isTree(grouping) || !window.cols) return window;
  return { ...window, cols: [...new Set([...window.cols, ...grouping.keys, DEPTH, OPEN])] };
}

export function branchOf(cell: (column: string) => Cell | undefined): TreeRow | undefined {
  const depth = cell(DEPTH);
  return typeof depth === 'number' ? { depth, open: (cell(OPEN) ?? null) as boolean | null } : undefined;
}

/** With the children of a row shown, or hidden if they were; null if it has none, or is not here. */
export function withToggled(grouping: Grouping | null, columns: readonly ColumnInfo[], cell: (column: string) => Cell | undefined): Grouping | null {
  const branch = branchOf(cell);
  if (!isTree(grouping) || !branch || branch.open === null) return null;
  // Of a tree the id says which row it is; of a rollup the keys of the levels down to it.
  const keys = grouping.kind === 'tree' ? grouping.keys.slice(0, 1) : grouping.keys.slice(0, branch.depth);
  const path = keys.map((key) => {
    const info = columns.find(({ name }) => name === key);
    const value = cell(key);
    return info && value !== undefined ? wireText(info, value) : null;
  });
  return toggled(grouping, path, !branch.open);
}
