import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Item } from './kinds.ts';
import type { PanelState } from './schema.ts';

/** A panel of another version's kind: it keeps its place and what was kept of it. */
export function unknownItem(state: PanelState): Item {
  const Body = (): JSX.Element => (
    <section class="panel">
      <div class="over">
        <h2>A panel of the kind “{state.kind}”</h2>
        <p>This page knows no such kind, or cannot read what is kept of it. It keeps its place.</p>
      </div>
    </section>
  );
  return { title: signal(state.kind), state: signal(state), Body, focus: () => {}, look: () => {}, close: () => {} };
}
