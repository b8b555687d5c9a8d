/**
 * A board: panels, and how they lie. Several of them are dashboards.
 *
 * State: an item a panel, its places in the dock, and the places for a wide screen, which a narrow one leaves as they are.
 * Invariants: (1) the dock, `items` and the tree of `root` have the same ids; (2) `active` is one of them, or null when there is none.
 */
import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { h, render } from 'preact';
import { followPanels } from './following.ts';
import { type Item, kindOf, type Look, type Source } from './kinds.ts';
import { Dock, moveTarget, type Side } from './lumino.ts';
import { followLinks } from './links.ts';
import { areaOf, idsOf, type Layout, type Link, type Node, PANELS_MAX, type PanelState, withIds, withSide } from './schema.ts';
import { unknownItem } from './unknown.tsx';

/** Below this there is room for one panel. */
const narrow = matchMedia('(max-width: 700px)');
/** What the first panel at a side takes of the room that is there. */
const SHARES: Record<Side, number> = { left: 0.4, right: 0.6, top: 0.4, bottom: 0.35 };

/** Beside which panel, and on which side of it; null: among its tabs. */
export interface Place {
  beside: string | null;
  side: Side | null;
}

export class Board {
  readonly name;
  readonly items = signal<ReadonlyMap<string, Item>>(new Map());
  readonly active = signal<string | null>(null);
  /** Of panels that there are. */
  readonly links = signal<readonly Link[]>([]);
  readonly activeItem = computed(() => (this.active.value === null ? null : (this.items.value.get(this.active.value) ?? null)));
  /** As it is kept, and exported. */
  readonly layout: ReadonlySignal<Layout> = computed(() => ({
    name: this.name.value, root: this.root.value, panels: new Map([...this.items.value].map(([id, item]) => [id, item.state.value])), active: this.active.value, links: this.links.value,
  }));
  readonly dock: Dock;
  /** Whether the board is the one that is looked at. */
  readonly isShown = signal(false);
  private readonly root = signal<Node | null>(null);
  private readonly seen = signal<ReadonlySet<string>>(new Set());
  private readonly stopFollowing: () => void;
  private readonly ends = new Map<string, () => void>();

  constructor(layout: Layout, source: Source) {
    this.name = signal(layout.name);
    this.dock = new Dock({
      changed: () => this.noteLayout(),
      entered: (id) => (this.active.value = id),
      chosen: (id) => this.show(id),
      closing: (id) => this.close(id),
      seen: (id, isSeen) => this.noteSeen(id, isSeen),
    });
    for (const [id, state] of layout.panels) this.make(id, state, source);
    this.root.value = layout.root;
    this.dock.place(layout.root, !narrow.matches);
    this.active.value = layout.active ?? idsOf(layout.root)[0] ?? null;
    // Where there is room for one, it is the one that had the keyboard.
    if (narrow.matches && this.active.value !== null) this.dock.select(this.active.value);
    narrow.addEventListener('change', this.widthChanged);
    this.links.value = layout.links;
    const ends = [followLinks(this.items, this.links), followPanels(this.items)];
    this.stopFollowing = () => ends.forEach((end) => end());
    effect(() => {
      void this.root.value;
      this.dock.mark(this.active.value);
    });
  }

  /** Opens a panel, where its kind goes if nobody says where: a single one that is there is shown. Returns its id, or null if there is no room or it cannot be made. */
  open(state: PanelState, source: Source = 'own', { at, focus = true }: { at?: Place; focus?: boolean } = {}): string | null {
    const there = kindOf(state.kind)?.isSingle ? this.find((item) => item.state.value.kind === state.kind) : null;
    if (there !== null) {
      this.show(there, focus);
      return there;
    }
    if (this.items.value.size >= PANELS_MAX) return null;
    const id = this.freshId(state.kind);
    const { beside, side } = at ?? this.placeFor(state.kind);
    this.make(id, state, source);
    if (side) {
      this.root.value = withSide(this.root.value, id, beside, side, SHARES[side]);
      this.dock.place(this.root.value, !narrow.matches);
    } else {
      this.root.value = withIds(this.root.value, [...this.items.value.keys()], id);
      this.dock.put(id, beside);
    }
    this.show(id, focus);
    return id;
  }

  find(is: (item: Item) => boolean): string | null {
    for (const [id, item] of this.items.value) if (is(item)) return id;
    return null;
  }

  /** To the front, with the keyboard's focus if that is wanted. */
  show(id: string, focus = true): void {
    if (!this.items.value.has(id)) return;
    const stays = !focus && this.active.value !== null;
    // Where one panel has all the room, it would be taken away.
    if (!stays || this.dock.isWide) this.dock.select(id);
    if (stays) return;
    this.active.value = id;
    this.items.value.get(id)?.focus();
  }

  close(id: string): void {
    const item = this.items.value.get(id);
    if (!item) return;
    const area = areaOf(this.root.value, id);
    const at = area?.tabs.indexOf(id) ?? -1;
    const next = area?.tabs[at + 1] ?? area?.tabs[at - 1] ?? null;
    this.ends.get(id)?.();
    this.ends.delete(id);
    item.close();
    if (this.links.value.some(({ from, to }) => from === id || to === id)) this.links.value = this.links.value.filter(({ from, to }) => from !== id && to !== id);
    const items = new Map(this.items.value);
    items.delete(id);
    this.items.value = items;
    this.dock.remove(id);
    this.root.value = withIds(this.root.value, [...items.keys()], null);
    if (this.active.value !== id) return;
    const left = next ?? idsOf(this.root.value)[0] ?? null;
    this.active.value = left;
    if (left !== null) this.show(left);
  }

  /** By the keyboard: see `moveTarget`. Whether there was somewhere to go. */
  move(id: string, side: Side): boolean {
    const root = this.root.value;
    const target = root && this.dock.isWide ? moveTarget(this.dock, root, id, side) : null;
    if (!target) return false;
    this.dock.put(id, target.beside, target.side);
    this.show(id);
    return true;
  }

  /** Ends all panels, and the board with them. */
  dispose(): void {
    narrow.removeEventListener('change', this.widthChanged);
    this.stopFollowing();
    for (const id of [...this.items.value.keys()]) this.close(id);
    this.dock.dispose();
  }

  private readonly widthChanged = (): void => {
    const { active } = this;
    this.dock.place(this.root.value, !narrow.matches);
    if (active.value !== null) this.dock.select(active.value);
  };

  private make(id: string, state: PanelState, source: Source): void {
    const item = kindOf(state.kind)?.make(state, source) ?? unknownItem(state);
    const node = this.dock.make(id, item);
    render(h(item.Body, {}), node);
    const items = new Map(this.items.value);
    items.set(id, item);
    this.items.value = items;
    const stop = effect(() => {
      const how = this.lookOf(id);
      untracked(() => item.look(how));
    });
    this.ends.set(id, () => {
      stop();
      render(null, node);
    });
  }

  private lookOf(id: string): Look {
    if (!this.isShown.value || !isVisible.value) return 'hidden';
    if (this.active.value === id) return 'focused';
    return this.seen.value.has(id) ? 'seen' : 'hidden';
  }

  private noteSeen(id: string, isSeen: boolean): void {
    const seen = new Set(this.seen.peek());
    if (isSeen) seen.add(id);
    else seen.delete(id);
    this.seen.value = seen;
  }

  private noteLayout(): void {
    const next = this.dock.layout();
    // In the midst of a closing the dock has other panels than there are.
    if (idsOf(next).length === this.items.peek().size && JSON.stringify(next) !== JSON.stringify(this.root.peek())) this.root.value = next;
  }

  /** After the last one of its kind of place; the first goes to the side that the kind says. */
  private placeFor(kind: string): Place {
    const place = kindOf(kind)?.place ?? 'main';
    const placeOf = (id: string): string => kindOf(this.items.value.get(id)?.state.peek().kind ?? '')?.place ?? 'main';
    const { value: active } = this.active;
    const ids = idsOf(this.root.value);
    const same = active !== null && placeOf(active) === place ? active : (ids.filter((id) => placeOf(id) === place).pop() ?? null);
    if (same !== null) return { beside: same, side: null };
    if (!ids.length) return { beside: null, side: null };
    if (place === 'main') return { beside: null, side: 'right' };
    const console = place === 'bottom' ? ids.find((id) => placeOf(id) === 'left') : undefined;
    return { beside: console ?? null, side: place };
  }

  private freshId(kind: string): string {
    for (let n = 1; ; n++) if (!this.items.value.has(`${kind}-${n}`)) return `${kind}-${n}`;
  }
}

/** Whether the tab of the browser is looked at. */
const isVisible = signal(!document.hidden);
document.addEventListener('visibilitychange', () => (isVisible.value = !document.hidden));
