/** A chart: its head, what is drawn, the legend, and beside it what it is made of. Knows a table by name, and no panel. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { AGG_KINDS, type ColumnInfo, type Op } from '../../client/index.ts';
import type { ChartSpec } from '../../charts/spec.ts';
import { intervalFor, titleOf } from '../../charts/spec.ts';
import { Icon } from '../icons.tsx';
import { theme } from '../settings.ts';
import { zone } from '../session.ts';
import { Builder } from './Builder.tsx';
import { ChartTable } from './ChartTable.tsx';
import { ChartModel } from './model.ts';
import { Legend } from './Legend.tsx';
import { copyFigure, download } from './sharing.ts';
import '../styles/charts.css';

export interface ChartProps {
  table: string;
  /** Of the table as it is shown, before those of the chart. */
  ops: readonly Op[];
  /** The columns of the table with these operations. */
  columns: readonly ColumnInfo[];
  spec: ChartSpec;
  isShown: boolean;
  /** Whose rows they are, in words. */
  rows?: ComponentChildren;
  change(spec: ChartSpec): void;
  /** The element that takes the keyboard. */
  ready?(plot: HTMLElement): void;
}

export function ChartView({ table, ops, columns, spec, isShown, rows, change, ready }: ChartProps): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const [isBuilding, setBuilding] = useState(() => !matchMedia('(max-width: 900px)').matches);
  const [isTable, setTable] = useState(false);
  const model = useMemo(() => new ChartModel(table), [table]);
  useEffect(() => {
    model.mount(host.current as HTMLElement);
    ready?.(host.current as HTMLElement);
    if (isShown && !matchMedia('(pointer: coarse)').matches) host.current?.focus({ preventScroll: true });
    return () => model.dispose();
  }, [model]);
  useEffect(() => model.ask(spec, ops, columns), [model, spec, ops, columns]);
  useEffect(() => model.show(isShown), [model, isShown]);
  // Read, so that it is drawn again in other colours and another zone.
  useEffect(() => model.restyle(), [model, theme.value, zone.value]);
  const changeKind = (next: ChartSpec): void => {
    const span = next.kind === 'candlestick' && spec.kind !== 'candlestick' ? model.timeSpan() : null;
    change(span === null ? next : { ...next, every: intervalFor(span) });
  };
  const title = titleOf(spec);
  const words = model.words.value;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || !(event.target as HTMLElement).classList.contains('plot')) return;
    if (!model.key(event.key, event.shiftKey)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section class="chart" aria-label={`Chart of ${title}`} data-region="chart">
      <header class="chart-head">
        <h2 title={`${table}: ${title}`}>{title}</h2>
        <span class="points" data-status="points">{words}</span>
        {rows}
        <span class="grow" />
        {model.canFollow.value && <button type="button" class="tool" aria-pressed={model.follows.value} title="The end stays in sight" onClick={() => model.follow()}>Follow</button>}
        {model.zoomed.value && <button type="button" class="tool" title="All of the axis (0)" onClick={() => model.whole()}>Reset zoom</button>}
        <button type="button" class="tool" aria-label="Data" aria-pressed={isTable} title="What is drawn as a table" onClick={() => setTable(!isTable)}><Icon name="table" /><span class="word">Data</span></button>
        <button type="button" class="tool" aria-label="PNG" title="Download a picture" onClick={() => void download(model, `${table} ${title}`)}><Icon name="image" /><span class="word">PNG</span></button>
        <button type="button" class="tool" aria-label="Python" title="The same chart in Python" onClick={() => void copyFigure(table, ops, spec)}><Icon name="copy" /><span class="word">Python</span></button>
        <button type="button" class="tool" aria-label="Edit" aria-pressed={isBuilding} title="What the chart shows" onClick={() => setBuilding(!isBuilding)}><Icon name="settings" /><span class="word">Edit</span></button>
      </header>
      <div class="chart-body">
        <div class="chart-main">
          <div class="plot-frame" hidden={isTable}>
            <div class="plot" ref={host} tabIndex={0} role="img" aria-label={`${title}. ${words}. Arrow keys move along it, plus and minus zoom.`} aria-keyshortcuts="ArrowLeft ArrowRight + - 0" onKeyDown={onKeyDown} />
            <ChartState model={model} />
          </div>
          {isTable && <ChartTable model={model} />}
          <Legend model={model} />
        </div>
        {isBuilding && <Builder spec={spec} columns={columns} aggs={AGG_KINDS} change={changeKind} close={() => setBuilding(false)} />}
      </div>
      <span class="unseen" role="status">{model.spoken.value}</span>
    </section>
  );
}

function ChartState({ model }: { model: ChartModel }): JSX.Element | null {
  const error = model.error.value;
  if (error) {
    return (
      <div class="over small alert" role="alert">
        <span class="wrap">{error.message}{error.hint ? `: ${error.hint}` : ''}</span>
      </div>
    );
  }
  if (model.isEmpty.value) return <div class="over"><h2>Nothing to draw</h2><p>There is no row with a value here.</p></div>;
  return null;
}
