/** A filter for all panels beside it that have its column: `{"kind":"filter","column":NAME,"choice":BOOLEAN,"value":TEXT}`. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import { type Cell, type ColumnInfo, FilterError, quickFilter, type Subscription } from '../../../client/index.ts';
import { isText } from '../../kept.ts';
import { lazily } from '../../lazily.tsx';
import { client, zone } from '../../session.ts';
import { board } from '../boards.ts';
import { type Item, register } from '../kinds.ts';
import { cellText, type Offer } from '../links.ts';
import type { PanelState } from '../schema.ts';

const FilterPanel = lazily(() => import('../FilterPanel.tsx').then((module) => module.FilterPanel));
/** Values that are offered for choosing. */
const CHOICES_MAX = 500;

export class FilterItem implements Item {
  readonly column;
  /** Whether a value is chosen from those that there are, instead of typed. */
  readonly choice;
  readonly value;
  readonly choices = signal<readonly { text: string; cell: Cell }[]>([]);
  readonly title = computed((): string => (this.column.value ? `Filter ${this.column.value}` : 'Filter'));
  readonly state: ReadonlySignal<PanelState> = computed(() => ({ kind: 'filter', column: this.column.value, choice: this.choice.value, value: this.value.value }));
  readonly offer: ReadonlySignal<Offer | null>;
  /** What is wrong with what was typed. */
  readonly problem: ReadonlySignal<string | null>;
  /** The columns of the panels beside it, each with a table that has it. */
  readonly columns = computed(() => {
    const made = new Map<string, { info: ColumnInfo; table: string }>();
    for (const item of board.value?.items.value.values() ?? []) {
      for (const info of item.target?.columns.value ?? []) if (item.table !== undefined && !made.has(info.name)) made.set(info.name, { info, table: item.table });
    }
    return made;
  });
  readonly reached = computed(() => [...(board.value?.items.value.values() ?? [])].filter(({ target }) => target?.columns.value?.some(({ name }) => name === this.column.value)).length);
  input: HTMLElement | null = null;
  private sub: Subscription | null = null;
  private readonly stop: () => void;

  constructor({ column, choice, value }: PanelState) {
    this.column = signal(isText(column) ? column : '');
    this.choice = signal(choice === true);
    this.value = signal(isText(value) ? value : '');
    this.offer = computed(() => {
      const name = this.column.value;
      if (!name || !this.value.value) return null;
      if (!this.choice.value) return { column: name, text: this.value.value };
      const chosen = this.choices.value.find(({ text }) => text === this.value.value);
      return chosen ? { column: name, cell: chosen.cell } : null;
    });
    this.problem = computed(() => {
      const info = this.columns.value.get(this.column.value)?.info;
      if (!info || this.choice.value) return null;
      try {
        quickFilter(info.name, info.type, this.value.value, zone.value);
        return null;
      } catch (error) {
        return error instanceof FilterError ? error.message : String(error);
      }
    });
    const source = computed(() => (this.choice.value ? (this.columns.value.get(this.column.value)?.table ?? null) : null));
    this.stop = effect(() => this.follow(source.value, this.column.value));
  }

  readonly Body = (): JSX.Element => h(FilterPanel, { item: this });

  focus(): void {
    this.input?.focus();
  }

  look(): void {}

  close(): void {
    this.stop();
    if (this.sub) client.unsubscribe(this.sub);
  }

  /** The values that there are, as they come. */
  private follow(table: string | null, column: string): void {
    if (this.sub) client.unsubscribe(this.sub);
    this.sub = null;
    if (table === null) return;
    const sub = client.subscribe(table, { first: 0, n: CHOICES_MAX, anchor: 'top', cols: [column] }, [{ distinct: [column] }, { sort: [[column, 'asc']] }], 1);
    this.sub = sub;
    sub.on('page', () => {
      const info = this.columns.peek().get(column)?.info ?? { name: column, type: 'String' };
      this.choices.value = Array.from({ length: sub.page.n }, (_, i) => sub.page.cell(sub.page.first + i, column)).flatMap((cell) => (cell === undefined ? [] : [{ text: cellText(info, cell), cell }]));
      sub.painted();
    });
  }
}

register({ kind: 'filter', word: 'Filter', icon: 'filter', group: 'Scripts', place: 'left', make: (state) => new FilterItem(state) });
