import { readable, type Rgb } from '../grid/colours.ts';
import type { FontForm } from './drawing.ts';

/** The colours and the type of charts, read from custom properties of CSS whenever the theme changes. */
export interface ChartLook {
  font: string;
  text: string;
  dim: string;
  line: string;
  background: string;
  accent: string;
  /** Told apart with any colour vision, each at least 3:1 on the background. */
  series: string[];
  up: string;
  down: string;
}

/** Of the series in order; beyond these they come again, with dashes. */
export const COLOURS = 8;

export function readLook(element: HTMLElement): ChartLook {
  const style = getComputedStyle(element);
  const pen = document.createElement('canvas').getContext('2d');
  const read = (name: string): string => {
    const text = style.getPropertyValue(`--${name}`).trim();
    if (!pen || name === 'font') return text;
    // A canvas gives every colour back as six digits, in whatever form it was written.
    pen.fillStyle = text || '#808080';
    return pen.fillStyle;
  };
  return {
    font: read('font') || 'system-ui', text: read('text'), dim: read('text-dim'), line: read('line'), background: read('background'), accent: read('accent'),
    series: Array.from({ length: COLOURS }, (_, i) => read(`chart-${i + 1}`)), up: read('chart-up'), down: read('chart-down'),
  };
}

const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3]];

/** The colour and the dash of a series by its place. */
export function pen(look: ChartLook, at: number): { color: string; dash: readonly number[] } {
  return { color: look.series[at % COLOURS], dash: DASHES[Math.floor(at / COLOURS) % DASHES.length] };
}

/** Pixels that letters are high. */
export const TEXT_PX = 12;

/** A font as canvas and CSS have it: that of the page, but for what a script gave. */
export function fontText(look: Pick<ChartLook, 'font'>, font: FontForm | undefined, weight = 400): string {
  return `${font?.isItalic ? 'italic ' : ''}${font?.isBold ? 700 : font ? 400 : weight} ${font?.px ?? TEXT_PX}px ${font?.family ? `"${font.family}", ` : ''}${look.font}`;
}

/** A colour that a script gave to a text, or what is nearest to it that can be read on the background. */
export function ink({ background }: Pick<ChartLook, 'background'>, color: string): string {
  const parts = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
  return `#${readable(parts(color), parts(background), 4.5).map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** A colour that lies thin. */
export function thin(color: string, share: number): string {
  if (/^#[\da-f]{6}$/i.test(color)) return color + Math.round(share * 255).toString(16).padStart(2, '0');
  return `color-mix(in srgb, ${color} ${Math.round(share * 100)}%, transparent)`;
}
