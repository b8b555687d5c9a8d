import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { TableEntry } from '../../client/index.ts';
import { Icon, type IconName } from '../icons.tsx';
import { tables } from '../session.ts';
import { short } from '../words.ts';
import { board } from './boards.ts';
import { exportLayout, importLayout } from './files.ts';
import { type Item, kindFor, kindOf, kinds } from './kinds.ts';
import { linking } from './linking.ts';
import { openVariable } from './variables.ts';

const shown = signal(false);
/** More than this many are found in the list, or by the palette. */
const TABLES_SHOWN_MAX = 40;

interface Entry {
  key: string;
  word: string;
  about?: string;
  icon?: IconName;
  mark?: string;
  isOpen?: boolean;
  act(): void;
}

/** Everything that can be a panel, by what it is. */
export function PanelsMenu(): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!shown.value) return;
    root.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    const leave = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) shown.value = false;
    };
    addEventListener('pointerdown', leave, true);
    return () => removeEventListener('pointerdown', leave, true);
  }, [shown.value]);
  const close = (): void => {
    shown.value = false;
    root.current?.querySelector('button')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (!items.length) return;
    if (event.key === 'Escape' || event.key === 'Tab') close();
    else if (to !== undefined) items[(to + items.length) % items.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="panels-menu" ref={root} onKeyDown={(event) => shown.value && onKeyDown(event)}>
      <button type="button" class="quiet" aria-label="Panels" aria-haspopup="menu" aria-expanded={shown.value} onClick={() => (shown.value = !shown.value)}>
        <Icon name="panels" />
        <span class="only-wide">Panels</span>
      </button>
      {shown.value && (
        <div class="menu" role="menu" aria-label="Panels">
          {groups().map(([name, entries]) => entries.length > 0 && (
            <div key={name} role="group" aria-label={name}>
              <p class="about" role="presentation">{name}</p>
              {entries.map((entry) => (
                <button key={entry.key} type="button" role="menuitem" tabIndex={-1} onClick={() => (close(), entry.act())}>
                  <span class="what">
                    {entry.mark ? <span class={`pulse ${entry.mark}`} /> : entry.icon && <Icon name={entry.icon} />}
                    {entry.word}
                  </span>
                  {(entry.about || entry.isOpen) && <span class="rows">{entry.isOpen ? 'open' : ''} {entry.about}</span>}
                </button>
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function groups(): [string, Entry[]][] {
  const here = [...(board.value?.items.value ?? [])];
  const isOpen = (is: (item: Item) => boolean): boolean => here.some(([, item]) => is(item));
  const all = (tables.value ?? []).slice(0, TABLES_SHOWN_MAX);
  const isChart = ({ kind, columns }: TableEntry): boolean => columns === null && kindFor(kind)?.group === 'Charts';
  const entry = (table: TableEntry): Entry => ({
    key: table.name, word: table.name, ...(table.columns === null ? { icon: kindFor(table.kind)?.icon ?? 'table' } : { mark: table.live ? 'live' : 'still' }), about: table.rows === null ? '' : short(table.rows),
    isOpen: isOpen((item) => (item.state.value.kind === 'table' && item.table === table.name) || item.state.value.name === table.name), act: () => openVariable(table.name),
  });
  const ofKinds = (group: 'Charts' | 'Scripts'): Entry[] => kinds().filter((kind) => kind.group === group && (kind.isOffered?.() ?? true)).map((kind) => ({
    key: kind.kind, word: kind.word, icon: kind.icon, isOpen: kind.isSingle && isOpen((item) => item.state.value.kind === kind.kind), act: () => void board.value?.open({ kind: kind.kind }),
  }));
  const named = new Set(all.filter(isChart).map(({ name }) => name));
  const charts = here.filter(([, item]) => kindOf(item.state.value.kind)?.group === 'Charts' && !named.has(String(item.state.value.name))).map(([id, item]): Entry => ({
    key: id, word: item.title.value, icon: kindOf(item.state.value.kind)?.icon, isOpen: true, act: () => board.value?.show(id),
  }));
  return [
    ['Tables', all.filter((table) => !isChart(table)).map(entry)], ['Charts', [...all.filter(isChart).map(entry), ...charts, ...ofKinds('Charts')]], ['Scripts', ofKinds('Scripts')],
    ['Layout', [
      { key: 'link', word: 'Link panels…', act: () => (linking.value = {}) },
      { key: 'export', word: 'Export the layout', act: exportLayout },
      { key: 'import', word: 'Import a layout', act: importLayout },
    ]],
  ];
}
