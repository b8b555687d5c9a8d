/**
 * A layout as JSON (decision 0070): a tree of splits and tab areas over panels with ids.
 *
 * Invariants of what `readLayout` gives: (1) each id is in the tree once, and has a panel; (2) no area and no split is empty, no split has one
 * child; (3) `sizes` has as many members as there are children, and their sum is 1.
 */
import { isText, list, parsed, record } from '../kept.ts';

export const LAYOUT_VERSION = 1;
export const PANELS_MAX = 64;
const DEPTH_MAX = 32;
/** Characters of a layout that is read. */
export const TEXT_MAX = 1 << 20;

export interface Area {
  tabs: readonly string[];
  active: string;
}

export interface Split {
  split: 'row' | 'column';
  sizes: readonly number[];
  children: readonly Node[];
}

export type Node = Area | Split;

/** What a panel is, and what its kind keeps of it. */
export interface PanelState {
  readonly kind: string;
  readonly [member: string]: unknown;
}

export interface Layout {
  name: string;
  root: Node | null;
  panels: ReadonlyMap<string, PanelState>;
  active: string | null;
  links: readonly Link[];
}

/** The row with the focus in one panel filters another. */
export interface Link {
  readonly from: string;
  readonly column: string;
  readonly to: string;
  readonly into: string;
}

export const LINKS_MAX = 64;

export const NONE: Layout = { name: '', root: null, panels: new Map(), active: null, links: [] };

/** Whatever can be read of it; null if it is no layout at all. */
export function readLayout(value: unknown): Layout | null {
  const read = record(value);
  if (read.version !== LAYOUT_VERSION) return null;
  const panels = new Map<string, PanelState>();
  for (const [id, state] of Object.entries(record(read.panels)).slice(0, PANELS_MAX)) {
    const { kind } = record(state);
    if (isText(kind)) panels.set(id, { ...record(state), kind });
  }
  const left = new Set(panels.keys());
  let root = nodeOf(read.root, left, 0);
  for (const id of left) root = withTab(root, id);
  const active = isText(read.active) && panels.has(read.active) ? read.active : null;
  return { name: isText(read.name) ? read.name.slice(0, 100) : '', root, panels, active, links: readLinks(read.links, (id) => panels.has(id)) };
}

export function readLayoutText(text: string): Layout | null {
  return text.length > TEXT_MAX ? null : readLayout(parsed(text));
}

export function plainLayout({ name, root, panels, active, links }: Layout): object {
  return { version: LAYOUT_VERSION, ...(name ? { name } : {}), root, panels: Object.fromEntries(panels), ...(active === null ? {} : { active }), ...(links.length ? { links } : {}) };
}

function readLinks(value: unknown, isPanel: (id: string) => boolean): Link[] {
  return list(value, (item) => {
    const { from, column, to, into } = record(item);
    return isText(from) && isText(to) && from !== to && isPanel(from) && isPanel(to) && isText(column) && isText(into) ? { from, column, to, into } : null;
  }).slice(0, LINKS_MAX);
}

/** Takes the ids that it finds out of `left`. */
function nodeOf(value: unknown, left: Set<string>, depth: number): Node | null {
  if (depth > DEPTH_MAX) return null;
  const read = record(value);
  if (Array.isArray(read.tabs)) {
    const tabs = list(read.tabs, (id) => (isText(id) && left.delete(id) ? id : null));
    if (!tabs.length) return null;
    return { tabs, active: isText(read.active) && tabs.includes(read.active) ? read.active : tabs[0] };
  }
  if ((read.split !== 'row' && read.split !== 'column') || !Array.isArray(read.children)) return null;
  const given: unknown[] = Array.isArray(read.sizes) && read.sizes.length === read.children.length ? read.sizes : [];
  const sizes = given.every((size) => typeof size === 'number' && Number.isFinite(size) && size > 0) ? (given as number[]) : [];
  const children: { node: Node; size: number }[] = [];
  read.children.slice(0, PANELS_MAX).forEach((child, i) => {
    const node = nodeOf(child, left, depth + 1);
    if (node) children.push({ node, size: sizes[i] ?? 1 });
  });
  return splitOf(read.split, children);
}

function splitOf(split: 'row' | 'column', children: readonly { node: Node; size: number }[]): Node | null {
  if (children.length <= 1) return children[0]?.node ?? null;
  const sum = children.reduce((total, { size }) => total + size, 0);
  const sizes = children.map(({ size }) => (sum > 0 ? Math.round((size / sum) * 10_000) / 10_000 : 1 / children.length));
  return { split, sizes, children: children.map(({ node }) => node) };
}

export const isArea = (node: Node): node is Area => 'tabs' in node;

/** The ids of a tree, from the left and from above. */
export function idsOf(node: Node | null): string[] {
  if (!node) return [];
  return isArea(node) ? [...node.tabs] : node.children.flatMap(idsOf);
}

/** The area that an id is in. */
export function areaOf(node: Node | null, id: string): Area | null {
  if (!node) return null;
  if (isArea(node)) return node.tabs.includes(id) ? node : null;
  for (const child of node.children) {
    const found = areaOf(child, id);
    if (found) return found;
  }
  return null;
}

/** With a further tab at the end of the first area. */
export function withTab(node: Node | null, id: string): Node {
  if (!node) return { tabs: [id], active: id };
  if (isArea(node)) return { ...node, tabs: [...node.tabs, id] };
  return { ...node, children: [withTab(node.children[0], id), ...node.children.slice(1)] };
}

/** With a new area at a side of the area of `beside`, or of everything, which it takes a share of. */
export function withSide(node: Node | null, id: string, beside: string | null, side: 'left' | 'right' | 'top' | 'bottom', share: number): Node {
  const made: Area = { tabs: [id], active: id };
  if (!node) return made;
  if (beside !== null && !isArea(node)) return { ...node, children: node.children.map((child) => (areaOf(child, beside) ? withSide(child, id, beside, side, share) : child)) };
  const split = side === 'left' || side === 'right' ? 'row' : 'column';
  const isFirst = side === 'left' || side === 'top';
  return { split, sizes: isFirst ? [share, 1 - share] : [1 - share, share], children: isFirst ? [made, node] : [node, made] };
}

/** The tree with these ids alone: those that are gone are taken out, those that are new are further tabs of the first area. */
export function withIds(node: Node | null, ids: readonly string[], active: string | null): Node | null {
  const left = new Set(ids);
  const kept = only(node, left, active);
  return [...left].reduce<Node | null>(withTab, kept);
}

function only(node: Node | null, left: Set<string>, active: string | null): Node | null {
  if (!node) return null;
  if (!isArea(node)) {
    const children = node.children.flatMap((child, i) => {
      const made = only(child, left, active);
      return made ? [{ node: made, size: node.sizes[i] }] : [];
    });
    return splitOf(node.split, children);
  }
  const tabs = node.tabs.filter((id) => left.delete(id));
  if (!tabs.length) return null;
  const shown = active !== null && tabs.includes(active) ? active : node.active;
  return { tabs, active: tabs.includes(shown) ? shown : tabs[0] };
}
