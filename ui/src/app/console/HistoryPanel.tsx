import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import '../styles/console.css';
import { Icon } from '../icons.tsx';
import { copied } from '../sharing.ts';
import { count } from '../words.ts';
import { toConsole } from './asked.ts';
import { entries } from './history.ts';
import { run } from './runs.ts';

const search = signal('');
/** More than this many are found by searching. */
const SHOWN_MAX = 300;

/** What was run in this browser, the newest first: found, run again, put into the console. */
export function HistoryPanel(): JSX.Element {
  const wanted = search.value.trim().toLowerCase();
  const found = entries.value.filter((code) => code.toLowerCase().includes(wanted)).reverse();
  return (
    <section class="panel past" data-region="history">
      <label class="search">
        <Icon name="search" />
        <input type="search" data-first placeholder="Find what was run" aria-label="Find what was run" spellcheck={false} value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
      </label>
      <ul class="past-list">
        {found.slice(0, SHOWN_MAX).map((code) => (
          <li key={code}>
            <button type="button" class="text" title="Put it into the console" onClick={() => toConsole(code)}><code>{code}</code></button>
            <button type="button" class="quiet" aria-label={`Copy: ${code.slice(0, 60)}`} onClick={() => void copied(code, 'copied')}><Icon name="copy" /></button>
            <button type="button" class="quiet" aria-label={`Run again: ${code.slice(0, 60)}`} title="Run again" onClick={() => run(code)}><Icon name="play" /></button>
          </li>
        ))}
      </ul>
      {!entries.value.length && <p class="hint">Nothing was run in this browser yet. What you run in the console is listed here.</p>}
      {entries.value.length > 0 && !found.length && <p class="hint">Nothing that was run has “{search.value}” in it.</p>}
      {found.length > SHOWN_MAX && <p class="hint">{count(found.length - SHOWN_MAX)} more: search for them.</p>}
    </section>
  );
}
