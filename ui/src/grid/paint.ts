/**
 * Paints the grid: all of it, or some rows. Reads a view, keeps nothing.
 *
 * **Cost** one text a cell that is seen, and nothing a row that is not. Two clips a paint, none a cell: texts are cut to fit beforehand.
 */
import type { Cell } from '../client/messages.ts';
import type { Paintbox } from './colours.ts';
import type { Changes, Flashes } from './flashes.ts';
import type { Formatter } from './format.ts';
import { dressAt, formatterAt, type Given } from './given.ts';
import { paintHeader } from './header.ts';
import type { Layout, Placed } from './layout.ts';
import type { TreeRow } from './model.ts';
import { type Extent, seen, type Top } from './position.ts';
import type { Profile } from './profile.ts';
import { extentOf, HUES, type Look, shadeOf } from './rules.ts';
import type { Range } from './selection.ts';
import type { Widths } from './texts.ts';
import type { Theme } from './theme.ts';

/** Pixels by which a level of a tree is further to the right, and those of the sign before a row. */
const INDENT = 14;
export const TWIST = 18;

export const indentOf = ({ depth }: TreeRow): number => Math.min(depth, 24) * INDENT;

export interface SortMark {
  direction: 'asc' | 'desc' | 'abs';
  /** Its place among several; 0 if it is the only one. */
  order: number;
}

export interface View {
  ctx: CanvasRenderingContext2D;
  theme: Theme;
  widths: Widths;
  boldWidths: Widths;
  layout: Layout;
  formatters: Map<string, Formatter>;
  cell(row: number, column: string): Cell | undefined;
  top: Top;
  extent: Extent;
  scrollX: number;
  /** Pixels in which columns are drawn. */
  width: number;
  /** Where the body begins, below the header and the filter row. */
  bodyTop: number;
  range: Range | null;
  focus: { row: number; column: number } | null;
  hasFocus: boolean;
  hoverRow: number;
  hoverHeader: string | null;
  stale: boolean;
  sorts: ReadonlyMap<string, SortMark>;
  filtered: ReadonlySet<string>;
  /** Where a column that is dragged would go, in pixels; or null. */
  dropX: number | null;
  /** Columns in which a number did not fit, since the grid looked last. */
  tight: Set<string>;
  flashes: Flashes;
  /** What the table itself says of how its columns look, where the user says nothing. */
  given: ReadonlyMap<string, Given>;
  paintbox: Paintbox;
  /** How cells are shaded by their values, by column. */
  looks: ReadonlyMap<string, readonly Look[]>;
  /** Of columns, in a row below the header; null: there is no such row. */
  profiles: ReadonlyMap<string, Profile> | null;
  /** Of a tree: see `GridModel`. */
  tree(row: number): TreeRow | undefined;
  /** The least and the largest number that is seen, of columns that are shaded by it. */
  extents: ReadonlyMap<string, readonly [number, number] | null>;
}

/** Pixels on both sides of a cell's text. */
export const PAD = 10;

export function paintAll(view: View): void {
  const { ctx, theme, extent, bodyTop, width } = view;
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, bodyTop, width, extent.height);
  const { first, n } = seen(view.top, extent);
  const rows = Array.from({ length: n }, (_, i) => first + i);
  body(view, rows);
  paintHeader(view);
}

/** Only these rows; those that are not seen are passed over. */
export function paintRows(view: View, rows: Iterable<number>): void {
  const { ctx, theme, extent } = view;
  const { first, n } = seen(view.top, extent);
  const visible = [...rows].filter((row) => row >= first && row < first + n);
  if (!visible.length) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, view.bodyTop, view.width, extent.height);
  ctx.clip();
  ctx.fillStyle = theme.background;
  for (const row of visible) ctx.fillRect(0, rowY(view, row), view.width, extent.rowHeight);
  ctx.restore();
  body(view, visible);
}

function rowY(view: View, row: number): number {
  // Whole pixels: texts between two of them are blurred.
  return view.bodyTop + (row - view.top.row) * view.extent.rowHeight - Math.round(view.top.px);
}

/** Rows in the two parts of the body: the columns that scroll, then the frozen ones over them. */
function body(view: View, rows: number[]): void {
  const { ctx, layout, width, bodyTop, extent, theme } = view;
  const columns = layout.seen(view.scrollX, width);
  const parts = [columns.filter((column) => !column.frozen), columns.filter((column) => column.frozen)];
  const edges = [[layout.frozenWidth, width], [0, Math.min(layout.frozenWidth, width)]];
  parts.forEach((part, index) => {
    const [from, to] = edges[index];
    if (to <= from || (index === 1 && !part.length)) return;
    ctx.save();
    ctx.beginPath();
    ctx.rect(from, bodyTop, to - from, extent.height);
    ctx.clip();
    if (view.given.size) grounds(view, rows, part);
    shades(view, rows, part, from, to);
    if (view.looks.size) looks(view, rows, part);
    if (!view.flashes.isEmpty) flashes(view, rows, part);
    ctx.globalAlpha = view.stale ? 0.6 : 1;
    ctx.font = theme.font;
    ctx.textBaseline = 'middle';
    for (const column of part) cells(view, rows, column);
    ctx.globalAlpha = 1;
    focusRing(view, rows, part);
    ctx.restore();
  });
  if (layout.frozenWidth > 0 && layout.frozenWidth < width) {
    ctx.fillStyle = theme.strongLine;
    ctx.fillRect(layout.frozenWidth - 1, bodyTop, 1, extent.height);
  }
}

/** What lies below the texts: hover, selection, lines between rows. */
function shades(view: View, rows: number[], part: Placed[], from: number, to: number): void {
  const { ctx, theme, extent, range } = view;
  const height = extent.rowHeight;
  const right = part.length ? Math.min(to, view.layout.left(part[part.length - 1], view.scrollX) + part[part.length - 1].width) : from;
  for (const row of rows) {
    const y = rowY(view, row);
    if (row === view.hoverRow) {
      ctx.fillStyle = theme.hover;
      ctx.fillRect(from, y, right - from, height);
    }
    ctx.fillStyle = theme.line;
    ctx.fillRect(from, y + height - 1, right - from, 1);
    if (!range || row < range.firstRow || row > range.lastRow) continue;
    ctx.fillStyle = theme.selection;
    for (const column of part) {
      if (column.index < range.firstColumn || column.index > range.lastColumn || dressAt(view, column, row)?.overrides) continue;
      ctx.fillRect(view.layout.left(column, view.scrollX), y, column.width, height);
    }
  }
}

/** Backgrounds that the table itself gives its cells. */
function grounds(view: View, rows: number[], part: Placed[]): void {
  const { ctx, extent } = view;
  if (view.stale) ctx.globalAlpha = 0.6;
  for (const column of part) {
    if (!view.given.get(column.info.name)?.styles.length) continue;
    const left = view.layout.left(column, view.scrollX);
    for (const row of rows) {
      const ground = dressAt(view, column, row)?.ground;
      if (!ground) continue;
      ctx.fillStyle = ground;
      ctx.fillRect(left, rowY(view, row), column.width, extent.rowHeight);
    }
  }
  ctx.globalAlpha = 1;
}

function looks(view: View, rows: number[], part: Placed[]): void {
  const { ctx, theme, extent } = view;
  const height = extent.rowHeight;
  for (const column of part) {
    const { name } = column.info;
    for (const look of view.looks.get(name) ?? []) {
      for (const row of rows) {
        const cell = view.cell(row, name);
        const shade = cell === undefined ? null : shadeOf(look, cell, view.extents.get(name) ?? null);
        if (!shade) continue;
        const isBar = look.kind === 'bar';
        const [left, inset] = [view.layout.left(column, view.scrollX) + shade.from * (column.width - 1), isBar ? 3 : 0];
        ctx.globalAlpha = theme.tint * shade.share;
        ctx.fillStyle = HUES[shade.hue];
        ctx.fillRect(left, rowY(view, row) + inset, (shade.to - shade.from) * (column.width - 1), height - 1 - 2 * inset);
      }
    }
  }
  ctx.globalAlpha = 1;
}

/** The least and the largest number that is seen, of columns whose looks hang on them. */
export function seenExtents(view: View): Map<string, readonly [number, number] | null> {
  const extents = new Map<string, readonly [number, number] | null>();
  const { first, n } = seen(view.top, view.extent);
  for (const { info } of view.layout.seen(view.scrollX, view.width)) {
    if (!view.looks.get(info.name)?.some((look) => look.kind !== 'when')) continue;
    extents.set(info.name, extentOf(Array.from({ length: n }, (_, i) => view.cell(first + i, info.name))));
  }
  return extents;
}

function flashes(view: View, rows: number[], part: Placed[]): void {
  const { ctx, theme, extent } = view;
  const now = performance.now();
  ctx.fillStyle = theme.flash;
  for (const column of part) {
    for (const row of rows) {
      const strength = view.flashes.strength(row, column.info.name, now);
      if (!strength) continue;
      ctx.globalAlpha = strength;
      ctx.fillRect(view.layout.left(column, view.scrollX), rowY(view, row), column.width - 1, extent.rowHeight - 1);
    }
  }
  ctx.globalAlpha = 1;
}

/** Rows whose date is another one now: those below may repeat it, or no longer. */
export function newDates(view: View, changes: Changes): number[] {
  const rows: number[] = [];
  for (const [column, cells] of changes) {
    const format = view.formatters.get(column);
    if (!format?.dimmed) continue;
    if (view.given.get(column)?.pattern) continue;
    for (const [row, former] of cells) if (date(format, former) !== date(format, view.cell(row, column))) rows.push(row);
  }
  return rows;
}

/** The beginning of the text, which is dimmed where it repeats that of the row above. */
function date(format: Formatter, cell: Cell | undefined): string | null {
  return cell === undefined || cell === null ? null : format.show(cell).slice(0, format.dimmed);
}

function cells(view: View, rows: number[], column: Placed): void {
  const { ctx, theme, widths, extent } = view;
  const { name } = column.info;
  const base = view.formatters.get(name);
  if (!base) return;
  const left = view.layout.left(column, view.scrollX) + PAD;
  const room = column.width - 2 * PAD;
  const isRight = base.align === 'right';
  const middle = extent.rowHeight / 2 + 0.5;
  ctx.textAlign = isRight ? 'right' : 'left';
  const x = isRight ? left + room : left;
  const first = view.top.row;
  let [lastRow, lastDate]: [number, string | null] = [-1, null];
  for (const row of rows) {
    const y = rowY(view, row) + middle;
    const cell = view.cell(row, name);
    const dress = dressAt(view, column, row);
    const ink = dress?.text ?? theme.text;
    ctx.fillStyle = ink;
    const branch = column.index === 0 ? view.tree(row) : undefined;
    if (branch) {
      inTree(view, branch, row, column, y, dress?.text ?? null);
      continue;
    }
    if (cell === undefined) {
      placeholder(view, row, left, room, isRight);
      continue;
    }
    if (cell === null) {
      [lastRow, lastDate] = [row, null];
      ctx.fillStyle = dress?.text ?? theme.faint;
      ctx.fillText('–', x, y);
      continue;
    }
    const format = formatterAt(view, name, row) ?? base;
    const text = format.show(cell);
    const shown = isRight ? number(widths, text, room) : widths.fit(text, room);
    if (isRight && shown !== text) view.tight.add(name);
    if (!format.dimmed || shown !== text) {
      ctx.fillText(shown, x, y);
      continue;
    }
    // A date that the row above has too says nothing new.
    const head = text.slice(0, format.dimmed);
    const above = row === first ? null : row === lastRow + 1 ? lastDate : date(format, view.cell(row - 1, name));
    [lastRow, lastDate] = [row, head];
    ctx.fillStyle = head === above && !dress ? theme.faint : ink;
    ctx.fillText(head, x, y);
    ctx.fillStyle = ink;
    if (text.length > head.length) ctx.fillText(text.slice(format.dimmed), x + widths.of(head), y);
  }
}

/** The first cell of a row of a tree: how deep it lies, whether it is open, and its text. */
function inTree(view: View, branch: TreeRow, row: number, column: Placed, y: number, ink: string | null): void {
  const { ctx, theme, widths } = view;
  const { name } = column.info;
  const cell = view.cell(row, name);
  const format = formatterAt(view, name, row);
  const left = view.layout.left(column, view.scrollX) + PAD + indentOf(branch);
  ctx.textAlign = 'left';
  if (branch.open !== null) {
    ctx.fillStyle = ink ?? theme.dim;
    ctx.beginPath();
    const [x, middle] = [left + 4, Math.round(y)];
    const points = branch.open ? [[-4, -2], [4, -2], [0, 3]] : [[-2, -4], [3, 0], [-2, 4]];
    points.forEach(([dx, dy], i) => (i ? ctx.lineTo(x + dx, middle + dy) : ctx.moveTo(x + dx, middle + dy)));
    ctx.fill();
  }
  ctx.fillStyle = ink ?? (cell == null ? theme.faint : theme.text);
  const text = cell === undefined ? '' : cell === null ? (branch.depth === 0 ? 'All' : '–') : (format?.show(cell) ?? '');
  ctx.fillText(widths.fit(text, column.width - 2 * PAD - indentOf(branch) - TWIST), left + TWIST, y);
  ctx.textAlign = format?.align === 'right' ? 'right' : 'left';
}

/** Whether a pixel of a row's first cell, counted from its left edge, is on the sign that opens it. */
export function onTwist(branch: TreeRow, x: number): boolean {
  const from = PAD + indentOf(branch) - 6;
  return branch.open !== null && x >= from && x < from + TWIST + 8;
}

/** A number that is cut would be another number. */
function number(widths: Widths, text: string, room: number): string {
  if (widths.of(text) <= room) return text;
  return '#'.repeat(Math.max(1, Math.floor(room / widths.of('#'))));
}

/** A bar where a cell will be. Its length hangs on its place alone, so that it stands still. */
function placeholder(view: View, row: number, left: number, room: number, isRight: boolean): void {
  const { ctx, theme, extent } = view;
  const share = 0.35 + 0.4 * (((row % 7) * 3 + (left % 5)) % 7) / 7;
  const width = Math.max(8, room * share);
  ctx.fillStyle = theme.placeholder;
  ctx.beginPath();
  ctx.roundRect(isRight ? left + room - width : left, rowY(view, row) + extent.rowHeight / 2 - 4, width, 8, 4);
  ctx.fill();
  ctx.fillStyle = theme.text;
}

function focusRing(view: View, rows: number[], part: Placed[]): void {
  const { ctx, theme, focus, extent } = view;
  if (!focus || !rows.includes(focus.row)) return;
  const column = part.find((one) => one.index === focus.column);
  if (!column) return;
  ctx.strokeStyle = view.hasFocus ? theme.accent : theme.faint;
  ctx.lineWidth = 2;
  ctx.strokeRect(view.layout.left(column, view.scrollX) + 1, rowY(view, focus.row) + 1, column.width - 2, extent.rowHeight - 3);
}
