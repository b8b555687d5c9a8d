/**
 * What was run in this page: each run with what it printed and how it ended. Runs are asked of the server one by one, and it runs them in turn.
 *
 * Invariant: a card keeps at most `TEXT_MAX` characters of what was printed, and there are at most `CARDS_MAX` cards.
 */
import { computed, type Signal, signal } from '@preact/signals';
import { CallError } from '../../client/index.ts';
import { calls, client, features } from '../session.ts';
import { addHistory } from './history.ts';

const TEXT_MAX = 200_000;
const CARDS_MAX = 200;

export interface Failure {
  kind: string;
  message: string;
  line?: number | null;
  code?: string | null;
  trace?: string;
  interrupted?: boolean;
}

export interface Output {
  stream: 'stdout' | 'stderr';
  text: string;
}

export interface Card {
  readonly id: number;
  readonly code: string;
  readonly state: Signal<'waiting' | 'running' | 'done'>;
  readonly outputs: Signal<readonly Output[]>;
  readonly error: Signal<Failure | null>;
  readonly names: Signal<readonly string[]>;
  /** Milliseconds that it took, by the server. */
  readonly took: Signal<number | null>;
  /** When it began to run, on the clock of the page. */
  readonly since: Signal<number | null>;
}

export const cards = signal<readonly Card[]>([]);
export const running = computed(() => cards.value.filter(({ state }) => state.value !== 'done'));
/** Whether this user may run code at this server. */
export const canRun = computed(() => features.value.includes('console') && (client.welcome?.console ?? false));

/** What is done with the names that a run assigned. */
export const assigned: { hear(names: readonly string[]): void } = { hear: () => {} };

export function run(code: string): Card {
  addHistory(code);
  const hear = (message: { type: string; [member: string]: unknown }): void => {
    if (message.type === 'running') {
      card.state.value = 'running';
      card.since.value = performance.now();
    } else if (message.type === 'out') print(card, message.stream === 'stderr' ? 'stderr' : 'stdout', String(message.text));
  };
  const { id, answer } = calls.ask({ type: 'exec', code }, { hear, lasts: true });
  const card: Card = {
    id, code, state: signal('waiting'), outputs: signal([]), error: signal(null), names: signal([]), took: signal(null), since: signal(null),
  };
  cards.value = [...cards.value.slice(-(CARDS_MAX - 1)), card];
  answer.then(
    (ran) => {
      card.took.value = typeof ran.ms === 'number' ? ran.ms : null;
      card.error.value = (ran.error as Failure | null) ?? null;
      card.names.value = Array.isArray(ran.names) ? ran.names.map(String) : [];
      card.state.value = 'done';
      if (card.names.value.length) assigned.hear(card.names.value);
    },
    (error: unknown) => {
      card.error.value = { kind: error instanceof CallError && error.error ? 'The server refused it' : 'It is not known how it ended', message: error instanceof Error ? error.message : String(error) };
      card.state.value = 'done';
    },
  );
  return card;
}

export function stop(card: Card): void {
  calls.tell({ type: 'interrupt', id: card.id });
}

/** Those that still run stay. */
export function clearCards(): void {
  cards.value = cards.value.filter(({ state }) => state.value !== 'done');
}

function print(card: Card, stream: Output['stream'], text: string): void {
  const outputs = [...card.outputs.value];
  const last = outputs[outputs.length - 1];
  if (last?.stream === stream) outputs[outputs.length - 1] = { stream, text: last.text + text };
  else outputs.push({ stream, text });
  let over = outputs.reduce((sum, output) => sum + output.text.length, 0) - TEXT_MAX;
  while (over > 0 && outputs.length) {
    const [first] = outputs;
    if (first.text.length <= over && outputs.length > 1) outputs.shift();
    else outputs[0] = { ...first, text: `… what came before is left out …\n${first.text.slice(over + 40)}` };
    over -= first.text.length;
  }
  card.outputs.value = outputs;
}
