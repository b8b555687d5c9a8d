import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import '../styles/console.css';
import { Dialog } from '../Dialog.tsx';
import { Icon } from '../icons.tsx';
import { board } from './boards.ts';
import type { Item } from './kinds.ts';
import { linking } from './linking.ts';
import { type Link, LINKS_MAX } from './schema.ts';

/** The links of the dashboard, and another one: the row that is selected here filters what is there. */
export function Linker(): JSX.Element | null {
  const here = board.value;
  const start = linking.value;
  const all = [...(here?.items.value ?? [])];
  const sources = all.filter(([, item]) => item.cellAt);
  const from = useSignal(start?.from && here?.items.value.has(start.from) ? start.from : (sources[0]?.[0] ?? ''));
  const column = useSignal(start?.column ?? '');
  const to = useSignal('');
  const into = useSignal('');
  if (!here || !start) return null;
  const targets = all.filter(([id, item]) => item.target && id !== from.value);
  const source = here.items.value.get(from.value);
  const target = here.items.value.get(to.value);
  const names = (item: Item | undefined): string[] => (item?.target?.columns.value ?? []).map(({ name }) => name);
  const words = ({ from: a, column: c, to: b, into: d }: Link): string => `${here.items.value.get(a)?.title.value ?? a} · ${c} → ${here.items.value.get(b)?.title.value ?? b} · ${d}`;
  const canAdd = from.value && column.value && to.value && into.value && here.links.value.length < LINKS_MAX;
  const add = (event: SubmitEvent): void => {
    event.preventDefault();
    const made: Link = { from: from.value, column: column.value, to: to.value, into: into.value };
    if (canAdd && !here.links.value.some((link) => JSON.stringify(link) === JSON.stringify(made))) here.links.value = [...here.links.value, made];
  };
  const chooseTo = (id: string): void => {
    to.value = id;
    into.value = names(here.items.value.get(id)).find((name) => name === column.value) ?? '';
  };
  return (
    <Dialog title="Link panels" close={() => (linking.value = null)}>
      <div class="linker">
        <p class="hint">The row that is selected in one panel filters another.</p>
        {here.links.value.length > 0 && (
          <ul>
            {here.links.value.map((link) => (
              <li key={JSON.stringify(link)}>
                <span>{words(link)}</span>
                <button type="button" class="quiet" aria-label={`Remove ${words(link)}`} onClick={() => (here.links.value = here.links.value.filter((one) => one !== link))}><Icon name="close" /></button>
              </li>
            ))}
          </ul>
        )}
        {sources.length && all.filter(([, item]) => item.target).length > 1 ? (
          <form onSubmit={add}>
            <Choice label="When a row is selected in" value={from.value} options={sources.map(([id, item]) => [id, item.title.value])} pick={(id) => (from.value = id)} />
            <Choice label="its" value={column.value} options={names(source).map((name) => [name, name])} pick={(name) => (column.value = name)} />
            <Choice label="filters" value={to.value} options={targets.map(([id, item]) => [id, item.title.value])} pick={chooseTo} />
            <Choice label="by" value={into.value} options={names(target).map((name) => [name, name])} pick={(name) => (into.value = name)} />
            <button type="submit" class="primary" disabled={!canAdd}>Link</button>
          </form>
        ) : <p>Open two panels first: a table, and what it is to filter.</p>}
      </div>
    </Dialog>
  );
}

function Choice({ label, value, options, pick }: { label: string; value: string; options: [string, string][]; pick(value: string): void }): JSX.Element {
  return (
    <label class="row">
      <span>{label}</span>
      <select value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {!options.some(([key]) => key === value) && <option value="">Choose</option>}
        {options.map(([key, word]) => <option key={key} value={key}>{word}</option>)}
      </select>
    </label>
  );
}
