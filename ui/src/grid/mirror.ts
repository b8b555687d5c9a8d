/**
 * The grid as elements, for screen readers and tests: always the header and the focused row; on demand (`describe`, or the attribute
 * `mirror="page"`) every row that is seen. It is rewritten when the user moves, never by ticks alone, unless the page is asked for.
 */
import { formatterAt } from './given.ts';
import type { View } from './paint.ts';
import { seen } from './position.ts';

const ARIA_MAX = 2 ** 31 - 1;

export class Mirror {
  private readonly head: HTMLElement;
  private readonly rows: HTMLElement;

  constructor(root: HTMLElement, private readonly grid: HTMLElement) {
    this.head = element('div', { role: 'rowgroup' });
    this.rows = element('div', { role: 'rowgroup' });
    root.append(this.head, this.rows);
  }

  /** The header's cells, after columns, sorts or filters changed. */
  header(view: View): void {
    const row = element('div', { role: 'row', 'aria-rowindex': '1' });
    for (const column of view.layout.placed) {
      const sort = view.sorts.get(column.info.name)?.direction;
      const cell = element('span', {
        role: 'columnheader', 'aria-colindex': String(column.index + 1),
        'aria-sort': sort === 'asc' ? 'ascending' : sort === 'desc' ? 'descending' : sort ? 'other' : 'none',
      });
      cell.textContent = `${column.info.name} (${column.info.type}${column.info.partitioning ? ', partitioning' : ''})`;
      cell.dataset.column = column.info.name;
      row.append(cell);
    }
    this.head.replaceChildren(row);
    this.grid.setAttribute('aria-colcount', String(view.layout.placed.length));
  }

  /** The rows: all that are seen, or the focused one. */
  update(view: View, page: boolean): void {
    const { first, n } = seen(view.top, view.extent);
    const rows = page ? Array.from({ length: n }, (_, i) => first + i) : [];
    if (view.focus && !rows.includes(view.focus.row)) rows.push(view.focus.row);
    this.rows.replaceChildren(...rows.map((row) => this.row(view, row, row < first || row >= first + n)));
    this.grid.setAttribute('role', view.tree(first) ? 'treegrid' : 'grid');
    const { rows: count } = view.extent;
    this.grid.setAttribute('aria-rowcount', String(count >= ARIA_MAX ? -1 : count + 1));
    if (view.focus) this.grid.setAttribute('aria-activedescendant', id(view.focus.row, view.focus.column));
    else this.grid.removeAttribute('aria-activedescendant');
  }

  /** `apart`: the focused row, which is not among those that are seen. */
  private row(view: View, row: number, apart: boolean): HTMLElement {
    const line = element('div', { role: 'row' });
    if (row + 2 <= ARIA_MAX) line.setAttribute('aria-rowindex', String(row + 2));
    line.dataset.row = String(row);
    if (apart) line.dataset.apart = '';
    const branch = view.tree(row);
    if (branch) line.setAttribute('aria-level', String(branch.depth + 1));
    if (branch && branch.open !== null) line.setAttribute('aria-expanded', String(branch.open));
    const columns = view.layout.seen(view.scrollX, view.width);
    const focused = view.focus?.row === row ? view.layout.at(view.focus.column) : undefined;
    if (focused && !columns.includes(focused)) columns.push(focused);
    for (const column of columns) {
      const cell = element('span', { role: 'gridcell', 'aria-colindex': String(column.index + 1), id: id(row, column.index) });
      cell.dataset.column = column.info.name;
      cell.textContent = shown(view, row, column.info.name);
      line.append(cell);
    }
    return line;
  }
}

/** The page that is seen as a table of its own, for reading it at leisure. */
export function describe(view: View): HTMLTableElement {
  const table = document.createElement('table');
  const columns = view.layout.seen(view.scrollX, view.width);
  const head = table.createTHead().insertRow();
  for (const column of [{ info: { name: 'Row' } }, ...columns]) {
    const cell = element('th', { scope: 'col' });
    cell.textContent = column.info.name;
    head.append(cell);
  }
  const body = table.createTBody();
  const { first, n } = seen(view.top, view.extent);
  for (let row = first; row < first + n; row++) {
    const line = body.insertRow();
    const title = element('th', { scope: 'row' });
    title.textContent = row.toLocaleString('en-US');
    line.append(title);
    for (const column of columns) line.insertCell().textContent = shown(view, row, column.info.name);
  }
  return table;
}

/** As it is painted, but that nulls and cells on their way have words. */
export function shown(view: View, row: number, column: string): string {
  const cell = view.cell(row, column);
  if (cell === undefined) return 'loading';
  return cell === null ? 'null' : (formatterAt(view, column, row)?.show(cell) ?? '');
}

const id = (row: number, column: number): string => `cell-${row}-${column}`;

function element(tag: string, attributes: Record<string, string>): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
