import type { JSX } from 'preact';
import type { ChartItem } from '../dock/kinds/chart.tsx';
import { board } from '../dock/boards.ts';
import { canLead } from '../dock/following.ts';
import { Icon } from '../icons.tsx';
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
      {offered.value && !item.follows.leader.value && (
        <div class="offer" role="region" aria-label="Formulas from elsewhere">
          <p>Somebody else’s formulas belong to this chart:</p>
          <ul>{[...offered.value.custom, ...offered.value.values.map(({ formula }) => formula)].map((text) => <li key={text}><code>{text}</code></li>)}</ul>
          <button type="button" class="primary" onClick={() => (([item.plan.value, offered.value] = [offered.value ?? item.plan.value, null]))}>Use them</button>
          <button type="button" onClick={() => (offered.value = null)}>Without them</button>
        </div>
      )}
      {columns.value && (
        <ChartView table={item.table} ops={item.ops.value} columns={columns.value} spec={item.spec.value} isShown={item.isShown.value} change={(spec) => (item.spec.value = spec)}
          ready={(plot) => (item.plot = plot)} rows={<Rows item={item} />} />
      )}
    </section>
  );
}

/** Whose rows are drawn: those of the panel that is followed, or with filters of its own; and how that is changed. */
function Rows({ item }: { item: ChartItem }): JSX.Element | null {
  const { follows, plan } = item;
  const leader = follows.leader.value;
  if (leader) {
    const name = leader.title.value;
    return (
      <span class="chip" data-follows={name} title={`The filters, groups and computed columns of ${name}, as they are there`}>
        <span>follows {name}</span>
        <button type="button" aria-label={`Detach from ${name}`} title="Keep the rows of now" onClick={() => follows.detach()}><Icon name="close" /></button>
      </span>
    );
  }
  const { filters, values } = plan.value;
  const labels = [...[...filters].map(([column, text]) => `${column} ${text}`), ...values.filter(({ source }) => !source).map(({ label }) => label)];
  const [other] = [...(board.value?.items.value ?? [])].filter(([, one]) => canLead(one, item));
  return (
    <>
      {labels.length > 0 && (
        <span class="chip" title={labels.join(', ')}>
          <span>{labels.length === 1 ? labels[0] : `${labels.length} filters`}</span>
          <button type="button" aria-label="All rows" title="All rows" onClick={() => (plan.value = { ...plan.value, filters: new Map(), values: values.filter(({ source }) => source) })}><Icon name="close" /></button>
        </span>
      )}
      {other && <button type="button" class="tool" aria-label={`Follow ${other[1].title.value}`} title={`Draw the rows that ${other[1].title.value} shows`} onClick={() => follows.attach(other[0])}><Icon name="link" /><span class="word">Follow {other[1].title.value}</span></button>}
    </>
  );
}
