import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { hasLooks } from '../grid/given.ts';
import type { Layout } from '../grid/layout.ts';
import { Icon } from './icons.tsx';
import type { Panel } from './panel.ts';
import { customName } from './plan.ts';
import { side } from './side.ts';
import { SidePanel } from './SidePanel.tsx';
import { count } from './words.ts';

const search = signal('');
/** The column that is dragged, and the one that it would come before; null: the end. */
const dragged = signal<{ name: string; before: string | null } | null>(null);
/** More than this many are found by searching. */
const SHOWN_MAX = 400;

/** All columns of a table: which are shown, and in which order. */
export function Columns({ panel }: { panel: Panel }): JSX.Element | null {
  // Read, so that this is made anew when the columns lie otherwise.
  void panel.state.value;
  void panel.schema.value;
  const layout = panel.grid?.layout;
  if (!layout) return null;
  const all = layout.known();
  const wanted = search.value.trim().toLowerCase();
  const found = all.filter((name) => name.toLowerCase().includes(wanted));
  const hidden = all.filter((name) => layout.isHidden(name));
  const select = (): void => panel.change({ ...panel.plan.value, select: all.filter((name) => !layout.isHidden(name)) });
  return (
    <SidePanel panel={panel} title="Columns">
      <label class="search">
        <Icon name="search" />
        <input type="search" placeholder="Find a column" aria-label="Find a column" spellcheck={false} value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
      </label>
      <div class="side-row">
        <button type="button" onClick={() => panel.arrange((to) => to.show(found))}>Show {wanted ? 'found' : 'all'}</button>
        <button type="button" onClick={() => panel.arrange((to) => found.forEach((name) => to.hide(name)))}>Hide {wanted ? 'found' : 'all'}</button>
        <button type="button" onClick={() => panel.arrange((to) => to.reset())}>Reset</button>
      </div>
      <ul class="columns" aria-label="Columns in their order" aria-describedby="columns-hint">
        {found.slice(0, SHOWN_MAX).map((name) => <Item key={name} panel={panel} layout={layout} all={all} name={name} />)}
      </ul>
      {found.length > SHOWN_MAX && <p class="hint">{count(found.length - SHOWN_MAX)} more: search for them.</p>}
      {!found.length && <p class="hint">No column’s name has “{search.value}” in it.</p>}
      <p class="hint" id="columns-hint">Drag a column, or move it with Alt and an arrow key.</p>
      <div class="side-row">
        <button type="button" onClick={() => (side.value = { kind: 'custom' })}>Add a computed column</button>
      </div>
      {hidden.length > 0 && (
        <div class="side-row">
          <button type="button" title="An operation of the table: links and Python have it too" onClick={select}>Select the {count(all.length - hidden.length)} that are shown</button>
        </div>
      )}
    </SidePanel>
  );
}

function Item({ panel, layout, all, name }: { panel: Panel; layout: Layout; all: readonly string[]; name: string }): JSX.Element {
  const row = useRef<HTMLLIElement>(null);
  const info = panel.schema.value?.find((one) => one.name === name);
  const isHidden = layout.isHidden(name);
  const moveBy = (step: number): void => {
    const at = all.indexOf(name);
    const before = step < 0 ? all[at - 1] : at + 2 < all.length ? all[at + 2] : null;
    if (at + step < 0 || at + step >= all.length || before === undefined) return;
    panel.arrange((to) => to.move(name, before));
    // The row is elsewhere in the list now; the focus goes with it.
    requestAnimationFrame(() => row.current?.querySelector('input')?.focus());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    moveBy(event.key === 'ArrowUp' ? -1 : 1);
  };
  const onMove = (event: PointerEvent): void => {
    if (dragged.value?.name !== name) return;
    const over = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>('.columns li');
    const other = over?.dataset.name;
    if (!over || other === undefined) return;
    const box = over.getBoundingClientRect();
    const isLater = event.clientY > box.top + box.height / 2;
    dragged.value = { name, before: isLater ? (all[all.indexOf(other) + 1] ?? null) : other };
  };
  const onUp = (): void => {
    const drag = dragged.value;
    dragged.value = null;
    if (drag && drag.before !== name) panel.arrange((to) => to.move(drag.name, drag.before));
  };
  const drag = dragged.value;
  const at = all.indexOf(name);
  const mark = !drag || drag.name === name ? '' : drag.before === name ? ' drop-above' : drag.before === null && at === all.length - 1 ? ' drop-below' : '';
  return (
    <li ref={row} data-name={name} class={`${drag?.name === name ? 'dragged' : ''}${mark}`}>
      <label onKeyDown={onKeyDown}>
        <input type="checkbox" checked={!isHidden} aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown" onChange={() => panel.arrange((to) => (isHidden ? to.show([name]) : to.hide(name)))} />
        <span class="name">{name}</span>
        <span class="type">{panel.plan.value.custom.some((text) => customName(text) === name) ? '= ' : ''}{info?.type}{info && hasLooks(info) && <span title="The table itself says how its cells look">, formatted</span>}</span>
      </label>
      <span class="handle" aria-hidden="true" title={`Move ${name}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          dragged.value = { name, before: name };
        }}
        onPointerMove={onMove} onPointerUp={onUp} onPointerCancel={() => (dragged.value = null)}>
        <Icon name="drag" />
      </span>
    </li>
  );
}
