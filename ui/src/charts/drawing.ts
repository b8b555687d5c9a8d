/**
 * Something that draws charts into an element. Two of them are fetched when the first chart of their kind is shown: uPlot for what lies along an axis and moves,
 * ECharts for pies, heat maps and tree maps.
 */
import type { ChartData } from './data.ts';
import type { ChartLook } from './look.ts';
import type { ChartKind } from './spec.ts';

/** A font that a script gave to a text. */
export interface FontForm {
  family?: string;
  px?: number;
  isBold: boolean;
  isItalic: boolean;
}

export interface TextForm {
  color?: string;
  font?: FontForm;
}

/** The marks of an axis. */
export interface TicksForm {
  isShown: boolean;
  /** From one to the next; or where they are, ascending. Neither: where there is room. */
  gap?: number;
  at?: readonly number[];
  /** How far their texts are turned to the left, in degrees from 0 to 360. */
  angle: number;
  /** Small ones between two of them. */
  minor: number;
  font?: FontForm;
}

export interface AxisForm {
  label?: string;
  min?: number;
  max?: number;
  log?: boolean;
  invert?: boolean;
  color?: string;
  /** A pattern (`patterns.ts`) for what stands along it and what the cross-hair says. */
  format?: string;
  /** The clock that its times are read on, if not the page's. */
  zone?: string;
  /** Of the label. */
  font?: FontForm;
  ticks?: TicksForm;
}

/** What is to be drawn, besides the data. */
export interface Drawn {
  kind: ChartKind;
  look: ChartLook;
  /** The part of the x axis that is seen; null: all that there is. */
  range: readonly [number, number] | null;
  /** Series that the user took out, by name. */
  off: ReadonlySet<string>;
  x?: AxisForm;
  y?: AxisForm;
  y2?: AxisForm;
  /** Lines across the chart at the marks of x, and of y: as by itself, those of the left y axis alone. */
  grid?: { x?: boolean; y?: boolean };
  isStacked?: boolean;
}

export interface DrawingEvents {
  /** A part of the x axis was chosen. */
  zoom(from: number, to: number): void;
  /** All of the axis again. */
  whole(): void;
  /** The pointer or the keyboard is at a place: of the data, and then of each series, which may have none there; null: at none. */
  at(places: readonly (number | null)[] | null): void;
}

export interface Drawing {
  draw(data: ChartData, drawn: Drawn): void;
  resize(width: number, height: number): void;
  /** The next place to the right or the left: for the keyboard. */
  step(by: number): void;
  canvas(): HTMLCanvasElement | null;
  dispose(): void;
}

export function drawingFor(kind: ChartKind): 'plot' | 'more' {
  return kind === 'pie' || kind === 'heat' || kind === 'treemap' ? 'more' : 'plot';
}

export async function makeDrawing(which: 'plot' | 'more', host: HTMLElement, events: DrawingEvents): Promise<Drawing> {
  if (which === 'plot') return new (await import('./plot.ts')).Plot(host, events);
  return new (await import('./more.ts')).More(host, events);
}
