/** What the server refuses, marked where it was typed. */
import type { ErrorMessage } from '../client/index.ts';
import { problemOfFormula } from '../grid/problem.ts';
import type { Panel } from './panel.ts';
import { opsOf } from './plan.ts';
import { notice, zone } from './session.ts';

export function markRefused(panel: Panel, error: ErrorMessage): void {
  const text = error.hint ? `${error.message}: ${error.hint}` : error.message;
  const { ops, origins } = opsOf(panel.plan.value, panel.columns, zone.value);
  const [origin, op] = error.op == null ? [] : [origins[error.op], ops[error.op]];
  if (origin && 'filter' in origin && op && 'where' in op) {
    const typed = panel.plan.value.filters.get(origin.filter) ?? '';
    panel.filterErrors.value = new Map([[origin.filter, problemOfFormula(typed, op.where, text, error.from, error.to)]]);
  }
  if (origin && 'group' in origin) panel.groupError.value = { text, error };
  if (origin && 'custom' in origin) panel.customError.value = { text: origin.custom, error };
}

/** Formats of the table itself that cannot be read are told once: cells are shown without them. */
export function noteFailed(panel: Panel, failed: Readonly<Record<string, string>>): void {
  const former = panel.failed.peek();
  if (JSON.stringify(failed) === JSON.stringify(former)) return;
  panel.failed.value = failed;
  const fresh = Object.entries(failed).find(([name, message]) => former[name] !== message);
  if (fresh) notice(`a format of ${panel.name} cannot be shown: ${fresh[1]}`, true);
}
