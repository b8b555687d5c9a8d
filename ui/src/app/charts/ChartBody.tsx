import type { JSX } from 'preact';
import type { ChartItem } from '../dock/kinds/chart.tsx';
import { ChartView } from './ChartView.tsx';

/** What a panel with a chart shows: the chart, or why there is none. */
export function ChartBody({ item }: { item: ChartItem }): JSX.Element {
  const { columns, error, offered } = item;
  if (error.value && !columns.value) {
    return (
      <section class="panel chart">
        <div class="over" role="alert">
          <h2>{error.value.code === 'missing' ? `There is no table “${item.table}”` : 'The chart cannot be drawn'}</h2>
          <p class="wrap">{error.value.code === 'missing' ? 'It is drawn as soon as there is one of this name.' : error.value.message}</p>
        </div>
      </section>
    );
  }
  return (
    <section class="panel">
      {offered.value && (
        <div class="offer" role="region" aria-label="Formulas from elsewhere">
          <p>Somebody else’s formulas belong to this chart:</p>
          <ul>{[...offered.value.custom, ...offered.value.values.map(({ formula }) => formula)].map((text) => <li key={text}><code>{text}</code></li>)}</ul>
          <button type="button" class="primary" onClick={() => (([item.plan.value, offered.value] = [offered.value ?? item.plan.value, null]))}>Use them</button>
          <button type="button" onClick={() => (offered.value = null)}>Without them</button>
        </div>
      )}
      {columns.value && (
        <ChartView table={item.table} ops={item.ops.value} columns={columns.value} spec={item.spec.value} isShown={item.isShown.value} change={(spec) => (item.spec.value = spec)}
          ready={(plot) => (item.plot = plot)} />
      )}
    </section>
  );
}
