/** A figure of plotly on the screen, and of when it is. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { readLook } from '../../charts/look.ts';
import { lacking, PlotlyDrawing } from '../../charts/plotly.ts';
import type { PlotlyItem } from '../dock/kinds/plotly.tsx';
import { zone } from '../session.ts';
import { theme } from '../settings.ts';
import '../styles/charts.css';
import { clock } from '../words.ts';

export function PlotlyBody({ item }: { item: PlotlyItem }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const drawing = useRef<PlotlyDrawing | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const figure = item.figure.value;
  const error = item.error.value ?? wrong;
  const asOf = item.asOf.value;
  const without = figure && lacking(figure);
  useEffect(() => {
    const { current } = host;
    if (!figure || !current) return;
    const made = (drawing.current ??= new PlotlyDrawing(current));
    made.draw(figure, () => readLook(current)).then(
      () => setWrong(null),
      (reason: unknown) => setWrong(`plotly could not draw it: ${reason instanceof Error ? reason.message : String(reason)}`),
    );
  }, [figure]);
  useEffect(() => {
    item.plot = host.current;
    return () => {
      drawing.current?.dispose();
      drawing.current = item.plot = null;
    };
  }, []);
  useEffect(() => {
    if (host.current) drawing.current?.restyle(readLook(host.current));
  }, [theme.value]);
  return (
    <section class="panel chart plotly-panel" aria-label={`Figure ${item.title.value}`} data-region="chart">
      {asOf !== null && (
        <header class="chart-head">
          <span class="points" data-status="as-of" title="It does not follow its data: a script makes it, and makes it anew">As of {clock(asOf, zone.value)}</span>
          <span class="grow" />
          <button type="button" class="tool" title="As the script has it now" onClick={() => item.again()}>Refresh</button>
        </header>
      )}
      <div class="plot-frame">
        <div class="plot plotly-plot" data-themed={figure?.isThemed} ref={host} tabIndex={0} role="group" aria-label={`Figure ${item.title.value}, drawn by plotly`} />
        {without && !error && <div class="over small" role="note"><span class="wrap">{without}</span></div>}
        {error && <div class="over small alert" role="alert"><span class="wrap">{error}</span></div>}
      </div>
    </section>
  );
}
