/** Opening what a name of the server stands for. */
import { tables } from '../session.ts';
import { open } from '../tabs.ts';
import { board } from './boards.ts';
import { kindOf } from './kinds.ts';
import { openDashboard } from './served.ts';

/** A table in a panel of its own, and what else there is a kind of panel for. */
export function openVariable(name: string, focus = true): void {
  const kind = tables.value?.find((entry) => entry.name === name)?.kind;
  if (kind === 'dashboard') return void openDashboard(name);
  const other = kind === undefined ? undefined : kindOf(kind);
  if (!other || kind === 'table') return open(name, focus);
  const there = board.value?.find((item) => item.state.value.kind === kind && item.state.value.name === name);
  if (there != null) board.value?.show(there, focus);
  else board.value?.open({ kind: other.kind, name }, 'own', { focus });
}
