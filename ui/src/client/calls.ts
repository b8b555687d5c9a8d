/**
 * What is asked once (decision 0067): a message with an `id`, what is told meanwhile, and one answer.
 *
 * A call that is made to last outlives a lost connection, as the server keeps what it has to say for a while; the others fail with it.
 */
import type { Client } from './client.ts';
import type { AnswerTo, ErrorMessage, Question, Told } from './messages.ts';

export interface Call<Answer> {
  readonly id: number;
  readonly answer: Promise<Answer>;
}

interface How {
  hear?(message: Told): void;
  lasts?: boolean;
}

/** A refusal of the server; `error` is null where there is no connection. */
export class CallError extends Error {
  constructor(message: string, readonly error: ErrorMessage | null = null) {
    super(message);
  }
}

interface Waiting {
  resolve(answer: Told): void;
  reject(error: CallError): void;
  hear?(message: Told): void;
  lasts: boolean;
}

/** What is told before the answer. */
const MEANWHILE = new Set(['running', 'out', 'progress']);

export class Calls {
  private readonly waiting = new Map<number, Waiting>();

  constructor(private readonly client: Client) {
    const { connection } = client;
    connection.on('text', (message) => this.hear(message as unknown as Told));
    connection.on('phase', (phase) => {
      if (phase !== 'live') this.fail('the connection was lost', ({ lasts }) => !lasts);
    });
    client.on('welcome', ({ resumed }) => {
      if (!resumed) this.fail('the connection was lost, and the server has forgotten what was asked', ({ lasts }) => lasts);
    });
  }

  /** The answer has the same `id`, which those who would cancel it, or hear of its progress, get at once. */
  ask<Q extends Question>(message: Q, { hear, lasts = false }: How = {}): Call<AnswerTo<Q>> {
    const id = this.client.takeId();
    const { connection } = this.client;
    const answer = new Promise<Told>((resolve, reject) => {
      if (!connection.fits({ ...message, id })) {
        return reject(new CallError(`this is too long to be sent: the server takes ${connection.longest.toLocaleString('en')} bytes at a time`));
      }
      this.waiting.set(id, { resolve, reject, hear, lasts });
      if (connection.send({ ...message, id })) return;
      this.waiting.delete(id);
      reject(new CallError('there is no connection'));
    });
    return { id, answer: answer as Promise<Told & AnswerTo<Q>> };
  }

  /** Without an answer: about what was asked before. */
  tell(message: { type: string; [member: string]: unknown }): boolean {
    return this.client.connection.send(message);
  }

  /** Nothing more is said of it. */
  cancel(id: number): void {
    this.tell({ type: 'cancel', id });
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    waiting?.reject(new CallError('it was taken back'));
  }

  private hear(message: Told): void {
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
