/** What the status bar says of the selection: where it is, and the sum of its numbers if all of them are here. */
import { cellsOf } from '../grid/selection.ts';
import type { Panel } from './panel.ts';
import { count } from './words.ts';

const NUMBERS = new Set(['byte', 'short', 'int', 'long', 'float', 'double']);
const figures = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
/** More cells than this are not added up at each movement. */
const SUMMED_MAX = 20_000;

export function selectionWords(panel: Panel): string | null {
  const { grid } = panel;
  const range = grid?.range();
  if (!grid || !range) return null;
  const cells = cellsOf(range);
  if (cells === 1) return `row ${count(range.firstRow)}`;
  const words = [`${count(range.lastRow - range.firstRow + 1)} × ${range.lastColumn - range.firstColumn + 1}`];
  const numbers = cells <= SUMMED_MAX ? numbersOf(panel, range) : null;
  if (numbers?.length) {
    const sum = numbers.reduce((total, value) => total + value, 0);
    words.push(`sum ${figures.format(sum)}`, `avg ${figures.format(sum / numbers.length)}`, `count ${count(numbers.length)}`);
  }
  return words.join(' · ');
}

/** Null if a cell is not here, or is no number. */
function numbersOf(panel: Panel, range: { firstRow: number; lastRow: number; firstColumn: number; lastColumn: number }): number[] | null {
  const numbers: number[] = [];
  for (let index = range.firstColumn; index <= range.lastColumn; index++) {
    const info = panel.grid?.layout.at(index)?.info;
    if (!info || !NUMBERS.has(info.type)) return null;
    for (let row = range.firstRow; row <= range.lastRow; row++) {
      const cell = panel.cell(row, info.name);
      if (cell === undefined) return null;
      if (cell !== null) numbers.push(Number(cell));
    }
  }
  return numbers;
}
