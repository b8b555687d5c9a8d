/**
 * Panels that show the rows of another one as they are shown there: a chart follows the table that it was opened from.
 *
 * Update rule: whenever a panel comes or goes, or follows another one, it is told who its leader is. Of one that went away, it keeps what it had.
 */
import { effect, type ReadonlySignal, untracked } from '@preact/signals';
import type { Item } from './kinds.ts';

/** Whether `other` shows rows that `item` could show too. */
export const canLead = (other: Item, item: Item): boolean => other !== item && !other.follows && other.target !== undefined && other.table !== undefined && other.table === item.table;

/** Keeps the leaders of a board's panels. Returns what ends it. */
export function followPanels(items: ReadonlySignal<ReadonlyMap<string, Item>>): () => void {
  return effect(() => {
    for (const item of items.value.values()) {
      const { follows } = item;
      const id = follows?.id.value ?? null;
      if (!follows || id === null) continue;
      const leader = items.value.get(id);
      untracked(() => {
        if (leader && canLead(leader, item)) follows.leader.value = leader;
        else follows.detach();
      });
    }
  });
}
