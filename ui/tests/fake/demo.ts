import { bigTable, emptyTable, type FakeTable, pricesTable, quotesTable, tradesTable, typesTable, wideTable } from './tables.ts';

export function demoTables(): FakeTable[] {
  return [
    tradesTable(48_210, 7), quotesTable(), pricesTable(24_000, 1), bigTable('history', 1_000_000_000), bigTable('everything', 2 ** 53 - 1), bigTable('positions', 1184), wideTable(300, 5000), emptyTable(), typesTable(),
  ];
}
