/** The two scrollbars: where they lie, how they are painted, and what dragging them means. */
import { type Extent, fits, scrollBy, thumb, type Top, topOfFraction } from './position.ts';
import type { Theme } from './theme.ts';

export const LANE = 14;

export interface Bars {
  extent: Extent;
  top: Top;
  bodyTop: number;
  width: number;
  scrollX: number;
  maxScrollX: number;
  contentWidth: number;
  frozenWidth: number;
  /** Which one the pointer is on or drags. */
  active: 'vertical' | 'horizontal' | null;
}

export function paintBars(ctx: CanvasRenderingContext2D, theme: Theme, bars: Bars): void {
  const { extent, bodyTop, width } = bars;
  ctx.fillStyle = theme.header;
  ctx.fillRect(width, 0, LANE, bodyTop);
  ctx.fillStyle = theme.background;
  ctx.fillRect(width, bodyTop, LANE, extent.height + LANE);
  ctx.fillRect(0, bodyTop + extent.height, width, LANE);
  ctx.fillStyle = theme.strongLine;
  ctx.fillRect(0, bodyTop - 1, width + LANE, 1);
  if (!fits(extent)) {
    const { start, length } = thumb(bars.top, extent, extent.height);
    bar(ctx, width + 3, bodyTop + start, LANE - 6, length, bars.active === 'vertical' ? theme.thumbHover : theme.thumb);
  }
  if (bars.maxScrollX > 0) {
    const { start, length } = horizontal(bars);
    bar(ctx, start, bodyTop + extent.height + 3, length, LANE - 6, bars.active === 'horizontal' ? theme.thumbHover : theme.thumb);
  }
}

function bar(ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number, colour: string): void {
  ctx.fillStyle = colour;
  ctx.beginPath();
  ctx.roundRect(x, y + 1, width, Math.max(4, height - 2), 4);
  ctx.fill();
}

function horizontal(bars: Bars): { start: number; length: number } {
  const track = bars.width - bars.frozenWidth;
  const length = Math.max(24, (track * track) / (track + bars.maxScrollX));
  return { start: bars.frozenWidth + ((track - length) * bars.scrollX) / bars.maxScrollX, length };
}

export function hitBar(bars: Bars, x: number, y: number): 'vertical' | 'horizontal' | null {
  if (x >= bars.width && y >= bars.bodyTop && y < bars.bodyTop + bars.extent.height && !fits(bars.extent)) return 'vertical';
  if (y >= bars.bodyTop + bars.extent.height && x < bars.width && bars.maxScrollX > 0) return 'horizontal';
  return null;
}

/** Where the pointer holds the thumb; beside it, its middle jumps to the pointer. */
export function grip(bars: Bars, which: 'vertical' | 'horizontal', x: number, y: number): number {
  const vertical = which === 'vertical';
  const { start, length } = vertical ? thumb(bars.top, bars.extent, bars.extent.height) : horizontal(bars);
  const at = vertical ? y - bars.bodyTop : x;
  return at >= start && at < start + length ? at - start : length / 2;
}

/** The position that a drag of the vertical thumb asks for. */
export function draggedTop(bars: Bars, y: number, held: number): Top {
  const { length } = thumb(bars.top, bars.extent, bars.extent.height);
  const room = bars.extent.height - length;
  return room <= 0 ? bars.top : topOfFraction((y - bars.bodyTop - held) / room, bars.extent);
}

/** With Shift a pixel of the thumb is a row, whatever the number of rows. */
export function draggedFine(bars: Bars, from: Top, pixels: number): Top {
  return scrollBy(from, pixels * bars.extent.rowHeight, bars.extent);
}

export function draggedX(bars: Bars, x: number, held: number): number {
  const { length } = horizontal(bars);
  const room = bars.width - bars.frozenWidth - length;
  const part = room <= 0 ? 0 : (x - bars.frozenWidth - held) / room;
  return Math.min(1, Math.max(0, part)) * bars.maxScrollX;
}
