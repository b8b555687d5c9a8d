/**
 * A table that is open: its subscription, what was asked of it, and its grid.
 *
 * ```text
 *  clicks, filter row ─▶ plan ─▶ operations ─▶ subscription ─▶ page ─▶ grid ─ painted ─▶ credits
 * ```
 */
import { computed, signal } from '@preact/signals';
import { chartOf, hasPlaces } from '../charts/spec.ts';
import type { Cell, ColumnInfo, ErrorMessage, Op, Subscription, Window } from '../client/index.ts';
import type { KinetableGrid } from '../grid/element.ts';
import { firstWindow } from '../grid/given.ts';
import type { Grid } from '../grid/grid.ts';
import type { ColumnFormat } from '../grid/formats.ts';
import type { Layout } from '../grid/layout.ts';
import type { Problem } from '../grid/problem.ts';
import type { GridEvents, GridModel, TreeRow } from '../grid/model.ts';
import type { Rule } from '../grid/rules.ts';
import { branchOf, isTree, withBranches, withToggled } from './branches.ts';
import { madeNames } from './grouping.ts';
import { followed } from './followed.ts';
import { FRESH, type TableState } from './kept.ts';
import { customName, EMPTY, fitted, isEmpty, opsOf, type Plan, setFilter, toggleSort } from './plan.ts';
import { Pulse } from './pulse.ts';
import { markRefused, noteFailed } from './refused.ts';
import { client, features, notice, phase, zone } from './session.ts';
import { density } from './settings.ts';
import { side } from './side.ts';
import { canAdd, canEdit } from './writable.ts';

/** Frames a second of a panel that has the keyboard, and of one that is seen beside it. */
const FOCUSED_HZ = 30;
const SEEN_HZ = 10;
/** The first window, before anybody knows how high the screen's rows are. */
const FIRST: Window = { first: 0, n: 100, anchor: 'top', cols: null };
const FIRST_COLUMNS = 32;

export interface MenuPlace {
  x: number;
  y: number;
  row: number | null;
  column: string;
}

export class Panel implements GridModel {
  readonly windowRowsMax = 2048;
  readonly plan = signal<Plan>(EMPTY);
  readonly filterErrors = signal<ReadonlyMap<string, Problem>>(new Map());
  /** The custom column that the server refused, and why. */
  readonly customError = signal<{ text: string; error: ErrorMessage } | null>(null);
  /** Formats of the table itself that cannot be read, by hidden column. */
  readonly failed = signal<Readonly<Record<string, string>>>({});
  readonly groupError = signal<{ text: string; error: ErrorMessage } | null>(null);
  readonly filtersShown = signal(false);
  readonly schema = signal<readonly ColumnInfo[] | null>(null);
  readonly counts = signal({ rows: 0, total: 0 });
  readonly loaded = signal(false);
  readonly live = signal(false);
  readonly waitingSince = signal<number | null>(null);
  readonly error = signal<ErrorMessage | null>(null);
  readonly rates = signal<{ updates: number; rows: number } | null>(null);
  readonly menu = signal<MenuPlace | null>(null);
  /** The cell that is written, if one is. */
  readonly editing = signal<{ row: number; column: string } | null>(null);
  /** Grows whenever the selection moves. */
  readonly selected = signal(0);
  /** Seconds since the last change, where there ought to have been another by now; else null. */
  readonly quiet = signal<number | null>(null);
  private readonly pulse = new Pulse();
  readonly asOf = signal<string>('0');
  /** A plan of a link with formulas that could reach into scripts: it waits for a word of the user. */
  readonly offered = signal<Plan | null>(null);
  /** As it is kept, and as a link says it. What a link asks for is kept only once it was taken. */
  readonly state = computed((): TableState => ({ plan: (this.isFromLink ? null : this.coming.value) ?? this.plan.value, columns: this.columnsState.value, formats: this.formats.value, rules: this.rules.value }));
  readonly formats = signal<ReadonlyMap<string, ColumnFormat>>(new Map());
  readonly rules = signal<readonly Rule[]>([]);
  private readonly columnsState;
  /** A plan that waits for the columns that it is about. */
  private readonly coming = signal<Plan | null>(null);
  private isFromLink = false;
  private isSeen = false;
  /** Ends what `attach` began. */
  private detach: () => void = () => {};
  readonly sub: Subscription;
  element: KinetableGrid | null = null;
  readonly ends: (() => void)[] = [];
  /** Of the table, and what operations made of them. */
  columns: readonly ColumnInfo[] = [];
  private toTop = false;
  private measured = { frames: 0, total: 0, time: 0 };

  /** Nothing is asked of the server before it is looked at. */
  constructor(readonly name: string, state: TableState = FRESH) {
    this.sub = client.subscribe(name, FIRST, [], FOCUSED_HZ, 'asleep');
    this.columnsState = signal(state.columns);
    this.formats.value = state.formats;
    this.rules.value = state.rules;
    if (state !== FRESH) this.coming.value = state.plan;
    this.ends.push(
      this.sub.on('schema', (schema) => this.hearSchema(schema.columns, schema.live)),
      this.sub.on('page', (changed) => this.hearPage(changed)),
      this.sub.on('error', (error) => this.hearError(error)),
      this.sub.on('waiting', () => {
        this.waitingSince.value = this.sub.waitingSince;
      }),
    );
    const clock = setInterval(() => this.measure(), 1000);
    this.ends.push(() => clearInterval(clock));
  }

  get grid(): Grid | null {
    return this.element?.grid ?? null;
  }

  get rows(): number {
    return this.sub.page.rows;
  }

  get copyCellsMax(): number {
    return client.welcome?.limits.fetch_cells ?? 0;
  }

  cell(row: number, column: string): Cell | undefined {
    return this.sub.page.cell(row, column);
  }

  async fetch(first: number, n: number, columns: string[]): Promise<{ cells: Map<string, Cell[]>; cut: ReadonlySet<string> }> {
    const { header, columns: cells } = await client.fetch(this.sub, first, n, columns);
    return { cells, cut: new Set(header.cut ?? []) };
  }

  get cut(): ReadonlySet<string> {
    return this.sub.page.cut;
  }

  /** Panels that are hidden are told nothing. */
  look(how: 'focused' | 'seen' | 'hidden'): void {
    const hz = { focused: FOCUSED_HZ, seen: SEEN_HZ, hidden: 0 }[how];
    if (hz) this.sub.wake();
    if (!hz || !this.isSeen) {
      this.pulse.rest();
      this.quiet.value = null;
    }
    this.isSeen = hz > 0;
    this.sub.rate(hz);
  }

  attach(element: KinetableGrid): void {
    this.element = element;
    const { grid } = this;
    if (!grid) return;
    this.detach();
    grid.layout.restore(this.columnsState.value);
    if (this.schema.value) this.showColumns(this.schema.value);
    grid.cellsChanged('all');
    const stop = followed(this, grid);
    // Letters of another script come with a file of their own, which a canvas does not wait for.
    const measure = (): void => this.grid?.setTheme(density.value);
    document.fonts.addEventListener('loadingdone', measure);
    this.detach = () => {
      for (const end of stop) end();
      document.fonts.removeEventListener('loadingdone', measure);
    };
  }

  close(): void {
    this.detach();
    for (const end of this.ends) end();
    client.unsubscribe(this.sub);
  }

  /** `stays`: what is seen is the same place in the table after it. */
  change(plan: Plan, place: 'top' | 'stays' = 'top'): void {
    this.plan.value = plan;
    this.customError.value = this.groupError.value = null;
    const { ops, errors } = opsOf(plan, this.columns, zone.value);
    this.filterErrors.value = errors;
    if (JSON.stringify(ops) === JSON.stringify(this.sub.ops) && this.waitingSince.value === null && !this.sub.isEnded) {
      // What was refused before is asked no more.
      this.error.value = null;
      return;
    }
    this.apply(ops, place);
  }

  /** The operations that the plan comes to. */
  opsNow(): Op[] {
    return opsOf(this.plan.value, this.columns, zone.value).ops;
  }

  /** Other columns, by the user's hand. */
  arrange(act: (layout: Layout) => void): void {
    if (!this.grid) return;
    act(this.grid.layout);
    this.grid.layoutChanged();
  }

  /** As a link says it. */
  take(state: TableState): void {
    this.columnsState.value = state.columns;
    this.formats.value = state.formats;
    this.rules.value = state.rules;
    this.grid?.layout.restore(state.columns);
    this.grid?.layoutChanged();
    this.coming.value = state.plan;
    this.isFromLink = true;
    if (this.schema.value) this.takeComing();
  }

  /** The form of a column; without members: its own. */
  setFormat(column: string, form: ColumnFormat): void {
    const formats = new Map(this.formats.value);
    if (Object.keys(form).length) formats.set(column, form);
    else formats.delete(column);
    this.formats.value = formats;
  }

  /** Other custom columns. What was asked of those that are gone is asked no more. */
  changeCustom(custom: readonly string[], select = this.plan.value.select): void {
    const plan = this.plan.value;
    const names = new Set(custom.map(customName));
    const gone = new Set(plan.custom.map(customName).filter((name) => !names.has(name)));
    this.change(fitted({ ...plan, custom, select }, this.columns.filter((info) => !gone.has(info.name))));
  }

  /** Columns of the table itself and computed ones, without those that groups make. */
  own(): readonly ColumnInfo[] {
    const made = new Set(madeNames(this.plan.value.group));
    return this.columns.filter(({ name }) => !made.has(name));
  }

  tree(row: number): TreeRow | undefined {
    return isTree(this.plan.value.group) ? branchOf((column) => this.cell(row, column)) : undefined;
  }

  private toggle(row: number): void {
    const plan = this.plan.value;
    const group = withToggled(plan.group, this.columns, (column) => this.cell(row, column));
    if (group) this.change({ ...plan, group }, 'stays');
  }

  /** Draws a column, over the first times there are. */
  chartColumn(column: string): void {
    const spec = chartOf(column, this.schema.value ?? [], features.value, hasPlaces(this.sub.schema?.kind, this.live.value));
    if (!spec) return notice(`${column} cannot be drawn`, true);
    void import('./charts/open.ts').then(({ openChart }) => openChart(this, spec));
  }

  /** Opens the filter row, with the cursor in a column's: that of the focus, if none is named. */
  showFilters(column?: string): void {
    this.filtersShown.value = true;
    const { grid } = this;
    const name = column ?? (grid?.selection.focus ? grid.layout.at(grid.selection.focus.column)?.info.name : undefined) ?? grid?.layout.at(0)?.info.name;
    if (!grid || name === undefined) return;
    grid.filterRow.place(grid.view);
    grid.filterRow.focus(name);
  }

  /** What was asked last was refused: it is asked no more. */
  takeBack(): void {
    this.plan.value = this.shownPlan;
    this.error.value = null;
    this.filterErrors.value = new Map();
    this.customError.value = this.groupError.value = null;
  }

  /** Back to what is shown, without waiting for what was asked. */
  giveUp(): void {
    this.plan.value = this.shownPlan;
    this.apply(this.sub.ops);
  }

  readonly events: GridEvents = {
    window: (window) => this.sub.look(withBranches(window, this.plan.value.group)),
    painted: () => this.sub.painted(),
    sort: (column, add) => this.change(toggleSort(this.plan.value, column, add)),
    filter: (column, text) => this.change(setFilter(this.plan.value, column, text)),
    filterLeft: () => this.element?.focus(),
    layout: () => this.layoutChanged(),
    toggle: (row) => this.toggle(row),
    edit: (row, column) => {
      if (canEdit(this)) this.editing.value = { row, column };
      return canEdit(this);
    },
    paste: (text) => {
      if (canAdd(this)) void import('./editing.ts').then(({ paste }) => paste(this, text));
      return canAdd(this);
    },
    about: (column) => {
      if (features.value.includes('stats')) side.value = { kind: 'stats', column };
    },
    chart: (column) => this.chartColumn(column),
    menu: (at) => {
      this.menu.value = at;
    },
    selected: () => {
      this.selected.value += 1;
    },
    copied: (cells, headers) => notice(`${cells.toLocaleString('en-US')} ${cells === 1 ? 'cell' : 'cells'} copied${headers ? ' with headers' : ''}`),
    failed: (message) => notice(message, true),
  };

  /** The plan whose result is on the screen. */
  private shownPlan: Plan = EMPTY;

  private apply(ops: Op[], place: 'top' | 'stays' = 'top'): void {
    const { grid } = this;
    this.error.value = null;
    this.toTop = place === 'top';
    const now = grid ? (place === 'top' ? { ...grid.wantNow(), first: 0, anchor: 'top' as const } : grid.wantNow()) : FIRST;
    const window = withBranches(now, this.plan.value.group);
    if (grid) {
      grid.holds = true;
      grid.noteAsked(window);
    }
    this.sub.apply(ops, window);
  }

  private hearSchema(columns: readonly ColumnInfo[], live: boolean): void {
    this.live.value = live;
    this.error.value = null;
    const isSame = JSON.stringify(columns) === JSON.stringify(this.schema.value);
    this.shownPlan = this.plan.value;
    if (!isSame) {
      const known = new Map(this.columns.map((info) => [info.name, info]));
      for (const info of columns) known.set(info.name, info);
      // Of a table with fewer columns, or more, those of the table itself are remembered: filters may be about them.
      this.columns = this.sub.ops.some((op) => !('where' in op || 'sort' in op)) ? [...known.values()] : columns;
      this.schema.value = columns;
      this.showColumns(columns);
    }
    this.takeComing();
    // Filters of columns that were not known before.
    if (!isSame && JSON.stringify(opsOf(this.plan.value, this.columns, zone.value).ops) !== JSON.stringify(this.sub.ops)) this.change(this.plan.value);
  }

  /** The columns are here that a plan waited for. */
  private takeComing(): void {
    const plan = this.coming.value;
    this.coming.value = null;
    if (!plan) return;
    const fits = fitted(plan, this.columns);
    const asks = this.isFromLink && (client.welcome?.console ?? true) && (fits.custom.length > 0 || fits.values.length > 0);
    if (asks) this.offered.value = fits;
    else if (!isEmpty(fits) || !isEmpty(this.plan.value)) this.change(fits);
    this.filtersShown.value ||= this.plan.value.filters.size > 0;
  }

  private layoutChanged(): void {
    if (!this.grid || !this.schema.value) return;
    const next = this.grid.layout.state();
    if (JSON.stringify(next) !== JSON.stringify(this.columnsState.peek())) this.columnsState.value = next;
  }

  private showColumns(columns: readonly ColumnInfo[]): void {
    this.grid?.setColumns(columns);
    this.grid?.noteAsked(firstWindow(this.sub.window, columns, FIRST_COLUMNS));
  }

  private hearPage(changed: 'all' | number[]): void {
    const { page } = this.sub;
    const { grid } = this;
    if (page.rows !== this.counts.peek().rows || page.total !== this.counts.peek().total) this.counts.value = { rows: page.rows, total: page.total };
    this.asOf.value = page.at;
    this.pulse.heard(performance.now(), page.isChange);
    this.loaded.value = true;
    noteFailed(this, page.failed);
    if (!grid) return this.sub.painted();
    grid.cellsChanged(changed === 'all' ? 'all' : changed.map((offset) => page.first + offset), page.changes);
    if (changed !== 'all' || !grid.holds) return;
    grid.holds = false;
    if (this.toTop) grid.scroll({ row: 0, px: 0 });
    this.toTop = false;
  }

  private hearError(error: ErrorMessage): void {
    this.error.value = error;
    if (this.grid) this.grid.holds = false;
    this.toTop = false;
    markRefused(this, error);
  }

  private measure(): void {
    const now = performance.now();
    const seconds = (now - this.measured.time) / 1000;
    const { frames } = this.sub;
    const { total } = this.sub.page;
    if (this.measured.time) {
      this.rates.value = { updates: (frames - this.measured.frames) / seconds, rows: Math.max(0, (total - this.measured.total) / seconds) };
    }
    this.measured = { frames, total, time: now };
    this.quiet.value = this.live.value && phase.value === 'live' ? this.pulse.quiet(now) : null;
  }
}
