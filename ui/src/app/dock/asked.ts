/** What the server says of a variable that is no table (`value` of decision 0067): once for each value that the name stands for, and again when somebody wants it. */
import { calls, client } from '../session.ts';

export interface AskedEvents {
  take(value: unknown): void;
  /** The server's reason. */
  fail(message: string): void;
  /** There is no such variable now. */
  missing(): void;
}

export class Asked {
  /** Of the value that was asked for last. */
  private id: string | null = null;
  private readonly stop: () => void;

  constructor(private readonly name: string, private readonly events: AskedEvents) {
    this.stop = client.on('tables', () => this.ask());
    this.ask();
  }

  /** A value may have changed in place. */
  again(): void {
    this.id = null;
    this.ask();
  }

  close(): void {
    this.stop();
  }

  private ask(): void {
    const entry = client.tables.get(this.name);
    if (!entry) {
      if (client.tables.size) this.events.missing();
      return;
    }
    if (entry.id === this.id) return;
    this.id = entry.id;
    const isStill = (): boolean => this.id === entry.id;
    calls.ask({ type: 'value', name: this.name }).answer.then(
      // An answer to an older question comes too late.
      ({ value }) => isStill() && this.events.take(value),
      (error: unknown) => {
        if (!isStill()) return;
        this.id = null;
        this.events.fail(error instanceof Error ? error.message : String(error));
      },
    );
  }
}
