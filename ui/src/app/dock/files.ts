/** Layouts as files. */
import { notice } from '../session.ts';
import { addBoard, board } from './boards.ts';
import { plainLayout, readLayoutText } from './schema.ts';

export function exportLayout(): void {
  const layout = board.value?.layout.value;
  if (!layout) return;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${JSON.stringify(plainLayout(layout), null, 2)}\n`], { type: 'application/json' }));
  link.download = `${(layout.name || 'kinetable').replaceAll(/[^\p{L}\p{N} _-]/gu, '_')}.layout.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function importLayout(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,application/json';
  input.hidden = true;
  input.onchange = () => void take(input.files?.[0]);
  // In the document, so that it lives for as long as the user chooses.
  document.querySelector('input[type=file][data-layout]')?.remove();
  input.dataset.layout = '';
  document.body.append(input);
  input.click();
}

async function take(file: File | undefined): Promise<void> {
  if (!file) return;
  const layout = readLayoutText(await file.text());
  if (!layout) return notice(`"${file.name}" is no layout of this page: one is made by "Export the layout"`, true);
  addBoard({ ...layout, name: layout.name || file.name.replace(/(\.layout)?\.json$/, '') }, 'given');
}
