/** A few rows that are looked at beside a table, such as statistics of it: a subscription for as long as a component is shown. */
import { useEffect, useState } from 'preact/hooks';
import type { Cell, ColumnInfo, ErrorMessage, Op } from '../client/index.ts';
import { client } from './session.ts';

export interface Watched {
  columns: readonly ColumnInfo[];
  rows: number;
  /** Rows that are here. */
  n: number;
  cell(row: number, column: string): Cell | undefined;
  error: ErrorMessage | null;
}

const HZ = 5;

/** Null before anything came. Empty operations of `null` ask for nothing. */
export function useRows(table: string, ops: readonly Op[] | null, n: number): Watched | null {
  const [seen, setSeen] = useState<Watched | null>(null);
  const asked = JSON.stringify(ops);
  useEffect(() => {
    const wanted = JSON.parse(asked) as Op[] | null;
    if (!wanted) return;
    let frame = 0;
    const sub = client.subscribe(table, { first: 0, n, anchor: 'top', cols: null }, wanted, HZ);
    const show = (error: ErrorMessage | null): void => {
      const { page } = sub;
      setSeen({ columns: sub.schema?.columns ?? [], rows: page.rows, n: page.n, cell: (row, column) => page.cell(row, column), error });
    };
    sub.on('page', () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        show(null);
        // What was set is on the screen in the next one.
        frame = requestAnimationFrame(() => sub.painted());
      });
    });
    sub.on('error', (error) => show(error));
    return () => {
      cancelAnimationFrame(frame);
      client.unsubscribe(sub);
    };
  }, [table, asked, n]);
  return seen;
}
