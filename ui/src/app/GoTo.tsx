import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Panel } from './panel.ts';
import { lazily } from './lazily.tsx';
import { features } from './session.ts';
import { count } from './words.ts';

const Find = lazily(() => import('./Find.tsx').then((module) => module.Find));

export const goToShown = signal(false);
/** Whether a value is looked for, and not a row. */
export const findsValue = signal(false);
const problem = signal('');

/** To a row by its position, or to one with a value. */
export function GoTo({ panel }: { panel: Panel }): JSX.Element {
  return findsValue.value && features.value.includes('find') ? <Find panel={panel} /> : <GoToRow panel={panel} />;
}

/** A row by its position, counted from 0; from the end if it is negative. */
function GoToRow({ panel }: { panel: Panel }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  // Before anything can be typed, and so before anything is wrong.
  useLayoutEffect(() => {
    problem.value = '';
    input.current?.focus();
  }, []);
  const close = (): void => {
    goToShown.value = false;
    panel.element?.focus();
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { rows } = panel.counts.value;
    const text = (input.current?.value ?? '').replaceAll(/[,_\s]/g, '');
    const row = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(row)) problem.value = 'a whole number is wanted';
    else if (row >= rows || row < -rows) problem.value = `the rows are 0 to ${count(rows - 1)}`;
    else {
      panel.grid?.focusCell(row < 0 ? rows + row : row, panel.grid.selection.focus?.column ?? 0, false);
      close();
    }
  };
  return (
    <form class="goto" onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && close()}>
      <label>
        Go to row
        <input ref={input} inputMode="numeric" aria-invalid={Boolean(problem.value)} placeholder={`0 to ${count(Math.max(0, panel.counts.value.rows - 1))}`} />
      </label>
      <button type="submit" class="primary">Go</button>
      <button type="button" onClick={close}>Cancel</button>
      {features.value.includes('find') && <button type="button" class="link" onClick={() => (findsValue.value = true)}>Find a value…</button>}
      {problem.value && <span class="error" role="alert">{problem.value}</span>}
    </form>
  );
}
