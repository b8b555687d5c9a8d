/** Figures of scripts: `{"kind":"figure","name":NAME}`; in a dashboard of the server `{"kind":"figure","value":FIGURE,"name":DASHBOARD}`, whose tables are the dashboard's. */
import { computed, signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import type { Figure } from '../../../charts/figure.ts';
import { isText } from '../../kept.ts';
import { lazily } from '../../lazily.tsx';
import { calls, client } from '../../session.ts';
import { type Item, type Look, register } from '../kinds.ts';
import type { PanelState } from '../schema.ts';

const FigureBody = lazily(() => import('../../charts/FigureBody.tsx').then((module) => module.FigureBody));

export class FigureItem implements Item {
  readonly figure = signal<Figure | null>(null);
  readonly error = signal<string | null>(null);
  readonly isShown = signal(false);
  /** Grows when the name stands for another figure. */
  readonly made = signal(0);
  readonly title;
  readonly state;
  plot: HTMLElement | null = null;
  private readonly stop: () => void;
  /** Of the figure that is shown. */
  private id: string | null = null;

  /** `source`: whose tables the series count. */
  constructor(readonly source: string, private readonly value: unknown, kept: PanelState) {
    // What the panel was called by hand stands before what the figure calls itself.
    this.title = computed(() => (isText(kept.title) && kept.title ? kept.title : (this.figure.value?.title ?? source)));
    this.state = signal(kept);
    if (value !== undefined) void this.take(value);
    this.stop = client.on('tables', () => this.ask());
    this.ask();
  }

  readonly Body = (): JSX.Element => h(FigureBody, { item: this });

  focus(): void {
    this.plot?.focus({ preventScroll: true });
  }

  look(how: Look): void {
    this.isShown.value = how !== 'hidden';
  }

  close(): void {
    this.stop();
  }

  private async take(value: unknown): Promise<void> {
    const { readFigure } = await import('../../../charts/figure.ts');
    this.figure.value = readFigure(value);
    this.error.value = this.figure.value ? null : `"${this.source}" is no figure`;
    this.made.value += 1;
  }

  /** Once for each figure that the name stands for. */
  private ask(): void {
    if (this.value !== undefined) return;
    const entry = client.tables.get(this.source);
    if (!entry) {
      if (client.tables.size && !this.figure.value) this.error.value = `there is no figure "${this.source}": it is shown as soon as there is one`;
      return;
    }
    if (entry.id === this.id) return;
    this.id = entry.id;
    calls.ask({ type: 'value', name: this.source }).answer.then(
      ({ value }) => this.take(value),
      (error: unknown) => {
        this.id = null;
        this.error.value = error instanceof Error ? error.message : String(error);
      },
    );
  }
}

register({
  kind: 'figure', word: 'Figure', icon: 'chart', group: 'Charts', place: 'main',
  // They come from scripts.
  isOffered: () => false,
  make: (state) => (isText(state.name) && state.name ? new FigureItem(state.name, state.value, state) : null),
});
