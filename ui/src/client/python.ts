/** The operations on a table as the Python that makes the same table. */
import type { Op } from './messages.ts';

/** Names that are no identifiers are looked up, so that the text still runs. */
export function asPython(table: string, ops: Op[]): string {
  const start = /^[A-Za-z_]\w*$/.test(table) ? table : `globals()[${text(table)}]`;
  return start + ops.map(call).join('');
}

function call(op: Op): string {
  if ('where' in op) return `.where(${text(op.where)})`;
  if ('select' in op) return `.view(${list(op.select)})`;
  if ('custom' in op) return `.update_view(${list(op.custom)})`;
  const [columns, directions] = [op.sort.map(([name]) => name), op.sort.map(([, direction]) => direction)];
  if (directions.some((direction) => direction === 'abs')) {
    // The API sorts by values alone, so absolute ones need a column for as long as the sort takes.
    const made = op.sort.filter(([, direction]) => direction === 'abs').map(([name]) => `${name}_abs_ = abs(${name})`);
    const by = op.sort.map(([name, direction]) => (direction === 'abs' ? `${name}_abs_` : name));
    const order = directions.map((direction) => (direction === 'desc' ? 'SortDirection.DESCENDING' : 'SortDirection.ASCENDING'));
    const drop = op.sort.filter(([, direction]) => direction === 'abs').map(([name]) => `${name}_abs_`);
    return `.update_view(${list(made)}).sort(${list(by)}, order=[${order.join(', ')}]).drop_columns(${list(drop)})`;
  }
  if (directions.every((direction) => direction === 'asc')) return `.sort(${list(columns)})`;
  if (directions.every((direction) => direction === 'desc')) return `.sort_descending(${list(columns)})`;
  const order = directions.map((direction) => (direction === 'desc' ? 'SortDirection.DESCENDING' : 'SortDirection.ASCENDING'));
  return `.sort(${list(columns)}, order=[${order.join(', ')}])`;
}

const list = (items: string[]): string => (items.length === 1 ? text(items[0]) : `[${items.map(text).join(', ')}]`);

/** JSON's escapes are Python's too; of surrogates that stand alone neither knows more. */
const text = (value: string): string => JSON.stringify(value);
