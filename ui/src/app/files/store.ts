/** Files of the server (decision 0067), where it has a directory for them. */
import { computed } from '@preact/signals';
import { CallError } from '../../client/index.ts';
import { isText, list, record } from '../kept.ts';
import { canRun } from '../console/runs.ts';
import { calls, features } from '../session.ts';

export interface Entry {
  readonly path: string;
  readonly isFolder: boolean;
  readonly size: number;
}

export const hasFiles = computed(() => canRun.value && features.value.includes('files'));
export const NOTEBOOKS = '/notebooks';

export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export async function listFiles(path: string): Promise<Entry[]> {
  const { items } = await calls.ask({ type: 'files', path }).answer;
  const entries = list(items, (item) => {
    const { path: at, dir, size } = record(item);
    return isText(at) ? { path: at, isFolder: dir === true, size: typeof size === 'number' ? size : 0 } : null;
  });
  return entries.sort((a, b) => Number(b.isFolder) - Number(a.isFolder) || a.path.localeCompare(b.path, 'en'));
}

export async function loadFile(path: string): Promise<{ text: string; tag: string }> {
  const { text, tag } = await calls.ask({ type: 'load', path }).answer;
  return { text: String(text ?? ''), tag: String(tag ?? '') };
}

/** `tag`: of what it replaces; null: it must be new. Returns the tag of what is there then. */
export async function saveFile(path: string, text: string, tag: string | null): Promise<string> {
  const answer = await calls.ask({ type: 'save', path, text, tag }).answer;
  return String(answer.tag ?? '');
}

export async function moveFile(from: string, to: string): Promise<void> {
  await calls.ask({ type: 'move', from, to }).answer;
}

export async function discardFile(path: string): Promise<void> {
  await calls.ask({ type: 'discard', path }).answer;
}

export const isConflict = (error: unknown): boolean => error instanceof CallError && error.error?.code === 'conflict';
export const isMissing = (error: unknown): boolean => error instanceof CallError && error.error?.code === 'missing';
export const wordOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
