import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import '../styles/console.css';
import { features } from '../session.ts';
import type { FilterItem } from './kinds/filter.tsx';

/** Milliseconds after the last letter. */
const PAUSE = 300;

export function FilterPanel({ item }: { item: FilterItem }): JSX.Element {
  const input = useRef<HTMLInputElement & HTMLSelectElement>(null);
  const later = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    item.input = input.current;
    return () => clearTimeout(later.current);
  }, [item.choice.value]);
  const set = (text: string, wait: number): void => {
    clearTimeout(later.current);
    if (wait) later.current = setTimeout(() => (item.value.value = text), wait);
    else item.value.value = text;
  };
  const columns = [...new Set([...(item.column.value ? [item.column.value] : []), ...item.columns.value.keys()])].sort((a, b) => a.localeCompare(b, 'en'));
  const { column, choices, value, problem, reached } = item;
  const texts = [...new Set([...(value.value ? [value.value] : []), ...choices.value.map(({ text }) => text)])];
  return (
    <section class="panel filter" data-region="filter">
      <div class="filter-body">
        <label class="row">
          <span>Column</span>
          <select value={column.value} aria-label="Column that is filtered" onChange={(event) => {
            item.value.value = '';
            column.value = event.currentTarget.value;
          }}>
            <option value="">Choose a column</option>
            {columns.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
        {features.value.includes('distinct') && (
          <label class="row">
            <span>Values</span>
            <select value={item.choice.value ? 'choice' : 'text'} aria-label="How values are given" onChange={(event) => {
              item.value.value = '';
              item.choice.value = event.currentTarget.value === 'choice';
            }}>
              <option value="text">are typed</option>
              <option value="choice">are chosen</option>
            </select>
          </label>
        )}
        <label class="row">
          <span>{column.value || 'Value'}</span>
          {item.choice.value ? (
            <select ref={input} data-first value={value.value} disabled={!column.value} aria-label={`Value of ${column.value}`} onChange={(event) => set(event.currentTarget.value, 0)}>
              <option value="">all</option>
              {texts.map((text) => <option key={text} value={text}>{text}</option>)}
            </select>
          ) : (
            <input ref={input} data-first type="search" placeholder={column.value ? '>5, a*, in x, y' : ''} disabled={!column.value} aria-label={`Value of ${column.value}`} aria-invalid={problem.value !== null} spellcheck={false}
              value={value.value} onInput={(event) => set(event.currentTarget.value, PAUSE)} onKeyDown={(event) => event.key === 'Enter' && set(event.currentTarget.value, 0)} />
          )}
        </label>
        {problem.value !== null && <p class="error" role="alert">{problem.value}</p>}
        <p class="hint">{!columns.length ? 'Open a table or a chart beside it: their columns can be filtered here.' : !column.value ? 'It filters all panels beside it that have the column.' : reached.value === 1 ? 'Filters one panel.' : `Filters ${reached.value} panels.`}</p>
      </div>
    </section>
  );
}
