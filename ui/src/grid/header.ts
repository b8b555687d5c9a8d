/** Paints the header: names, signs of types, sorts, and the profiles below them. */
import type { ColumnInfo } from '../client/messages.ts';
import { typeGlyph } from './format.ts';
import type { Placed } from './layout.ts';
import { PAD, type View } from './paint.ts';
import { paintProfiles } from './profile.ts';

/** Pixels of a header that open its menu. */
const MENU_BUTTON = 24;

export function paintHeader(view: View): void {
  const { ctx, theme, layout, width } = view;
  const height = theme.headerHeight;
  ctx.fillStyle = theme.header;
  ctx.fillRect(0, 0, width, view.bodyTop);
  const columns = layout.seen(view.scrollX, width);
  for (const frozen of [false, true]) {
    const [from, to] = frozen ? [0, layout.frozenWidth] : [layout.frozenWidth, width];
    ctx.save();
    ctx.beginPath();
    ctx.rect(from, 0, Math.max(0, to - from), view.bodyTop);
    ctx.clip();
    for (const column of columns) if (column.frozen === frozen) headerCell(view, column, height);
    ctx.restore();
  }
  paintProfiles(view);
  ctx.fillStyle = theme.strongLine;
  ctx.fillRect(0, view.bodyTop - 1, width, 1);
  if (layout.frozenWidth > 0) ctx.fillRect(layout.frozenWidth - 1, 0, 1, view.bodyTop);
  if (view.dropX !== null) {
    ctx.fillStyle = theme.accent;
    ctx.fillRect(Math.max(0, view.dropX - 1), 0, 2, view.bodyTop);
  }
}

/** What a header says under the pointer. */
export function wordsOf(info: ColumnInfo | undefined): string {
  if (!info) return '';
  return `${info.name}: ${info.type}${info.partitioning ? ', a partitioning column: it says in which part a row lies' : ''}`;
}

/** Whether a pixel of a header's cell, counted from its left edge, belongs to the button of its menu. */
export function onMenuButton(view: View, column: Placed, x: number): boolean {
  const isRight = view.formatters.get(column.info.name)?.align === 'right';
  const from = isRight ? 0 : column.width - PAD - MENU_BUTTON + 4;
  return column.width > 2 * MENU_BUTTON && x >= from && x < from + MENU_BUTTON;
}

function headerCell(view: View, column: Placed, height: number): void {
  const { ctx, theme, boldWidths } = view;
  const left = view.layout.left(column, view.scrollX);
  const { name, type } = column.info;
  const isRight = view.formatters.get(name)?.align === 'right';
  const sort = view.sorts.get(name);
  if (view.hoverHeader === name) {
    ctx.fillStyle = theme.hover;
    ctx.fillRect(left, 0, column.width, height);
  }
  ctx.fillStyle = theme.line;
  ctx.fillRect(left + column.width - 1, 6, 1, height - 12);
  const middle = height / 2 + 0.5;
  ctx.textBaseline = 'middle';
  const marks = sort ? `${{ asc: '↑', desc: '↓', abs: '|↑|' }[sort.direction]}${sort.order || ''}` : '';
  const marksWidth = marks ? boldWidths.of(marks) + 6 : 0;
  // Under the pointer the sign of the type becomes the button of the column's menu.
  const isMenu = view.hoverHeader === name;
  const glyph = isMenu ? '⋮' : typeGlyph(type);
  const room = column.width - 2 * PAD - marksWidth;
  const title = boldWidths.fit(name, room);
  const titleWidth = boldWidths.of(title);
  ctx.textAlign = 'left';
  ctx.font = theme.fontBold;
  ctx.fillStyle = sort || view.filtered.has(name) ? theme.accent : theme.text;
  const titleX = isRight ? left + column.width - PAD - titleWidth : left + PAD;
  ctx.fillText(title, titleX, middle);
  if (marks) ctx.fillText(marks, isRight ? titleX - marksWidth : titleX + titleWidth + 6, middle);
  ctx.font = isMenu ? theme.fontBold : theme.fontSmall;
  const glyphWidth = ctx.measureText(glyph).width;
  if (room - titleWidth < glyphWidth + 8) return;
  ctx.fillStyle = isMenu ? theme.text : theme.faint;
  ctx.fillText(glyph, isRight ? left + PAD : left + column.width - PAD - glyphWidth, middle + 0.5);
}
