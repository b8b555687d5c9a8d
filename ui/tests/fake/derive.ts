/**
 * Tables with operations, as far as the tests need them: positions are mapped to rows of the table by lists where the table is small, by
 * arithmetic where it is not. A formula that is not understood here is refused, as a server refuses a wrong one.
 */
import type { Cell, ColumnInfo, Op } from '../../src/client/messages.ts';
import { compare, find, type Memory, made, Refused } from './made.ts';
import type { FakeTable } from './tables.ts';

export interface Derived {
  /** What formulas are about: the table, or what an operation made of it. */
  table: FakeTable;
  columns: ColumnInfo[];
  rows: number;
  /** The row of the table at a position. */
  row(position: number): number;
  /** The cell of a row of the table. */
  cell(row: number, column: string): Cell;
}

const SMALL = 2_000_000;

/** `memory` keeps what an operation was when it was asked, as the ends of its axis. */
export function derive(from: FakeTable, ops: Op[], memory: Memory = new Map()): Derived {
  let table = from;
  let derived: Derived = { table, columns: table.columns, rows: table.rows, row: (position) => position, cell: table.cell };
  ops.forEach((op, index) => {
    if ('where' in op) derived = filtered(table, derived, op.where, index);
    else if ('sort' in op) derived = sorted(table, derived, op.sort, index);
    else if ('select' in op) derived = { ...derived, columns: op.select.map((name) => find(table, name, index)) };
    else if (!('custom' in op)) {
      if (derived.rows > SMALL) throw new Refused(`this server looks through ${SMALL} rows at most`, index);
      table = made({ ...derived, find: (name) => find(derived, name, index), cells: (name) => columnOf(from, table, derived, name) }, op, index, memory);
      derived = { table, columns: table.columns, rows: table.rows, row: (position) => position, cell: table.cell };
    } else {
      for (const text of op.custom) table = computed(table, text, index);
      derived = { ...derived, table, columns: table.columns, cell: table.cell };
    }
  });
  return derived;
}

const known = new WeakMap<FakeTable, Map<string, Cell[]>>();

/** All cells of a column. Of a table whose cells stay, those that were made before are. */
function columnOf(from: FakeTable, table: FakeTable, derived: Derived, name: string): Cell[] {
  const make = (position: number): Cell => derived.cell(derived.row(position), name);
  if (!from.isFixed || from !== table || derived.rows !== from.rows) return Array.from({ length: derived.rows }, (_, position) => make(position));
  const columns = known.get(from) ?? new Map<string, Cell[]>();
  known.set(from, columns);
  const cells = columns.get(name) ?? [];
  columns.set(name, cells);
  while (cells.length < derived.rows) cells.push(make(cells.length));
  return cells;
}

/** `Name = A * B` of two columns or numbers, of numbers alone. */
function computed(table: FakeTable, text: string, op: number): FakeTable {
  if (/^\s*Row\s*=\s*ii\s*$/.test(text)) {
    return { ...table, columns: [...table.columns, { name: 'Row', type: 'long', chars: 9 }], cell: (row, column) => (column === 'Row' ? BigInt(row) : table.cell(row, column)) };
  }
  const found = /^\s*(\w+)\s*=\s*(\w+)\s*([-+*/])\s*(\w+)\s*$/.exec(text);
  if (!found) throw new Refused(`this server does not understand "${text}"`, op);
  const [, name, left, sign, right] = found;
  const operand = (word: string): ((row: number) => Cell) => {
    if (/^\d+$/.test(word)) return () => Number(word);
    if (table.columns.some((one) => one.name === word)) return (row) => table.cell(row, word);
    const from = text.lastIndexOf(word);
    throw new Refused(`no column or variable is called "${word}"`, op, 'did you mean "Price"?', [from, from + word.length]);
  };
  const [a, b] = [operand(left), operand(right)];
  const cell = (row: number): Cell => {
    const [x, y] = [a(row), b(row)];
    if (x === null || y === null) return null;
    const [p, q] = [Number(x), Number(y)];
    return sign === '+' ? p + q : sign === '-' ? p - q : sign === '*' ? p * q : p / q;
  };
  const columns = [...table.columns.filter((one) => one.name !== name), { name, type: 'double', chars: 9 }];
  return { ...table, columns, cell: (row, column) => (column === name ? cell(row) : table.cell(row, column)) };
}

function filtered(table: FakeTable, from: Derived, formula: string, op: number): Derived {
  if (from.rows > SMALL) {
    // Ids are positions: a comparison of them is arithmetic.
    const above = /^Id (>=|>) (\d+)$/.exec(formula);
    if (!above) throw new Refused(`this server filters a table of ${from.rows} rows by Id alone`, op);
    const first = Math.min(from.rows, Number(above[2]) + (above[1] === '>' ? 1 : 0));
    return { ...from, rows: from.rows - first, row: (position) => from.row(position + first) };
  }
  const holds = condition(table, formula, op);
  const rows: number[] = [];
  for (let position = 0; position < from.rows; position++) if (holds(from.row(position))) rows.push(from.row(position));
  return { ...from, rows: rows.length, row: (position) => rows[position] };
}

function sorted(table: FakeTable, from: Derived, by: [string, string][], op: number): Derived {
  for (const [name] of by) find(table, name, op);
  if (from.rows > SMALL) {
    if (by[0][0] !== 'Id') throw new Refused(`this server sorts a table of ${from.rows} rows by Id alone`, op);
    return by[0][1] === 'desc' ? { ...from, row: (position) => from.row(from.rows - 1 - position) } : from;
  }
  const rows = Array.from({ length: from.rows }, (_, position) => from.row(position));
  rows.sort((a, b) => {
    for (const [name, direction] of by) {
      const order = compare(table.cell(a, name), table.cell(b, name));
      if (order) return direction === 'desc' ? -order : order;
    }
    return 0;
  });
  return { ...from, row: (position) => rows[position] };
}

/** The positions at which a formula holds. */
export function positions(derived: Derived, formula: string): number[] {
  if (derived.rows > SMALL) throw new Refused(`this server looks through ${SMALL} rows at most`, 0);
  const holds = condition(derived.table, formula, 0);
  return Array.from({ length: derived.rows }, (_, position) => position).filter((position) => holds(derived.row(position)));
}

function condition(table: FakeTable, formula: string, op: number): (row: number) => boolean {
  const text = formula.startsWith('(') && formula.endsWith(')') && !formula.slice(1, -1).includes('(') ? formula.slice(1, -1) : formula;
  const parts = text.split(/(?<=[^(]) && /);
  if (parts.length > 1) {
    const all = parts.map((part) => condition(table, part, op));
    return (row) => all.every((holds) => holds(row));
  }
  const isNull = /^(!?)isNull\((\w+)\)$/.exec(text);
  if (isNull) {
    find(table, isNull[2], op);
    return (row) => (table.cell(row, isNull[2]) === null) === (isNull[1] === '');
  }
  const includes = /^(\w+) icase (not )?includes `([^`]*)`$/.exec(text);
  if (includes) {
    find(table, includes[1], op);
    return (row) => String(table.cell(row, includes[1]) ?? '').toLowerCase().includes(includes[3].toLowerCase()) !== Boolean(includes[2]);
  }
  const method = /^(\w+)(\.toLowerCase\(\))?\.(contains|startsWith|endsWith)\(`([^`]*)`\)$/.exec(text);
  if (method) {
    const [, name, lower, kind, wanted] = method;
    find(table, name, op);
    return (row) => {
      const cell = table.cell(row, name);
      const shown = lower ? String(cell).toLowerCase() : String(cell);
      return cell !== null && (kind === 'contains' ? shown.includes(wanted) : kind === 'startsWith' ? shown.startsWith(wanted) : shown.endsWith(wanted));
    };
  }
  const comparison = /^(\w+) (==|!=|>=|<=|>|<) (.+)$/.exec(text);
  if (!comparison) throw new Refused(`this server does not understand "${formula}"`, op);
  const [, name, sign, literal] = comparison;
  const { type } = find(table, name, op);
  const value: Cell = literal.startsWith('`') ? literal.slice(1, -1) : type === 'long' ? BigInt(literal) : type === 'boolean' ? literal === 'true' : Number(literal);
  return (row) => {
    const order = compare(table.cell(row, name), value);
    return { '==': order === 0, '!=': order !== 0, '>': order > 0, '<': order < 0, '>=': order >= 0, '<=': order <= 0 }[sign] as boolean;
  };
}
