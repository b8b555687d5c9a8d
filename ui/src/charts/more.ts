/** Pies, heat maps and tree maps, by ECharts: the parts of it that these need. */
import { HeatmapChart, PieChart, TreemapChart } from 'echarts/charts';
import { GridComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { valueText } from './axes.ts';
import type { ChartData, TreeNode } from './data.ts';
import type { Drawing, DrawingEvents, Drawn } from './drawing.ts';
import { type ChartLook, pen } from './look.ts';

echarts.use([PieChart, HeatmapChart, TreemapChart, GridComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

/** Parts of a pie beyond these are one. */
const PARTS_MAX = 12;
/** Pixels on each side of a pie for the names of its parts. */
const NAME_PX = 110;
/** Below, what a part is and its share stand on two lines. */
const NARROW_PX = 640;

export class More implements Drawing {
  private readonly chart: echarts.EChartsType;
  private kind = '';
  private last: [ChartData, Drawn] | null = null;
  private place = -1;
  private length = 0;

  constructor(host: HTMLElement, private readonly events: DrawingEvents) {
    this.chart = echarts.init(host, null, { renderer: 'canvas', width: host.clientWidth, height: host.clientHeight });
  }

  draw(data: ChartData, drawn: Drawn): void {
    this.last = [data, drawn];
    const form = JSON.stringify([drawn.kind, drawn.look]);
    const isNew = form !== this.kind;
    this.kind = form;
    this.length = data.xs.length;
    this.chart.setOption(drawn.kind === 'pie' ? pie(data, drawn, this.chart.getWidth(), this.chart.getHeight()) : drawn.kind === 'heat' ? heat(data, drawn) : treemap(data, drawn), { notMerge: isNew });
  }

  resize(width: number, height: number): void {
    this.chart.resize({ width, height });
    if (this.last?.[1].kind === 'pie') this.draw(...this.last);
  }

  step(by: number): void {
    if (!this.length) return;
    this.place = this.place < 0 ? (by > 0 ? 0 : this.length - 1) : Math.max(0, Math.min(this.length - 1, this.place + by));
    this.chart.dispatchAction({ type: 'downplay', seriesIndex: 0 });
    this.chart.dispatchAction({ type: 'highlight', seriesIndex: 0, dataIndex: this.place });
    this.events.at([this.place, this.place]);
  }

  canvas(): HTMLCanvasElement | null {
    return this.chart.getRenderedCanvas({ pixelRatio: devicePixelRatio || 1 });
  }

  dispose(): void {
    this.chart.dispose();
  }
}

/** What all have. Tips are drawn and are no elements: the page's policy forbids styles in elements. */
function common(look: ChartLook): echarts.EChartsCoreOption {
  return {
    animation: false, textStyle: { fontFamily: look.font.replaceAll('"', ''), color: look.text, fontSize: 12 },
    tooltip: { renderMode: 'richText', backgroundColor: look.background, borderColor: look.line, borderWidth: 1, textStyle: { color: look.text, fontSize: 12 }, confine: true, padding: [7, 11] },
  };
}

function pie(data: ChartData, { look }: Drawn, width: number, height: number): echarts.EChartsCoreOption {
  const parts = data.labels.map((name, at) => ({ name, value: data.series[0]?.values[at] ?? 0 })).filter(({ value }) => value > 0);
  const shown = parts.length > PARTS_MAX ? [...parts.slice(0, PARTS_MAX - 1), { name: `${parts.length - PARTS_MAX + 1} others`, value: parts.slice(PARTS_MAX - 1).reduce((sum, { value }) => sum + value, 0) }] : parts;
  // The names beside it need their room.
  const outer = Math.max(0.3, Math.min(0.72, (width - 2 * NAME_PX) / Math.min(width, height)));
  return {
    ...common(look),
    series: [{
      type: 'pie', radius: [`${Math.round(outer * 58)}%`, `${Math.round(outer * 100)}%`], padAngle: 1, itemStyle: { borderRadius: 4 }, label: { color: look.text, lineHeight: 15, formatter: width < NARROW_PX ? '{b}\n{d} %' : '{b}  {d} %' }, labelLine: { lineStyle: { color: look.dim } },
      tooltip: { formatter: ({ name, value, percent }: { name: string; value: number; percent: number }) => `${name}\n${valueText(value)}  ·  ${percent} %` },
      data: shown.map((part, at) => ({ ...part, itemStyle: { color: at < 8 ? pen(look, at).color : look.dim } })),
    }],
  };
}

function heat(data: ChartData, { look }: Drawn): echarts.EChartsCoreOption {
  const cells = data.series.flatMap((series, y) => series.values.flatMap((value, x) => (value == null ? [] : [[x, y, value]])));
  const values = cells.map(([, , value]) => value);
  const [least, largest] = [Math.min(...values, Number.POSITIVE_INFINITY), Math.max(...values, Number.NEGATIVE_INFINITY)];
  const axis = { axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: look.dim }, splitArea: { show: false } };
  return {
    ...common(look),
    grid: { left: 12, right: 24, top: 12, bottom: 56, containLabel: true },
    xAxis: { type: 'category', data: data.labels, ...axis }, yAxis: { type: 'category', data: data.series.map((series) => series.name), ...axis },
    visualMap: {
      min: values.length ? least : 0, max: values.length ? largest : 1, orient: 'horizontal', left: 'center', bottom: 8, itemHeight: 160, itemWidth: 10, calculable: false, textStyle: { color: look.dim },
      formatter: (value: number) => valueText(Number(value.toPrecision(4))), inRange: { color: least < 0 && largest > 0 ? [look.series[1], look.background, look.series[0]] : [faint(look), look.series[0]] },
    },
    series: [{
      type: 'heatmap', data: cells, itemStyle: { borderColor: look.background, borderWidth: 2, borderRadius: 3 }, emphasis: { itemStyle: { borderColor: look.text } },
      tooltip: { formatter: ({ value: [x, y, value] }: { value: [number, number, number] }) => `${data.labels[x]}  ·  ${data.series[y].name}\n${valueText(value)}` },
    }],
  };
}

/** A colour between the first series and the background. */
function faint(look: ChartLook): string {
  const parts = (color: string): number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const [a, b] = [parts(look.background), parts(look.series[0])];
  return `rgb(${a.map((part, i) => Math.round(part * 0.88 + b[i] * 0.12)).join(',')})`;
}

/** With those above others as large as what is below them, at least. */
function sized(node: TreeNode): TreeNode {
  const children = node.children.map(sized);
  return { ...node, children, value: Math.max(node.value, children.reduce((sum, { value }) => sum + value, 0)) };
}

function treemap(data: ChartData, { look }: Drawn): echarts.EChartsCoreOption {
  const isDeep = data.others.length > 0 || Boolean(data.tree?.some(({ children }) => children.length));
  const nodes = data.tree?.map((node, at) => ({ ...sized(node), itemStyle: { color: pen(look, at).color } })) ?? data.labels.map((name, x) => {
    const children = isDeep ? data.series.flatMap(({ name: other, values }) => ((values[x] ?? 0) > 0 ? [{ name: other, value: values[x] as number }] : [])) : [];
    const value = isDeep ? children.reduce((sum, child) => sum + child.value, 0) : (data.series[0]?.values[x] ?? 0);
    return { name, value, itemStyle: { color: pen(look, x).color }, ...(isDeep ? { children } : {}) };
  });
  return {
    ...common(look),
    series: [{
      type: 'treemap', data: nodes.filter(({ value }) => value > 0), left: 8, right: 8, top: 8, bottom: 8, roam: false, nodeClick: false, breadcrumb: { show: false },
      label: { color: '#fff', textBorderColor: 'rgba(0,0,0,.55)', textBorderWidth: 2, lineHeight: 17, formatter: ({ name, value }: { name: string; value: number }) => `${name}\n${valueText(value)}` },
      upperLabel: { show: isDeep, height: 22, color: look.text, fontWeight: 600, textBorderWidth: 0, formatter: '{b}' }, itemStyle: { borderColor: look.background, borderWidth: 1, gapWidth: 2, borderRadius: 3 },
      levels: isDeep ? [{ itemStyle: { gapWidth: 4 }, upperLabel: { show: false } }, { itemStyle: { gapWidth: 2, borderColor: look.line }, colorSaturation: [0.35, 0.7] }] : [{}],
      tooltip: { formatter: ({ name, value }: { name: string; value: number }) => `${name}\n${valueText(value)}` },
    }],
  };
}
