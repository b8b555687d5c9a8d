/** What other panels want of the console. */
import { signal } from '@preact/signals';
import { board } from '../dock/boards.ts';

/** A text for the input, which the console takes when it is shown. */
export const consoleText = signal<string | null>(null);

export function toConsole(code: string): void {
  consoleText.value = code;
  board.value?.open({ kind: 'console' });
}
