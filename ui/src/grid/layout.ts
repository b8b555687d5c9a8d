/**
 * The columns as they lie on the screen: their order, widths, and which are frozen or hidden.
 *
 * **State** what the user changed, by name, so that it outlives a schema that changes.
 * **Cost** of laying out: the columns. Of finding those that are seen: the columns (thousands at most).
 */
import type { ColumnInfo } from '../client/messages.ts';

export interface Placed {
  info: ColumnInfo;
  /** Place among those that are shown: frozen ones first. */
  index: number;
  /** Pixels from the left of all columns, without scrolling. */
  x: number;
  width: number;
  frozen: boolean;
}

/** What the user did to the columns, by name: as it is kept and sent in links. */
export interface LayoutState {
  /** All columns in order, or none if they lie as the table has them. */
  order: string[];
  widths: [name: string, width: number][];
  hidden: string[];
  /** Null while the user froze and unfroze nothing. */
  frozen: string[] | null;
}

export const WIDTH_MIN = 36;
export const WIDTH_MAX = 2000;

export class Layout {
  placed: Placed[] = [];
  frozenWidth = 0;
  width = 0;
  private infos: readonly ColumnInfo[] = [];
  private order: string[] = [];
  private readonly widths = new Map<string, number>();
  private readonly guesses = new Map<string, number>();
  private frozen: Set<string> | null = null;
  private readonly hidden = new Set<string>();
  /** The first column is frozen by itself if it is no wider, until the user freezes or unfreezes one. */
  private selfFrozenMax = 0;

  setColumns(infos: readonly ColumnInfo[], guess: (info: ColumnInfo) => number): void {
    // As long as nobody moved one, they lie as the table has them: groups come with their keys first.
    const isPlain = this.infos.length > 0 && this.known().every((name, i) => name === this.infos[i].name);
    this.infos = infos;
    const names = infos.map((info) => info.name);
    this.order = [...new Set(isPlain ? [...names, ...this.order] : [...this.order, ...names])];
    for (const info of infos) {
      if (!this.guesses.has(info.name)) this.guesses.set(info.name, clamp(Math.round(guess(info))));
    }
    this.place();
  }

  get hiddenNames(): string[] {
    return this.known().filter((name) => this.hidden.has(name));
  }

  /** All columns in their order, hidden ones too. */
  known(): string[] {
    const names = new Set(this.infos.map((info) => info.name));
    return this.order.filter((name) => names.has(name));
  }

  isHidden(name: string): boolean {
    return this.hidden.has(name);
  }

  state(): LayoutState {
    const known = this.known();
    const isMoved = known.some((name, i) => name !== this.infos[i].name);
    return { order: isMoved ? [...this.order] : [], widths: [...this.widths], hidden: [...this.hidden], frozen: this.frozen && [...this.frozen] };
  }

  /** As the table has them. */
  reset(): void {
    this.order = this.infos.map((info) => info.name);
    this.widths.clear();
    this.hidden.clear();
    this.frozen = null;
    this.place();
  }

  /** As it was kept. Names of columns that are gone do no harm, and serve if they come back. */
  restore(state: LayoutState): void {
    this.order = [...new Set([...state.order, ...(state.order.length ? this.order : this.infos.map((info) => info.name))])];
    this.widths.clear();
    for (const [name, width] of state.widths) this.widths.set(name, clamp(width));
    this.hidden.clear();
    for (const name of state.hidden) this.hidden.add(name);
    this.frozen = state.frozen && new Set(state.frozen);
    this.place();
  }

  freezeFirst(widthMax: number): void {
    if (widthMax === this.selfFrozenMax) return;
    this.selfFrozenMax = widthMax;
    this.place();
  }

  get frozenCount(): number {
    return this.placed.filter((column) => column.frozen).length;
  }

  isFrozen(name: string): boolean {
    return this.placed.some((column) => column.frozen && column.info.name === name);
  }

  /** As wide as its cells turned out to be, unless the user made it as wide as it is. */
  suggest(widths: ReadonlyMap<string, number>): void {
    for (const [name, width] of widths) this.guesses.set(name, clamp(Math.round(width)));
    this.place();
  }

  resize(name: string, width: number): void {
    this.widths.set(name, clamp(Math.round(width)));
    this.place();
  }

  /** Whether the user made the column as wide as it is. */
  isResized(name: string): boolean {
    return this.widths.has(name);
  }

  freeze(name: string, frozen: boolean): void {
    const names = this.frozenNow();
    if (frozen) names.add(name);
    else names.delete(name);
    this.frozen = names;
    this.place();
  }

  /** The last column that is shown stays: a grid without columns has no menu to bring them back. */
  hide(name: string): void {
    if (this.placed.length > 1) this.hidden.add(name);
    this.place();
  }

  show(names: string[]): void {
    for (const name of names) this.hidden.delete(name);
    this.place();
  }

  /** Moves a column before another, or to the end. It is frozen if its new neighbour is. */
  move(name: string, before: string | null): void {
    if (name === before) return;
    this.order = this.order.filter((other) => other !== name);
    const at = before === null ? this.order.length : this.order.indexOf(before);
    this.order.splice(at < 0 ? this.order.length : at, 0, name);
    const frozen = this.frozenNow();
    const isFrozen = before !== null && frozen.has(before);
    if (isFrozen !== frozen.has(name)) this.freeze(name, isFrozen);
    this.place();
  }

  at(index: number): Placed | undefined {
    return this.placed[index];
  }

  find(name: string): Placed | undefined {
    return this.placed.find((column) => column.info.name === name);
  }

  /** Pixels from the left edge of the grid. */
  left(column: Placed, scrollX: number): number {
    return column.frozen ? column.x : column.x - scrollX;
  }

  /** The column at a pixel from the left edge of the grid. */
  hit(x: number, scrollX: number): Placed | undefined {
    const inside = x < this.frozenWidth ? x : x + scrollX;
    return this.placed.find((column) => inside >= column.x && inside < column.x + column.width && (x < this.frozenWidth) === column.frozen);
  }

  /** Columns of which a pixel is seen, in their order. */
  seen(scrollX: number, width: number): Placed[] {
    const [from, to] = [this.frozenWidth + scrollX, scrollX + width];
    return this.placed.filter((column) => column.frozen || (column.x + column.width > from && column.x < to));
  }

  /** The least movement that brings a column into sight, as far as it fits. */
  reveal(index: number, scrollX: number, width: number): number {
    const column = this.placed[index];
    if (!column || column.frozen) return scrollX;
    const [left, right] = [column.x - this.frozenWidth, column.x + column.width - width];
    if (scrollX > left) return left;
    return scrollX < right ? Math.min(left, right) : scrollX;
  }

  maxScrollX(width: number): number {
    return Math.max(0, this.width - width);
  }

  private frozenNow(): Set<string> {
    return new Set(this.frozen ?? this.placed.filter((column) => column.frozen).map((column) => column.info.name));
  }

  private selfFrozen(shown: readonly string[]): ReadonlySet<string> {
    const [first] = shown;
    return new Set(first !== undefined && shown.length > 1 && this.widthOf(first) <= this.selfFrozenMax ? [first] : []);
  }

  private widthOf(name: string): number {
    return this.widths.get(name) ?? this.guesses.get(name) ?? 100;
  }

  private place(): void {
    const byName = new Map(this.infos.map((info) => [info.name, info]));
    const present = this.order.filter((name) => byName.has(name));
    const some = present.filter((name) => !this.hidden.has(name));
    // What was hidden may be all that a table has after it became another one.
    const shown = some.length ? some : present;
    const frozen = this.frozen ?? this.selfFrozen(shown);
    const sorted = [...shown.filter((name) => frozen.has(name)), ...shown.filter((name) => !frozen.has(name))];
    let x = 0;
    this.frozenWidth = 0;
    this.placed = sorted.map((name, index) => {
      const width = this.widthOf(name);
      const column = { info: byName.get(name) as ColumnInfo, index, x, width, frozen: frozen.has(name) };
      x += width;
      if (column.frozen) this.frozenWidth = x;
      return column;
    });
    this.width = x;
  }
}

const clamp = (width: number): number => Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, width));
