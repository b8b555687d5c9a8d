/** What is said of a chart: how much of its table it shows, where the cross-hair is, and which of its series are taken out. */
import { valueText } from '../../charts/axes.ts';
import type { ChartData } from '../../charts/data.ts';
import type { AxisForm } from '../../charts/drawing.ts';
import { placeText } from '../../charts/patterns.ts';
import { type ChartSpec, isGrouped, isLine } from '../../charts/spec.ts';
import { amount, count, short } from '../words.ts';

/** `2,000 of 1.20 M points`; all of them if they are all. */
export function pointWords(spec: ChartSpec, { drawn, rows, total }: { drawn: number; rows: number; total: number }, data: ChartData): string {
  if (isLine(spec.kind)) return drawn < total ? `${count(drawn)} of ${short(total)} points` : amount(total, 'point');
  const word = isGrouped(spec.kind) ? { pie: 'parts', bar: 'bars', heat: 'cells', treemap: 'areas' }[spec.kind as 'pie'] : spec.kind === 'histogram' ? 'bins' : 'intervals';
  const shown = spec.kind === 'histogram' ? data.xs.length : drawn;
  return `${count(shown)}${rows > drawn ? ` of ${short(rows)}` : ''} ${word} of ${short(total)} rows`;
}

export const hiddenText = (n: number): string => `${count(n)} more ${n === 1 ? 'is' : 'are'} not drawn`;

/** Where the cross-hair is, and what each series has there. */
export interface Hover {
  x: string;
  values: readonly string[];
}

/** The forms of the axes, where a script gave some. */
export interface AxisForms {
  x?: AxisForm;
  y?: AxisForm;
  y2?: AxisForm | null;
}

/** A place of the axis in words. */
export function xText(data: ChartData, at: number, form?: AxisForm): string {
  if (data.axis === 'name') return data.labels[at] ?? '';
  const text = (value: number): string => placeText(value, data.axis === 'time' ? data.zone : null, form);
  return data.highs ? `${text(data.xs[at])} – ${text(data.highs[at])}` : text(data.xs[at]);
}

/** `places`: of the data, and then of each series, which may have none there. */
export function hoverOf(data: ChartData | null, places: readonly (number | null)[] | null, forms: AxisForms = {}): Hover | null {
  const at = places?.[0];
  if (!data || places == null || at == null) return null;
  const values = data.series.map(({ values, axis, opens, lows, ups }, i) => {
    const place = places[i + 1] ?? at;
    const side = axis ?? 'left';
    const form = (side === 'right' ? forms.y2 : forms.y) ?? undefined;
    const text = (value: number | null | undefined): string => (value == null ? valueText(value) : placeText(value, data.yZones?.[side] ?? null, form, 7));
    if (opens && values[place] != null) return `${text(opens[place])} → ${text(values[place])}, ${text(lows?.[place])} – ${text(ups?.[place])}`;
    return text(values[place]);
  });
  return { x: xText(data, at, forms.x), values };
}

/** Taken out, or put back. */
export function toggled(off: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(off);
  if (!next.delete(name)) next.add(name);
  return next;
}

/** That series alone; or all, if it was alone. */
export function alone(off: ReadonlySet<string>, names: readonly string[], name: string): ReadonlySet<string> {
  const others = names.filter((one) => one !== name);
  return others.every((one) => off.has(one)) ? new Set() : new Set(others);
}
