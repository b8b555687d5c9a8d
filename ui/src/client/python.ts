/** The operations on a table as the Python that makes the same table. */
import type { Agg, AggKind, Op } from './messages.ts';

/** With the import that it needs, if it needs one. */
export function asPython(table: string, ops: Op[]): string {
  const needsAgg = ops.some((op) => 'by' in op || 'rollup' in op);
  return (needsAgg ? 'from kinetable import agg\n\n' : '') + expression(table, ops);
}

/** Names that are no identifiers are looked up, so that the text still runs. */
export function expression(table: string, ops: Op[]): string {
  const start = /^[A-Za-z_]\w*$/.test(table) ? table : `globals()[${text(table)}]`;
  return start + ops.map(call).join('');
}

function call(op: Op): string {
  if ('where' in op) return `.where(${text(op.where)})`;
  if ('select' in op) return `.view(${list(op.select)})`;
  if ('custom' in op) return `.update_view(${list(op.custom)})`;
  if ('distinct' in op) return `.select_distinct(${list(op.distinct)})`;
  if ('by' in op) return `.agg_by(${aggs(op.by.aggs)}${op.by.keys.length ? `, by=${list(op.by.keys)}` : ''})`;
  if ('rollup' in op) return `.rollup(${aggs(op.rollup.aggs)}, by=${list(op.rollup.keys)}${op.rollup.rows ? ', include_constituents=True' : ''})`;
  if ('tree' in op) return `.tree(id_col=${text(op.tree.id)}, parent_col=${text(op.tree.parent)})`;
  // The others are asked by charts and cards for themselves alone: no table of the user has them.
  return 'sort' in op ? sort(op.sort) : '';
}

const AGGS: Record<AggKind, string> = {
  count: 'count_', sum: 'sum_', abs_sum: 'abs_sum', avg: 'avg', min: 'min_', max: 'max_', std: 'std', var: 'var', median: 'median', first: 'first', last: 'last',
  distinct: 'count_distinct', unique: 'unique',
};

function aggs(all: readonly Agg[]): string {
  const made = all.map(([kind, to, of]) => `agg.${AGGS[kind]}(${text(of === undefined || of === to ? to : `${to} = ${of}`)})`);
  return `[${made.join(', ')}]`;
}

function sort(by: Extract<Op, { sort: unknown }>['sort']): string {
  const op = { sort: by };
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

/** Python's list of texts; one alone is itself. */
export const list = (items: string[]): string => (items.length === 1 ? text(items[0]) : `[${items.map(text).join(', ')}]`);

/** JSON's escapes are Python's too; of surrogates that stand alone neither knows more. */
export const text = (value: string): string => JSON.stringify(value);
