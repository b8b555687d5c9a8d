/** How much of the table a chart shows, in words. */
import type { ChartData } from '../../charts/data.ts';
import { type ChartSpec, isGrouped, isLine } from '../../charts/spec.ts';
import { count, short } from '../words.ts';

/** `2,000 of 1.20 M points`; all of them if they are all. */
export function pointWords(spec: ChartSpec, { drawn, rows, total }: { drawn: number; rows: number; total: number }, data: ChartData): string {
  if (isLine(spec.kind)) return drawn < total ? `${count(drawn)} of ${short(total)} points` : `${count(total)} points`;
  const word = isGrouped(spec.kind) ? { pie: 'parts', bar: 'bars', heat: 'cells', treemap: 'areas' }[spec.kind as 'pie'] : spec.kind === 'histogram' ? 'bins' : 'intervals';
  const shown = spec.kind === 'histogram' ? data.xs.length : drawn;
  return `${count(shown)}${rows > drawn ? ` of ${short(rows)}` : ''} ${word} of ${short(total)} rows`;
}
