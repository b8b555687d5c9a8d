/**
 * The grid: a canvas that shows a window of a table of up to 2^53-1 rows.
 *
 * ```text
 *  model (cells) ─┐
 *  layout (columns) ├─▶ view ─▶ painter ─▶ canvas          pointer, keys ─▶ methods of the grid ─▶ one animation frame
 *  position, selection ─┘   └─▶ mirror (elements)
 * ```
 *
 * **State** position, selection, layout, what is to be painted anew. **Cost** of a tick: the rows that changed, once a frame.
 * **Invariant** whatever happens within a frame, there is one paint, one request for a window and one `painted`.
 */
import type { ColumnInfo, Window } from '../client/messages.ts';
import { copySelection } from './copying.ts';
import { Dressing, paintboxOf } from './dressing.ts';
import { FilterRow } from './filterrow.ts';
import { type Changes, Flashes } from './flashes.ts';
import type { ColumnFormat } from './formats.ts';
import { paintHeader } from './header.ts';
import { Keys } from './keys.ts';
import { Layout } from './layout.ts';
import { Mirror } from './mirror.ts';
import type { GridEvents, GridModel, GridParts, Sorts } from './model.ts';
import { newDates, paintAll, paintRows, type View } from './paint.ts';
import { Pointer } from './pointer.ts';
import { clampTop, maxTop, reveal, scrollBy, seen, type Top } from './position.ts';
import { PROFILE_HEIGHT } from './profile.ts';
import type { Rule } from './rules.ts';
import { type Bars, LANE, paintBars } from './scrollbars.ts';
import { type Range, Selection } from './selection.ts';
import { fittedWidths, fitWidth, guessWidth, needsDigits, widerWidths } from './sizing.ts';
import { Widths } from './texts.ts';
import { readTheme } from './theme.ts';
import { seenOf, wantDressed } from './want.ts';

/** Pixels below which the first column stays in sight by itself, if it takes less than half of them. */
const NARROW = 700;

export class Grid {
  readonly view: View;
  readonly layout = new Layout();
  readonly selection = new Selection();
  readonly filterRow: FilterRow;
  readonly keys: Keys;
  /** Whether the end of the table stays in sight as rows are added. */
  following = false;
  activeBar: Bars['active'] = null;
  /** While true no window is asked for: the answer to something larger is on its way. */
  holds = false;
  mirrorsPage = false;
  /** Milliseconds of script that the last paint took, and how many there were. */
  readonly paints = { last: 0, count: 0, total: 0 };
  private readonly dressing: Dressing;
  private readonly mirror: Mirror;
  private readonly observer: ResizeObserver;
  private readonly pointer: Pointer;
  private asked: Window | null = null;
  private frame = 0;
  private dirty: 'all' | 'header' | Set<number> = 'all';
  private mirrorDirty = true;
  /** The columns are as wide as was guessed before there were cells. */
  private isGuessed = true;
  private untold = false;
  private readonly flashes = new Flashes();
  private doesFlash = false;
  private size = { width: 0, height: 0 };

  constructor(readonly parts: GridParts, readonly model: GridModel, readonly events: GridEvents) {
    const ctx = parts.canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
    const theme = readTheme(parts.surface, 24);
    this.view = {
      ctx, theme, widths: new Widths(ctx, theme.font), boldWidths: new Widths(ctx, theme.fontBold), layout: this.layout, formatters: new Map(),
      cell: (row, column) => model.cell(row, column), tree: (row) => model.tree?.(row), profiles: null, top: { row: 0, px: 0 }, extent: { rows: 0, rowHeight: theme.rowHeight, height: 0 },
      scrollX: 0, width: 0, bodyTop: theme.headerHeight, range: null, focus: null, hasFocus: false, hoverRow: -1, hoverHeader: null, stale: false,
      sorts: new Map(), filtered: new Set(), dropX: null, tight: new Set(), flashes: this.flashes, looks: new Map(), extents: new Map(), given: new Map(), paintbox: paintboxOf(ctx, theme),
    };
    this.dressing = new Dressing(this.view);
    this.mirror = new Mirror(parts.mirror, parts.surface);
    this.filterRow = new FilterRow(parts.filters, { changed: (column, text) => events.filter(column, text), left: () => events.filterLeft() });
    this.pointer = new Pointer(this);
    this.keys = new Keys(this);
    this.observer = new ResizeObserver(() => this.resize());
    try {
      // Another screen may have other pixels where the size is the same.
      this.observer.observe(parts.surface, { box: 'device-pixel-content-box' });
    } catch {
      this.observer.observe(parts.surface);
    }
    parts.surface.addEventListener('focus', () => this.focusChanged(true));
    parts.surface.addEventListener('blur', () => this.focusChanged(false));
  }

  dispose(): void {
    this.observer.disconnect();
    this.pointer.dispose();
    cancelAnimationFrame(this.frame);
    this.flashes.stop();
    this.frame = -1;
  }

  /** Other columns, or other types. What the user did to columns of the same name stays. */
  setColumns(columns: readonly ColumnInfo[]): void {
    this.dressing.apply({ columns });
    this.layout.setColumns(columns, (info) => guessWidth(this.view, info));
    this.isGuessed = true;
    this.asked = null;
    this.layoutChanged();
  }

  setZone(zone: string): void {
    if (zone === this.dressing.zone) return;
    this.dressing.apply({ zone });
    this.repaint();
  }

  /** The forms that the user gave columns, by name. */
  setFormats(formats: ReadonlyMap<string, ColumnFormat>): void {
    this.dressing.apply({ formats });
    // Other texts have other widths.
    this.isGuessed = true;
    this.mirrorDirty = true;
    this.repaint();
  }

  /** Colours by value. */
  setRules(rules: readonly Rule[]): void {
    this.dressing.apply({ rules });
    this.repaint();
  }

  /** Reads colours and sizes again: the theme, the density or the font changed. */
  setTheme(rowHeight: number): void {
    const theme = readTheme(this.parts.surface, rowHeight);
    const { view } = this;
    view.theme = theme;
    view.widths = new Widths(view.ctx, theme.font);
    view.boldWidths = new Widths(view.ctx, theme.fontBold);
    view.extent.rowHeight = rowHeight;
    view.paintbox = paintboxOf(view.ctx, theme);
    view.top = { row: view.top.row, px: 0 };
    // Another font makes other widths.
    this.isGuessed = true;
    this.resize();
  }

  setMarks(sorts: Sorts, filtered: ReadonlySet<string>): void {
    this.view.sorts = sorts;
    this.view.filtered = filtered;
    this.mirror.header(this.view);
    this.repaint();
  }

  setStale(stale: boolean): void {
    if (stale === this.view.stale) return;
    this.view.stale = stale;
    this.repaint();
  }

  showFilters(shown: boolean): void {
    if (shown === this.filterRow.isShown) return;
    this.filterRow.show(shown);
    this.resize();
  }

  /** Null: no row of profiles. */
  setProfiles(profiles: View['profiles']): void {
    const isSame = !this.view.profiles === !profiles;
    this.view.profiles = profiles;
    return isSame ? this.repaintHeader() : this.resize();
  }

  /** Cells changed: these rows of the table, or all; and of rows that stayed where they were, what they were before. */
  cellsChanged(rows: 'all' | readonly number[], changes?: Changes): void {
    this.untold = true;
    this.rowsChanged();
    if (rows === 'all') {
      this.flashes.clear();
      return this.repaint();
    }
    if (changes && this.doesFlash) this.flashes.note(changes, performance.now());
    this.rowsDirty([...rows, ...(changes ? newDates(this.view, changes).map((row) => row + 1) : [])]);
  }

  /** Whether cells that change light up. */
  setFlash(flash: boolean): void {
    this.doesFlash = flash;
    this.flashes.clear();
  }

  /** The window that the model would be asked for now. */
  wantNow(): Window {
    return this.wanted(null) as Window;
  }

  /** Something else asked for a window: the grid takes it for its own. */
  noteAsked(window: Window): void {
    this.asked = window;
  }

  scroll(top: Top): void {
    const { extent } = this.view;
    const next = clampTop(top, extent);
    const max = maxTop(extent);
    this.following = max.row > 0 && next.row === max.row && next.px === max.px;
    this.moveTo(next);
  }

  scrollPixels(dx: number, dy: number): void {
    if (dx) this.scrollToX(this.view.scrollX + dx);
    if (dy) this.scroll(scrollBy(this.view.top, dy, this.view.extent));
  }

  scrollToX(x: number): void {
    const next = Math.round(Math.min(this.layout.maxScrollX(this.view.width), Math.max(0, x)));
    if (next === this.view.scrollX) return;
    this.view.scrollX = next;
    this.repaint();
  }

  /** Moves the focus, brings it into sight, and says so to screen readers. */
  focusCell(row: number, column: number, extend: boolean): void {
    const { extent } = this.view;
    if (!extent.rows || !this.layout.placed.length) return;
    const place = { row: Math.min(extent.rows - 1, Math.max(0, row)), column: Math.min(this.layout.placed.length - 1, Math.max(0, column)) };
    this.selection.set(place, extend);
    this.scroll(reveal(this.view.top, place.row, extent));
    this.scrollToX(this.layout.reveal(place.column, this.view.scrollX, this.view.width));
    this.selectionChanged();
  }

  selectionChanged(): void {
    const { view } = this;
    view.focus = this.selection.focus;
    view.range = this.range();
    this.mirrorDirty = true;
    this.repaint();
    this.events.selected();
  }

  range(): Range | null {
    return this.selection.range(this.view.extent.rows, this.layout.placed.length);
  }

  layoutChanged(): void {
    this.view.scrollX = Math.min(this.view.scrollX, this.layout.maxScrollX(this.view.width));
    this.selection.limit(this.view.extent.rows, this.layout.placed.length);
    this.view.focus = this.selection.focus;
    this.view.range = this.range();
    this.mirror.header(this.view);
    this.mirrorDirty = true;
    this.repaint();
    this.events.layout();
  }

  /** As wide as what is seen of it. */
  fitColumn(name: string): void {
    this.layout.resize(name, fitWidth(this.view, name));
    this.layoutChanged();
  }

  copy(headers: boolean): Promise<void> {
    return copySelection(this, headers);
  }

  bars(): Bars {
    const { view } = this;
    return {
      extent: view.extent, top: view.top, bodyTop: view.bodyTop, width: view.width, scrollX: view.scrollX,
      maxScrollX: this.layout.maxScrollX(view.width), contentWidth: this.layout.width, frozenWidth: this.layout.frozenWidth, active: this.activeBar,
    };
  }

  repaint(): void {
    this.dirty = 'all';
    this.schedule();
  }

  repaintHeader(): void {
    this.dirty = this.dirty instanceof Set && this.dirty.size === 0 ? 'header' : 'all';
    this.schedule();
  }

  /** The pointer went from one row to another. */
  hoverChanged(former: number, row: number): void {
    this.rowsDirty([former, row]);
  }

  private rowsDirty(rows: Iterable<number>): void {
    if (this.dirty instanceof Set) for (const row of rows) this.dirty.add(row);
    else this.dirty = 'all';
    this.schedule();
  }

  private moveTo(next: Top): void {
    if (next.row === this.view.top.row && next.px === this.view.top.px) return;
    this.view.top = next;
    this.repaint();
  }

  private focusChanged(hasFocus: boolean): void {
    this.view.hasFocus = hasFocus;
    if (hasFocus && !this.selection.focus && this.view.extent.rows) this.selection.set({ row: this.view.top.row, column: 0 }, false);
    this.selectionChanged();
  }

  private rowsChanged(): void {
    const { view } = this;
    if (view.extent.rows === this.model.rows) return;
    const grew = this.model.rows > view.extent.rows;
    view.extent.rows = this.model.rows;
    const top = this.following ? maxTop(view.extent) : clampTop(view.top, view.extent);
    if (!grew) this.selection.limit(view.extent.rows, this.layout.placed.length);
    view.focus = this.selection.focus;
    view.range = this.range();
    this.mirrorDirty = true;
    if (top.row !== view.top.row || top.px !== view.top.px) this.moveTo(top);
    // Rows that are added in sight of the body, and the thumb.
    else this.repaint();
  }

  private resize(): void {
    const { surface, canvas } = this.parts;
    const { view } = this;
    const [width, height] = [surface.clientWidth, surface.clientHeight];
    // A panel that is not shown has no size: it keeps its place until it is.
    if (!width || !height) return;
    const scale = window.devicePixelRatio || 1;
    this.size = { width, height };
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    view.ctx.setTransform(scale, 0, 0, scale, 0, 0);
    view.ctx.fontKerning = 'none';
    view.bodyTop = view.theme.headerHeight + (this.filterRow.isShown ? view.theme.filterHeight : 0) + (view.profiles ? PROFILE_HEIGHT : 0);
    view.width = Math.max(0, width - LANE);
    this.layout.freezeFirst(width < NARROW ? view.width * 0.45 : 0);
    view.extent.height = Math.max(0, height - view.bodyTop - LANE);
    view.top = this.following ? maxTop(view.extent) : clampTop(view.top, view.extent);
    this.layoutChanged();
    // In the same frame as the new size: a canvas that is resized is blank.
    if (this.frame > 0) cancelAnimationFrame(this.frame);
    this.draw();
  }

  /** Once, when the first cells are there: live cells that pushed the columns about would be worse than a wide one. */
  private fitGuessed(): void {
    const widths = this.isGuessed && this.view.extent.rows ? fittedWidths(this.view) : null;
    if (!widths?.size) return;
    this.isGuessed = false;
    this.suggest(widths);
  }

  private suggest(widths: ReadonlyMap<string, number>): void {
    if (!widths.size) return;
    this.layout.suggest(widths);
    this.layoutChanged();
  }

  private schedule(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.frame = 0;
    const { view } = this;
    if (!this.size.width || !this.size.height) return;
    const start = performance.now();
    this.observeDigits();
    if (this.dressing.boundsChanged()) this.dirty = 'all';
    this.fitGuessed();
    const { dirty } = this;
    if (dirty === 'all') paintAll(view);
    else if (dirty === 'header') paintHeader(view);
    else paintRows(view, dirty);
    paintBars(view.ctx, view.theme, this.bars());
    this.dirty = new Set();
    this.suggest(widerWidths(view));
    this.flashes.follow((rows) => this.rowsDirty(rows));
    this.filterRow.place(view);
    this.paints.last = performance.now() - start;
    this.paints.count += 1;
    this.paints.total += this.paints.last;
    if (this.mirrorsPage || this.mirrorDirty) this.mirror.update(view, this.mirrorsPage);
    this.mirrorDirty = false;
    const window = this.holds ? null : this.wanted(this.asked);
    if (window && this.dressing.columns.length) {
      this.asked = window;
      this.events.window(window);
    }
    if (this.untold) this.events.painted();
    this.untold = false;
  }

  private observeDigits(): void {
    const { first, n } = seen(this.view.top, this.view.extent);
    const rows = this.dirty === 'all' ? Array.from({ length: n }, (_, i) => first + i) : this.dirty instanceof Set ? [...this.dirty] : [];
    if (needsDigits(this.view, rows)) this.dirty = 'all';
  }

  private wanted(last: Window | null): Window | null {
    return wantDressed(seenOf(this.view, this.following), this.dressing.columns, last, this.model.windowRowsMax);
  }
}
