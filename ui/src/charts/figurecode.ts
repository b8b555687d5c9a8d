/** A chart as the Python that makes it: a call of `kinetable.plot.Figure`. */
import { expression, type Op, pythonText } from '../client/index.ts';
import { COUNT, ROW, valueNames } from './ops.ts';
import { type ChartSpec, isGrouped, isLine, titleOf } from './spec.ts';

const STYLES: Partial<Record<ChartSpec['kind'], string>> = { step: 'STEP', area: 'AREA', scatter: 'SCATTER' };

export function asFigure(table: string, ops: readonly Op[], spec: ChartSpec): string | null {
  const call = calls(spec, expression(table, made(ops, spec)));
  if (!call) return null;
  const style = STYLES[spec.kind];
  const imports = [style ? 'from kinetable.plot import Figure, PlotStyle' : 'from kinetable.plot import Figure', ...(isGrouped(spec.kind) || spec.kind === 'candlestick' ? ['from kinetable import agg'] : [])];
  const name = `${spec.kind.replace('heat', 'heat_map')}_chart`;
  return `${imports.sort().join('\n')}\n\n${name} = (\n    Figure()\n${[...(style ? [`.axes(plot_style=PlotStyle.${style})`] : []), ...call, '.show()'].map((line) => `    ${line}\n`).join('')})`;
}

/** The table whose columns the figure has; down-sampling is the figure's own. */
function made(ops: readonly Op[], spec: ChartSpec): Op[] {
  if (isLine(spec.kind) && spec.x === null) return [...ops, { custom: [`${ROW} = ii`] }];
  if (spec.kind === 'candlestick') {
    const [y] = spec.ys;
    return [...ops, { custom: [`Interval = lowerBin(${spec.x}, ${spec.every}L)`] }, { by: { keys: ['Interval'], aggs: [['first', 'Open', y], ['max', 'High', y], ['min', 'Low', y], ['last', 'Close', y]] } }];
  }
  if (!isGrouped(spec.kind)) return [...ops];
  const keys = [spec.x as string, ...(spec.by === null || spec.by === spec.x ? [] : [spec.by])];
  const names = valueNames(spec);
  const aggs = names[0] === COUNT && (spec.agg === 'count' || !spec.ys.length) ? [['count', COUNT] as ['count', string]] : spec.ys.map((y, i): [typeof spec.agg, string, string] => [spec.agg, names[i], y]);
  return [...ops, { by: { keys, aggs } }];
}

function calls(spec: ChartSpec, table: string): string[] | null {
  const by = spec.by === null ? '' : `, by=[${pythonText(spec.by)}]`;
  const x = pythonText(spec.x ?? ROW);
  switch (spec.kind) {
    case 'bar': return valueNames(spec).map((y) => `.plot_cat(series_name=${pythonText(y)}, t=${table}, category=${x}, y=${pythonText(y)}${by})`);
    case 'pie': return [`.plot_pie(series_name=${pythonText(titleOf(spec))}, t=${table}, category=${x}, y=${pythonText(valueNames(spec)[0])})`];
    case 'histogram': return spec.by === null ? [`.plot_xy_hist(series_name=${x}, t=${table}, x=${x}, nbins=${spec.bins})`] : null;
    case 'candlestick': return [`.plot_ohlc(series_name=${pythonText(spec.ys[0])}, t=${table}, x="Interval", open="Open", high="High", low="Low", close="Close")`];
    case 'heat':
    case 'treemap': return null;
    default: return spec.ys.map((y) => `.plot_xy(series_name=${pythonText(y)}, t=${table}, x=${x}, y=${pythonText(y)}${by})`);
  }
}
