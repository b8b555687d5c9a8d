import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { MenuPlace, Panel } from './panel.ts';
import { byValue, type Comparison, setSort } from './plan.ts';
import { chartOf } from '../charts/spec.ts';
import { describeShown } from './Describe.tsx';
import { canProfile, profiled, toggleProfiles } from './profiles.ts';
import { features } from './session.ts';
import { formatterAt } from '../grid/given.ts';
import { copied } from './sharing.ts';
import { linking } from './dock/linking.ts';
import { board } from './dock/boards.ts';
import { side } from './side.ts';
import { canEdit } from './writable.ts';

interface Item {
  word: string;
  keys?: string;
  act(): void;
}

const ORDERED = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'BigInteger', 'BigDecimal', 'Instant', 'ZonedDateTime', 'LocalDate', 'LocalTime']);

/** What can be done with a cell and its column. */
export function CellMenu({ panel, place }: { panel: Panel; place: MenuPlace }): JSX.Element {
  const menu = useRef<HTMLDivElement>(null);
  const close = (): void => {
    panel.menu.value = null;
    panel.element?.focus();
  };
  useLayoutEffect(() => {
    const box = menu.current;
    if (!box) return;
    box.style.left = `${Math.max(8, Math.min(place.x, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${Math.max(8, Math.min(place.y, innerHeight - box.offsetHeight - 8))}px`;
    box.querySelector('button')?.focus();
  }, [place]);
  useEffect(() => {
    const leave = (event: Event): void => {
      if (!menu.current?.contains(event.target as Node)) panel.menu.value = null;
    };
    addEventListener('pointerdown', leave, true);
    addEventListener('wheel', leave, true);
    return () => {
      removeEventListener('pointerdown', leave, true);
      removeEventListener('wheel', leave, true);
    };
  }, [panel]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = [...(menu.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (to !== undefined) buttons[(to + buttons.length) % buttons.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const about = panel.schema.value?.find((one) => one.name === place.column);
  return (
    <div class="menu" role="menu" ref={menu} aria-label={`Column ${place.column}`} onKeyDown={onKeyDown}>
      {place.row === null && <p class="about" role="presentation"><b>{place.column}</b> {about?.type}{about?.partitioning && ', partitioning'}</p>}
      {groups(panel, place).map((items, i) => (
        <div key={i} role="group">
          {items.map((item) => (
            <button key={item.word} type="button" role="menuitem" tabIndex={-1} onClick={() => (close(), item.act())}>
              <span>{item.word}</span>
              {item.keys && <kbd>{item.keys}</kbd>}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}

function groups(panel: Panel, { row, column }: MenuPlace): Item[][] {
  const { grid } = panel;
  const info = panel.schema.value?.find((one) => one.name === column);
  if (!grid || !info) return [];
  const plan = panel.plan.value;
  const values: Item[] = [];
  const cell = row === null ? undefined : panel.cell(row, column);
  if (cell !== undefined) {
    const shown = cell === null ? 'null' : (formatterAt(grid.view, column, row ?? 0)?.show(cell) ?? '');
    const signs: Comparison[] = ['==', '!='];
    if (ORDERED.has(info.type) && cell !== null) signs.push('>=', '<=');
    for (const comparison of signs) {
      const value = byValue(info, cell, comparison, shown);
      if (value) values.push({ word: `Only ${clip(value.label)}`, act: () => panel.change({ ...plan, values: [...plan.values.filter((one) => one.formula !== value.formula), value] }) });
    }
  }
  const writes: Item[] = row === null || !canEdit(panel) ? [] : [
    { word: 'Write the cell', keys: 'F2', act: () => void panel.events.edit(row, column) },
    { word: 'Delete the selected rows', act: () => void import('./editing.ts').then(({ removeRows }) => removeRows(panel)) },
  ];
  const copies: Item[] = row === null ? [] : [
    { word: 'Copy', keys: 'Ctrl C', act: () => void grid.copy(false) },
    { word: 'Copy with headers', keys: 'Ctrl Shift C', act: () => void grid.copy(true) },
  ];
  const sorts: Item[] = [
    { word: `Sort ${column} ascending`, act: () => panel.change(setSort(plan, column, 'asc')) },
    { word: 'Sort descending', act: () => panel.change(setSort(plan, column, 'desc')) },
    ...(ABSOLUTE.has(info.type) ? [{ word: 'Sort by absolute value', act: () => panel.change(setSort(plan, column, 'abs')) }] : []),
    ...(chartOf(column, panel.schema.value ?? [], features.value) ? [{ word: 'Chart this column', keys: 'C', act: () => panel.chartColumn(column) }] : []),
    ...(features.value.includes('stats') ? [{ word: 'Statistics', keys: 'I', act: () => panel.events.about(column) }] : []),
    { word: 'Filter…', keys: '/', act: () => panel.showFilters(column) },
  ];
  return [values, writes, sorts, copies, ...columnGroups(panel, column, row === null), [{ word: 'Describe what is seen', act: () => (describeShown.value = panel) }]].filter((items) => items.length);
}

/** What can be done with a column as it lies; where to only if it is asked for at the header. */
function columnGroups(panel: Panel, column: string, atHeader: boolean): Item[][] {
  const layout = panel.grid?.layout;
  const placed = layout?.find(column);
  if (!layout || !placed) return [];
  const isFrozen = layout.isFrozen(column);
  const hidden = layout.hiddenNames;
  const after = layout.at(placed.index + 2)?.info.name ?? null;
  const [before, first] = [layout.at(placed.index - 1)?.info.name, layout.at(0)?.info.name];
  const moves: Item[] = !atHeader ? [] : [
    ...(before !== undefined && first !== undefined ? [
      { word: 'Move left', act: () => panel.arrange((to) => to.move(column, before)) },
      { word: 'Move to the beginning', act: () => panel.arrange((to) => to.move(column, first)) },
    ] : []),
    ...(layout.at(placed.index + 1) ? [
      { word: 'Move right', act: () => panel.arrange((to) => to.move(column, after)) },
      { word: 'Move to the end', act: () => panel.arrange((to) => to.move(column, null)) },
    ] : []),
  ];
  return [
    [
      { word: isFrozen ? 'Unfreeze the column' : 'Freeze the column', act: () => panel.arrange((to) => to.freeze(column, !isFrozen)) },
      { word: 'Hide the column', act: () => panel.arrange((to) => to.hide(column)) },
      ...(hidden.length ? [{ word: `Show ${hidden.length === 1 ? hidden[0] : `${hidden.length} hidden columns`}`, act: () => panel.arrange((to) => to.show(hidden)) }] : []),
      { word: 'Fit the width', act: () => panel.grid?.fitColumn(column) },
    ],
    moves,
    [
      ...(atHeader ? [{ word: 'Copy the name', act: () => void copied(column, `copied: ${column}`) }] : []),
      ...(atHeader ? [{ word: 'Add a computed column…', act: () => (side.value = { kind: 'custom' }) }] : []),
      { word: 'Format and colours…', act: () => (side.value = { kind: 'look', column }) },
      ...(board.value && board.value.items.value.size > 1 ? [{ word: 'Link to another panel…', act: () => (linking.value = { from: board.value?.active.value ?? undefined, column }) }] : []),
      ...(atHeader && canProfile() ? [{ word: profiled.value.has(panel) ? 'Hide profiles' : 'Show profiles', act: () => toggleProfiles(panel) }] : []),
      { word: 'Columns…', act: () => (side.value = { kind: 'columns' }) },
    ],
  ];
}

const ABSOLUTE = new Set(['byte', 'short', 'int', 'long', 'float', 'double', 'BigInteger', 'BigDecimal']);

const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
