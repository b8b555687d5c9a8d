/** The log of the server, while a panel of it is open: at most `LINES_MAX` lines, the newest at the end. */
import { signal } from '@preact/signals';
import { isText, record } from '../kept.ts';
import { calls, client } from '../session.ts';

const LINES_MAX = 20_000;
export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

export interface LogLine {
  readonly key: number;
  /** Nanoseconds since the epoch, as text. */
  readonly at: string;
  readonly level: string;
  readonly text: string;
}

/** Grows with what comes; its array is another one each time. */
export const lines = signal<readonly LogLine[]>([]);
let users = 0;
let keys = 0;

client.connection.on('text', (message) => {
  const read = record(message);
  if (read.type === 'log' && users) hear(read.lines);
});
client.on('welcome', ({ resumed }) => {
  if (!users || resumed) return;
  // The server tells again what it has kept.
  lines.value = [];
  calls.tell({ type: 'log', on: true });
});

/** Returns what ends it. */
export function follow(): () => void {
  users += 1;
  if (users === 1) {
    lines.value = [];
    calls.tell({ type: 'log', on: true });
  }
  return () => {
    users -= 1;
    if (!users) calls.tell({ type: 'log', on: false });
  };
}

export function clearLog(): void {
  lines.value = [];
}

function hear(told: unknown): void {
  if (!Array.isArray(told)) return;
  const further = told.flatMap((item) => {
    const { at, level, text } = record(item);
    if (!isText(text)) return [];
    // A line of the panel is a line of text.
    return text.replace(/\n$/, '').split('\n').map((line) => ({ key: ++keys, at: isText(at) ? at : '0', level: isText(level) ? level.toUpperCase() : 'INFO', text: line }));
  });
  lines.value = [...lines.value, ...further].slice(-LINES_MAX);
}
