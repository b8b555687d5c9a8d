import { useComputed, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import '../styles/console.css';
import { formatInstant } from '../../client/index.ts';
import { Icon } from '../icons.tsx';
import { zone } from '../session.ts';
import { count } from '../words.ts';
import { clearLog, follow, LEVELS, lines, type LogLine } from './log.ts';

/** Pixels of a line; lines above and below what is seen that are there too. */
const HEIGHT = 20;
const SPARE = 10;

/** A list of which only what is seen is there as elements; it follows the end unless the user looked up. */
export function LogPanel(): JSX.Element {
  const least = useSignal<string>('INFO');
  const search = useSignal('');
  /** What was there when it was stopped. */
  const held = useSignal<readonly LogLine[] | null>(null);
  const top = useSignal(0);
  const height = useSignal(300);
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => follow(), []);
  useEffect(() => {
    const watch = new ResizeObserver(([{ contentRect }]) => (height.value = contentRect.height));
    if (list.current) watch.observe(list.current);
    return () => watch.disconnect();
  }, []);
  const found = useComputed(() => {
    const from = rank(least.value);
    const wanted = search.value.toLowerCase();
    return (held.value ?? lines.value).filter(({ level, text }) => rank(level) >= from && (!wanted || text.toLowerCase().includes(wanted)));
  }).value;
  useLayoutEffect(() => {
    if (list.current && isAtEnd.current && !held.value) list.current.scrollTop = list.current.scrollHeight;
  }, [found]);
  const first = Math.max(0, Math.floor(top.value / HEIGHT) - SPARE);
  const seen = found.slice(first, first + Math.ceil(height.value / HEIGHT) + 2 * SPARE);
  return (
    <section class="panel log" data-region="log">
      <div class="log-bar">
        <label>
          <span class="about">From</span>
          <select aria-label="Least level" value={least.value} onChange={(event) => (least.value = event.currentTarget.value)}>
            {LEVELS.map((level) => <option key={level}>{level}</option>)}
          </select>
        </label>
        <label class="search">
          <Icon name="search" />
          <input type="search" data-first placeholder="Find in the log" aria-label="Find in the log" spellcheck={false} value={search.value} onInput={(event) => (search.value = event.currentTarget.value)} />
        </label>
        <button type="button" class="tool" aria-pressed={held.value !== null} onClick={() => (held.value = held.value ? null : lines.value)}>{held.value ? 'Go on' : 'Pause'}</button>
        <button type="button" class="tool" onClick={() => (clearLog(), (held.value = null))}>Clear</button>
        <span class="about only-wide">{count(found.length)} {found.length === 1 ? 'line' : 'lines'}{held.value ? ', paused' : ''}</span>
      </div>
      <div class="log-list" ref={list} role="log" aria-label="Log of the server" aria-live="off" tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          top.value = scrollTop;
          isAtEnd.current = scrollTop + clientHeight > scrollHeight - HEIGHT;
        }}>
        <div class="log-lines" style={{ height: `${found.length * HEIGHT}px` }}>
          {seen.map((line, i) => (
            <div key={line.key} class={`log-line ${line.level}`} style={{ transform: `translateY(${(first + i) * HEIGHT}px)` }}>
              <span class="at">{formatInstant(BigInt(/^-?\d+$/.test(line.at) ? line.at : '0'), zone.value, 3).slice(11)}</span>
              <span class="level">{line.level}</span>
              <span>{line.text}</span>
            </div>
          ))}
        </div>
        {!found.length && <p class="hint">{lines.value.length ? 'No line is of this level and has this text.' : 'Nothing was logged yet.'}</p>}
      </div>
    </section>
  );
}

function rank(level: string): number {
  const known = { WARNING: 'WARN', CRITICAL: 'ERROR', FATAL: 'ERROR', STDOUT: 'INFO', STDERR: 'WARN' }[level] ?? level;
  const at = LEVELS.findIndex((one) => one === known);
  return at < 0 ? LEVELS.indexOf('INFO') : at;
}
