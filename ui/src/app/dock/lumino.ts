/** Docking by Lumino: the one file that knows it. Panels are elements with ids; places are the nodes of `schema.ts`. */
import { effect, type ReadonlySignal } from '@preact/signals';
import { DockLayout, DockPanel, TabBar, Widget } from '@lumino/widgets';
import type { VirtualElement } from '@lumino/virtualdom';
import { type Area, idsOf, isArea, type Node, type Split } from './schema.ts';

/** Pixels: a panel is not made smaller by a handle. */
const SIZE_MIN = 120;
let count = 0;

export type Side = 'left' | 'right' | 'top' | 'bottom';

export interface Face {
  readonly title: ReadonlySignal<string>;
  readonly mark?: ReadonlySignal<string>;
}

/** What the dock says to whoever owns the panels. */
export interface Ears {
  /** Tabs were moved, chosen, or handles dragged. */
  changed(): void;
  /** The focus went into it. */
  entered(id: string): void;
  /** It was asked for, by its tab or by a drop. */
  chosen(id: string): void;
  closing(id: string): void;
  seen(id: string, isSeen: boolean): void;
}

/** A panel of Lumino around an element of ours. */
class Held extends Widget {
  private readonly stop: () => void;

  constructor(readonly panelId: string, face: Face, private readonly ears: Ears) {
    super();
    count += 1;
    this.id = `panel-${count}`;
    this.node.className += ' held';
    this.node.setAttribute('role', 'tabpanel');
    this.node.setAttribute('aria-labelledby', `tab-${this.id}`);
    this.node.addEventListener('focusin', () => ears.entered(panelId));
    this.node.addEventListener('pointerdown', () => ears.entered(panelId));
    this.title.closable = true;
    this.stop = effect(() => {
      this.title.label = face.title.value;
      this.title.caption = face.title.value;
      this.title.iconClass = `pulse ${face.mark?.value ?? 'none'}`;
    });
  }

  override dispose(): void {
    this.stop();
    super.dispose();
  }

  choose(): void {
    this.ears.chosen(this.panelId);
  }

  protected override onActivateRequest(): void {
    this.choose();
  }

  protected override onCloseRequest(): void {
    this.ears.closing(this.panelId);
  }

  protected override onAfterAttach(): void {
    this.ears.seen(this.panelId, this.isVisible);
  }

  protected override onAfterShow(): void {
    this.ears.seen(this.panelId, true);
  }

  protected override onAfterHide(): void {
    this.ears.seen(this.panelId, false);
  }
}

class Tabs extends TabBar.Renderer {
  override renderTab(data: TabBar.IRenderData<Widget>): VirtualElement {
    const made = super.renderTab(data);
    Object.assign(made.attrs, { 'aria-controls': data.title.owner.id, 'aria-keyshortcuts': 'Delete' });
    return made;
  }

  override createTabKey({ title }: TabBar.IRenderData<Widget>): string {
    return `tab-${title.owner.id}`;
  }
}

/**
 * A bar that leaves nothing of itself in the layout. Lumino's (2.10.0) keeps its item of a bar that it disposes of: with it the bar, its last
 * panel and what that drew would stay as long as the page.
 */
class Bar extends TabBar<Widget> {
  constructor(private readonly of: () => DockLayout | null, options: TabBar.IOptions<Widget>) {
    super(options);
  }

  override dispose(): void {
    const layout = this.of();
    if (!this.isDisposed && layout?.parent) Layout.forget(layout, this);
    super.dispose();
  }
}

class Layout extends DockLayout {
  static forget(layout: DockLayout, bar: Bar): void {
    (layout as Layout).detachWidget(bar);
  }
}

class Renderer extends DockPanel.Renderer {
  layout: DockLayout | null = null;

  override createHandle(): HTMLDivElement {
    const made = super.createHandle();
    made.tabIndex = 0;
    made.setAttribute('role', 'separator');
    made.setAttribute('aria-label', 'Border between panels');
    for (const [name, value] of [['min', '0'], ['now', '50'], ['max', '100']]) made.setAttribute(`aria-value${name}`, value);
    return made;
  }

  override createTabBar(document?: Document | ShadowRoot): TabBar<Widget> {
    const bar = new Bar(() => this.layout, { document, renderer: new Tabs() });
    bar.addClass('lm-DockPanel-tabBar');
    bar.node.dataset.region = 'tabs';
    bar.contentNode.setAttribute('aria-label', 'Open panels');
    bar.node.addEventListener('keydown', (event) => {
      const at = [...bar.contentNode.children].findIndex((tab) => tab === event.target);
      if (at < 0) return;
      if (event.key === 'Delete') bar.titles[at].owner.close();
      else if (event.key === 'Enter' || event.key === ' ') (bar.titles[at].owner as Held).choose();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    // At once, so that the keys that follow the press are the panel's.
    bar.tabActivateRequested.connect((_, { title }) => (title.owner as Held).choose());
    return bar;
  }
}

export class Dock {
  private readonly renderer = new Renderer();
  private readonly panel = new DockPanel({ renderer: this.renderer, spacing: 5, tabsConstrained: true });
  private marked: string | null = null;
  private readonly held = new Map<string, Held>();

  constructor(private readonly ears: Ears) {
    this.renderer.layout = this.panel.layout as DockLayout;
    this.panel.addClass('dock-panel');
    this.panel.layoutModified.connect(() => {
      if (this.isWide) ears.changed();
      this.sayBorders();
    });
    this.panel.node.addEventListener('keydown', (event) => this.borderKey(event));
    // Where it stands is said when it is asked for: that changes with every window.
    this.panel.node.addEventListener('focusin', () => this.sayBorders());
  }

  get node(): HTMLElement {
    return this.panel.node;
  }

  get isWide(): boolean {
    return this.panel.mode === 'multiple-document';
  }

  attach(host: HTMLElement): void {
    if (this.panel.isAttached) return;
    Widget.attach(this.panel, host);
    new ResizeObserver(() => this.panel.update()).observe(this.panel.node);
  }

  dispose(): void {
    this.panel.dispose();
  }

  show(isShown: boolean): void {
    this.panel.setHidden(!isShown);
  }

  /** The element of a new panel, which is in no place yet. */
  make(id: string, face: Face): HTMLElement {
    const made = new Held(id, face, this.ears);
    made.node.style.minWidth = made.node.style.minHeight = `${SIZE_MIN}px`;
    this.held.set(id, made);
    return made.node;
  }

  /** As a further tab after that of `beside`, or at a side of it; without one: of everything. */
  put(id: string, beside: string | null, side: Side | null = null): void {
    const ref = beside === null ? null : (this.held.get(beside) ?? null);
    this.panel.addWidget(this.get(id), { mode: side ? `split-${side}` : 'tab-after', ref });
    this.showBars();
  }

  remove(id: string): void {
    this.held.get(id)?.dispose();
    this.held.delete(id);
  }

  /** Marks the tabs of the area that has the keyboard. */
  mark(id: string | null): void {
    this.marked = id;
    const held = id === null ? undefined : this.held.get(id);
    for (const bar of this.panel.tabBars()) bar.toggleClass('is-active-bar', held !== undefined && bar.titles.includes(held.title));
    // Where there are more tabs than have room, after they are drawn.
    if (held) requestAnimationFrame(() => this.panel.node.querySelector('.is-active-bar .lm-mod-current')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }));
  }

  /** Brings a panel to the front of its area. */
  select(id: string): void {
    this.panel.selectWidget(this.get(id));
  }

  /** Everything at its place; narrow: all as tabs over each other. */
  place(root: Node | null, isWide: boolean): void {
    this.panel.restoreLayout({ main: root && this.config(root) } as DockPanel.ILayoutConfig);
    this.panel.mode = isWide ? 'multiple-document' : 'single-document';
    this.showBars();
    // The tabs are other ones now.
    this.mark(this.marked);
  }

  layout(): Node | null {
    const { main } = this.panel.saveLayout();
    return main && nodeOf(main);
  }

  box(id: string): DOMRect {
    return this.get(id).node.getBoundingClientRect();
  }

  /** A border with the keyboard's focus is moved by arrows, and by Home and End as far as it goes. */
  private borderKey(event: KeyboardEvent): void {
    const handle = event.target as HTMLDivElement;
    if (!(handle instanceof HTMLDivElement) || !handle.matches('[role=separator]') || event.ctrlKey || event.altKey || event.metaKey) return;
    const isUpright = handle.dataset.orientation === 'horizontal';
    const step = event.shiftKey ? 80 : 16;
    const by = { [isUpright ? 'ArrowLeft' : 'ArrowUp']: -step, [isUpright ? 'ArrowRight' : 'ArrowDown']: step, Home: -1e5, End: 1e5 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    (this.panel.layout as DockLayout).moveHandle(handle, handle.offsetLeft + (isUpright ? by : 0), handle.offsetTop + (isUpright ? 0 : by));
    // At once, and not in a frame of its own: another press may come before that.
    this.panel.processMessage(Widget.Msg.UpdateRequest);
    this.sayBorders();
    this.ears.changed();
  }

  /** Where each border stands, as a share of the dock. */
  private sayBorders(): void {
    const { offsetWidth, offsetHeight } = this.panel.node;
    for (const handle of this.panel.handles()) {
      const isUpright = handle.dataset.orientation === 'horizontal';
      handle.setAttribute('aria-orientation', isUpright ? 'vertical' : 'horizontal');
      const share = isUpright ? handle.offsetLeft / (offsetWidth || 1) : handle.offsetTop / (offsetHeight || 1);
      handle.setAttribute('aria-valuenow', String(Math.round(Math.min(1, share) * 100)));
    }
  }

  private get(id: string): Held {
    const found = this.held.get(id);
    if (!found) throw new Error(`there is no panel "${id}"`);
    return found;
  }

  /** Lumino hides the tabs of a single area, where they are the only way to the others. */
  private showBars(): void {
    for (const bar of this.panel.tabBars()) bar.show();
  }

  private config(node: Node): DockLayout.AreaConfig {
    if (isArea(node)) return { type: 'tab-area', widgets: node.tabs.map((id) => this.get(id)), currentIndex: Math.max(0, node.tabs.indexOf(node.active)) };
    return { type: 'split-area', orientation: node.split === 'row' ? 'horizontal' : 'vertical', sizes: [...node.sizes], children: node.children.map((child) => this.config(child)) };
  }
}

function nodeOf(config: DockLayout.AreaConfig): Node {
  if (config.type === 'tab-area') {
    const tabs = config.widgets.map((widget) => (widget as Held).panelId);
    return { tabs, active: tabs[config.currentIndex] ?? tabs[0] } satisfies Area;
  }
  const sum = config.sizes.reduce((total, size) => total + size, 0) || 1;
  return {
    split: config.orientation === 'horizontal' ? 'row' : 'column', sizes: config.sizes.map((size) => Math.round((size / sum) * 10_000) / 10_000), children: config.children.map(nodeOf),
  } satisfies Split;
}

/** Where a panel goes that is moved to a side: beside its own area's others, into the neighbour, or to the edge of everything. */
export function moveTarget(dock: Dock, root: Node, id: string, side: Side): { beside: string | null; side: Side | null } | null {
  const areas = areasOf(root);
  const mine = areas.find(({ tabs }) => tabs.includes(id));
  if (!mine) return null;
  const other = mine.tabs.find((one) => one !== id);
  if (other !== undefined) return { beside: other, side };
  const from = dock.box(id);
  const [cx, cy] = [from.left + from.width / 2, from.top + from.height / 2];
  const near = areas.filter((area) => area !== mine).map((area) => ({ area, box: dock.box(area.active) })).filter(({ box }) => ({
    left: box.right <= from.left + 1, right: box.left >= from.right - 1, top: box.bottom <= from.top + 1, bottom: box.top >= from.bottom - 1,
  })[side]).sort((a, b) => distance(a.box) - distance(b.box));
  function distance(box: DOMRect): number {
    return Math.hypot(box.left + box.width / 2 - cx, box.top + box.height / 2 - cy);
  }
  if (near.length) return { beside: near[0].area.active, side: null };
  return idsOf(root).length > 1 ? { beside: null, side } : null;
}

function areasOf(node: Node): Area[] {
  return isArea(node) ? [node] : node.children.flatMap(areasOf);
}
