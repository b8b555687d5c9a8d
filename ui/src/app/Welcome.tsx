import type { JSX } from 'preact';
import { canRun } from './console/runs.ts';
import type { TableEntry } from '../client/index.ts';
import { kindFor } from './dock/kinds.ts';
import { openVariable } from './dock/variables.ts';
import { Icon } from './icons.tsx';
import { lazily } from './lazily.tsx';
import { phase, tables } from './session.ts';
import { amount, short } from './words.ts';

const EXAMPLE = `from kinetable import time_table

ticks = time_table("PT1s").update("X = ii")`;

const Snippets = lazily(() => import('./Snippets.tsx').then((module) => module.Snippets));

/** What is seen before a table is open: what there is, and how to make some. */
export function Welcome(): JSX.Element {
  const all = tables.value;
  if (all === null) return <section class="welcome"><p class="hint">{phase.value === 'lost' ? 'The server does not answer.' : 'Waiting for the server…'}</p></section>;
  return (
    <section class="welcome" data-region="welcome">
      {all.length > 0 && <There />}
      {canRun.value ? (
        <>
          <h1>Try it</h1>
          <p>Each runs on the server, and what it makes opens beside the console.</p>
          <Snippets />
        </>
      ) : !all.length && (
        <>
          <h1>No tables yet</h1>
          <p>A table appears here as soon as a script of this server assigns it to a variable:</p>
          <pre>{EXAMPLE}</pre>
        </>
      )}
    </section>
  );
}

/** Live tables first, and what is none last. */
function There(): JSX.Element {
  const all = tables.value ?? [];
  const rank = ({ columns, live }: TableEntry): number => (columns === null ? 2 : live ? 0 : 1);
  const first = [...all].sort((a, b) => rank(a) - rank(b)).slice(0, 6);
  const n = all.filter(({ columns }) => columns !== null).length;
  return (
    <>
      <h1>{n === 1 ? 'One table' : n ? amount(n, 'table') : 'What there is'}</h1>
      <p>Open one here or from the list. It scrolls, sorts and filters while it changes.</p>
      <ul class="cards">
        {first.map((table) => (
          <li key={table.name}>
            <button type="button" class="card" onClick={() => openVariable(table.name)}>
              <span class="title">{table.columns === null ? <Icon name={kindFor(table.kind)?.icon ?? 'table'} /> : <span class={table.live ? 'pulse live' : 'pulse'} />}{table.name}</span>
              <span class="figure">{table.columns === null ? (kindFor(table.kind)?.word ?? table.kind) : table.rows === null ? '–' : short(table.rows)}</span>
              <span class="about">{table.columns === null ? 'made by a script' : `${table.rows === 1 ? 'row' : 'rows'} · ${amount(table.columns, 'column')}${table.live ? ' · live' : ''}`}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
