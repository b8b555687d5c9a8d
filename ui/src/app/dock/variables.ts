/** Opening what a name of the server stands for. */
import { groupingOf } from '../grouping.ts';
import { FRESH, plainState } from '../kept.ts';
import { EMPTY } from '../plan.ts';
import { calls, notice, tables } from '../session.ts';
import { open } from '../tabs.ts';
import { board } from './boards.ts';
import { kindFor } from './kinds.ts';
import { openDashboard } from './served.ts';

/** A table in a panel of its own, and what else there is a kind of panel for. */
export function openVariable(name: string, focus = true): void {
  const kind = tables.value?.find((entry) => entry.name === name)?.kind;
  if (kind === 'dashboard') return void openDashboard(name);
  const other = kind === undefined ? undefined : kindFor(kind);
  if (kind === 'rollup' || kind === 'tree') return void openHierarchy(name, focus);
  if (!other || kind === 'table') return open(name, focus);
  const there = board.value?.find((item) => item.state.value.kind === other.kind && item.state.value.name === name);
  if (there != null) board.value?.show(there, focus);
  else board.value?.open({ kind: other.kind, name }, 'own', { focus });
}

/** A rollup or a tree of a script: its table, with the operation that shows it. */
async function openHierarchy(name: string, focus: boolean): Promise<void> {
  const table = `${name}#0`;
  const there = board.value?.find((item) => item.state.value.kind === 'table' && item.table === table);
  if (there != null) return board.value?.show(there, focus);
  try {
    const { value } = await calls.ask({ type: 'value', name }).answer;
    const group = groupingOf(value);
    if (!group) return notice(`${name} cannot be shown`, true);
    board.value?.open({ kind: 'table', table, title: name, view: plainState({ ...FRESH, plan: { ...EMPTY, group } }) }, 'own', { focus });
  } catch (error) {
    notice(`${name} cannot be shown: ${error instanceof Error ? error.message : String(error)}`, true);
  }
}
