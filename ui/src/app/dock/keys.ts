/** Keys that are about panels: the next one, and where this one lies. */
import { canRun } from '../console/runs.ts';
import { board } from './boards.ts';
import type { Side } from './lumino.ts';

const SIDES: Record<string, Side> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'top', ArrowDown: 'bottom' };

export const PANEL_KEYS: [keys: string, what: string][] = [
  ['Ctrl+Shift+Arrow', 'Move the panel to this side'],
  ['Arrow  Home  End', 'Move the border between panels'],
  ['Delete', 'On a tab: close it'],
  ['Ctrl+`', 'Console, where you may run code'],
];

export function moveActive(side: Side): boolean {
  const id = board.value?.active.value;
  return id != null && (board.value?.move(id, side) ?? false);
}

/** Before the panel itself hears the key; where texts are written the arrows select. */
export function onPanelKey(event: KeyboardEvent): void {
  const target = event.composedPath()[0] as HTMLElement;
  const isTyping = target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
  if (event.key === 'F6' && !event.ctrlKey && !event.altKey) nextRegion(event.shiftKey ? -1 : 1);
  else if (event.ctrlKey && event.key === '`' && canRun.value) board.value?.open({ kind: 'console' });
  else if (isTyping || !event.ctrlKey || !event.shiftKey || event.altKey || !SIDES[event.key] || !moveActive(SIDES[event.key])) return;
  event.preventDefault();
  event.stopPropagation();
}

/** The list, the panels by their places, the status bar, in turn. */
function nextRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((region) => region.offsetParent !== null).sort(byPlace);
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  const inside = next?.matches('kinetable-grid, [tabindex]') ? next : next?.querySelector<HTMLElement>('kinetable-grid, input, textarea, [contenteditable=true], button, a, [tabindex="0"]');
  inside?.focus();
}

function byPlace(a: HTMLElement, b: HTMLElement): number {
  const isDocked = a.closest('.dock') && b.closest('.dock');
  if (!isDocked) return a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
  const [one, other] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
  return one.left - other.left || one.top - other.top;
}
