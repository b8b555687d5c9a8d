/**
 * Panels that filter others: what is typed or chosen in a filter panel holds for all panels with its column, and a link carries a cell of the
 * row with the focus into a column of another panel. What comes of it is a filter by value of the other panel, marked with its source.
 *
 * Update rule: whenever an offer, a link, a panel or its columns change, the marked filters of each panel are those that follow; its own stay.
 */
import { effect, type ReadonlySignal, untracked } from '@preact/signals';
import { type Cell, type ColumnInfo, FilterError, formatInstant, quickFilter } from '../../client/index.ts';
import { byValue, type Plan, type ValueFilter } from '../plan.ts';
import { zone } from '../session.ts';
import type { Item } from './kinds.ts';
import type { Link } from './schema.ts';

/** What can be filtered. */
export interface Target {
  readonly plan: { readonly value: Plan };
  readonly columns: ReadonlySignal<readonly ColumnInfo[] | null>;
  change(plan: Plan): void;
}

/** What a filter panel asks of all panels with its column; null: nothing. */
export type Offer = { column: string; text: string } | { column: string; cell: Cell };

/** A cell as it is said in a list or a chip. */
export function cellText(info: ColumnInfo, cell: Cell): string {
  if (cell === null) return 'null';
  return info.type === 'Instant' || info.type === 'ZonedDateTime' ? formatInstant(cell as bigint, zone.value, 3) : String(cell);
}

export const withoutOuter = (plan: Plan): Plan => (plan.values.some(({ source }) => source) ? { ...plan, values: plan.values.filter(({ source }) => !source) } : plan);

/** Keeps the filters of a board's panels as its links and filter panels say. Returns what ends it. */
export function followLinks(items: ReadonlySignal<ReadonlyMap<string, Item>>, links: ReadonlySignal<readonly Link[]>): () => void {
  return effect(() => {
    for (const [id, { target }] of items.value) {
      const columns = target?.columns.value;
      if (!target || !columns) continue;
      const wanted = filtersFor(id, columns, items.value, links.value);
      untracked(() => apply(target, wanted));
    }
  });
}

function filtersFor(id: string, columns: readonly ColumnInfo[], items: ReadonlyMap<string, Item>, links: readonly Link[]): ValueFilter[] {
  const made: ValueFilter[] = [];
  const add = (source: string, column: string, ask: { text: string } | { cell: Cell }): void => {
    const info = columns.find(({ name }) => name === column);
    const filter = info && filterOf(info, ask);
    if (filter) made.push({ ...filter, source });
  };
  for (const [source, item] of items) {
    const offer = item.offer?.value;
    if (offer && source !== id) add(source, offer.column, offer);
  }
  for (const link of links) {
    if (link.to !== id) continue;
    const cell = items.get(link.from)?.cellAt?.(link.column);
    if (cell !== undefined) add(link.from, link.into, { cell });
  }
  return made;
}

function filterOf(info: ColumnInfo, ask: { text: string } | { cell: Cell }): ValueFilter | null {
  if ('cell' in ask) return byValue(info, ask.cell, '==', cellText(info, ask.cell));
  try {
    const formula = quickFilter(info.name, info.type, ask.text, info.type === 'ZonedDateTime' ? (info.zone ?? 'UTC') : zone.value);
    return formula === null ? null : { column: info.name, formula, label: `${info.name} ${ask.text}` };
  } catch (error) {
    // Where it is typed it is said; a panel whose column is of another type is not filtered.
    if (error instanceof FilterError) return null;
    throw error;
  }
}

function apply(target: Target, wanted: readonly ValueFilter[]): void {
  const plan = target.plan.value;
  const now = plan.values.filter(({ source }) => source);
  if (JSON.stringify(now) === JSON.stringify(wanted)) return;
  target.change({ ...plan, values: [...plan.values.filter(({ source }) => !source), ...wanted] });
}
