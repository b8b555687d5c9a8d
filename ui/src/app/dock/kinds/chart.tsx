/** Charts: `{"kind":"chart","table":NAME,"view"?:VIEW,"chart":SPEC}`. Of the view the plan counts: filters and computed columns. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import { type ChartSpec, readSpec, titleOf } from '../../../charts/spec.ts';
import type { ColumnInfo, ErrorMessage, Op, Subscription } from '../../../client/index.ts';
import { FRESH, isFresh, isText, plainState, stateOf } from '../../kept.ts';
import { lazily } from '../../lazily.tsx';
import { EMPTY, fitted, opsOf, type Plan } from '../../plan.ts';
import { client, zone } from '../../session.ts';
import { type Item, type Look, register, type Source } from '../kinds.ts';
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
  /** What is asked of the table before the chart asks. */
  readonly ops: ReadonlySignal<Op[]>;
  readonly target: Target;
  /** For the columns alone: a row of them. */
  private readonly sub: Subscription;
  private readonly stop: () => void;
  /** Columns of the table itself, which filters may be about. */
  private readonly own = signal<readonly ColumnInfo[]>([]);

  constructor(readonly table: string, view: unknown, spec: ChartSpec, source: Source) {
    const { plan } = view === undefined ? FRESH : stateOf(view);
    const asks = source === 'given' && (plan.custom.length > 0 || plan.values.length > 0);
    this.spec = signal(spec);
    this.plan = signal(asks ? EMPTY : plan);
    if (asks) this.offered.value = plan;
    this.target = { plan: this.plan, columns: this.own, change: (next) => (this.plan.value = next) };
    this.title = computed(() => titleOf(this.spec.value));
    this.mark = computed(() => (this.live.value ? 'live' : 'still'));
    this.state = computed(() => {
      const kept = { ...FRESH, plan: withoutOuter(this.plan.value) };
      return { kind: 'chart', table, ...(isFresh(kept) ? {} : { view: plainState(kept) }), chart: this.spec.value };
    });
    this.ops = computed(() => opsOf({ ...fitted(this.plan.value, this.own.value), sorts: [] }, this.own.value, zone.value).ops);
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

register({
  kind: 'chart', word: 'Chart', icon: 'chart', group: 'Charts', place: 'main',
  // They are opened from the tables that they are of.
  isOffered: () => false,
  make: ({ table, view, chart }, source) => {
    const spec = readSpec(chart);
    return isText(table) && table && spec ? new ChartItem(table, view, spec, source) : null;
  },
});
