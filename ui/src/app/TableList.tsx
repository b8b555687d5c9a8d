import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import type { TableEntry } from '../client/index.ts';

import { kindFor } from './dock/kinds.ts';
import { openVariable } from './dock/variables.ts';
import { Icon } from './icons.tsx';
import { tables } from './session.ts';
import { activeName, close, panels, phoneList } from './tabs.ts';
import { amount, count, short } from './words.ts';

const search = signal('');

/** More than this many are found by searching. */
const SHOWN_MAX = 500;

export function TableList(): JSX.Element {
  const wanted = search.value.trim().toLowerCase();
  const all = tables.value;
  const found = (all ?? []).filter((table) => table.name.toLowerCase().includes(wanted));
  const pick = (name: string): void => {
    openVariable(name);
    phoneList.value = false;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && found.length) pick(found[0].name);
    if (event.key === 'Escape') search.value = '';
  };
  return (
    <nav class="list" aria-label="Tables" data-region="list">
      <label class="search">
        <Icon name="search" />
        <input type="search" placeholder="Find a table" aria-label="Find a table" spellcheck={false} value={search.value}
          onInput={(event) => (search.value = event.currentTarget.value)} onKeyDown={onKeyDown} />
      </label>
      <ul>
        {found.slice(0, SHOWN_MAX).map((table) => (
          <Entry key={table.name} table={table} pick={pick} />
        ))}
      </ul>
      {all === null && <p class="hint">Waiting for the server…</p>}
      {all !== null && !all.length && <p class="hint">There are no tables yet. Every table that a script assigns to a variable is listed here.</p>}
      {all !== null && all.length > 0 && !found.length && <p class="hint">No table's name has “{search.value}” in it.</p>}
      {found.length > SHOWN_MAX && <p class="hint">{count(found.length - SHOWN_MAX)} more: search for them.</p>}
    </nav>
  );
}

export function Entry({ table, pick }: { table: TableEntry; pick(name: string): void }): JSX.Element {
  const isOpen = panels.value.some((panel) => panel.name === table.name);
  const isCurrent = table.name === activeName.value;
  const isTable = table.columns !== null;
  const kind = kindFor(table.kind);
  const word = kind?.kind ?? table.kind;
  const about = isTable ? `${table.rows === null ? 'an unknown number of rows' : amount(table.rows, 'row')}, ${amount(table.columns ?? 0, 'column')}${table.live ? ', live' : ''}` : word;
  return (
    <li>
      <button type="button" class="entry" aria-current={isCurrent ? 'true' : undefined} title={`${table.name}: ${about}`} onClick={() => pick(table.name)}>
        {isTable ? <span class={table.live ? 'pulse live' : 'pulse'} /> : <Icon name={kind?.icon ?? 'table'} />}
        <span class="name">{table.name}</span>
        <span class="rows">{isTable ? (table.rows === null ? '' : short(table.rows)) : word}</span>
      </button>
      {isOpen && <button type="button" class="quiet close" aria-label={`Close ${table.name}`} title={`Close ${table.name}`} onClick={() => close(table.name)}><Icon name="close" /></button>}
    </li>
  );
}
