/**
 * `<kinetable-grid>`: the grid as an element. Set `model` and `events`, then `grid` is there as soon as the element is in a document.
 *
 * The attribute `mirror="page"` keeps every row that is seen as elements too. Colours come from custom properties (`theme.ts`).
 */
import { Grid } from './grid.ts';
import { describe } from './mirror.ts';
import type { GridEvents, GridModel } from './model.ts';

const STYLE = `
:host { display: block; position: relative; overflow: hidden; contain: strict; }
.surface { position: absolute; inset: 0; outline: none; }
canvas { position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; display: block; }
.mirror { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.filters { position: absolute; left: 0; right: 14px; height: var(--filter-height, 30px); overflow: hidden; }
.filters[hidden] { display: none; }
.filters input {
  position: absolute; left: 0; top: 2px; height: calc(100% - 6px); box-sizing: border-box; padding: 0 8px; margin: 0; border: 1px solid transparent;
  background: var(--input, #fff) content-box; background-clip: padding-box; color: var(--text, #14181d); font: 400 var(--filter-font, 12px) var(--font, system-ui); border-radius: 5px; outline: none;
  box-shadow: inset 0 0 0 1px var(--grid-line-strong, #d5d9dd);
}
.filters input::placeholder { color: var(--text-faint, #8b95a0); }
.filters input:focus { box-shadow: inset 0 0 0 2px var(--accent, #0b6e66); }
.problem {
  position: absolute; z-index: 2; max-width: 272px; padding: 5px 10px; border-radius: 6px; background: var(--alert, #b3261e); color: var(--background, #fff); font: 500 12px/1.4 var(--font, system-ui);
}
.problem[hidden] { display: none; }
.filters input.bad { box-shadow: inset 0 0 0 2px var(--alert, #b3261e); }
.filters input.bad[data-placed] {
  background: linear-gradient(var(--alert, #b3261e), var(--alert, #b3261e)) var(--wrong-from) calc(100% - 3px) / var(--wrong-width) 2px no-repeat, var(--input, #fff);
  background-clip: padding-box;
}
`;

export class KinetableGrid extends HTMLElement {
  static observedAttributes = ['mirror', 'aria-label'];
  model: GridModel | null = null;
  events: GridEvents | null = null;
  grid: Grid | null = null;
  /** Called whenever there is another grid: when the element came into a document. */
  ready: (() => void) | null = null;

  connectedCallback(): void {
    if (this.grid || !this.model || !this.events) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const make = <K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] => {
      const made = document.createElement(tag);
      made.className = name;
      return made;
    };
    const surface = make('div', 'surface');
    surface.tabIndex = 0;
    surface.setAttribute('role', 'grid');
    surface.setAttribute('aria-readonly', 'true');
    surface.setAttribute('aria-multiselectable', 'true');
    const canvas = make('canvas', 'cells');
    canvas.setAttribute('aria-hidden', 'true');
    const mirror = make('div', 'mirror');
    const filters = make('div', 'filters');
    filters.hidden = true;
    surface.append(canvas, mirror);
    root.replaceChildren(surface, filters);
    this.grid = new Grid({ surface, canvas, mirror, filters }, this.model, this.events);
    this.attributeChangedCallback();
    this.ready?.();
  }

  disconnectedCallback(): void {
    this.grid?.dispose();
    this.grid = null;
  }

  attributeChangedCallback(): void {
    if (!this.grid) return;
    this.grid.mirrorsPage = this.getAttribute('mirror') === 'page';
    this.grid.parts.surface.setAttribute('aria-label', this.getAttribute('aria-label') ?? 'Table');
    this.grid.repaint();
  }

  /** The keyboard's focus goes to the cells. */
  override focus(options?: FocusOptions): void {
    this.grid?.parts.surface.focus(options);
  }

  /** The page that is seen as a real table. */
  describe(): HTMLTableElement | null {
    return this.grid && describe(this.grid.view);
  }
}

if (!customElements.get('kinetable-grid')) customElements.define('kinetable-grid', KinetableGrid);

declare global {
  interface HTMLElementTagNameMap {
    'kinetable-grid': KinetableGrid;
  }
}
