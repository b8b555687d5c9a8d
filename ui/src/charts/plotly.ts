/**
 * Figures of plotly, drawn by plotly.js (decision 0077): what the server says of them, their colours, and the library, which is fetched with the first of them.
 *
 * The policy of the page allows no style that stands in an element, so plotly's rules go into adopted sheets, and the styles that it writes as
 * attributes (of bold text, say) are set as properties. No other server is asked: maps are drawn without what they would fetch, and it is said.
 */
import type * as Library from 'plotly.js-strict-dist-min';
import type { ChartLook } from './look.ts';

type Plain = Record<string, unknown>;

export interface PlotlyFigure {
  data: unknown[];
  layout: Plain;
  frames: unknown[];
  /** Ground, text and lines are the page's: the script chose no template. */
  isThemed: boolean;
  title: string | null;
}

const TITLE_MAX = 200;
const ON_COASTS = new Set(['choropleth', 'scattergeo']);
const ON_TILES = new Set(['choroplethmap', 'densitymap', 'scattermap']);
/** Of plotly: a map without a ground. */
const BARE = 'white-bg';

/** Whatever came; null if it is no figure. What traces and layout mean, and what of it is left out, is plotly's to say. */
export function readPlotly(value: unknown): PlotlyFigure | null {
  const { figure, theme } = record(value);
  const { data, layout, frames } = record(figure);
  if (!Array.isArray(data)) return null;
  const read = record(layout);
  const title = typeof read.title === 'string' ? read.title : record(read.title).text;
  return { data, layout: read, frames: Array.isArray(frames) ? frames : [], isThemed: theme === 'page', title: typeof title === 'string' ? plain(title) : null };
}

/** What is not drawn of a figure; null: all of it is. */
export function lacking({ data, layout }: PlotlyFigure): string | null {
  const types = data.map((trace) => record(trace).type);
  if (types.some((type) => ON_COASTS.has(String(type)))) return 'Coasts and countries are at another server, which this page does not ask: points and shapes are drawn without them';
  const styles = Object.entries(layout).flatMap(([name, map]) => (/^map\d*$/.test(name) ? [record(map).style] : []));
  const isBare = styles.length > 0 && styles.every((style) => style === BARE);
  return types.some((type) => ON_TILES.has(String(type))) && !isBare ? 'The ground of maps is at another server, which this page does not ask: points and shapes are drawn without it' : null;
}

/** Its maps without a ground. */
function groundless({ data, layout }: PlotlyFigure): Plain {
  if (!data.some((trace) => ON_TILES.has(String(record(trace).type)))) return {};
  const names = new Set(['map', ...Object.keys(layout).filter((name) => /^map\d*$/.test(name))]);
  return Object.fromEntries([...names].map((name) => [name, { ...record(layout[name]), style: BARE }]));
}

/** A title without the marks that plotly knows in texts. */
function plain(text: string): string | null {
  const bare = text.slice(0, 4 * TITLE_MAX).replaceAll(/<br\s*\/?>/gi, ' ').replaceAll(/<\/?[a-z][^<>]*>/gi, '').replaceAll(/\s+/g, ' ').trim();
  return bare.slice(0, TITLE_MAX) || null;
}

/** Colours of the template that figures have by themselves: ink, the ground of plots, and of tables cells and headers. All others are colours of data. */
const INK = '#2a3f5f';
const GROUNDS = new Set(['#E5ECF6', '#EBF0F8']);
const HEADER = '#C8D4E3';

/** The template with the page's ground, text and lines instead of its own. */
export function themed(template: unknown, look: ChartLook): Plain {
  const read = record(recoloured('', template, look));
  const layout = record(read.layout);
  return {
    ...read,
    layout: {
      ...layout, paper_bgcolor: look.background, plot_bgcolor: look.background, font: { ...record(layout.font), family: look.font, color: look.text },
      xaxis: { ...record(layout.xaxis), rangeselector: { bgcolor: look.background, bordercolor: look.line, borderwidth: 1, activecolor: look.line } },
      modebar: { bgcolor: 'rgba(0,0,0,0)', color: look.dim, activecolor: look.text },
      updatemenudefaults: { bgcolor: look.background, bordercolor: look.line, font: { color: look.text } }, sliderdefaults: { bgcolor: look.line, bordercolor: look.line, tickcolor: look.dim },
    },
  };
}

function recoloured(key: string, value: unknown, look: ChartLook): unknown {
  // Of data.
  if (key === 'colorway' || key === 'colorscale') return value;
  if (Array.isArray(value)) return value.map((one) => recoloured(key, one, look));
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, recoloured(name, one, look)]));
  if (value === INK) return look.text;
  if (value === HEADER || (key === 'landcolor' && typeof value === 'string')) return look.line;
  if (typeof value === 'string' && GROUNDS.has(value)) return look.background;
  if (value === 'white') return key.endsWith('bgcolor') || key === 'lakecolor' ? look.background : look.line;
  return value;
}

function record(value: unknown): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Plain) : {};
}

let library: Promise<typeof Library> | null = null;

function fetched(): Promise<typeof Library> {
  library ??= load().catch((error: unknown) => {
    library = null;
    throw error;
  });
  return library;
}

async function load(): Promise<typeof Library> {
  adopt();
  const release = adoptFurther();
  try {
    const module: typeof Library & { default?: typeof Library } = await import('plotly.js-strict-dist-min');
    return module.default ?? module;
  } finally {
    release();
  }
}

/** Where plotly looks for its style element there is one whose sheet is adopted; and texts have their styles. */
function adopt(): void {
  const id = 'plotly.js-style-global';
  if (document.getElementById(id)) return;
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  const element = document.createElement('meta');
  element.id = id;
  Object.defineProperty(element, 'sheet', { value: sheet });
  document.head.append(element);
  const nothing = Object.fromEntries(['coastlines', 'countries', 'lakes', 'land', 'ocean', 'rivers', 'subunits'].map((layer) => [layer, { type: 'GeometryCollection', geometries: [] }]));
  // Whatever part of the world is asked for: it is there already, and empty.
  (window as unknown as Plain).PlotlyGeoAssets = { topojson: new Proxy({}, { get: () => ({ type: 'Topology', arcs: [], objects: nothing }) }) };
  const set = Element.prototype.setAttribute;
  Object.defineProperty(SVGElement.prototype, 'setAttribute', {
    configurable: true, writable: true,
    value(this: SVGElement, name: string, value: string): void {
      if (name === 'style') this.style.cssText = value;
      else set.call(this, name, value);
    },
  });
}

/** The rules of its maps come as an element with a text, while it is loaded: they are adopted, and the element is left out. */
function adoptFurther(): () => void {
  const { head } = document;
  head.appendChild = <T extends Node>(node: T): T => {
    if (!(node instanceof HTMLStyleElement)) return Node.prototype.appendChild.call(head, node) as T;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(node.textContent ?? '');
    document.adoptedStyleSheets.push(sheet);
    return node;
  };
  // The prototype's is there again.
  return () => delete (head as Partial<HTMLHeadElement>).appendChild;
}

/** A figure in an element: one at a time. */
export class PlotlyDrawing {
  private plotly: typeof Library | null = null;
  private isGone = false;
  private figure: PlotlyFigure | null = null;
  private readonly observer = new ResizeObserver(() => this.resized());

  constructor(private readonly host: HTMLElement) {}

  /** Another figure takes the place of the one that is there. `look`: of the moment when it is drawn. */
  async draw(figure: PlotlyFigure, look: () => ChartLook): Promise<void> {
    this.figure = figure;
    this.plotly ??= await fetched();
    // Meanwhile it may have been closed, or another figure have come.
    if (this.isGone || this.figure !== figure) return;
    const { layout, data, frames, title } = figure;
    await this.plotly.react(this.host, {
      // Plotly writes into what it is given.
      data: [...data], frames, layout: { ...layout, ...groundless(figure), ...(figure.isThemed ? { template: themed(layout.template, look()) } : {}) },
      config: {
        displaylogo: false, showSendToCloud: false, plotlyServerURL: '', responsive: false,
        toImageButtonOptions: { filename: (title ?? 'figure').replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '') },
      },
    });
    this.observer.observe(this.host);
  }

  /** The page has other colours: what is zoomed stays so. */
  restyle(look: ChartLook): void {
    const { plotly, figure } = this;
    if (plotly && figure?.isThemed && !this.isGone) void plotly.relayout(this.host, { template: themed(figure.layout.template, look) });
  }

  dispose(): void {
    this.isGone = true;
    this.observer.disconnect();
    this.plotly?.purge(this.host);
  }

  private resized(): void {
    const { host, figure } = this;
    // One with a size of its own keeps it, and is scrolled.
    if (!this.plotly || !host.clientWidth || !host.clientHeight || (figure?.layout.width !== undefined && figure.layout.height !== undefined)) return;
    void this.plotly.Plots.resize(host);
  }
}
