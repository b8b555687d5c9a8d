/**
 * What is asked once (decision 0067): a message with an `id`, what is told meanwhile, and one answer.
 *
 * A call that is made to last outlives a lost connection, as the server keeps what it has to say for a while; the others fail with it.
 */
import type { Client } from './client.ts';
import type { ErrorMessage } from './messages.ts';

export interface Answer {
  type: string;
  id: number;
  [member: string]: unknown;
}

export interface Call {
  readonly id: number;
  readonly answer: Promise<Answer>;
}

/** A refusal of the server; `error` is null where there is no connection. */
export class CallError extends Error {
  constructor(message: string, readonly error: ErrorMessage | null = null) {
    super(message);
  }
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: CallError): void;
  hear?(message: Answer): void;
  lasts: boolean;
}

/** What is told before the answer. */
const MEANWHILE = new Set(['running', 'out', 'progress']);

export class Calls {
  private readonly waiting = new Map<number, Waiting>();

  constructor(private readonly client: Client) {
    const { connection } = client;
    connection.on('text', (message) => this.hear(message as unknown as Answer));
    connection.on('phase', (phase) => {
      if (phase !== 'live') this.fail('the connection was lost', ({ lasts }) => !lasts);
    });
    client.on('welcome', ({ resumed }) => {
      if (!resumed) this.fail('the connection was lost, and the server has forgotten what was asked', ({ lasts }) => lasts);
    });
  }

  ask(message: { type: string; [member: string]: unknown }, { hear, lasts = false }: { hear?(message: Answer): void; lasts?: boolean } = {}): Call {
    const id = this.client.takeId();
    const answer = new Promise<Answer>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, hear, lasts });
      if (this.client.connection.send({ ...message, id })) return;
      this.waiting.delete(id);
      reject(new CallError('there is no connection'));
    });
    return { id, answer };
  }

  /** Without an answer: about what was asked before. */
  tell(message: { type: string; [member: string]: unknown }): boolean {
    return this.client.connection.send(message);
  }

  private hear(message: Answer): void {
    const waiting = typeof message.id === 'number' ? this.waiting.get(message.id) : undefined;
    if (!waiting) return;
    if (MEANWHILE.has(message.type)) return waiting.hear?.(message);
    this.waiting.delete(message.id);
    if (message.type !== 'error') return waiting.resolve(message);
    const error = message as unknown as ErrorMessage;
    waiting.reject(new CallError(error.hint ? `${error.message}: ${error.hint}` : error.message, error));
  }

  private fail(reason: string, which: (waiting: Waiting) => boolean): void {
    for (const [id, waiting] of this.waiting) {
      if (!which(waiting)) continue;
      this.waiting.delete(id);
      waiting.reject(new CallError(reason));
    }
  }
}
