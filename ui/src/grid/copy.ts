/** A range of cells as text: columns between tabs, rows between line feeds, as spreadsheets take it. */
import type { Cell } from '../client/messages.ts';
import type { Formatter } from './format.ts';

export interface CopyColumn {
  name: string;
  format: Formatter;
  cells: readonly (Cell | undefined)[];
}

export function asTsv(columns: CopyColumn[], rows: number, headers: boolean): string {
  const lines: string[] = [];
  if (headers) lines.push(columns.map(({ name }) => field(name)).join('\t'));
  for (let row = 0; row < rows; row++) {
    lines.push(columns.map(({ cells, format }) => {
      const cell = cells[row];
      return cell === null || cell === undefined ? '' : field(format.copy(cell));
    }).join('\t'));
  }
  return lines.join('\n');
}

/** Only what would break the grid of tabs and line feeds is quoted. */
function field(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** To the clipboard: the old way first, which works without https as long as it happens within a key press. */
export async function toClipboard(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  const active = document.activeElement as HTMLElement | null;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  active?.focus();
  if (!done) throw new Error('the browser lets pages copy over https or from localhost only');
}
