/** What the user asked of a table, and the operations that it comes to. */
import type { Cell, ColumnInfo, Direction, Op } from '../client/index.ts';
import { fittedGrouping, type Grouping, groupingOp, madeNames } from './grouping.ts';
import { type Problem, problemOf } from '../grid/problem.ts';
import { FilterError, formatInstant, instantLiteral, literal, quickFilter, quoted } from '../client/index.ts';

export interface Plan {
  /** Texts of the filter row, by column. */
  filters: ReadonlyMap<string, string>;
  /** Filters by the value of a cell. */
  values: readonly ValueFilter[];
  sorts: readonly (readonly [column: string, direction: Direction])[];
  /** Further columns, each `Name = formula`. */
  custom: readonly string[];
  /** These columns alone; null: all. */
  select: readonly string[] | null;
  /** What rows are made of many; null: they are themselves. */
  group: Grouping | null;
}

export interface ValueFilter {
  column: string;
  formula: string;
  label: string;
  /** The panel that it comes from, if it is not the user's own: it is not kept. */
  source?: string;
}

/** The column whose filter an operation is, or the text of the column that it makes. */
export type Origin = { filter: string } | { custom: string } | { group: true };

export const EMPTY: Plan = { filters: new Map(), values: [], sorts: [], custom: [], select: null, group: null };

export function isEmpty(plan: Plan): boolean {
  return !plan.filters.size && !plan.values.length && !plan.sorts.length && !plan.custom.length && !plan.select && !plan.group;
}

/** The name that a custom column gives itself; null if it gives none. */
export function customName(text: string): string | null {
  return /^\s*([A-Za-z_$][\w$]*)\s*=(?!=)/.exec(text)?.[1] ?? null;
}

/** Without what asks for columns that there are not, as of a plan that was kept while the table became another. */
export function fitted(plan: Plan, columns: readonly ColumnInfo[]): Plan {
  const own = new Set([...columns.map((info) => info.name), ...plan.custom.map(customName)]);
  const group = fittedGrouping(plan.group, own);
  const names = new Set([...own, ...madeNames(group)]);
  const select = plan.select?.filter((name) => names.has(name)) ?? [];
  return {
    filters: new Map([...plan.filters].filter(([column]) => names.has(column))), values: plan.values.filter(({ column }) => names.has(column)),
    sorts: plan.sorts.filter(([column]) => names.has(column)), custom: plan.custom, select: select.length ? select : null, group,
  };
}

/**
 * Custom columns come first, so that the rest may be about them; filters come before sorts, so that what they leave out need not be sorted;
 * the choice of columns comes last, so that the others may be filtered and sorted by. Texts that are no filters are named, and left out.
 * `origins` says of each operation, as far as it is known, what in the plan it comes from. Each custom column is an operation of its own, so
 * that a refusal says which.
 */
export function opsOf(plan: Plan, columns: readonly ColumnInfo[], zone: string): { ops: Op[]; errors: Map<string, Problem>; origins: Origin[] } {
  const ops: Op[] = [];
  const errors = new Map<string, Problem>();
  const origins: Origin[] = [];
  for (const text of plan.custom) {
    ops.push({ custom: [text] });
    origins.push({ custom: text });
  }
  // Of columns that groups make they are about groups.
  const made = madeNames(plan.group);
  const later: Op[] = [];
  for (const [column, text] of plan.filters) {
    const info = columns.find((one) => one.name === column);
    if (!info) continue;
    try {
      const formula = quickFilter(column, info.type, text, info.type === 'ZonedDateTime' ? (info.zone ?? 'UTC') : zone);
      if (formula === null) continue;
      if (made.includes(column)) later.push({ where: formula });
      else {
        ops.push({ where: formula });
        origins.push({ filter: column });
      }
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      errors.set(column, problemOf(text, error.message, error.part));
    }
  }
  for (const { column, formula } of plan.values) (made.includes(column) ? later : ops).push({ where: formula });
  if (plan.group) {
    origins.length = ops.length;
    origins.push({ group: true });
    ops.push(groupingOp(plan.group, plan.sorts), ...later);
  }
  if (plan.sorts.length && plan.group?.kind !== 'rollup' && plan.group?.kind !== 'tree') ops.push({ sort: plan.sorts.map(([column, direction]) => [column, direction]) });
  if (plan.select) ops.push({ select: [...plan.select] });
  return { ops, errors, origins };
}

/** A click: ascending, descending, not at all. With `add` the other sorts stay, and this one comes after them. */
export function toggleSort(plan: Plan, column: string, add: boolean): Plan {
  const former = plan.sorts.find(([name]) => name === column)?.[1];
  const next: Direction | null = former === undefined ? 'asc' : former === 'asc' ? 'desc' : null;
  if (!add) return { ...plan, sorts: next ? [[column, next]] : [] };
  if (former === undefined) return { ...plan, sorts: [...plan.sorts, [column, 'asc']] };
  const sorts = plan.sorts.flatMap((sort) => (sort[0] !== column ? [sort] : next ? [[column, next] as const] : []));
  return { ...plan, sorts };
}

export function setSort(plan: Plan, column: string, direction: Direction | null): Plan {
  return { ...plan, sorts: direction ? [[column, direction]] : plan.sorts.filter(([name]) => name !== column) };
}

export function setFilter(plan: Plan, column: string, text: string): Plan {
  const filters = new Map(plan.filters);
  if (text.trim()) filters.set(column, text);
  else filters.delete(column);
  return { ...plan, filters };
}

export type Comparison = '==' | '!=' | '>=' | '<=';
const SIGNS: Record<Comparison, string> = { '==': '=', '!=': '≠', '>=': '≥', '<=': '≤' };

/** A filter by the value of a cell; null where values of the type cannot be written in a formula. */
export function byValue(info: ColumnInfo, cell: Cell, comparison: Comparison, shown: string): ValueFilter | null {
  const column = info.name;
  const label = `${info.name} ${SIGNS[comparison]} ${cell === null ? 'null' : shown}`;
  if (cell === null) return comparison === '==' || comparison === '!=' ? { column, formula: `${comparison === '!=' ? '!' : ''}isNull(${info.name})`, label } : null;
  if (typeof cell === 'number' && Number.isNaN(cell)) {
    return comparison === '==' || comparison === '!=' ? { column, formula: `${comparison === '!=' ? '!' : ''}isNaN(${info.name})`, label } : null;
  }
  const value = written(info, cell);
  return value === null ? null : { column, formula: `${info.name} ${comparison} ${value}`, label };
}

function written(info: ColumnInfo, cell: Cell): string | null {
  switch (info.type) {
    case 'Instant':
    case 'ZonedDateTime': return instantLiteral(cell as bigint);
    case 'LocalDate': return literal(info.type, new Date((cell as number) * 86_400_000).toISOString().slice(0, 10));
    case 'LocalTime': return `'${formatInstant(cell as bigint, 'UTC', 9).slice(11)}'`;
    case 'float': return Number.isFinite(cell) ? `${Number.parseFloat((cell as number).toPrecision(8))}f` : null;
    case 'double': return Number.isFinite(cell) ? String(cell) : null;
    case 'long': return `${cell}L`;
    case 'byte':
    case 'short':
    case 'int':
    case 'boolean':
    case 'BigInteger':
    case 'BigDecimal': return String(cell);
    case 'String': return quoted(cell as string);
    case 'char': return literal('char', String.fromCharCode(cell as number));
    default: return null;
  }
}
