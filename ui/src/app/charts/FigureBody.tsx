/** A figure of a script: its charts in their places. */
import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { TextForm } from '../../charts/drawing.ts';
import type { Figure, FigureChart } from '../../charts/figure.ts';
import type { FigureItem } from '../dock/kinds/figure.tsx';
import { zone } from '../session.ts';
import { theme } from '../settings.ts';
import '../styles/charts.css';
import { ink, readLook } from '../../charts/look.ts';
import { FigureModel } from './figureModel.ts';
import { Legend } from './Legend.tsx';

/** An element whose text looks as a script gave it; set by script, as places are. */
function useLook<E extends HTMLElement>(look: TextForm | undefined): RefObject<E | null> {
  const element = useRef<E>(null);
  useEffect(() => {
    const { current } = element;
    if (!current || !look) return;
    const { color, font } = look;
    current.style.color = color ? ink(readLook(current), color) : '';
    current.style.fontFamily = font?.family ? `"${font.family}", ${readLook(current).font}` : '';
    current.style.fontSize = font?.px ? `${font.px}px` : '';
    current.style.fontWeight = font ? (font.isBold ? '700' : '400') : '';
    current.style.fontStyle = font?.isItalic ? 'italic' : '';
  }, [look, theme.value]);
  return element;
}

export function FigureBody({ item }: { item: FigureItem }): JSX.Element {
  const figure = item.figure.value;
  const error = item.error.value;
  const title = useLook<HTMLHeadingElement>(figure?.titleLook);
  if (!figure) {
    return <section class="panel">{error && <div class="over" role="alert"><h2>The figure cannot be shown</h2><p class="wrap">{error}</p></div>}</section>;
  }
  return (
    <section class="panel chart figure-panel" aria-label={`Figure ${item.title.value}`} data-region="chart">
      {figure.title && <h2 ref={title}>{figure.title}</h2>}
      <Charts key={item.made.value} figure={figure} source={item.source} isShown={item.isShown.value} ready={(plot) => (item.plot = plot)} />
    </section>
  );
}

function Charts({ figure, source, isShown, ready }: { figure: Figure; source: string; isShown: boolean; ready(plot: HTMLElement): void }): JSX.Element {
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Places are set by script: the page's policy forbids styles in elements.
    const { current } = grid;
    if (!current) return;
    const isNarrow = current.clientWidth < 560;
    current.style.gridTemplateColumns = `repeat(${isNarrow ? 1 : figure.cols}, minmax(0, 1fr))`;
    current.style.gridTemplateRows = isNarrow ? '' : `repeat(${figure.rows}, minmax(200px, 1fr))`;
    [...current.children].forEach((child, i) => {
      const { row, col, rowSpan, colSpan } = figure.charts[i];
      (child as HTMLElement).style.gridArea = isNarrow ? '' : `${row + 1} / ${col + 1} / span ${rowSpan} / span ${colSpan}`;
    });
  }, [figure]);
  return (
    <div class="figure" ref={grid}>
      {figure.charts.map((chart, at) => <OneChart key={at} chart={chart} source={source} isShown={isShown} ready={at === 0 ? ready : undefined} />)}
    </div>
  );
}

function OneChart({ chart, source, isShown, ready }: { chart: FigureChart; source: string; isShown: boolean; ready?(plot: HTMLElement): void }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const model = useMemo(() => new FigureModel(source, chart), [source, chart]);
  useEffect(() => {
    model.mount(host.current as HTMLElement, isShown);
    ready?.(host.current as HTMLElement);
    return () => model.dispose();
  }, [model]);
  useEffect(() => model.show(isShown), [model, isShown]);
  useEffect(() => model.restyle(), [model, theme.value, zone.value]);
  const [words, legend] = [useLook<HTMLHeadingElement>(chart.titleLook), useLook<HTMLDivElement>(chart.legendLook)];
  const title = chart.title ?? chart.series.map(({ name }) => name).filter(Boolean).join(', ');
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by !== undefined) model.step(by * (event.shiftKey ? 10 : 1));
    else if (event.key === '0') model.whole();
    else return;
    event.preventDefault();
  };
  const error = model.error.value;
  return (
    <div class="figure-chart">
      <header class="chart-head">
        {chart.title && <h3 ref={words}>{chart.title}</h3>}
        <span class="points" data-status="points">{model.words.value}</span>
        <span class="grow" />
        {model.zoomed.value && <button type="button" class="tool" onClick={() => model.whole()}>Reset zoom</button>}
      </header>
      <div class="plot-frame">
        <div class="plot" ref={host} tabIndex={0} role="img" aria-label={`Chart ${title}. ${model.words.value}`} onKeyDown={onKeyDown} />
        {error && <div class="over small alert" role="alert"><span class="wrap">{error.message}</span></div>}
      </div>
      {chart.legend && <div class="legend-frame" ref={legend}><Legend model={model} /></div>}
    </div>
  );
}
