import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ErrorMessage } from '../client/index.ts';
import { Icon } from './icons.tsx';
import type { Panel } from './panel.ts';
import { customName } from './plan.ts';
import { SidePanel } from './SidePanel.tsx';

/** The formula that was written in last: names of columns are put in there. */
const current = signal<HTMLTextAreaElement | null>(null);
const NAMES_MAX = 120;

/** Columns that are computed from others, for the rows that are looked at. */
export function Custom({ panel }: { panel: Panel }): JSX.Element {
  const { custom } = panel.plan.value;
  const names = (panel.schema.value ?? []).map((info) => info.name);
  const insert = (name: string): void => {
    const area = current.value;
    if (!area) return;
    area.setRangeText(name, area.selectionStart, area.selectionEnd, 'end');
    area.dispatchEvent(new Event('input'));
    area.focus();
  };
  return (
    <SidePanel panel={panel} title="Computed columns">
      {custom.map((text, at) => <Formula key={at} panel={panel} at={at} text={text} />)}
      <Formula key="further" panel={panel} at={null} text="" />
      <p class="hint">Columns of the table, to be put in:</p>
      <div class="names">
        {names.slice(0, NAMES_MAX).map((name) => (
          <button key={name} type="button" onClick={() => insert(name)}>{name}</button>
        ))}
      </div>
    </SidePanel>
  );
}

/** One formula: `at` is its place among those there are; null: one more. */
function Formula({ panel, at, text }: { panel: Panel; at: number | null; text: string }): JSX.Element {
  const area = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(text);
  const [problem, setProblem] = useState('');
  useEffect(() => setDraft(text), [text]);
  const { custom, select } = panel.plan.value;
  const refused = at === null ? null : panel.customError.value;
  const label = at === null ? 'A further column' : `Column ${customName(text) ?? at + 1}`;
  const apply = (event: Event): void => {
    event.preventDefault();
    const written = (area.current?.value ?? draft).trim();
    const name = customName(written);
    if (name === null) return setProblem('begin with a name and =, as in Worth = Price * Size');
    setProblem('');
    const next = at === null ? [...custom, written] : custom.map((one, i) => (i === at ? written : one));
    panel.changeCustom(next, select && !select.includes(name) ? [...select, name] : select);
    if (at === null) setDraft('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) apply(event);
  };
  return (
    <form class="formula" onSubmit={apply}>
      <div class="written">
        <textarea ref={area} rows={2} spellcheck={false} autocapitalize="off" aria-label={label} aria-invalid={Boolean(problem || refused?.text === text)} placeholder="Worth = Price * Size" value={draft}
        data-first={at === null ? '' : undefined} onInput={(event) => setDraft(event.currentTarget.value)} onFocus={() => (current.value = area.current)} onKeyDown={onKeyDown} />
        {refused?.text === text && draft === text && <Underlined text={text} error={refused.error} />}
      </div>
      {problem && <p class="error" role="alert">{problem}</p>}
      {refused?.text === text && <Refusal text={text} error={refused.error} />}
      <div class="side-row">
        <button type="submit" class={draft.trim() && draft.trim() !== text ? 'primary' : ''} disabled={!draft.trim()}>{at === null ? 'Add' : 'Change'}</button>
        {at !== null && <button type="button" aria-label={`Remove ${label}`} onClick={() => panel.changeCustom(custom.filter((_, i) => i !== at))}><Icon name="close" />Remove</button>}
        {refused?.text === text && <button type="button" onClick={() => panel.takeBack()}>Take it back</button>}
      </div>
    </form>
  );
}

/** The formula once more, over the one that is edited: nothing of it is seen but a line below what is wrong. */
function Underlined({ text, error: { from, to } }: { text: string; error: ErrorMessage }): JSX.Element | null {
  if (from == null || to == null) return null;
  const end = Math.max(to, from + 1);
  return <div class="underlined" aria-hidden="true">{text.slice(0, from)}<u>{text.slice(from, end) || ' '}</u>{text.slice(end)}</div>;
}

/** What the server says of a formula, and where in it. Its words have lines that stand below each other. */
function Refusal({ text, error }: { text: string; error: ErrorMessage }): JSX.Element {
  const { from, to } = error;
  const hasPlace = from != null && to != null && from < text.length;
  return (
    <div class="refusal" role="alert">
      {hasPlace && <pre>{text.slice(0, from)}<mark>{text.slice(from, Math.max(to, from + 1))}</mark>{text.slice(Math.max(to, from + 1))}</pre>}
      <pre>{error.message}</pre>
      {error.hint && <p class="hint">{error.hint}</p>}
    </div>
  );
}
