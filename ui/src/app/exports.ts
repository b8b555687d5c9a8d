/** Tables on their way to a file: asked of the server, fetched by the browser, told by the server how far. */
import { signal } from '@preact/signals';
import type { ExportFormat } from '../client/index.ts';
import type { Panel } from './panel.ts';
import { calls, client, notice } from './session.ts';
import { count } from './words.ts';

export interface Running {
  id: number;
  panel: Panel;
  name: string;
  done: number;
  /** Null before the server began. */
  total: number | null;
}

export const running = signal<readonly Running[]>([]);
export const FORMATS: readonly (readonly [ExportFormat, string])[] = [['csv', 'CSV'], ['parquet', 'Parquet'], ['arrow', 'Arrow']];

const without = (id: number): void => void (running.value = running.value.filter((one) => one.id !== id));

/** The table as it is shown: with its filters, sorts and columns, those that are hidden left out. */
export async function exportTable(panel: Panel, format: ExportFormat): Promise<void> {
  const layout = panel.grid?.layout;
  const shown = layout?.placed.map(({ info }) => info.name) ?? [];
  const all = panel.schema.value?.map(({ name }) => name) ?? [];
  const cols = JSON.stringify(shown) === JSON.stringify(all) ? null : shown;
  const { id, answer } = calls.ask({ type: 'export', sub: panel.sub.sub, format, cols });
  running.value = [...running.value, { id, panel, name: `${panel.name}.${format}`, done: 0, total: null }];
  try {
    const { url, name, rows } = await answer;
    if (!running.value.some((one) => one.id === id)) return;
    running.value = running.value.map((one) => (one.id === id ? { ...one, name, total: rows } : one));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
  } catch (error) {
    if (running.value.some((one) => one.id === id)) notice(`nothing was exported: ${error instanceof Error ? error.message : String(error)}`, true);
    without(id);
  }
}

export function cancelExport(id: number): void {
  calls.cancel(id);
  without(id);
}

client.on('progress', ({ id, done, total }) => {
  const one = running.value.find((other) => other.id === id);
  if (!one) return;
  if (done < total) running.value = running.value.map((other) => (other.id === id ? { ...other, done, total } : other));
  else {
    without(id);
    notice(`${one.name}: ${count(total)} ${total === 1 ? 'row' : 'rows'} exported`);
  }
});
client.connection.on('phase', (phase) => {
  if (phase === 'lost') running.value = [];
});
