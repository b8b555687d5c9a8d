import type { ReadonlySignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { LegendEntry } from './model.ts';
import { hiddenText, type Hover } from './words.ts';

/** What a legend shows, and what it can do. */
export interface Legended {
  legend: ReadonlySignal<readonly LegendEntry[]>;
  hover: ReadonlySignal<Hover | null>;
  off: ReadonlySignal<ReadonlySet<string>>;
  hidden: ReadonlySignal<number>;
  toggle(name: string): void;
  alone(name: string): void;
}

/** The series, each to be taken out and put back; under the cross-hair with their values. */
export function Legend({ model }: { model: Legended }): JSX.Element | null {
  const series = model.legend.value;
  const hover = model.hover.value;
  const off = model.off.value;
  if (!series.length) return null;
  return (
    <div class="legend">
      <ul aria-label="Series">
        {series.map(({ name, color, dash }, at) => (
          <li key={name}>
            <button type="button" aria-label={name} aria-pressed={!off.has(name)} title={off.has(name) ? `Show ${name}` : `Hide ${name}`} onClick={() => model.toggle(name)} onDblClick={() => model.alone(name)}>
              <svg width="16" height="8" aria-hidden="true"><line x1="1" y1="4" x2="15" y2="4" stroke={color} stroke-width="3" stroke-linecap="round" stroke-dasharray={dash.join(' ')} /></svg>
              <span class="name">{name}</span>
              {hover && <span class="value">{hover.values[at]}</span>}
            </button>
          </li>
        ))}
      </ul>
      {model.hidden.value > 0 && <span class="hint">{hiddenText(model.hidden.value)}</span>}
      <span class="at" data-status="at">{hover?.x ?? ''}</span>
    </div>
  );
}
