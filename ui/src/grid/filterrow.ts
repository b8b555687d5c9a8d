/** The row of inputs below the header. They are elements, so that the browser's editing, undo and input methods work. */
import type { View } from './paint.ts';
import type { Problem } from './problem.ts';

export interface FilterEvents {
  /** After typing, and at once on Enter. */
  changed(column: string, text: string): void;
  left(): void;
}

export class FilterRow {
  private readonly inputs = new Map<string, HTMLInputElement>();
  private readonly errors = new Map<string, Problem>();
  private readonly texts = new Map<string, string>();
  private pause: ReturnType<typeof setTimeout> | undefined;
  /** What is wrong with a text, below its input. */
  private readonly problem: HTMLElement;

  constructor(private readonly root: HTMLElement, private readonly events: FilterEvents) {
    this.problem = document.createElement('div');
    this.problem.className = 'problem';
    this.problem.setAttribute('role', 'alert');
    this.problem.hidden = true;
    root.after(this.problem);
  }

  get isShown(): boolean {
    return !this.root.hidden;
  }

  show(shown: boolean): void {
    this.root.hidden = !shown;
    if (!shown) this.problem.hidden = true;
  }

  setTexts(texts: ReadonlyMap<string, string>): void {
    this.texts.clear();
    for (const [column, text] of texts) this.texts.set(column, text);
    for (const [column, input] of this.inputs) if (!input.matches(':focus')) input.value = this.texts.get(column) ?? '';
  }

  setErrors(errors: ReadonlyMap<string, Problem>): void {
    this.errors.clear();
    for (const [column, error] of errors) this.errors.set(column, error);
    for (const [column, input] of this.inputs) this.mark(column, input);
    this.explain();
  }

  /** One at a time: that of the input with the cursor, or else the first. */
  private explain(): void {
    const bad = [...this.inputs].filter(([column]) => this.errors.has(column));
    const [column, input] = bad.find(([, one]) => one.matches(':focus')) ?? bad[0] ?? [];
    this.problem.hidden = !input || !this.isShown;
    if (!input || column === undefined) return;
    this.problem.textContent = this.errors.get(column)?.message ?? '';
    this.problem.style.top = `${this.root.offsetTop + this.root.offsetHeight + 2}px`;
    const left = Number.parseFloat(input.style.transform.slice('translateX('.length)) || 0;
    this.problem.style.left = `${Math.max(4, Math.min(left, this.root.clientWidth - 280))}px`;
  }

  focus(column: string): void {
    this.inputs.get(column)?.focus();
    this.inputs.get(column)?.select();
  }

  /** Puts the inputs where the columns are. */
  place({ layout, scrollX, width, theme }: View): void {
    if (!this.isShown) return;
    this.root.style.top = `${theme.headerHeight}px`;
    this.root.style.setProperty('--filter-height', `${theme.filterHeight}px`);
    this.root.style.setProperty('--filter-font', theme.filterHeight > 30 ? '16px' : '12px');
    const seen = layout.seen(scrollX, width);
    const names = new Set(seen.map((column) => column.info.name));
    for (const [name, input] of this.inputs) {
      if (names.has(name) || input.matches(':focus')) continue;
      input.remove();
      this.inputs.delete(name);
    }
    for (const column of seen) {
      const input = this.inputs.get(column.info.name) ?? this.make(column.info.name);
      const left = layout.left(column, scrollX);
      // Below frozen columns those that scroll are cut, as in the body.
      const hidden = column.frozen ? 0 : Math.max(0, layout.frozenWidth - left);
      input.style.transform = `translateX(${left + hidden}px)`;
      input.style.width = `${Math.max(0, Math.min(column.width, width - left) - hidden)}px`;
    }
    if (this.errors.size) this.explain();
  }

  private make(column: string): HTMLInputElement {
    const input = document.createElement('input');
    input.type = 'text';
    input.spellcheck = false;
    input.autocomplete = 'off';
    input.placeholder = 'filter';
    input.setAttribute('aria-label', `Filter ${column}`);
    input.value = this.texts.get(column) ?? '';
    input.addEventListener('input', () => {
      underline(input, null);
      clearTimeout(this.pause);
      this.pause = setTimeout(() => this.events.changed(column, input.value), 250);
    });
    input.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter') {
        clearTimeout(this.pause);
        this.events.changed(column, input.value);
      } else if (event.key === 'Escape') this.events.left();
    });
    this.inputs.set(column, input);
    this.root.append(input);
    this.mark(column, input);
    return input;
  }

  private mark(column: string, input: HTMLInputElement): void {
    const error = this.errors.get(column);
    input.setAttribute('aria-invalid', String(Boolean(error)));
    input.classList.toggle('bad', Boolean(error));
    // Another text by now: the place is in the one that was asked.
    underline(input, error && input.value === (this.texts.get(column) ?? input.value) ? error.place : null);
  }
}

const ruler = document.createElement('canvas').getContext('2d');

/** A line below some characters of an input, as far as they are in sight; none: there is no such line. */
function underline(input: HTMLInputElement, place: readonly [number, number] | null): void {
  input.toggleAttribute('data-placed', place !== null);
  if (!place || !ruler) return;
  ruler.font = getComputedStyle(input).font;
  const width = (from: number, to: number): number => ruler.measureText(input.value.slice(from, to)).width;
  input.style.setProperty('--wrong-from', `${8 + width(0, place[0])}px`);
  input.style.setProperty('--wrong-width', `${Math.max(5, width(...place))}px`);
}
