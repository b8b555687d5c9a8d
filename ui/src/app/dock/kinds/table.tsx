/** Tables: `{"kind":"table","table":NAME,"view"?:VIEW}`. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import type { Cell } from '../../../client/index.ts';
import { FRESH, isFresh, isText, plainState, stateOf } from '../../kept.ts';
import { Panel } from '../../panel.ts';
import { tables } from '../../session.ts';
import { TablePanel } from '../../TablePanel.tsx';
import { type Item, type Look, register, type Source } from '../kinds.ts';
import { type Target, withoutOuter } from '../links.ts';
import type { PanelState } from '../schema.ts';

export class TableItem implements Item {
  readonly panel: Panel;
  readonly title;
  readonly mark: ReadonlySignal<'live' | 'still' | 'quiet'>;
  readonly state: ReadonlySignal<PanelState>;
  readonly target: Target;

  constructor(readonly table: string, view: unknown, source: Source, name?: string) {
    const state = view === undefined ? FRESH : stateOf(view);
    this.panel = new Panel(table, source === 'own' ? state : FRESH);
    if (source === 'given' && view !== undefined) this.panel.take(state);
    this.title = signal(name ?? table);
    this.mark = computed(() => {
      if (this.panel.quiet.value !== null) return 'quiet';
      // One that was not looked at yet has not heard it itself.
      return this.panel.live.value || tables.value?.some((one) => one.name === table && one.live) ? 'live' : 'still';
    });
    this.target = { plan: this.panel.plan, columns: this.panel.schema, change: (plan) => this.panel.change(plan) };
    this.state = computed(() => {
      const now = this.panel.state.value;
      const own = { ...now, plan: withoutOuter(now.plan) };
      return { kind: 'table', table, ...(name === undefined ? {} : { title: name }), ...(isFresh(own) ? {} : { view: plainState(own) }) };
    });
  }

  readonly Body = (): JSX.Element => h(TablePanel, { panel: this.panel });

  focus(): void {
    // Where there is no keyboard, none is to appear.
    if (!matchMedia('(pointer: coarse)').matches) this.panel.element?.focus();
  }

  cellAt(column: string): Cell | undefined {
    void this.panel.selected.value;
    const row = this.panel.grid?.selection.focus?.row;
    if (row === undefined) return undefined;
    const cell = this.panel.cell(row, column);
    // It is not here yet: with the next page it may be.
    if (cell === undefined) void this.panel.asOf.value;
    return cell;
  }

  look(how: Look): void {
    this.panel.look(how);
  }

  close(): void {
    this.panel.close();
  }
}

register({
  kind: 'table', word: 'Table', icon: 'table', place: 'main',
  make: ({ table, view, title }, source) => (isText(table) && table ? new TableItem(table, view, source, isText(title) && title ? title : undefined) : null),
});
