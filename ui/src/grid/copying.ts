/** Copies what is selected: from the screen if all of it is there, else the cells are fetched first. */
import type { Cell } from '../client/messages.ts';
import { asTsv, toClipboard } from './copy.ts';
import type { Grid } from './grid.ts';
import { cellsOf } from './selection.ts';

interface Copied {
  cells: ReadonlyMap<string, readonly (Cell | undefined)[]>;
  cut: ReadonlySet<string>;
}

export async function copySelection(grid: Grid, headers: boolean): Promise<void> {
  const range = grid.range();
  if (!range) return;
  const { model, layout, view, events } = grid;
  const cells = cellsOf(range);
  if (cells > model.copyCellsMax) {
    return events.failed(`${cells.toLocaleString('en-US')} cells are selected; ${model.copyCellsMax.toLocaleString('en-US')} can be copied at once`);
  }
  const names = layout.placed.slice(range.firstColumn, range.lastColumn + 1).map((column) => column.info.name);
  const rows = range.lastRow - range.firstRow + 1;
  try {
    // Rows beyond a window are not here, and need not be looked for one by one.
    const near = rows <= model.windowRowsMax ? rows : 0;
    const held = new Map(names.map((name) => [name, Array.from({ length: near }, (_, i) => model.cell(range.firstRow + i, name))]));
    const isHere = near > 0 && [...held.values()].every((column) => column.every((cell) => cell !== undefined));
    const { cells: columns, cut }: Copied = isHere ? { cells: held, cut: model.cut } : await model.fetch(range.firstRow, rows, names);
    const formats = names.flatMap((name) => {
      const format = view.formatters.get(name);
      return format ? [{ name, format, cells: columns.get(name) ?? [] }] : [];
    });
    await toClipboard(asTsv(formats, rows, headers));
    events.copied(cells, headers);
    const short = names.filter((name) => cut.has(name));
    if (short.length) events.failed(`the longest texts of ${short.map((name) => `"${name}"`).join(', ')} were copied cut, as the server sends them`);
  } catch (error) {
    events.failed(`nothing was copied: ${error instanceof Error ? error.message : String(error)}`);
  }
}
