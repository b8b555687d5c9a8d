/** Figures of scripts: `{"kind":"figure","name":NAME}`; in a dashboard of the server `{"kind":"figure","value":FIGURE,"name":DASHBOARD}`, whose tables are the dashboard's. */
import { computed, signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import type { Figure } from '../../../charts/figure.ts';
import { isText } from '../../kept.ts';
import { lazily } from '../../lazily.tsx';
import { Asked } from '../asked.ts';
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
  private readonly asked: Asked | null;

  /** `source`: whose tables the series count. */
  constructor(readonly source: string, value: unknown, kept: PanelState) {
    // What the panel was called by hand stands before what the figure calls itself.
    this.title = computed(() => (isText(kept.title) && kept.title ? kept.title : (this.figure.value?.title ?? source)));
    this.state = signal(kept);
    if (value !== undefined) void this.take(value);
    this.asked = value !== undefined ? null : new Asked(source, {
      take: (said) => void this.take(said),
      fail: (message) => (this.error.value = message),
      missing: () => {
        if (!this.figure.value) this.error.value = `there is no figure "${source}": it is shown as soon as there is one`;
      },
    });
  }

  readonly Body = (): JSX.Element => h(FigureBody, { item: this });

  focus(): void {
    this.plot?.focus({ preventScroll: true });
  }

  look(how: Look): void {
    this.isShown.value = how !== 'hidden';
  }

  close(): void {
    this.asked?.close();
  }

  private async take(value: unknown): Promise<void> {
    const { readFigure } = await import('../../../charts/figure.ts');
    this.figure.value = readFigure(value);
    this.error.value = this.figure.value ? null : `"${this.source}" is no figure`;
    this.made.value += 1;
  }
}

register({
  kind: 'figure', word: 'Figure', icon: 'chart', group: 'Charts', place: 'main',
  // They come from scripts.
  isOffered: () => false,
  make: (state) => (isText(state.name) && state.name ? new FigureItem(state.name, state.value, state) : null),
});
