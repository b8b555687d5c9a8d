/**
 * The axes of a chart of uPlot: marks and texts where there is room, or as a script gave them.
 *
 * **State** the marks and texts that each axis has now, for what uPlot does not draw: small marks, and turned texts beside the chart.
 */
import type uPlot from 'uplot';
import type { ChartData } from './data.ts';
import type { AxisForm, Drawn } from './drawing.ts';
import { fontText, ink, TEXT_PX } from './look.ts';
import { markTexts } from './patterns.ts';
import { isPlaced, minorMarks, placesOf, roomy, stepOf, taken, turned } from './ticks.ts';

const MARK_PX = 5;
const MINOR_PX = 3;
/** From the marks to the texts. */
const GAP_PX = 5;
const LINE = 1.3;

interface Axis {
  form: AxisForm | undefined;
  scale: string;
  zone: string | null;
  isVertical: boolean;
}

export class PlotAxes {
  private readonly axes: Axis[];
  private readonly marks: (readonly number[])[] = [];
  private readonly texts: (readonly string[])[] = [];

  /** `labels`: of the data that is drawn now. */
  constructor(private readonly data: ChartData, private readonly drawn: Drawn, private readonly labels: () => readonly string[]) {
    const side = (form: AxisForm | undefined, scale: string, name: 'left' | 'right'): Axis => ({ form, scale, zone: data.yZones?.[name] ?? null, isVertical: true });
    const hasRight = data.series.some(({ axis }) => axis === 'right');
    this.axes = [{ form: drawn.x, scale: 'x', zone: data.axis === 'time' ? data.zone : null, isVertical: false }, side(drawn.y, 'y', 'left'), ...(hasRight ? [side(drawn.y2, 'y2', 'right')] : [])];
  }

  options(): uPlot.Axis[] {
    const { line } = this.drawn.look;
    const { x, y } = this.drawn.grid ?? {};
    return this.axes.map((axis, at) => ({
      ...this.common(axis, at), ...(axis.isVertical ? {} : this.horizontal(axis)), scale: axis.scale, side: ([2, 3, 1] as const)[at], grid: { show: [x === true, y !== false, false][at], stroke: line, width: 1 },
    }));
  }

  /** What uPlot does not draw. */
  draw(chart: uPlot): void {
    this.axes.forEach((axis, at) => {
      const { min, max } = chart.scales[axis.scale];
      if (min == null || max == null || !this.marks[at]?.length) return;
      const { minor = 0, angle = 0 } = axis.form?.ticks ?? {};
      if (this.data.axis !== 'name' || axis.isVertical) this.minor(chart, at, minorMarks(this.marks[at], minor, min, max));
      if (axis.isVertical && angle) this.beside(chart, at, angle);
    });
  }

  private common({ form, scale, isVertical }: Axis, at: number): uPlot.Axis {
    const { look } = this.drawn;
    const ticks = form?.ticks;
    const px = ticks?.font?.px ?? TEXT_PX;
    const places = isPlaced(ticks) && (isVertical || this.data.axis !== 'name') ? { splits: (_: uPlot, __: number, from: number, to: number) => placesOf(ticks, from, to), filter: (_: uPlot, marks: number[]) => marks } : {};
    return {
      stroke: form?.color ? ink(look, form.color) : look.dim, font: fontText(look, ticks?.font), label: form?.label, labelFont: fontText(look, form?.font, 500), labelSize: (form?.font?.px ?? TEXT_PX) + 10,
      ticks: { show: ticks?.isShown ?? true, stroke: look.line, size: MARK_PX }, border: { show: true, stroke: look.line }, gap: GAP_PX, ...places,
      ...(isVertical ? { space: 30 * (px / TEXT_PX) } : {}),
      values: (chart, marks, _, __, step) => this.written(chart, at, marks, isPlaced(ticks) ? stepOf(marks) : step, scale),
      size: (chart) => this.size(chart, at),
    };
  }

  private horizontal({ form }: Axis): Partial<uPlot.Axis> {
    const { data } = this;
    const { font, angle = 0 } = form?.ticks ?? {};
    const turn = angle ? { rotate: angle > 180 ? angle - 360 : angle } : {};
    // Parts of seconds are long texts.
    const px = (least: number, largest: number): number => (data.axis !== 'time' ? 70 : largest - least < 10_000 ? 96 : 76);
    return { space: (_, __, least, largest) => px(least, largest) * ((font?.px ?? TEXT_PX) / TEXT_PX), ...turn, ...(data.axis === 'name' ? { splits: (chart) => named(data, chart.width) } : {}) };
  }

  /** The texts of marks, which are kept; those that uPlot cannot turn are left to `draw`. */
  private written(chart: uPlot, at: number, marks: readonly (number | null)[], step: number, scale: string): string[] {
    const { form, zone, isVertical } = this.axes[at];
    const { angle = 0 } = form?.ticks ?? {};
    let texts = !isVertical && this.data.axis === 'name' ? marks.map((mark) => this.name(chart, mark as number)) : markTexts(marks, step, zone, form?.format);
    // Lines of texts that stand upright would lie on each other.
    if (angle && (isVertical || Math.abs(Math.sin((angle * Math.PI) / 180)) > 0.8)) texts = texts.map((text) => text.replace('\n', ' '));
    if (isPlaced(form?.ticks)) {
      const [line, size] = [this.px(at) * LINE, isVertical ? chart.bbox.height : chart.bbox.width];
      const sizes = texts.map((text) => (isVertical ? taken(line, this.wide(chart, at, text), angle) : taken(this.wide(chart, at, text), line, angle)));
      if (size > 0) texts = roomy(texts, marks.map((mark) => chart.valToPos(mark as number, scale)), sizes);
    }
    this.marks[at] = marks.filter((mark) => mark !== null);
    this.texts[at] = texts.filter((_, i) => marks[i] !== null);
    return isVertical && angle ? texts.map(() => '') : texts;
  }

  private name(chart: uPlot, mark: number): string {
    const name = this.labels()[mark] ?? '';
    const { angle = 0 } = this.axes[0].form?.ticks ?? {};
    // Turned ones are as long as they may be.
    return shortened(name, angle ? 160 : chart.width / Math.max(1, named(this.data, chart.width).length));
  }

  private px(at: number): number {
    return this.axes[at].form?.ticks?.font?.px ?? TEXT_PX;
  }

  private wide(chart: uPlot, at: number, text: string): number {
    chart.ctx.font = fontText(this.drawn.look, this.axes[at].form?.ticks?.font);
    return Math.max(0, ...text.split('\n').map((line) => chart.ctx.measureText(line).width));
  }

  private size(chart: uPlot, at: number): number {
    const { form, isVertical } = this.axes[at];
    const { angle = 0 } = form?.ticks ?? {};
    const line = this.px(at) * LINE;
    const boxes = (this.texts[at] ?? []).map((text) => turned(this.wide(chart, at, text), line, angle));
    if (isVertical) return Math.max(40, MARK_PX + GAP_PX + 8 + Math.max(0, ...boxes.map(([width]) => width)));
    if (angle) return MARK_PX + GAP_PX + 4 + Math.max(line, ...boxes.map(([, height], i) => height + (this.texts[at][i].includes('\n') ? 1.5 * this.px(at) : 0)));
    // Room for a day below the time, whether there is one or not: the chart would jump.
    return this.data.axis === 'time' ? 12 + 2 * line : 18 + line;
  }

  private minor(chart: uPlot, at: number, places: readonly number[]): void {
    const { ctx, bbox } = chart;
    const scale = devicePixelRatio || 1;
    ctx.save();
    ctx.beginPath();
    for (const place of places) {
      const to = Math.round(chart.valToPos(place, this.axes[at].scale, true)) + 0.5;
      const from = [bbox.top + bbox.height, bbox.left, bbox.left + bbox.width][at];
      const end = from + MINOR_PX * scale * [1, -1, 1][at];
      ctx.moveTo(...(at === 0 ? [to, from] : [from, to]) as [number, number]);
      ctx.lineTo(...(at === 0 ? [to, end] : [end, to]) as [number, number]);
    }
    ctx.lineWidth = Math.max(1, scale);
    ctx.strokeStyle = this.drawn.look.line;
    ctx.stroke();
    ctx.restore();
  }

  /** Turned texts, the nearest side of each at its mark. */
  private beside(chart: uPlot, at: number, angle: number): void {
    const { ctx, bbox } = chart;
    const scale = devicePixelRatio || 1;
    const { form, scale: name } = this.axes[at];
    const [edge, way] = at === 1 ? [bbox.left, -1] : [bbox.left + bbox.width, 1];
    const line = this.px(at) * LINE;
    ctx.save();
    this.texts[at].forEach((text, i) => {
      const [width] = turned(this.wide(chart, at, text), line, angle);
      ctx.save();
      ctx.translate(edge + way * (MARK_PX + GAP_PX + width / 2) * scale, chart.valToPos(this.marks[at][i], name, true));
      ctx.rotate((-angle * Math.PI) / 180);
      ctx.scale(scale, scale);
      ctx.font = fontText(this.drawn.look, form?.ticks?.font);
      ctx.fillStyle = form?.color ? ink(this.drawn.look, form.color) : this.drawn.look.dim;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillText(text, 0, 0);
      ctx.restore();
    });
    ctx.restore();
  }
}

/** The places whose names have room. */
function named(data: ChartData, width: number): number[] {
  const step = Math.max(1, Math.ceil(data.labels.length / Math.max(1, Math.floor((width - 60) / 64))));
  return data.labels.flatMap((_, at) => (at % step === 0 ? [at] : []));
}

function shortened(text: string, room: number): string {
  const most = Math.max(4, Math.floor(room / 7.2));
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
