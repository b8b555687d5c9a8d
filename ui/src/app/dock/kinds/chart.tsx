/**
 * Charts: `{"kind":"chart","table":NAME,"view"?:VIEW,"chart":SPEC,"follows"?:ID}`. Of the view the plan counts: filters, computed columns, groups. One that follows
 * a panel has that one's plan while there is that panel, and keeps it when it is gone.
 */
import { batch, computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import { type ChartSpec, readSpec, titleOf } from '../../../charts/spec.ts';
import type { ColumnInfo, ErrorMessage, Op, Subscription } from '../../../client/index.ts';
import { FRESH, isFresh, isText, plainState, stateOf } from '../../kept.ts';
import { lazily } from '../../lazily.tsx';
import { EMPTY, fitted, opsOf, type Plan } from '../../plan.ts';
import { client, zone } from '../../session.ts';
import { type Following, type Item, type Look, register, type Source } from '../kinds.ts';
import { type Target, withoutOuter } from '../links.ts';
import type { PanelState } from '../schema.ts';

const ChartBody = lazily(() => import('../../charts/ChartBody.tsx').then((module) => module.ChartBody));

export class ChartItem implements Item {
  readonly spec;
  readonly plan;
  /** A plan with formulas that somebody else wrote: it waits for a word of the user. */
  readonly offered = signal<Plan | null>(null);
  readonly columns = signal<readonly ColumnInfo[] | null>(null);
  readonly live = signal(false);
  readonly isShown = signal(false);
  readonly error = signal<ErrorMessage | null>(null);
  readonly title;
  readonly mark: ReadonlySignal<'live' | 'still'>;
  readonly state: ReadonlySignal<PanelState>;
  readonly follows: Following;
  /** Its own plan, or that of the panel that it follows. */
  readonly shown: ReadonlySignal<Plan>;
  /** What is asked of the table before the chart asks. */
  readonly ops: ReadonlySignal<Op[]>;
  readonly target: Target;
  /** For the columns alone: a row of them. */
  private readonly sub: Subscription;
  private readonly stop: () => void;
  /** Columns of the table itself, which filters may be about. */
  private readonly own = signal<readonly ColumnInfo[]>([]);

  constructor(readonly table: string, view: unknown, spec: ChartSpec, source: Source, leader: string | null) {
    const { plan } = view === undefined ? FRESH : stateOf(view);
    const asks = source === 'given' && (plan.custom.length > 0 || plan.values.length > 0);
    this.spec = signal(spec);
    this.plan = signal(asks ? EMPTY : plan);
    if (asks) this.offered.value = plan;
    this.target = { plan: this.plan, columns: this.own, change: (next) => (this.plan.value = next) };
    this.follows = this.following(leader);
    this.shown = computed(() => {
      const target = this.follows.leader.value?.target;
      if (!target) return this.plan.value;
      const { values, ...rest } = planOf(target.plan.value);
      // What other panels ask of this chart too is asked once.
      const further = this.plan.value.values.filter(({ source: from, formula }) => from && !values.some((one) => one.formula === formula));
      return { ...rest, values: [...values, ...further] };
    });
    this.title = computed(() => titleOf(this.spec.value));
    this.mark = computed(() => (this.live.value ? 'live' : 'still'));
    this.state = computed(() => {
      const kept = { ...FRESH, plan: withoutOuter(this.shown.value) };
      const id = this.follows.id.value;
      return { kind: 'chart', table, ...(isFresh(kept) ? {} : { view: plainState(kept) }), chart: this.spec.value, ...(id === null ? {} : { follows: id }) };
    });
    this.ops = computed(() => {
      const fit = fitted(this.shown.value, this.own.value);
      // Only rows in their order have another one; those of a live table have no places once they are sorted.
      return opsOf({ ...fit, sorts: this.spec.value.x === null && !this.live.value ? fit.sorts : [] }, this.own.value, zone.value).ops;
    });
    this.sub = client.subscribe(table, { first: 0, n: 1, anchor: 'top', cols: null }, [], 0, 'asleep');
    this.sub.on('schema', (schema) => {
      this.live.value = schema.live;
      if (!this.sub.ops.length) this.own.value = schema.columns;
      if (JSON.stringify(this.sub.ops) === JSON.stringify(this.ops.value)) this.columns.value = schema.columns;
      this.error.value = null;
    });
    this.sub.on('page', () => this.sub.painted());
    this.sub.on('error', (error) => (this.error.value = error));
    this.stop = effect(() => {
      const ops = this.ops.value;
      if (this.own.value.length && JSON.stringify(ops) !== JSON.stringify(this.sub.ops)) this.sub.apply(ops, this.sub.window);
    });
  }

  private following(first: string | null): Following {
    const id = signal(first);
    const leader = signal<Item | null>(null);
    const detach = (): void => {
      const own = this.plan.value.values.filter(({ source }) => source);
      const former = leader.value?.target?.plan.value;
      batch(() => {
        if (former) {
          const kept = planOf(withoutOuter(former));
          this.plan.value = { ...kept, values: [...kept.values, ...own] };
        }
        id.value = leader.value = null;
      });
    };
    return { id, leader, detach, attach: (next) => (id.value = next) };
  }

  readonly Body = (): JSX.Element => h(ChartBody, { item: this });

  focus(): void {
    this.plot?.focus({ preventScroll: true });
  }

  /** What has the keyboard's focus, once it is there. */
  plot: HTMLElement | null = null;

  look(how: Look): void {
    if (how !== 'hidden') this.sub.wake();
    this.isShown.value = how !== 'hidden';
  }

  close(): void {
    this.stop();
    client.unsubscribe(this.sub);
  }
}

/** Of a rollup its lowest groups are drawn: sums of sums beside them would be drawn twice. Of a tree its rows. Columns that are not shown can be drawn. */
export function planOf({ group, ...asked }: Plan): Plan {
  return { ...asked, select: null, group: group?.kind === 'rollup' ? { ...group, kind: 'by' } : group?.kind === 'tree' ? null : group };
}

register({
  kind: 'chart', word: 'Chart', icon: 'chart', group: 'Charts', place: 'main',
  // They are opened from the tables that they are of.
  isOffered: () => false,
  make: ({ table, view, chart, follows }, source) => {
    const spec = readSpec(chart);
    return isText(table) && table && spec ? new ChartItem(table, view, spec, source, isText(follows) ? follows : null) : null;
  },
});
