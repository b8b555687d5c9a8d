import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Panel } from './panel.ts';
import { EMPTY } from './plan.ts';
import { phase } from './session.ts';
import { side } from './side.ts';
import { count } from './words.ts';

const now = signal(0);

/** What is said over the cells when there is something to say: loading, empty, a mistake, an end. */
export function PanelState({ panel }: { panel: Panel }): JSX.Element | null {
  const since = panel.waitingSince.value;
  useEffect(() => {
    if (since === null) return;
    now.value = performance.now();
    const clock = setInterval(() => (now.value = performance.now()), 250);
    return () => clearInterval(clock);
  }, [since]);
  const error = panel.error.value;
  if (error && (error.code === 'gone' || !panel.loaded.value)) return <Failure panel={panel} />;
  // Where the formula is written, it is said there.
  const isSaid = panel.filterErrors.value.size > 0 || (panel.customError.value !== null && side.value?.kind === 'custom');
  if (error && !isSaid) return <Refusal panel={panel} />;
  const waited = since === null || phase.value !== 'live' ? 0 : (now.value - since) / 1000;
  if (waited > 1) {
    return (
      <div class="over small" role="status">
        <span class="spinner" />
        {panel.loaded.value ? `${panel.plan.value.sorts.length ? 'Sorting' : 'Working on'} ${count(panel.counts.value.total)} rows` : `Opening ${panel.name}`}, {Math.floor(waited)} s
        {panel.loaded.value && <button type="button" onClick={() => panel.giveUp()}>Cancel</button>}
      </div>
    );
  }
  if (!panel.loaded.value) return waited > 0.15 ? <div class="skeleton" aria-hidden="true">{Array.from({ length: 9 }, (_, i) => <span key={i} />)}</div> : null;
  return panel.counts.value.rows === 0 && since === null ? <Empty panel={panel} /> : null;
}

function Empty({ panel }: { panel: Panel }): JSX.Element {
  const { total } = panel.counts.value;
  if (total > 0 && (panel.plan.value.filters.size || panel.plan.value.values.length)) {
    return (
      <div class="over">
        <h2>No row is left</h2>
        <p>{total === 1 ? 'The filter hides the only row.' : `The filter hides all ${count(total)} rows.`}</p>
        <button type="button" class="primary" onClick={() => panel.change({ ...panel.plan.value, filters: EMPTY.filters, values: [] })}>Clear the filter</button>
      </div>
    );
  }
  return (
    <div class="over">
      <h2>0 rows</h2>
      <p>{panel.live.value ? 'Waiting for data: rows appear here as they come.' : 'This table has columns, and no row.'}</p>
    </div>
  );
}

function Failure({ panel }: { panel: Panel }): JSX.Element {
  const error = panel.error.value;
  return (
    <div class="over" role="alert">
      <h2>{error?.code === 'missing' ? `There is no table “${panel.name}”` : error?.code === 'gone' ? 'The table has ended' : 'The table cannot be shown'}</h2>
      {error?.code === 'missing' ? <p>It is opened as soon as there is one of this name.</p> : <p class="wrap">{error?.message}</p>}
      {error?.hint && error.code !== 'missing' && <p class="hint">{error.hint}</p>}
    </div>
  );
}

/** What was asked last was a mistake; the table before it is still shown. */
function Refusal({ panel }: { panel: Panel }): JSX.Element {
  const error = panel.error.value;
  return (
    <div class="over small alert" role="alert">
      <span class="wrap">{error?.message}{error?.hint ? `: ${error.hint}` : ''}</span>
      <button type="button" onClick={() => panel.takeBack()}>Take it back</button>
    </div>
  );
}
