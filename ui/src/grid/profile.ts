/** The row of profiles below the header: where the values of a column lie, how many are null, how many are different. */
import type { Placed } from './layout.ts';
import type { View } from './paint.ts';

export interface Profile {
  /** Heights of 0 to 1 over the range of the values; none where values have no places. */
  bars: readonly number[];
  /** Share of the rows, of 1. */
  nulls: number;
  distinct: number | null;
}

export const PROFILE_HEIGHT = 26;
const PAD = 10;
/** Pixels that the bars take at most. */
const BARS_MAX = 96;

export function paintProfiles(view: View): void {
  const { ctx, theme, layout, width, profiles } = view;
  if (!profiles) return;
  const top = view.bodyTop - PROFILE_HEIGHT;
  ctx.fillStyle = theme.background;
  ctx.fillRect(0, top, width, PROFILE_HEIGHT - 1);
  const columns = layout.seen(view.scrollX, width);
  for (const frozen of [false, true]) {
    const [from, to] = frozen ? [0, layout.frozenWidth] : [layout.frozenWidth, width];
    ctx.save();
    ctx.beginPath();
    ctx.rect(from, top, Math.max(0, to - from), PROFILE_HEIGHT);
    ctx.clip();
    for (const column of columns) if (column.frozen === frozen) profile(view, column, top);
    ctx.restore();
  }
}

function profile(view: View, column: Placed, top: number): void {
  const { ctx, theme } = view;
  const left = view.layout.left(column, view.scrollX);
  ctx.fillStyle = theme.line;
  ctx.fillRect(left + column.width - 1, top + 4, 1, PROFILE_HEIGHT - 8);
  const known = view.profiles?.get(column.info.name);
  if (!known) return;
  ctx.font = theme.fontSmall;
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'right';
  const words = profileWords(known);
  // The words that have room: fewer of them rather than half of one.
  const room = column.width - 2 * PAD;
  const shown = [words.join(' · '), ...words].find((text) => ctx.measureText(text).width <= room - (known.bars.length ? 28 : 0)) ?? '';
  ctx.fillStyle = theme.dim;
  if (shown) ctx.fillText(shown, left + column.width - PAD, top + PROFILE_HEIGHT / 2);
  const free = Math.min(BARS_MAX, room - (shown ? ctx.measureText(shown).width + 8 : 0));
  if (!known.bars.length || free < 20) return;
  ctx.fillStyle = theme.accent;
  ctx.globalAlpha = 0.75;
  const step = free / known.bars.length;
  known.bars.forEach((share, at) => {
    const height = share > 0 ? Math.max(1, share * (PROFILE_HEIGHT - 8)) : 0;
    ctx.fillRect(left + PAD + at * step, top + PROFILE_HEIGHT - 4 - height, Math.max(1, step - 0.6), height);
  });
  ctx.globalAlpha = 1;
}

/** What a profile says, the most telling first. */
export function profileWords({ nulls, distinct }: Profile): string[] {
  const words = distinct === null ? [] : [`${short(distinct)} distinct`];
  return nulls > 0 ? [...words, `${nulls < 0.001 ? '<0.1' : (nulls * 100).toFixed(nulls < 0.1 ? 1 : 0)} % null`] : words;
}

function short(value: number): string {
  if (value < 10_000) return value.toLocaleString('en-US');
  return value < 1e6 ? `${Math.round(value / 1e3)} k` : `${(value / 1e6).toPrecision(3)} M`;
}
