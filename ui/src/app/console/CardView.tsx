import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../icons.tsx';
import { tables } from '../session.ts';
import { copied } from '../sharing.ts';
import { openVariable } from '../dock/variables.ts';
import { amount } from '../words.ts';
import { type Card, type Failure, stop } from './runs.ts';

const now = signal(0);

/** One run: its code, what it printed, the tables that it made, or where it failed. */
export function CardView({ card }: { card: Card }): JSX.Element {
  const state = card.state.value;
  return (
    <article class={`run ${card.error.value ? 'failed' : state}`} aria-label={`Run: ${card.code.split('\n')[0].slice(0, 60)}`}>
      <div class="said">
        <pre class="code">{card.code}</pre>
        {state === 'done' ? <Took card={card} /> : <Running card={card} />}
      </div>
      {card.outputs.value.map(({ stream, text }, i) => <pre key={i} class={`out ${stream}`}>{text}</pre>)}
      {card.error.value && <Trace error={card.error.value} />}
      {card.names.value.length > 0 && (
        <div class="made">
          {card.names.value.map((name) => <Made key={name} name={name} />)}
        </div>
      )}
    </article>
  );
}

function Made({ name }: { name: string }): JSX.Element {
  const entry = tables.value?.find((one) => one.name === name);
  return (
    <button type="button" class="made-chip" title={`Open ${name}`} onClick={() => openVariable(name)}>
      {entry ? <span class={entry.live ? 'pulse live' : 'pulse'} /> : <Icon name="table" />}
      {name}
      {entry?.rows != null && <span class="rows">{amount(entry.rows, 'row')}</span>}
    </button>
  );
}

function Took({ card }: { card: Card }): JSX.Element | null {
  const ms = card.took.value;
  return ms === null ? null : <span class="took">{ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`}</span>;
}

function Running({ card }: { card: Card }): JSX.Element {
  useEffect(() => {
    now.value = performance.now();
    const clock = setInterval(() => (now.value = performance.now()), 100);
    return () => clearInterval(clock);
  }, []);
  const since = card.since.value;
  return (
    <span class="took">
      <span class="spinner" />
      {since === null ? 'waits its turn' : `${(Math.max(0, now.value - since) / 1000).toFixed(1)} s`}
      <button type="button" onClick={() => stop(card)}>Stop</button>
    </span>
  );
}

/** The user's own line first; the engine's frames only if they are asked for. */
function Trace({ error }: { error: Failure }): JSX.Element {
  const whole = error.trace ?? `${error.kind}: ${error.message}`;
  if (error.interrupted) return <p class="trace stopped">Stopped</p>;
  return (
    <div class="trace" role="alert">
      <p><b>{error.kind}</b>{error.message && <>: <span class="wrap">{error.message}</span></>}</p>
      {error.line != null && <p class="at"><span class="line">line {error.line}</span><code>{error.code}</code></p>}
      <div class="more">
        {error.trace && (
          <details>
            <summary>Traceback</summary>
            <pre>{error.trace}</pre>
          </details>
        )}
        <button type="button" class="tool" onClick={() => void copied(whole, 'copied the traceback')}><Icon name="copy" />Copy</button>
      </div>
    </div>
  );
}
