/**
 * Rows of input tables, written from the page. A row is told whole: one with keys that are there is replaced.
 *
 * What is typed is read by the type of its column, in the time zone that is shown, before anything is sent.
 */
import { type Cell, type ColumnInfo, instantSpan } from '../client/index.ts';
import { wireText } from './grouping.ts';
import type { Panel } from './panel.ts';
import { calls, notice, zone } from './session.ts';
import { canEdit } from './writable.ts';

export class TextError extends Error {}

const INTEGERS = new Set(['byte', 'short', 'int', 'long', 'BigInteger']);
const DECIMALS = new Set(['float', 'double', 'BigDecimal']);
/** Rows of a paste that are sent at once. */
const ROWS_MAX = 10_000;

/** What a text is on the wire. Throws `TextError` where it does not go with the type. */
export function wireOf(info: ColumnInfo, text: string, zone: string): string | null {
  if (info.type === 'String') return text;
  const plain = text.trim();
  if (!plain || plain.toLowerCase() === 'null') return null;
  if (INTEGERS.has(info.type) || DECIMALS.has(info.type)) {
    const digits = plain.replaceAll(/[,_\s](?=\d{3}\b)/g, '').replace('−', '-');
    const isNumber = INTEGERS.has(info.type) ? /^-?\d+$/.test(digits) : /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(digits);
    if (!isNumber) throw new TextError(`"${plain}" is no ${INTEGERS.has(info.type) ? 'whole number' : 'number'}`);
    return digits;
  }
  switch (info.type) {
    case 'boolean':
      if (/^(true|false)$/i.test(plain)) return plain.toLowerCase();
      throw new TextError(`"${plain}" is neither true nor false`);
    case 'char':
      if (text.length === 1) return text;
      throw new TextError(`"${plain}" is not one character`);
    case 'Instant':
    case 'ZonedDateTime':
    case 'LocalDateTime': {
      const span = instantSpan(plain, info.type === 'Instant' ? zone : info.type === 'ZonedDateTime' ? (info.zone ?? 'UTC') : 'UTC');
      if (span) return String(span[0]);
      throw new TextError(`"${plain}" is no time: 2026-05-01 10:30:00`);
    }
    case 'LocalDate': {
      const span = /^\d{4}-\d\d-\d\d$/.test(plain) ? instantSpan(plain, 'UTC') : null;
      if (span) return String(span[0] / 86_400_000_000_000n);
      throw new TextError(`"${plain}" is no date: 2026-05-01`);
    }
    case 'LocalTime': {
      const span = instantSpan(`1970-01-01 ${plain}`, 'UTC');
      if (span) return String(span[0]);
      throw new TextError(`"${plain}" is no time of day: 10:30:00`);
    }
    default: throw new TextError(`cells of ${info.type} cannot be written here`);
  }
}

const columnsOf = (panel: Panel): readonly ColumnInfo[] => panel.schema.value ?? [];

/** The cells of rows as the wire has them, all columns. */
async function rowsOf(panel: Panel, first: number, n: number): Promise<(string | null)[][]> {
  const columns = columnsOf(panel);
  const { cells } = await panel.fetch(first, n, columns.map(({ name }) => name));
  return Array.from({ length: n }, (_, row) => columns.map((info) => wireText(info, (cells.get(info.name)?.[row] ?? null) as Cell)));
}

async function put(panel: Panel, rows: (string | null)[][]): Promise<void> {
  await calls.ask({ type: 'put', table: panel.name, columns: columnsOf(panel).map(({ name }) => name), rows }).answer;
}

async function remove(panel: Panel, rows: readonly (readonly (string | null)[])[]): Promise<void> {
  const keys = panel.sub.schema?.keys ?? [];
  const places = keys.map((key) => columnsOf(panel).findIndex(({ name }) => name === key));
  await calls.ask({ type: 'remove', table: panel.name, columns: [...keys], rows: rows.map((row) => places.map((at) => row[at])) }).answer;
}

/** Another text in a cell. With another key the row is another one: the former is taken away. */
export async function writeCell(panel: Panel, row: number, column: string, text: string): Promise<void> {
  const columns = columnsOf(panel);
  const at = columns.findIndex(({ name }) => name === column);
  const value = wireOf(columns[at], text, zone.value);
  const [former] = await rowsOf(panel, row, 1);
  if (former[at] === value) return;
  const next = former.map((cell, i) => (i === at ? value : cell));
  await put(panel, [next]);
  if (panel.sub.schema?.keys?.includes(column)) await remove(panel, [former]);
}

export async function addRow(panel: Panel, texts: ReadonlyMap<string, string>): Promise<void> {
  const row = columnsOf(panel).map((info) => {
    const text = texts.get(info.name) ?? '';
    try {
      return info.type === 'String' && !text ? null : wireOf(info, text, zone.value);
    } catch (error) {
      throw error instanceof TextError ? new TextError(`${info.name}: ${error.message}`) : error;
    }
  });
  await put(panel, [row]);
}

/** The rows of the selection. */
export async function removeRows(panel: Panel): Promise<void> {
  const range = panel.grid?.range();
  if (!range || !canEdit(panel)) return;
  const n = range.lastRow - range.firstRow + 1;
  try {
    await remove(panel, await rowsOf(panel, range.firstRow, n));
    notice(`${n.toLocaleString('en-US')} ${n === 1 ? 'row' : 'rows'} deleted`);
  } catch (error) {
    notice(`nothing was deleted: ${error instanceof Error ? error.message : String(error)}`, true);
  }
}

/** Rows between line feeds, cells between tabs, from the focused cell on: over the rows that are there, then further ones. */
export async function paste(panel: Panel, text: string): Promise<void> {
  const { grid } = panel;
  const focus = grid?.selection.focus ?? { row: panel.rows, column: 0 };
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/).map((line) => line.split('\t').map((cell) => cell.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"')));
  const columns = columnsOf(panel);
  const targets = (grid?.layout.placed ?? []).slice(focus.column).map(({ info }) => columns.findIndex(({ name }) => name === info.name));
  try {
    if (lines.length > ROWS_MAX) throw new TextError(`${lines.length} rows are more than ${ROWS_MAX}`);
    const there = canEdit(panel) ? Math.max(0, Math.min(lines.length, panel.rows - focus.row)) : 0;
    const former = there ? await rowsOf(panel, focus.row, there) : [];
    const rows = lines.map((cells, line) => {
      const row: (string | null)[] = former[line] ? [...former[line]] : columns.map(() => null);
      cells.slice(0, targets.length).forEach((cell, i) => {
        try {
          row[targets[i]] = wireOf(columns[targets[i]], cell, zone.value);
        } catch (error) {
          throw error instanceof TextError ? new TextError(`line ${line + 1}, ${columns[targets[i]].name}: ${error.message}`) : error;
        }
      });
      return row;
    });
    await put(panel, rows);
    notice(`${rows.length.toLocaleString('en-US')} ${rows.length === 1 ? 'row' : 'rows'} pasted`);
  } catch (error) {
    notice(`nothing was pasted: ${error instanceof Error ? error.message : String(error)}`, true);
  }
}
