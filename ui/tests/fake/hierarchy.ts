/** Rollups and trees: rows in view order, as far as they are open, with hidden columns that say how deep they lie. */
import type { Cell, ColumnInfo, Op } from '../../src/client/messages.ts';
import { type Aggregated, compare, type Rows } from './made.ts';
import type { FakeTable } from './tables.ts';

const HIDDEN: ColumnInfo[] = [{ name: '__depth__', type: 'int' }, { name: '__open__', type: 'boolean' }];

type Sort = [column: string, direction: string][] | undefined;

function sorted<T>(all: T[], sort: Sort, cell: (one: T, column: string) => Cell): T[] {
  return !sort ? all : [...all].sort((a, b) => {
    for (const [column, direction] of sort) {
      const order = compare(cell(a, column), cell(b, column));
      if (order) return direction === 'desc' ? -order : order;
    }
    return 0;
  });
}

function shown(columns: ColumnInfo[], lines: Map<string, Cell>[], keys: string[]): FakeTable {
  return { name: 'made', kind: 'table', live: false, columns, hidden: HIDDEN, keys, rows: lines.length, cell: (row, column) => lines[row].get(column) ?? null };
}

export function rollup(rows: Rows, { keys, open, sort, rows: withRows }: Extract<Op, { rollup: unknown }>['rollup'], aggregated: Aggregated): FakeTable {
  const columns = aggregated.columns;
  const cells = keys.map((key) => rows.cells(key));
  const isOpen = (path: (string | null)[]): boolean => open === 'all' || (typeof open === 'number' ? path.length < open : open.some((one) => JSON.stringify(one) === JSON.stringify(path)));
  const lines: Map<string, Cell>[] = [];
  const emit = (group: number[], path: Cell[]): void => {
    const texts = path.map((cell) => (cell === null ? null : String(cell)));
    const hasBelow = path.length < keys.length || withRows;
    const line = new Map<string, Cell>([...keys.map((key, i): [string, Cell] => [key, path[i] ?? null]), ...aggregated.of(group), ['__depth__', path.length], ['__open__', hasBelow ? isOpen(texts) : null]]);
    lines.push(line);
    if (!hasBelow || !isOpen(texts)) return;
    if (path.length === keys.length) {
      for (const row of group) lines.push(new Map<string, Cell>([...keys.map((key, i): [string, Cell] => [key, cells[i][row]]), ['__depth__', path.length + 1], ['__open__', null]]));
      return;
    }
    const children = new Map<string, number[]>();
    for (const row of group) children.set(String(cells[path.length][row]), [...(children.get(String(cells[path.length][row])) ?? []), row]);
    const values = (child: number[]): Map<string, Cell> => new Map([...aggregated.of(child), [keys[path.length], cells[path.length][child[0]]]]);
    for (const child of sorted([...children.values()], sort, (one, column) => values(one).get(column) ?? null)) emit(child, [...path, cells[path.length][child[0]]]);
  };
  emit(Array.from({ length: rows.rows }, (_, row) => row), []);
  return shown(columns, lines, keys);
}

export function tree(rows: Rows, { id, parent, open, sort }: Extract<Op, { tree: unknown }>['tree']): FakeTable {
  const names = rows.columns.map(({ name }) => name);
  const cells = new Map(names.map((name) => [name, rows.cells(name)]));
  const [ids, parents] = [rows.cells(id), rows.cells(parent)];
  const known = new Set(ids.map(String));
  const children = new Map<string, number[]>();
  ids.forEach((_, row) => {
    const over = parents[row] === null || !known.has(String(parents[row])) ? '' : String(parents[row]);
    children.set(over, [...(children.get(over) ?? []), row]);
  });
  const lines: Map<string, Cell>[] = [];
  const emit = (row: number, depth: number): void => {
    const below = children.get(String(ids[row])) ?? [];
    const isOpen = open === 'all' || (typeof open === 'number' ? depth < open : open.includes(String(ids[row])));
    lines.push(new Map<string, Cell>([...names.map((name): [string, Cell] => [name, cells.get(name)?.[row] ?? null]), ['__depth__', depth], ['__open__', below.length ? isOpen : null]]));
    if (isOpen) for (const child of order(below)) emit(child, depth + 1);
  };
  const order = (all: number[]): number[] => sorted(all, sort, (row, column) => cells.get(column)?.[row] ?? null);
  for (const row of order(children.get('') ?? [])) emit(row, 0);
  return shown(rows.columns, lines, [id]);
}
