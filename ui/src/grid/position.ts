/**
 * Where the grid is: the first row that is seen, and the pixels of it that are not. Two numbers, never pixels × rows, so that a table of
 * 2^53-1 rows scrolls by single pixels at its end as at its beginning.
 *
 * **Invariants** (1) 0 ≤ `px` < height of a row. (2) the last row is never above the bottom of the body, unless all rows fit.
 */
export interface Top {
  row: number;
  px: number;
}

/** What is needed to know how far a position may go. */
export interface Extent {
  rows: number;
  rowHeight: number;
  /** Pixels of the body in which rows are drawn. */
  height: number;
}

/** The least length of a thumb, so that it can be held. */
export const THUMB_MIN = 24;

export function fits({ rows, rowHeight, height }: Extent): boolean {
  return rows <= Math.floor(height / rowHeight);
}

/** The furthest position: the last row ends where the body ends. */
export function maxTop(extent: Extent): Top {
  if (fits(extent)) return { row: 0, px: 0 };
  const partly = Math.max(1, Math.ceil(extent.height / extent.rowHeight));
  return { row: extent.rows - partly, px: partly * extent.rowHeight - extent.height };
}

export function clampTop(top: Top, extent: Extent): Top {
  const max = maxTop(extent);
  if (top.row < 0) return { row: 0, px: 0 };
  if (top.row > max.row || (top.row === max.row && top.px > max.px)) return max;
  return top;
}

/** Down by so many pixels, or up. */
export function scrollBy(top: Top, pixels: number, extent: Extent): Top {
  const px = top.px + pixels;
  const rows = Math.floor(px / extent.rowHeight);
  return clampTop({ row: top.row + rows, px: px - rows * extent.rowHeight }, extent);
}

/** The least movement that brings a row wholly into the body. */
export function reveal(top: Top, row: number, extent: Extent): Top {
  if (row < top.row || (row === top.row && top.px > 0)) return clampTop({ row, px: 0 }, extent);
  const whole = Math.max(1, Math.floor(extent.height / extent.rowHeight));
  const below = (row - top.row + 1) * extent.rowHeight - top.px - extent.height;
  if (below <= 0) return top;
  if (row - top.row < 2 * whole) return scrollBy(top, below, extent);
  const partly = Math.ceil(extent.height / extent.rowHeight);
  return clampTop({ row: row - partly + 1, px: partly * extent.rowHeight - extent.height }, extent);
}

/** The thumb of the scrollbar: its start and length in pixels of the track. */
export function thumb(top: Top, extent: Extent, track: number): { start: number; length: number } {
  if (fits(extent)) return { start: 0, length: track };
  const share = extent.height / extent.rowHeight / extent.rows;
  const length = Math.min(track, Math.max(THUMB_MIN, track * share));
  return { start: (track - length) * fraction(top, extent), length };
}

/** How far down a position is: 0 at the first row, exactly 1 at the last. */
export function fraction(top: Top, extent: Extent): number {
  const max = maxTop(extent);
  const whole = max.row + max.px / extent.rowHeight;
  return whole <= 0 ? 0 : Math.min(1, (top.row + top.px / extent.rowHeight) / whole);
}

/** The position of a fraction: what a thumb that is dragged asks for. Both ends are exact. */
export function topOfFraction(part: number, extent: Extent): Top {
  const max = maxTop(extent);
  if (part >= 1) return max;
  if (part <= 0) return { row: 0, px: 0 };
  const rows = part * (max.row + max.px / extent.rowHeight);
  const row = Math.floor(rows);
  return clampTop({ row, px: Math.min((rows - row) * extent.rowHeight, extent.rowHeight - 0.001) }, extent);
}

/** Rows that are seen, wholly or partly. */
export function seen(top: Top, extent: Extent): { first: number; n: number } {
  const n = Math.ceil((extent.height + top.px) / extent.rowHeight);
  return { first: top.row, n: Math.max(0, Math.min(n, extent.rows - top.row)) };
}
