/**
 * The messages of `rt.v1` as types. `docs/decisions/0064-rt-v1.md` says what each of them means.
 */

/** One operation of the list that makes the table that is shown. */
export type Op =
  | { where: string }
  | { sort: [column: string, direction: Direction][] }
  | { select: string[] }
  | { custom: string[] }
  | { distinct: string[] }
  | { by: Groups }
  | { stats: { column: string; distinct?: boolean } }
  | { bins: { x: string; n: number; low?: string; high?: string; by?: string[] } }
  | { m4: { x: string; ys: string[]; by?: string[]; px: number; from?: string; to?: string } }
  | { ohlc: { x: string; y: string; volume?: string; every: string; by?: string[] } }
  | { rollup: Groups & { rows: boolean; open: Opened; sort?: [column: string, direction: Direction][] } }
  | { tree: { id: string; parent: string; open: string[] | 'all' | number; sort?: [column: string, direction: Direction][] } };

export type Direction = 'asc' | 'desc' | 'abs';

/** A row a group of rows with the same keys. Of an aggregation: its name, the column that it makes, the column that it is of. */
export interface Groups {
  keys: string[];
  aggs: Agg[];
}

export type Agg = [kind: AggKind, to: string, of?: string];
export const AGG_KINDS = ['count', 'sum', 'abs_sum', 'avg', 'min', 'max', 'std', 'var', 'median', 'first', 'last', 'distinct', 'unique'] as const;
export type AggKind = (typeof AGG_KINDS)[number];

/** Which rows of a rollup show what is below them: paths of values as texts, everything, or all above a depth. */
export type Opened = (string | null)[][] | 'all' | number;

/** Which rows are wanted: counted from the first one, or back from the last. */
export interface Window {
  first: number;
  n: number;
  anchor: 'top' | 'bottom';
  /** Null asks for the first columns there are. */
  cols: string[] | null;
}

export interface TableEntry {
  name: string;
  id: string;
  kind: string;
  live: boolean;
  rows: number | null;
  /** Null of what is no table. */
  columns: number | null;
}

export interface ColumnInfo {
  name: string;
  type: string;
  chars?: number | null;
  scale?: number | null;
  zone?: string | null;
  /** It says in which partition a row lies: files of a directory, tables of a table of tables. */
  partitioning?: boolean | null;
  /** Hidden columns that say how cells look: of colours the first one that has any counts; patterns of numbers and of dates. */
  styles?: string[] | null;
  number?: string | null;
  date?: string | null;
}

export interface Welcome {
  type: 'welcome';
  protocol: number;
  server: string;
  instance: string;
  resume: string;
  resumed: boolean;
  resume_seconds: number;
  user: string;
  console: boolean;
  write: boolean;
  zone: string;
  limits: { subs: number; rows: number; cells: number; fetch_cells: number; ops: number; message_bytes?: number; file_bytes?: number };
  /** What the server knows beyond the first decision: nothing else is offered. */
  features?: string[];
}

export interface Vars {
  type: 'vars';
  full: boolean;
  added: TableEntry[];
  changed: TableEntry[];
  removed: string[];
}

export interface Status {
  type: 'status';
  at: string;
  step: number;
  cycles: number;
  cycle_ms: number | null;
  memory: number;
  zone: string;
}

export interface Schema {
  type: 'schema';
  sub: number;
  vp: number;
  live: boolean;
  kind: string;
  columns: ColumnInfo[];
  /** Rows have a depth, and some can be opened; `keys` are the columns that they are grouped by. */
  tree?: boolean | null;
  keys?: string[] | null;
}

export interface ErrorMessage {
  type: 'error';
  code: 'unauthenticated' | 'forbidden' | 'invalid' | 'missing' | 'limit' | 'gone' | 'internal' | 'conflict';
  message: string;
  hint?: string | null;
  sub?: number | null;
  vp?: number | null;
  id?: number | null;
  op?: number | null;
  from?: number | null;
  to?: number | null;
  /** Of an operation with several formulas: which. */
  formula?: number | null;
}

/** What every frame says of the table at the time that its cells are of. */
interface FrameHeader {
  sub: number;
  rows: number;
  first: number;
  n: number;
  step: number;
  at: string;
  cut?: string[] | null;
  /** By hidden column, why none of its cells could be read. */
  failed?: Record<string, string> | null;
}

export interface Snap extends FrameHeader {
  type: 'snap';
  vp: number;
  seq: number;
  total: number;
}

export interface Delta extends FrameHeader {
  type: 'delta';
  vp: number;
  seq: number;
  base: number;
  total: number;
  moves?: [from: number, to: number, count: number][] | null;
  runs: [offset: number, count: number][];
}

export interface Size extends FrameHeader {
  type: 'size';
  vp: number;
  seq: number;
  base: number;
  total: number;
}

/** The answer to `fetch`. */
export interface Fetched extends FrameHeader {
  type: 'page';
  id: number;
}

/** What is asked once and has one answer, by its `id` (`calls.ts`). */
export type Question =
  | { type: 'find'; sub: number; where: string; from: number; back: boolean }
  | { type: 'export'; sub: number; format: ExportFormat; cols: string[] | null }
  | { type: 'put'; table: string; columns: string[]; rows: (string | null)[][] }
  | { type: 'remove'; table: string; columns: string[]; rows: (string | null)[][] }
  | { type: 'value'; name: string }
  | { type: 'exec'; code: string }
  | { type: 'complete'; text: string; line: number; character: number }
  | { type: 'files' | 'load' | 'discard'; path: string }
  | { type: 'save'; path: string; text: string; tag: string | null }
  | { type: 'move'; from: string; to: string };

export type ExportFormat = 'csv' | 'parquet' | 'arrow';

export interface Found {
  type: 'found';
  id: number;
  row: number | null;
  count: number;
}

export interface Exported {
  type: 'exported';
  id: number;
  url: string;
  name: string;
  rows: number;
}

export interface Done {
  type: 'done';
  id: number;
}

export interface ValueMessage {
  type: 'value';
  id: number;
  name: string;
  kind: string;
  value: unknown;
  tables: number;
}

/** What consoles and files are told: read member by member. */
export interface Told {
  type: string;
  id: number;
  [member: string]: unknown;
}

interface Answers {
  find: Found;
  export: Exported;
  put: Done;
  remove: Done;
  value: ValueMessage;
}

export type AnswerTo<Q extends Question> = Q['type'] extends keyof Answers ? Answers[Q['type']] : Told;

/** How far an export has been fetched. */
export interface Progress {
  type: 'progress';
  id: number;
  done: number;
  total: number;
}

export type TextMessage = Welcome | Vars | Status | Schema | Size | ErrorMessage | Progress;
export type BinaryHeader = Snap | Delta | Fetched;

/** A cell: nanoseconds and 64-bit integers are `bigint`, and exact decimals are text. */
export type Cell = null | boolean | number | bigint | string;

/** The cells of one column of a frame, in the order of the rows. */
export interface ColumnCells {
  name: string;
  cells: Cell[];
}
