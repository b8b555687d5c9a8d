/** The keyboard, while the grid has the focus; and the keys as the help lists them, apart by two spaces. */
import type { Grid } from './grid.ts';
import { maxTop, seen } from './position.ts';

export const GRID_KEYS: [keys: string, what: string][] = [
  ['Arrows', 'Move to the next cell'],
  ['PageUp  PageDown', 'A page up, down'],
  ['Home  End', 'First, last column'],
  ['Ctrl+Home  Ctrl+End', 'First, last row'],
  ['Shift + any of these', 'Select'],
  ['Ctrl+A', 'Select everything'],
  ['Ctrl+Space  Shift+Space', 'Select the column, the row'],
  ['Ctrl+C', 'Copy'],
  ['Ctrl+Shift+C', 'Copy with headers'],
  ['→  ←', 'In the first column of a tree: show, hide the rows below'],
  ['S  Shift+S', 'Sort by the column, too'],
  ['/', 'Filter the column'],
  ['C', 'Chart the column'],
  ['I', 'Statistics of the column'],
  ['F2  Enter', 'Write the cell, where a table can be written'],
  ['Enter  Menu', 'What can be done with the cell'],
  ['Shift+Enter', 'What can be done with the column'],
];

export class Keys {
  constructor(private readonly grid: Grid) {
    grid.parts.surface.addEventListener('keydown', (event) => {
      if (event.target !== grid.parts.surface || event.altKey) return;
      if (!this.press(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    grid.parts.surface.addEventListener('paste', (event) => {
      const text = event.clipboardData?.getData('text/plain');
      if (text && grid.events.paste(text)) event.preventDefault();
    });
  }

  /** Whether the key was one of the grid's. */
  private press(event: KeyboardEvent): boolean {
    const { grid } = this;
    const control = event.ctrlKey || event.metaKey;
    if (!event.shiftKey && !control && this.branch(event.key)) return true;
    const to = this.target(event.key, control);
    if (to) {
      grid.focusCell(to.row, to.column, event.shiftKey);
      return true;
    }
    const focus = grid.selection.focus;
    const column = focus && grid.layout.at(focus.column);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (control) return this.withControl(key, event.shiftKey);
    if (!focus || !column) return false;
    switch (key) {
      case ' ':
        if (!event.shiftKey) return false;
        grid.selection.widen('rows');
        grid.selectionChanged();
        return true;
      case 's':
        grid.events.sort(column.info.name, event.shiftKey);
        return true;
      case 'i':
        grid.events.about(column.info.name);
        return true;
      case 'c':
        grid.events.chart(column.info.name);
        return true;
      case '/':
        grid.showFilters(true);
        grid.filterRow.place(grid.view);
        grid.filterRow.focus(column.info.name);
        return true;
      case 'F2':
        return grid.events.edit(focus.row, column.info.name);
      case 'Enter':
        if (!event.shiftKey && grid.events.edit(focus.row, column.info.name)) return true;
        this.menu(focus.row, focus.column, event.shiftKey);
        return true;
      case 'ContextMenu':
      case 'F10':
        if (key === 'F10' && !event.shiftKey) return false;
        this.menu(focus.row, focus.column, false);
        return true;
      case 'Escape':
        grid.selection.clear();
        grid.selectionChanged();
        return false;
      default:
        return false;
    }
  }

  /** In the first column of a tree: to the right opens, to the left closes. */
  private branch(key: string): boolean {
    const { grid } = this;
    const { focus } = grid.selection;
    const branch = focus && focus.column === 0 ? grid.view.tree(focus.row) : undefined;
    if (!focus || !branch || branch.open === null || branch.open === (key === 'ArrowRight') || (key !== 'ArrowRight' && key !== 'ArrowLeft')) return false;
    grid.events.toggle(focus.row);
    return true;
  }

  private withControl(key: string, shift: boolean): boolean {
    const { grid } = this;
    if (key === 'c') {
      void grid.copy(shift);
      return true;
    }
    if (key === 'a' || key === ' ') {
      if (!grid.selection.focus) grid.selection.set({ row: grid.view.top.row, column: 0 }, false);
      grid.selection.widen(key === 'a' ? 'all' : 'columns');
      grid.selectionChanged();
      return true;
    }
    return false;
  }

  private target(key: string, control: boolean): { row: number; column: number } | null {
    const { grid } = this;
    const focus = grid.selection.focus ?? { row: grid.view.top.row, column: 0 };
    const page = Math.max(1, Math.floor(grid.view.extent.height / grid.view.extent.rowHeight) - 1);
    const last = { row: grid.view.extent.rows - 1, column: grid.layout.placed.length - 1 };
    switch (key) {
      case 'ArrowUp': return { ...focus, row: control ? 0 : focus.row - 1 };
      case 'ArrowDown': return { ...focus, row: control ? last.row : focus.row + 1 };
      case 'ArrowLeft': return { ...focus, column: control ? 0 : focus.column - 1 };
      case 'ArrowRight': return { ...focus, column: control ? last.column : focus.column + 1 };
      case 'PageUp': return { ...focus, row: focus.row - page };
      case 'PageDown': return { ...focus, row: focus.row + page };
      case 'Home': return control ? { row: 0, column: focus.column } : { ...focus, column: 0 };
      case 'End': return control ? { row: last.row, column: focus.column } : { ...focus, column: last.column };
      default: return null;
    }
  }

  private menu(row: number, index: number, ofColumn: boolean): void {
    const { view, layout, parts, events } = this.grid;
    const column = layout.at(index);
    if (!column) return;
    const box = parts.surface.getBoundingClientRect();
    const y = ofColumn ? view.theme.headerHeight : view.bodyTop + (row - view.top.row + 1) * view.extent.rowHeight - view.top.px;
    events.menu({ x: box.left + layout.left(column, view.scrollX) + 12, y: box.top + Math.min(y, box.height), row: ofColumn ? null : row, column: column.info.name });
  }
}

/** The rows that are wholly or partly seen, for those who say where they are. */
export function seenRows(grid: Grid): { first: number; last: number; atEnd: boolean } {
  const { first, n } = seen(grid.view.top, grid.view.extent);
  const max = maxTop(grid.view.extent);
  return { first, last: first + n - 1, atEnd: grid.view.top.row === max.row };
}
