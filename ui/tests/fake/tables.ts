/** Tables of the fake server: cells are functions of their row, so that a billion rows cost nothing. */
import type { Cell, ColumnInfo } from '../../src/client/messages.ts';

export interface FakeTable {
  name: string;
  kind: string;
  live: boolean;
  columns: ColumnInfo[];
  /** Columns that say how others look. */
  looks?: ColumnInfo[];
  /** Of a tree: columns that are read by those who know of them. */
  hidden?: ColumnInfo[];
  /** Of a tree and of an input table: the names of its keys. */
  keys?: string[];
  /** Of an input table: rows with keys that are there replace them. Throws with what does not fit. */
  put?(columns: string[], rows: (string | null)[][]): void;
  remove?(columns: string[], rows: (string | null)[][]): void;
  rows: number;
  cell(row: number, column: string): Cell;
  /** Whether a cell stays what it is once it is there: then columns are made once. */
  isFixed?: boolean;
  /** One step of a live table: the rows that changed. */
  tick?(): number[] | 'all';
}

/** Numbers that look random and are the same in every run. */
export function hash(row: number, salt: number): number {
  let x = (Math.imul(row % 4294967296, 2654435761) ^ Math.imul(Math.floor(row / 4294967296) + salt, 40503)) >>> 0;
  x = Math.imul(x ^ (x >>> 15), 2246822519) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 3266489917) >>> 0;
  return (x ^ (x >>> 16)) >>> 0;
}

const SYMBOLS = ['ACME', 'BOLT', 'CRUX', 'DUNE', 'ECHO', 'FLUX', 'GRID', 'HALO', 'IRIS', 'JADE', 'KILN', 'LUMA'];
const VENUES = ['Frankfurt', 'London', 'New York', 'Tokyo', 'Zürich'];
const START = 1_790_000_000_000_000_000n;

const TRADE_COLUMNS: ColumnInfo[] = [
  { name: 'Time', type: 'Instant', chars: 29 }, { name: 'Id', type: 'long', chars: 13 }, { name: 'Sym', type: 'String', chars: 4 },
  { name: 'Price', type: 'double', chars: 8 }, { name: 'Size', type: 'int', chars: 5 }, { name: 'Venue', type: 'String', chars: 10 },
  { name: 'Buy', type: 'boolean', chars: 5 }, { name: 'Fee', type: 'BigDecimal', scale: 4, chars: 8 }, { name: 'Latency', type: 'Duration', chars: 14 },
  { name: 'Settles', type: 'LocalDate', chars: 10 }, { name: 'Note', type: 'String', chars: 26 },
];

export function tradeCell(row: number, column: string): Cell {
  const h = hash(row, 7);
  switch (column) {
    case 'Time': return START + BigInt(row) * 1_250_731n;
    case 'Id': return BigInt(row);
    case 'Sym': return SYMBOLS[h % SYMBOLS.length];
    case 'Price': return h % 41 === 0 ? null : Math.round((80 + (h % 20000) / 100) * 100) / 100;
    case 'Size': return (hash(row, 3) % 90 + 1) * 10;
    case 'Venue': return VENUES[hash(row, 5) % VENUES.length];
    case 'Buy': return h % 2 === 0;
    case 'Fee': return (hash(row, 9) % 100000 / 10000).toFixed(4);
    case 'Latency': return BigInt(hash(row, 11) % 5_000_000) * 1000n;
    case 'Settles': return 20_700 + Math.floor(row / 40_000_000) % 300;
    case 'Note': return h % 9 === 0 ? 'crossed the spread, late in the session' : h % 5 === 0 ? 'auction' : null;
    default: return null;
  }
}

export function bigTable(name: string, rows: number): FakeTable {
  return { name, kind: 'table', live: false, columns: TRADE_COLUMNS, rows, cell: tradeCell };
}

/** Rows are added at the end. */
export function tradesTable(rows: number, perTick: number): FakeTable {
  const table: FakeTable = {
    name: 'trades', kind: 'append', live: true, isFixed: true, columns: TRADE_COLUMNS, rows, cell: tradeCell,
    tick() {
      const from = table.rows;
      table.rows += perTick;
      return Array.from({ length: perTick }, (_, i) => from + i);
    },
  };
  return table;
}

/** Prices that wander, as a chart shows them; rows are added at the end. */
export function pricesTable(rows: number, perTick: number): FakeTable {
  const columns: ColumnInfo[] = [
    { name: 'Time', type: 'Instant', chars: 23 }, { name: 'Sym', type: 'String', chars: 4 }, { name: 'Price', type: 'double', chars: 8 }, { name: 'Volume', type: 'int', chars: 6 },
  ];
  const table: FakeTable = {
    name: 'prices', kind: 'append', live: true, isFixed: true, columns, rows,
    cell(row, column) {
      const [sym, at] = [row % 3, Math.floor(row / 3)];
      switch (column) {
        case 'Time': return START + BigInt(row) * 500_000_000n;
        case 'Sym': return SYMBOLS[sym];
        case 'Price': return at % 997 > 980 ? null : Math.round((120 + sym * 14 + 9 * Math.sin(at / 900 + sym) + 4 * Math.sin(at / 173) + 1.6 * Math.sin(at / 31 + sym) + (hash(row, 2) % 100) / 90) * 100) / 100;
        case 'Volume': return Math.round(20 + 400 * ((hash(row, 4) % 1000) / 1000) ** 3);
        default: return null;
      }
    },
    tick() {
      const from = table.rows;
      table.rows += perTick;
      return Array.from({ length: perTick }, (_, i) => from + i);
    },
  };
  return table;
}

/** A few rows, of which some change at every step. */
export function quotesTable(): FakeTable {
  const state = SYMBOLS.map((_, i) => ({ bid: 100 + i * 7.5, ask: 100.05 + i * 7.5, volume: 0, change: 0 }));
  let step = 0;
  const columns: ColumnInfo[] = [
    { name: 'Sym', type: 'String', chars: 4 }, { name: 'Bid', type: 'double', chars: 8 }, { name: 'Ask', type: 'double', chars: 8 },
    { name: 'Change', type: 'double', chars: 7 }, { name: 'Volume', type: 'long', chars: 12 }, { name: 'Updated', type: 'Instant', chars: 23 },
  ];
  return {
    name: 'quotes', kind: 'table', live: true, columns, rows: SYMBOLS.length,
    cell(row, column) {
      const { bid, ask, volume, change } = state[row];
      switch (column) {
        case 'Sym': return SYMBOLS[row];
        case 'Bid': return Math.round(bid * 100) / 100;
        case 'Ask': return Math.round(ask * 100) / 100;
        case 'Change': return Math.round(change * 100) / 100;
        case 'Volume': return BigInt(volume);
        case 'Updated': return START + BigInt(volume) * 1_000_000_000n + BigInt(row) * 1_000_000n;
        default: return null;
      }
    },
    tick() {
      step += 1;
      const changed = [...new Set([0, 1, 2].map((salt) => hash(step, salt) % SYMBOLS.length))];
      for (const row of changed) {
        const move = ((hash(step, row + 20) % 200) - 100) / 100;
        const quote = state[row];
        Object.assign(quote, { bid: quote.bid + move, ask: quote.ask + move, volume: quote.volume + (hash(step, row) % 900), change: quote.change + move });
      }
      return changed;
    },
  };
}

export function wideTable(columns: number, rows: number): FakeTable {
  const infos = Array.from({ length: columns }, (_, i) => ({ name: `C${i}`, type: i % 3 === 0 ? 'String' : 'double', chars: 9 }));
  return {
    name: 'wide', kind: 'table', live: false, columns: infos, rows,
    cell(row, column) {
      const index = Number(column.slice(1));
      return index % 3 === 0 ? `${column} ${row}` : (hash(row, index) % 1_000_000) / 100;
    },
  };
}

/** A table that is written from pages. */
export function ordersTable(): FakeTable {
  const columns: ColumnInfo[] = [{ name: 'Sym', type: 'String' }, { name: 'Qty', type: 'int' }, { name: 'Limit', type: 'double' }, { name: 'Due', type: 'LocalDate' }];
  const cells: Cell[][] = [['ACME', 5, 10.5, 20_600], ['BOLT', 7, null, null]];
  const read = ({ name, type }: ColumnInfo, text: string | null): Cell => {
    if (text === null || type === 'String') return text;
    const value = Number(text);
    if (!Number.isFinite(value) || (type !== 'double' && !Number.isInteger(value))) throw new Error(`column "${name}": "${text}" is no ${type}`);
    if (name === 'Qty' && value > 1000) throw new Error('column "Qty": at most 1000');
    return value;
  };
  const table: FakeTable = {
    name: 'orders', kind: 'input', live: true, keys: ['Sym'], columns, rows: 2, cell: (row, column) => cells[row][columns.findIndex(({ name }) => name === column)],
    put(names, rows) {
      const made = rows.map((row) => columns.map((info) => read(info, row[names.indexOf(info.name)])));
      for (const row of made) {
        const at = cells.findIndex(([sym]) => sym === row[0]);
        if (at < 0) cells.push(row);
        else cells[at] = row;
      }
      table.rows = cells.length;
    },
    remove(_, rows) {
      for (const [sym] of rows) cells.splice(cells.findIndex(([one]) => one === sym) >>> 0, 1);
      table.rows = cells.length;
    },
  };
  return table;
}

const [ROW, SYM, PRICE] = ['__ROW__TABLE_STYLE_FORMAT', 'Sym__TABLE_STYLE_FORMAT', 'Price__TABLE_STYLE_FORMAT'];

/** A table that says itself how its cells look: rows that are late, prices by size, numbers and times with patterns. */
export function paintedTable(): FakeTable {
  const row = [ROW];
  const columns: ColumnInfo[] = [
    { name: 'Sym', type: 'String', partitioning: true, styles: [SYM, ROW] }, { name: 'Price', type: 'double', styles: [PRICE, ROW], number: 'Price__TABLE_NUMBER_FORMAT' }, { name: 'Size', type: 'int', styles: row },
    { name: 'Fee', type: 'BigDecimal', scale: 4, styles: row, number: 'Fee__TABLE_NUMBER_FORMAT' }, { name: 'Time', type: 'Instant', styles: row, date: 'Time__TABLE_DATE_FORMAT' },
  ];
  const looks: ColumnInfo[] = [
    ...[ROW, SYM, PRICE].map((name) => ({ name, type: 'long' })), ...['Price__TABLE_NUMBER_FORMAT', 'Fee__TABLE_NUMBER_FORMAT', 'Time__TABLE_DATE_FORMAT'].map((name) => ({ name, type: 'String' })),
  ];
  const plain = (rgb: bigint): bigint => BigInt.asIntN(64, ((0x1000000n | rgb) << 32n) | 0x1000000n);
  const price = (at: number): number => 100 + ((at * 37) % 50) * 12.345;
  return {
    name: 'painted', kind: 'table', live: false, columns, looks, rows: 60,
    cell(at, column) {
      switch (column) {
        case 'Sym': return SYMBOLS[at % SYMBOLS.length];
        case 'Price': return at === 5 ? null : price(at);
        case 'Size': return at * 10;
        case 'Fee': return ((at - 3) * 1234.5678).toFixed(4);
        case 'Time': return START + BigInt(at) * 61_123_456_789n;
        // Every seventh row is pale red; its second cell has colours of its own.
        case ROW: return at % 7 === 2 ? plain(0xffd0d0n) : 0n;
        // Text alone, in a blue that nobody could read in the dark.
        case SYM: return at % 3 === 0 ? 0x50000a0n : 0n;
        case PRICE: return at % 2 ? 0n : plain((BigInt(Math.round(price(at) / 3)) << 16n) | 0x3060n);
        case 'Price__TABLE_NUMBER_FORMAT': return '$#,##0.000';
        case 'Fee__TABLE_NUMBER_FORMAT': return at === 0 ? null : '#,##0.0;(#,##0.0)';
        case 'Time__TABLE_DATE_FORMAT': return "EEE d MMM, HH:mm:ss.SSS 'h'";
        default: return null;
      }
    },
  };
}

/** Who works for whom. */
export function staffTable(): FakeTable {
  const people: [id: bigint, boss: bigint | null, name: string][] = [[1n, null, 'Ada'], [2n, 1n, 'Ben'], [3n, 1n, 'Cleo'], [4n, 3n, 'Dan'], [5n, 3n, 'Eve'], [6n, null, 'Fay']];
  return {
    name: 'staff', kind: 'table', live: false, rows: people.length, columns: [{ name: 'Id', type: 'long' }, { name: 'Boss', type: 'long' }, { name: 'Name', type: 'String' }],
    cell: (row, column) => people[row][['Id', 'Boss', 'Name'].indexOf(column)],
  };
}

export function emptyTable(): FakeTable {
  return { name: 'alerts', kind: 'append', live: true, columns: TRADE_COLUMNS.slice(0, 5), rows: 0, cell: tradeCell };
}

export function typesTable(): FakeTable {
  const values: Record<string, [type: string, cells: Cell[]]> = {
    Bool: ['boolean', [true, false, null]],
    Byte: ['byte', [-128, 127, null]],
    Long: ['long', [-9223372036854775808n, 9223372036854775807n, null]],
    Char: ['char', [65, 0x20ac, null]],
    Float: ['float', [1.5, Math.fround(0.1), null]],
    Double: ['double', [Number.NaN, Number.POSITIVE_INFINITY, null]],
    Text: ['String', ['Zürich 🚋', 'two\nlines\tand a tab', null]],
    Instant: ['Instant', [1_790_000_000_123_456_789n, -1n, null]],
    Zoned: ['ZonedDateTime', [1_790_000_000_000_000_000n, 0n, null]],
    Local: ['LocalDateTime', [0n, 1_000_000n, null]],
    Date: ['LocalDate', [20_000, -1, null]],
    Time: ['LocalTime', [37_800_000_000_000n, 1n, null]],
    Duration: ['Duration', [90_061_500_000_000n, -1_000_000_000n, null]],
    Big: ['BigInteger', ['123456789012345678901234567890', '-5', null]],
    Decimal: ['BigDecimal', ['-1234.50', '0.00', null]],
    List: ['double[]', ['[1.5, null, 3]', '[]', null]],
  };
  return {
    name: 'types', kind: 'table', live: false, rows: 3,
    columns: Object.entries(values).map(([name, [type]]) => ({ name, type, zone: type === 'ZonedDateTime' ? 'Asia/Tokyo' : undefined, scale: type === 'BigDecimal' ? 2 : undefined, chars: 16 })),
    cell: (row, column) => values[column][1][row],
  };
}
