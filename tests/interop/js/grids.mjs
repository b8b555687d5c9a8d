// What a grid does with a table: looks at it, sorts, filters, computes, counts.

import { all, cell, cells, dh, event, refusal, rows, within } from './client.mjs';

const number = (value) => dh.FilterValue.ofNumber(value);
const text = (value) => dh.FilterValue.ofString(value);

export const about = async ({ session }) => {
  const table = await session.getTable('trades');
  return {
    size: table.size,
    live: table.isRefreshing,
    columns: table.columns.map((each) => [each.name, each.type, each.isSortable]),
    description: table.description,
    columnDescription: table.findColumn('Price').description,
    hints: table.layoutHints?.frontColumns,
  };
};

export const viewports = async ({ session }) => {
  const table = await session.getTable('trades');
  return {
    first: await rows(table, 0, 2),
    later: await rows(table, 57, 80),
    columns: await rows(table, 10, 11, table.findColumns(['Symbol', 'Id'])),
    beyond: await rows(table, 1000, 1010),
  };
};

export const kinds = async ({ session }) => {
  const table = await session.getTable('kinds');
  return { types: table.columns.map((each) => each.type), rows: await all(table) };
};

export const sorts = async ({ session }) => {
  const table = await session.getTable('trades');
  const [id, symbol] = table.findColumns(['Id', 'Symbol']);
  table.applySort([symbol.sort().desc(), id.sort().asc()]);
  const two = await rows(table, 0, 2);
  table.applySort([dh.Table.reverse()]);
  const reversed = await rows(table, 0, 1);
  table.applySort([]);
  return { two, reversed, none: await rows(table, 0, 1) };
};

export const filters = async ({ session }) => {
  const table = await session.getTable('trades');
  const [id, symbol, price] = ['Id', 'Symbol', 'Price'].map((name) => table.findColumn(name).filter());
  const conditions = {
    greater: id.greaterThan(number(57)),
    between: id.greaterThanOrEqualTo(number(5)).and(id.lessThan(number(8))),
    either: id.eq(number(1)).or(id.eq(number(59))),
    not: id.lessThan(number(57)).not(),
    among: id.in([number(3), number(4)]),
    text: symbol.eq(text('A')).and(id.lessThan(number(7))),
    ignoringCase: symbol.eqIgnoreCase(text('a')).and(id.lessThan(number(7))),
    containing: symbol.contains(text('B')).and(id.lessThan(number(7))),
    matching: symbol.matches(text('[CD]')).and(id.lessThan(number(7))),
    empty: price.isNull(),
    search: dh.FilterCondition.search(text('59')),
    called: symbol.invoke('startsWith', text('C')).and(id.lessThan(number(7))),
  };
  const found = {};
  for (const [name, condition] of Object.entries(conditions)) {
    table.applyFilter([condition]);
    found[name] = (await rows(table, 0, 9, table.findColumns(['Id']))).flat();
  }
  table.applyFilter([]);
  return { ...found, sizeWithout: await event(table, 'updated', () => table.setViewport(0, 1)).then(() => table.size) };
};

export const customColumns = async ({ session }) => {
  const table = await session.getTable('trades');
  const custom = ['Worth = Price * Id', 'Twice = Worth * 2'];
  await event(table, dh.Table.EVENT_CUSTOMCOLUMNSCHANGED, () => table.applyCustomColumns(custom));
  const with2 = await rows(table, 2, 3);
  table.applyFilter([table.findColumn('Twice').filter().greaterThan(number(1000))]);
  table.applySort([table.findColumn('Worth').sort().desc()]);
  return { columns: table.columns.map((each) => each.name), with2, filtered: await rows(table, 0, 1), size: table.size };
};

export const totals = async ({ session }) => {
  const table = await session.getTable('trades');
  const config = { operationMap: { Id: ['Sum', 'Avg', 'Count'], Price: ['Max', 'Min'], Symbol: ['Unique', 'CountDistinct'] } };
  const shown = async (made) => ({ columns: made.columns.map((each) => each.name), rows: await rows(made, 0, 9) });
  const plain = await shown(await table.getTotalsTable(config));
  table.applyFilter([table.findColumn('Id').filter().lessThan(number(10))]);
  await rows(table, 0, 1);
  const filtered = await shown(await table.getTotalsTable({ operationMap: { Id: ['Sum'] } }));
  const grand = await shown(await table.getGrandTotalsTable({ operationMap: { Id: ['Sum'] } }));
  const by = await shown(await table.getTotalsTable({ operationMap: { Id: ['Sum'] }, groupBy: ['Symbol'] }));
  return { plain, filtered, grand, by };
};

export const reductions = async ({ session }) => {
  const table = await session.getTable('trades');
  const distinct = await table.selectDistinct(table.findColumns(['Symbol']));
  const statistics = await table.getColumnStatistics(table.findColumn('Id'));
  const copy = await table.copy();
  const frozen = await table.freeze();
  return {
    distinct: (await rows(distinct)).flat().sort(),
    statistics: [...statistics.statisticsMap.entries()].map(([name, value]) => [name, cell(value)]),
    symbols: [...(await table.getColumnStatistics(table.findColumn('Symbol'))).uniqueValues.entries()],
    seek: await table.seekRow(0, table.findColumn('Symbol'), dh.ValueType.STRING, 'd', true, false, false),
    seekBack: await table.seekRow(20, table.findColumn('Id'), dh.ValueType.NUMBER, 7, false, false, true),
    seekNothing: await table.seekRow(0, table.findColumn('Id'), dh.ValueType.NUMBER, 777, false, false, false),
    copy: copy.size,
    frozen: [frozen.size, frozen.isRefreshing],
  };
};

export const joins = async ({ session }) => {
  const open = (name) => session.getTable(name);
  const left = async () => {
    const table = await open('trades');
    table.applyFilter([table.findColumn('Id').filter().lessThan(number(5))]);
    return table;
  };
  const shown = async (joined) => rows(await joined, 0, 9);
  const book = await open('book');
  const venues = await open('venues');
  return {
    natural: await shown((await left()).naturalJoin(venues, ['Symbol'], ['Venue'])),
    exact: await shown((await left()).exactJoin(venues, ['Symbol'], ['Where = Venue'])),
    cross: await shown((await left()).crossJoin(venues, ['Symbol'], ['Venue'])),
    asOf: await shown((await left()).asOfJoin(book, ['Id = At'], ['Quote'], 'LESS_THAN_EQUAL')),
    asOfBefore: await shown((await left()).asOfJoin(book, ['Id = At'], ['Quote'], 'LESS_THAN')),
    asOfReverse: await shown((await left()).asOfJoin(book, ['Id = At'], ['Quote'], 'GREATER_THAN_EQUAL')),
    asOfAfter: await shown((await left()).asOfJoin(book, ['Id = At'], ['Quote'], 'GREATER_THAN')),
    duplicates: await refusal(async () => (await left()).naturalJoin(await open('trades'), ['Symbol'], ['Price'])),
  };
};

export const partitions = async ({ session }) => {
  const table = await session.getTable('trades');
  const parted = await table.partitionBy(['Symbol']);
  await within(parted.refetch(), 'keys');
  const part = await parted.getTable('B');
  const merged = await parted.getMergedTable();
  return {
    keys: [...parted.getKeys()].sort(),
    size: parted.size,
    part: [part.size, await rows(part, 0, 1)],
    merged: merged.size,
    nothing: await parted.getTable('Z'),
  };
};

export const made = async ({ session }) => {
  const fresh = await session.newTable(['A', 'B'], ['int', 'java.lang.String'], [[1, 2, 3], ['x', null, 'z']], null);
  const other = await session.newTable(['A', 'B'], ['int', 'java.lang.String'], [[4], ['w']], null);
  const merged = await session.mergeTables([fresh, other], null);
  await session.bindTableToVariable(fresh, 'from_a_page');
  const bound = await session.getTable('from_a_page');
  const empty = await session.emptyTable(5);
  const ticking = await session.timeTable(20_000_000, null);
  await event(ticking, dh.Table.EVENT_SIZECHANGED, () => {}, () => ticking.size >= 2);
  return { fresh: await rows(fresh), merged: await rows(merged), bound: bound.size, empty: empty.size };
};

export const arrays = async ({ session }) => {
  const table = await session.getTable('lists');
  return { types: table.columns.map((each) => each.type), rows: await rows(table) };
};

export const formats = async ({ session }) => {
  const table = await session.getTable('painted');
  table.setViewport(0, 2);
  const data = await within(table.getViewportData(), 'rows');
  const column = table.findColumn('Id');
  const painted = [...data.rows].map((row) => row.getFormat(column));
  return {
    columns: table.columns.map((each) => each.name),
    colours: painted.map((each) => [cell(each.backgroundColor), cell(each.color)]),
    numbers: painted.map((each) => cell(each.formatString)),
    rows: cells(data, table.columns),
  };
};

export const errors = async ({ session }) => {
  const open = () => session.getTable('trades');
  const told = async (change) => {
    const table = await open();
    const detail = await event(table, dh.Table.EVENT_REQUEST_FAILED, () => {
      change(table);
      table.setViewport(0, 1);
    });
    return detail.errorMessage;
  };
  return {
    formula: await told((table) => table.applyCustomColumns(['Z = Nope * 2'])),
    filter: await told((table) => table.applyFilter([table.findColumn('Symbol').filter().invoke('nothing', number(1))])),
  };
};
