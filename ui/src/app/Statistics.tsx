import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Cell, ColumnInfo, Op } from '../client/index.ts';
import { formatter } from '../grid/format.ts';
import { hasSize } from '../grid/rules.ts';
import type { Panel } from './panel.ts';
import { byValue } from './plan.ts';
import { features, zone } from './session.ts';
import { side } from './side.ts';
import { SidePanel } from './SidePanel.tsx';
import { useRows, type Watched } from './watch.ts';
import { count } from './words.ts';
import './styles/asks.css';

const BINS = 32;
const VALUES = 10;
/** Rows above which values are told apart when somebody asks for it alone: the server keeps each of them. */
const MANY_ROWS = 5_000_000;
const TIMES = new Set(['Instant', 'ZonedDateTime', 'LocalDateTime']);
const WORDS: [name: string, word: string][] = [['Min', 'Least'], ['Max', 'Greatest'], ['Sum', 'Sum'], ['Avg', 'Average'], ['Std', 'Standard deviation']];

/** What a column has in it, while it changes: of the rows that the filters leave. */
export function Statistics({ panel, column }: { panel: Panel; column: string }): JSX.Element {
  const columns = panel.schema.value ?? [];
  const info = columns.find((one) => one.name === column) ?? columns[0];
  // The order of rows changes nothing, and costs.
  const ops = panel.opsNow().filter((op) => !('sort' in op));
  const { rows, total } = panel.counts.value;
  const [asked, ask] = useState('');
  const what = `${panel.name} ${info.name}`;
  // Before the first page it is not known how many there are.
  const tellsApart = asked === what || (total > 0 && rows <= MANY_ROWS);
  const stats = useRows(panel.name, [...ops, { stats: { column: info.name, distinct: tellsApart } }], 1);
  return (
    <SidePanel panel={panel} title="Statistics">
      <label class="field">
        <span>Column</span>
        <select aria-label="Column" data-first value={info.name} onChange={(event) => (side.value = { kind: 'stats', column: event.currentTarget.value })}>
          {columns.map(({ name }) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      {stats?.error && <p class="error wrap" role="alert">{stats.error.message}</p>}
      {stats && !stats.error && <Figures stats={stats} info={info} />}
      {!tellsApart && rows > MANY_ROWS && (
        <p class="hint wrap">
          <button type="button" class="tool" onClick={() => ask(what)}>Count values</button> Telling those of {count(rows)} rows apart takes the server time and memory.
        </p>
      )}
      {hasSize(info.type) || TIMES.has(info.type) ? features.value.includes('bins') && <Shape panel={panel} info={info} ops={ops} /> : tellsApart && features.value.includes('by') && <Values panel={panel} info={info} ops={ops} />}
    </SidePanel>
  );
}

function Figures({ stats, info }: { stats: Watched; info: ColumnInfo }): JSX.Element {
  const number = (name: string): number | null => {
    const cell = stats.cell(0, name);
    return cell == null ? null : Number(cell);
  };
  const [rows, nulls, distinct] = [number('Rows') ?? 0, number('Nulls') ?? 0, number('Distinct')];
  return (
    <dl class="figures" aria-live="off">
      <Figure word="Rows" value={count(rows)} />
      <Figure word="Nulls" value={nulls ? `${count(nulls)} · ${share(nulls, rows)}` : 'none'} />
      {distinct !== null && <Figure word="Distinct" value={`${count(distinct)}${distinct === rows - nulls && distinct > 0 ? ' · all' : ''}`} />}
      {WORDS.map(([name, word]) => {
        const column = stats.columns.find((one) => one.name === name);
        return column && <Figure key={name} word={word} value={shown(column, name === 'Min' || name === 'Max' ? info : column, stats.cell(0, name))} />;
      })}
    </dl>
  );
}

function Figure({ word, value }: { word: string; value: string }): JSX.Element {
  return <div><dt>{word}</dt><dd data-figure={word}>{value}</dd></div>;
}

function shown(column: ColumnInfo, like: ColumnInfo, cell: Cell | undefined): string {
  if (cell == null) return '–';
  const form = formatter({ ...like, type: column.type, name: column.name }, zone.value);
  form.observe(cell);
  return form.show(cell);
}

const share = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(part / Math.max(1, whole) < 0.1 ? 1 : 0)} %`;

/** How many rows lie where between the least and the greatest. */
function Shape({ panel, info, ops }: { panel: Panel; info: ColumnInfo; ops: readonly Op[] }): JSX.Element | null {
  const bins = useRows(panel.name, [...ops, { bins: { x: info.name, n: BINS } }], 4 * BINS + 2);
  if (!bins || bins.error || !bins.n) return null;
  const low = bins.columns.find(({ name }) => name === 'Low');
  const all = Array.from({ length: bins.n }, (_, row) => ({ low: bins.cell(row, 'Low'), high: bins.cell(row, 'High'), count: Number(bins.cell(row, 'Count') ?? 0) }));
  const places = all.map((bin) => Number(bin.low));
  const [first, last, most] = [Math.min(...places), Math.max(...all.map((bin) => Number(bin.high))), Math.max(...all.map((bin) => bin.count))];
  const text = (cell: Cell | undefined): string => (low ? shown(low, { ...info, scale: null }, typeof cell === 'number' ? Number(cell.toPrecision(5)) : cell) : '');
  const span = last - first || 1;
  return (
    <figure class="shape">
      <svg viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label={`Histogram of ${info.name}: ${all.length} bins`}>
        {all.map((bin, i) => {
          const height = most ? (38 * bin.count) / most : 0;
          const width = ((Number(bin.high) - places[i]) / span) * 100 || 100;
          return <rect key={i} x={((places[i] - first) / span) * 100} y={40 - Math.max(0.6, height)} width={Math.max(0.4, width - 0.5)} height={Math.max(0.6, height)}><title>{`${text(bin.low)} – ${text(bin.high)}: ${count(bin.count)}`}</title></rect>;
        })}
      </svg>
      <figcaption><span>{text(all[places.indexOf(first)]?.low)}</span><span>{text(all.find((bin) => Number(bin.high) === last)?.high)}</span></figcaption>
    </figure>
  );
}

/** The values that most rows have; a click leaves these rows alone. */
function Values({ panel, info, ops }: { panel: Panel; info: ColumnInfo; ops: readonly Op[] }): JSX.Element | null {
  const name = info.name === 'Count' ? 'Count_' : 'Count';
  const top = useRows(panel.name, [...ops, { by: { keys: [info.name], aggs: [['count', name]] } }, { sort: [[name, 'desc']] }], VALUES);
  if (!top || top.error || !top.n) return null;
  const all = Array.from({ length: top.n }, (_, row) => ({ cell: top.cell(row, info.name), count: Number(top.cell(row, name) ?? 0) }));
  const most = Math.max(...all.map((one) => one.count));
  const plan = panel.plan.value;
  return (
    <section class="block">
      <h3>{top.rows > VALUES ? `The most frequent of ${count(top.rows)}` : 'Values'}</h3>
      <ul class="values">
        {all.map(({ cell, count: rows }) => {
          const text = cell === null ? 'null' : shown(info, info, cell);
          const value = cell === undefined ? null : byValue(info, cell, '==', text);
          return (
            <li key={text}>
              <button type="button" disabled={!value} title={`Only ${text}`} onClick={() => value && panel.change({ ...plan, values: [...plan.values.filter((one) => one.formula !== value.formula), value] })}>
                <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width={(100 * rows) / most} height="1" /></svg>
                <span class="name">{text}</span>
                <span class="rows">{count(rows)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
