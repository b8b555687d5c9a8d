/** Figures of plotly (decision 0077): `{"kind":"plotly","name":NAME}`; in a dashboard of the server `{"kind":"plotly","value":VALUE}`. They are as they were when they were asked for. */
import { computed, signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import type { PlotlyFigure } from '../../../charts/plotly.ts';
import { isText } from '../../kept.ts';
import { lazily } from '../../lazily.tsx';
import { notice } from '../../session.ts';
import { Asked } from '../asked.ts';
import { type Item, type Look, register } from '../kinds.ts';
import type { PanelState } from '../schema.ts';

const PlotlyBody = lazily(() => import('../../charts/PlotlyBody.tsx').then((module) => module.PlotlyBody));

export class PlotlyItem implements Item {
  readonly figure = signal<PlotlyFigure | null>(null);
  readonly error = signal<string | null>(null);
  /** When the server said it, in ms; null: it is part of a dashboard. */
  readonly asOf = signal<number | null>(null);
  readonly mark = signal<'still'>('still');
  readonly title;
  readonly state;
  plot: HTMLElement | null = null;
  private readonly asked: Asked | null;

  constructor(readonly name: string, value: unknown, kept: PanelState) {
    this.title = computed(() => (isText(kept.title) && kept.title ? kept.title : (this.figure.value?.title ?? name)));
    this.state = signal(kept);
    if (value !== undefined) void this.take(value);
    this.asked = value !== undefined ? null : new Asked(name, {
      take: (said) => void this.take(said, Date.now()),
      fail: (message) => this.fail(message),
      missing: () => {
        if (!this.figure.value) this.error.value = `there is no figure "${name}": it is shown as soon as there is one`;
      },
    });
  }

  readonly Body = (): JSX.Element => h(PlotlyBody, { item: this });

  /** Scripts change figures in place, which no server sees. */
  again(): void {
    this.asked?.again();
  }

  focus(): void {
    this.plot?.focus({ preventScroll: true });
  }

  look(_: Look): void {}

  close(): void {
    this.asked?.close();
  }

  private async take(value: unknown, asOf: number | null = null): Promise<void> {
    const { readPlotly } = await import('../../../charts/plotly.ts');
    this.figure.value = readPlotly(value);
    this.error.value = this.figure.value ? null : `"${this.name}" is no figure of plotly`;
    this.asOf.value = asOf;
  }

  /** What is shown stays. */
  private fail(message: string): void {
    if (this.figure.value) notice(`${this.name} could not be read again: ${message}`, true);
    else this.error.value = message;
  }
}

register({
  kind: 'plotly', of: 'plotly.figure', word: 'Figure of plotly', icon: 'chart', group: 'Charts', place: 'main',
  // They come from scripts.
  isOffered: () => false,
  make: (state) => {
    const name = isText(state.name) && state.name ? state.name : state.value === undefined ? null : 'figure';
    return name === null ? null : new PlotlyItem(name, state.value, state);
  },
});
