/** What is shown beside the cells of a table: one thing at a time. */
import { signal } from '@preact/signals';

export type Side = { kind: 'columns' } | { kind: 'custom' } | { kind: 'look'; column: string } | { kind: 'stats'; column: string } | { kind: 'groups' } | { kind: 'row' };

/** Of the table that is looked at. */
export const side = signal<Side | null>(null);

export function toggleSide(next: Side): void {
  side.value = side.value?.kind === next.kind ? null : next;
}
