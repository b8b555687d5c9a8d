/**
 * Mouse, pen and fingers.
 *
 * ```text
 *  down ─ on a bar ─▶ drag the thumb      ─ on a header's edge ─▶ resize      ─ on a header ─▶ click sorts, drag moves
 *       └ on a cell ─▶ drag selects       └ a finger ─▶ drag pans with inertia, a tap focuses, a long press asks for the menu
 * ```
 */
import type { Grid } from './grid.ts';
import type { Placed } from './layout.ts';
import { onTwist } from './paint.ts';
import { onMenuButton, wordsOf } from './header.ts';
import { draggedFine, draggedTop, draggedX, grip, hitBar } from './scrollbars.ts';
import type { Top } from './position.ts';
import { Touch } from './touch.ts';

/** Pixels within which the edge of a header is held; fingers need more. */
const EDGE = 5;
/** Pixels before a press becomes a drag. */
const SLACK = 5;

type Drag =
  | { kind: 'vertical'; held: number; lastY: number }
  | { kind: 'horizontal'; held: number }
  | { kind: 'resize'; column: string; startX: number; width: number }
  | { kind: 'header'; column: Placed; startX: number; moved: boolean; before: string | null; add: boolean }
  | { kind: 'select' };

export class Pointer {
  private drag: Drag | null = null;
  private readonly touch: Touch;
  private auto = 0;
  private at = { x: 0, y: 0 };

  constructor(private readonly grid: Grid) {
    this.touch = new Touch(grid, (x, y) => this.tap(x, y), (x, y) => this.menuAt(x, y));
    const { surface, canvas } = grid.parts;
    surface.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    canvas.addEventListener('pointerdown', (event) => this.down(event));
    canvas.addEventListener('pointermove', (event) => this.move(event));
    canvas.addEventListener('pointerup', (event) => this.up(event));
    canvas.addEventListener('pointercancel', (event) => this.cancel(event));
    canvas.addEventListener('pointerleave', () => this.hover(-1, -1));
    canvas.addEventListener('dblclick', (event) => this.double(event));
    canvas.addEventListener('contextmenu', (event) => {
      event.preventDefault();
      const { x, y } = this.place(event);
      if (!this.touch.isActive) this.menuAt(x, y);
    });
  }

  dispose(): void {
    this.touch.stop();
    cancelAnimationFrame(this.auto);
  }

  private place(event: MouseEvent): { x: number; y: number } {
    const box = this.grid.parts.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private wheel(event: WheelEvent): void {
    if (event.ctrlKey) return;
    const { grid } = this;
    const unit = event.deltaMode === 1 ? grid.view.extent.rowHeight : event.deltaMode === 2 ? grid.view.extent.height : 1;
    const sideways = event.shiftKey && !event.deltaX;
    event.preventDefault();
    grid.scrollPixels((sideways ? event.deltaY : event.deltaX) * unit, sideways ? 0 : event.deltaY * unit);
  }

  private down(event: PointerEvent): void {
    const { grid } = this;
    const { x, y } = this.place(event);
    this.touch.stop();
    const bar = hitBar(grid.bars(), x, y);
    if (event.button !== 0) return;
    grid.parts.canvas.setPointerCapture(event.pointerId);
    grid.parts.surface.focus({ preventScroll: true });
    if (bar) return this.holdBar(bar, x, y, event.shiftKey);
    if (event.pointerType === 'touch') return this.touch.down(event, x, y);
    if (y < grid.view.theme.headerHeight) return this.holdHeader(x, event.shiftKey);
    if (y < grid.view.bodyTop) return;
    const cell = this.cell(x, y);
    if (!cell) return;
    if (this.twists(cell, x)) return;
    grid.focusCell(cell.row, cell.column, event.shiftKey);
    this.drag = { kind: 'select' };
  }

  private holdBar(bar: 'vertical' | 'horizontal', x: number, y: number, fine: boolean): void {
    const { grid } = this;
    const held = grip(grid.bars(), bar, x, y);
    grid.activeBar = bar;
    this.drag = bar === 'vertical' ? { kind: bar, held, lastY: y } : { kind: bar, held };
    if (!fine) this.dragBar(x, y, false);
  }

  private holdHeader(x: number, add: boolean): void {
    const { grid } = this;
    const edge = this.edge(x);
    if (edge) {
      this.drag = { kind: 'resize', column: edge.info.name, startX: x, width: edge.width };
      return;
    }
    const column = grid.layout.hit(x, grid.view.scrollX);
    if (column && onMenuButton(grid.view, column, x - grid.layout.left(column, grid.view.scrollX))) return this.columnMenu(column);
    if (column) this.drag = { kind: 'header', column, startX: x, moved: false, before: null, add };
  }

  private move(event: PointerEvent): void {
    const { x, y } = this.place(event);
    this.at = { x, y };
    if (this.touch.isActive) return this.touch.move(event, x, y);
    const { drag, grid } = this;
    if (!drag) return this.hover(x, y);
    switch (drag.kind) {
      case 'vertical':
      case 'horizontal':
        return this.dragBar(x, y, event.shiftKey);
      case 'resize':
        grid.layout.resize(drag.column, drag.width + x - drag.startX);
        return grid.layoutChanged();
      case 'header':
        return this.dragHeader(drag, x);
      case 'select':
        return this.dragSelection();
    }
  }

  private dragBar(x: number, y: number, fine: boolean): void {
    const { drag, grid } = this;
    if (drag?.kind === 'horizontal') grid.scrollToX(draggedX(grid.bars(), x, drag.held));
    if (drag?.kind !== 'vertical') return;
    const bars = grid.bars();
    const top: Top = fine ? draggedFine(bars, grid.view.top, y - drag.lastY) : draggedTop(bars, y, drag.held);
    drag.lastY = y;
    grid.scroll(top);
    // After a fine movement the thumb is elsewhere under the pointer.
    if (fine) drag.held = grip(grid.bars(), 'vertical', x, y);
  }

  private dragHeader(drag: Drag & { kind: 'header' }, x: number): void {
    const { grid } = this;
    if (!drag.moved && Math.abs(x - drag.startX) < SLACK) return;
    drag.moved = true;
    const over = grid.layout.hit(Math.min(grid.view.width - 1, Math.max(0, x)), grid.view.scrollX);
    if (!over) {
      drag.before = null;
      const last = grid.layout.placed[grid.layout.placed.length - 1];
      grid.view.dropX = grid.layout.left(last, grid.view.scrollX) + last.width;
    } else {
      const left = grid.layout.left(over, grid.view.scrollX);
      const isLater = x > left + over.width / 2;
      drag.before = (isLater ? grid.layout.at(over.index + 1) : over)?.info.name ?? null;
      grid.view.dropX = isLater ? left + over.width : left;
    }
    grid.parts.canvas.style.cursor = 'grabbing';
    grid.repaint();
  }

  /** Beyond the edges of the body the selection scrolls on, faster the further away. */
  private dragSelection(): void {
    const { grid, at } = this;
    const { view } = grid;
    const cell = this.cell(Math.min(view.width - 1, Math.max(0, at.x)), Math.min(view.bodyTop + view.extent.height - 1, Math.max(view.bodyTop, at.y)));
    if (cell) grid.focusCell(cell.row, cell.column, true);
    const above = Math.min(0, at.y - view.bodyTop);
    const below = Math.max(0, at.y - view.bodyTop - view.extent.height);
    cancelAnimationFrame(this.auto);
    if (!above && !below) return;
    this.auto = requestAnimationFrame(() => {
      if (this.drag?.kind !== 'select') return;
      grid.scrollPixels(0, (above + below) / 2);
      this.dragSelection();
    });
  }

  private up(event: PointerEvent): void {
    if (this.touch.isActive) return this.touch.up(event);
    const { drag, grid } = this;
    this.drag = null;
    grid.activeBar = null;
    grid.view.dropX = null;
    if (drag?.kind === 'header') {
      if (!drag.moved) grid.events.sort(drag.column.info.name, drag.add);
      else {
        grid.layout.move(drag.column.info.name, drag.before);
        grid.layoutChanged();
      }
    }
    const { x, y } = this.place(event);
    this.hover(x, y);
    grid.repaint();
  }

  private cancel(event: PointerEvent): void {
    if (this.touch.isActive) this.touch.up(event);
    this.drag = null;
    this.grid.activeBar = null;
    this.grid.view.dropX = null;
    this.grid.repaint();
  }

  private double(event: MouseEvent): void {
    const { x, y } = this.place(event);
    const edge = y < this.grid.view.theme.headerHeight ? this.edge(x) : undefined;
    if (edge) return this.grid.fitColumn(edge.info.name);
    const cell = y >= this.grid.view.bodyTop ? this.cell(x, y) : null;
    const placed = cell && this.grid.layout.at(cell.column);
    if (cell && placed) this.grid.events.edit(cell.row, placed.info.name);
  }

  private tap(x: number, y: number): void {
    const { grid } = this;
    if (y < grid.view.theme.headerHeight) {
      const column = grid.layout.hit(x, grid.view.scrollX);
      if (column) grid.events.sort(column.info.name, false);
      return;
    }
    const cell = y >= grid.view.bodyTop ? this.cell(x, y) : null;
    if (cell && !this.twists(cell, x)) grid.focusCell(cell.row, cell.column, false);
  }

  /** Opens or closes a row of a tree, if its sign is at the pixel. */
  private twists(cell: { row: number; column: number }, x: number): boolean {
    const { view, layout, events } = this.grid;
    const branch = cell.column === 0 ? view.tree(cell.row) : undefined;
    const placed = layout.at(cell.column);
    if (!branch || !placed || !onTwist(branch, x - layout.left(placed, view.scrollX))) return false;
    this.grid.focusCell(cell.row, cell.column, false);
    events.toggle(cell.row);
    return true;
  }

  private menuAt(x: number, y: number): void {
    const { grid } = this;
    const column = grid.layout.hit(x, grid.view.scrollX);
    if (!column || x >= grid.view.width) return;
    const cell = y >= grid.view.bodyTop ? this.cell(x, y) : null;
    if (cell && !this.isSelected(cell.row, cell.column)) grid.focusCell(cell.row, cell.column, false);
    const box = grid.parts.canvas.getBoundingClientRect();
    grid.events.menu({ x: box.left + x, y: box.top + y, row: cell ? cell.row : null, column: column.info.name });
  }

  /** Below the header's cell. */
  private columnMenu(column: Placed): void {
    const { parts, view, layout, events } = this.grid;
    const box = parts.canvas.getBoundingClientRect();
    events.menu({ x: box.left + layout.left(column, view.scrollX), y: box.top + view.theme.headerHeight, row: null, column: column.info.name });
  }

  private isSelected(row: number, column: number): boolean {
    const range = this.grid.range();
    return Boolean(range && row >= range.firstRow && row <= range.lastRow && column >= range.firstColumn && column <= range.lastColumn);
  }

  private cell(x: number, y: number): { row: number; column: number } | null {
    const { view, layout } = this.grid;
    const column = layout.hit(x, view.scrollX);
    const row = view.top.row + Math.floor((y - view.bodyTop + view.top.px) / view.extent.rowHeight);
    return column && row >= 0 && row < view.extent.rows ? { row, column: column.index } : null;
  }

  /** The column whose right edge is near. */
  private edge(x: number): Placed | undefined {
    const { view, layout } = this.grid;
    return layout.seen(view.scrollX, view.width).find((column) => Math.abs(layout.left(column, view.scrollX) + column.width - x) <= EDGE);
  }

  private hover(x: number, y: number): void {
    const { grid } = this;
    const { view } = grid;
    const inHeader = y >= 0 && y < view.theme.headerHeight && x < view.width;
    const inBody = y >= view.bodyTop && y < view.bodyTop + view.extent.height && x >= 0 && x < view.width;
    const row = inBody ? (this.cell(x, y)?.row ?? -1) : -1;
    const header = inHeader ? (grid.layout.hit(x, view.scrollX)?.info.name ?? null) : null;
    const bar = hitBar(grid.bars(), x, y);
    grid.parts.canvas.style.cursor = inHeader && this.edge(x) ? 'col-resize' : header ? 'pointer' : 'default';
    if (bar !== grid.activeBar) {
      grid.activeBar = bar;
      grid.repaintHeader();
    }
    if (row !== view.hoverRow) {
      const former = view.hoverRow;
      view.hoverRow = row;
      grid.hoverChanged(former, row);
    }
    if (header !== view.hoverHeader) {
      view.hoverHeader = header;
      this.grid.parts.surface.title = header === null ? '' : wordsOf(this.grid.layout.find(header)?.info);
      grid.repaintHeader();
    }
  }
}
