/** The kinds of charts as signs of 20 × 16. */
import type { JSX } from 'preact';
import type { ChartKind } from '../../charts/spec.ts';

const LINES: Partial<Record<ChartKind, string>> = {
  line: 'M1 12l5-5 4 3 8-8', step: 'M1 12h4V8h5V5h4V2h5', area: 'M1 12l5-5 4 3 8-7v12H1z', candlestick: 'M5 1v14M15 1v14',
};

/** Made for each who shows one: an element of Preact that is kept holds on to the page that showed it last. */
const SHAPES: Partial<Record<ChartKind, () => JSX.Element>> = {
  area: () => <path d="M1 12l5-5 4 3 8-7v12H1z" fill="currentColor" opacity=".3" />,
  scatter: () => <g fill="currentColor"><circle cx="3" cy="12" r="1.7" /><circle cx="8" cy="7" r="1.7" /><circle cx="12" cy="10" r="1.7" /><circle cx="17" cy="3" r="1.7" /></g>,
  bar: () => <path d="M2 15V8h3v7zM8 15V2h3v13zM14 15V5h3v10z" fill="currentColor" />,
  histogram: () => <path d="M1 15v-4h3.4v4zM5.2 15V7h3.4v8zM9.4 15V2h3.4v13zM13.6 15V8H17v7z" fill="currentColor" />,
  candlestick: () => <g><rect x="3" y="4" width="4" height="7" fill="currentColor" /><rect x="13" y="5" width="4" height="6" fill="var(--panel)" stroke="currentColor" stroke-width="1.4" /></g>,
  pie: () => <g fill="none" stroke="currentColor" stroke-width="1.5"><circle cx="10" cy="8" r="6.4" /><path d="M10 8V1.6M10 8l5.2 3.7" /></g>,
  heat: () => <g fill="currentColor"><rect x="2" y="1" width="5" height="4" opacity=".35" /><rect x="8" y="1" width="5" height="4" /><rect x="14" y="1" width="5" height="4" opacity=".6" /><rect x="2" y="6" width="5" height="4" /><rect x="8" y="6" width="5" height="4" opacity=".5" /><rect x="14" y="6" width="5" height="4" opacity=".25" /><rect x="2" y="11" width="5" height="4" opacity=".5" /><rect x="8" y="11" width="5" height="4" opacity=".8" /><rect x="14" y="11" width="5" height="4" /></g>,
  treemap: () => <g fill="none" stroke="currentColor" stroke-width="1.5"><rect x="1.5" y="1.5" width="17" height="13" rx="1" /><path d="M10.5 1.5v13M10.5 8h8M14.5 8v6.5" /></g>,
};

export function ChartGlyph({ kind }: { kind: ChartKind }): JSX.Element {
  return (
    <svg class="glyph" viewBox="0 0 20 16" width="20" height="16" aria-hidden="true">
      {LINES[kind] && <path d={LINES[kind]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" />}
      {SHAPES[kind]?.()}
    </svg>
  );
}
