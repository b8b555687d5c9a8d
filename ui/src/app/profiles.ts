/**
 * Profiles of the columns that are seen: two small subscriptions for each, told once a second.
 *
 * **State** the columns that are followed, of which the server has an aggregation each; so there are few of them, and none before it is wanted.
 */
import { effect, signal } from '@preact/signals';
import type { ColumnInfo, Op, Subscription } from '../client/index.ts';
import type { Profile } from '../grid/profile.ts';
import { hasSize } from '../grid/rules.ts';
import type { Panel } from './panel.ts';
import { client, features } from './session.ts';

const COLUMNS_MAX = 12;
const BINS = 24;
const HZ = 1;
const TIMES = new Set(['Instant', 'ZonedDateTime', 'LocalDateTime']);
/** Milliseconds before other columns are followed. */
const PAUSE = 400;

export const canProfile = (): boolean => features.value.includes('stats') && features.value.includes('bins');

export class Profiles {
  private readonly known = new Map<string, Profile>();
  private readonly subs = new Map<string, Subscription[]>();
  private ops = '';
  private later: ReturnType<typeof setTimeout> | undefined;

  private readonly ends: (() => void)[];

  constructor(private readonly panel: Panel) {
    this.ends = [
      effect(() => {
        void [panel.plan.value, panel.state.value, panel.schema.value];
        this.follow();
      }),
      // Other columns come into sight with a whole page.
      panel.sub.on('page', (changed) => changed === 'all' && this.follow()),
    ];
  }

  /** The columns that are seen may be others, or what is asked of the table. */
  follow(): void {
    this.later ??= setTimeout(() => {
      this.later = undefined;
      this.settle();
    }, this.subs.size ? PAUSE : 0);
  }

  stop(): void {
    for (const end of this.ends) end();
    clearTimeout(this.later);
    for (const name of [...this.subs.keys()]) this.drop(name);
    this.panel.grid?.setProfiles(null);
  }

  private settle(): void {
    const { grid } = this.panel;
    if (!grid) return;
    const ops = this.panel.opsNow().filter((op) => !('sort' in op));
    const text = JSON.stringify(ops);
    const seen = grid.layout.seen(grid.view.scrollX, grid.view.width).map(({ info }) => info).slice(0, COLUMNS_MAX);
    const names = new Set(seen.map(({ name }) => name));
    for (const name of [...this.subs.keys()]) if (!names.has(name) || text !== this.ops) this.drop(name);
    this.ops = text;
    for (const info of seen) if (!this.subs.has(info.name)) this.subs.set(info.name, this.ask(info, ops));
    grid.setProfiles(this.known);
  }

  private drop(name: string): void {
    for (const sub of this.subs.get(name) ?? []) client.unsubscribe(sub);
    this.subs.delete(name);
    this.known.delete(name);
  }

  private ask(info: ColumnInfo, ops: readonly Op[]): Subscription[] {
    const made: Profile = { bars: [], nulls: 0, distinct: null };
    const open = (op: Op, n: number, take: (sub: Subscription) => Partial<Profile>): Subscription => {
      const sub = client.subscribe(this.panel.name, { first: 0, n, anchor: 'top', cols: null }, [...ops, op], HZ);
      sub.on('page', () => {
        Object.assign(made, take(sub));
        this.known.set(info.name, made);
        this.panel.grid?.setProfiles(this.known);
        requestAnimationFrame(() => sub.painted());
      });
      return sub;
    };
    const stats = open({ stats: { column: info.name, distinct: true } }, 1, ({ page }) => {
      const of = (name: string): number => Number(page.cell(0, name) ?? 0);
      return { nulls: of('Rows') ? of('Nulls') / of('Rows') : 0, distinct: page.cell(0, 'Distinct') == null ? null : of('Distinct') };
    });
    if (!hasSize(info.type) && !TIMES.has(info.type)) return [stats];
    return [stats, open({ bins: { x: info.name, n: BINS } }, 4 * BINS + 2, ({ page }) => ({ bars: heights(page.n, (row, name) => Number(page.cell(row, name) ?? 0)) }))];
  }
}

/** Bins without rows are not told: they are put back. */
export function heights(n: number, cell: (row: number, column: string) => number): number[] {
  const bins = Array.from({ length: n }, (_, row) => ({ low: cell(row, 'Low'), width: cell(row, 'High') - cell(row, 'Low'), count: cell(row, 'Count') }));
  if (!bins.length) return [];
  const [first, most, width] = [Math.min(...bins.map(({ low }) => low)), Math.max(...bins.map(({ count }) => count)), bins[0].width || 1];
  const made: number[] = [];
  for (const { low, count } of bins) {
    const at = Math.min(4 * BINS + 2, Math.round((low - first) / width));
    made[at] = (made[at] ?? 0) + count / most;
  }
  return Array.from(made, (share) => Math.min(1, share ?? 0));
}

/** The panels that show profiles. */
export const profiled = signal<ReadonlyMap<Panel, Profiles>>(new Map());

export function toggleProfiles(panel: Panel): void {
  const next = new Map(profiled.value);
  const there = next.get(panel);
  if (there) {
    there.stop();
    next.delete(panel);
  } else {
    const made = new Profiles(panel);
    next.set(panel, made);
    panel.ends.push(() => made.stop());
  }
  profiled.value = next;
}
