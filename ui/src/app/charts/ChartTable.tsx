import type { JSX } from 'preact';
import { valueText } from '../../charts/axes.ts';
import { count } from '../words.ts';
import type { ChartModel } from './model.ts';

/** More rows than that are read in the grid. */
const ROWS_MAX = 500;

/** What is drawn, as a table: for those who do not see it, and those who want to know. */
export function ChartTable({ model }: { model: ChartModel }): JSX.Element {
  // Read, so that it is made anew when other rows were drawn.
  void model.drawn.value;
  const data = model.data;
  const rows = Math.min(ROWS_MAX, data?.xs.length ?? 0);
  if (!data) return <p class="hint">There is nothing yet.</p>;
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label="Data of the chart">
      <table>
        <thead>
          <tr><th scope="col">{model.xName}</th>{data.series.map(({ name }) => <th key={name} scope="col">{name}</th>)}</tr>
        </thead>
        <tbody>
          {Array.from({ length: rows }, (_, row) => (
            <tr key={row}><th scope="row">{model.xText(row)}</th>{data.series.map(({ name, values }) => <td key={name}>{valueText(values[row])}</td>)}</tr>
          ))}
        </tbody>
      </table>
      {data.xs.length > rows && <p class="hint">The first {count(rows)} of {count(data.xs.length)}.</p>}
    </div>
  );
}
