/**
 * How cells are dressed: formatters and looks, made from columns, zone, forms and rules whenever one of these changes.
 *
 * **Cost** of a paint: the cells that are seen of columns with bars or scales, whose bounds are those of what is seen.
 */
import type { ColumnInfo } from '../client/messages.ts';
import { Paintbox, parts } from './colours.ts';
import { type ColumnFormat, formatted } from './formats.ts';
import { givenOf } from './given.ts';
import { seenExtents, type View } from './paint.ts';
import { type Look, lookOf, type Rule } from './rules.ts';
import type { Theme } from './theme.ts';

/** Colours that are asked for more contrast than this are moved to where there can be so much. */
const CONTRAST_EVERYWHERE = 4.5;

/** The colours that a table has itself, in a theme. */
export function paintboxOf(ctx: CanvasRenderingContext2D, theme: Theme): Paintbox {
  const [background] = parts(ctx, theme.background);
  return new Paintbox({ background, selection: parts(ctx, theme.selection), contrast: theme.contrast, movesGrounds: theme.contrast > CONTRAST_EVERYWHERE });
}

export class Dressing {
  columns: readonly ColumnInfo[] = [];
  zone = 'UTC';
  formats: ReadonlyMap<string, ColumnFormat> = new Map();
  rules: readonly Rule[] = [];

  constructor(private readonly view: View) {}

  /** Rules of columns that there are not, or that do not go with them, are passed over. */
  apply(change: Partial<Pick<Dressing, 'columns' | 'zone' | 'formats' | 'rules'>>): void {
    Object.assign(this, change);
    const { columns, zone, formats, rules, view } = this;
    if (!change.rules) view.formatters = new Map(columns.map((info) => [info.name, formatted(info, zone, formats.get(info.name))]));
    const looks = new Map<string, Look[]>();
    for (const rule of rules) {
      const info = columns.find(({ name }) => name === rule.column);
      const look = info && lookOf(rule, info, zone);
      if (look && typeof look !== 'string') looks.set(rule.column, [...(looks.get(rule.column) ?? []), look]);
    }
    view.looks = looks;
    view.given = new Map(columns.flatMap((info) => {
      const base = view.formatters.get(info.name);
      const given = base && givenOf(info, zone, base, formats.get(info.name), looks.has(info.name));
      return given ? [[info.name, given]] : [];
    }));
  }

  /** Whether what is seen has other bounds than before: then bars and scales of all rows are others. */
  boundsChanged(): boolean {
    const { view } = this;
    if (!view.looks.size) return false;
    const extents = seenExtents(view);
    const changed = [...extents].some(([name, extent]) => String(view.extents.get(name)) !== String(extent));
    view.extents = extents;
    return changed;
  }
}
