import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { addRow } from './editing.ts';
import type { Panel } from './panel.ts';
import { notice } from './session.ts';
import { SidePanel } from './SidePanel.tsx';

/** A further row of an input table. One whose keys are there takes its place. */
export function AddRow({ panel }: { panel: Panel }): JSX.Element {
  const form = useRef<HTMLFormElement>(null);
  const [problem, setProblem] = useState('');
  const keys = panel.sub.schema?.keys ?? [];
  const add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const texts = new Map([...new FormData(form.current ?? undefined)].map(([name, value]) => [name, String(value)]));
    try {
      await addRow(panel, texts);
      setProblem('');
      form.current?.reset();
      form.current?.querySelector('input')?.focus();
      notice('row added');
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <SidePanel panel={panel} title="Add a row">
      <form class="block" ref={form} onSubmit={(event) => void add(event)}>
        {(panel.schema.value ?? []).map(({ name, type }) => (
          <label class="field" key={name}>
            <span>{name}</span>
            <input name={name} aria-label={name} placeholder={keys.includes(name) ? `${type}, key` : type} autocomplete="off" spellcheck={false} />
          </label>
        ))}
        {problem && <p class="error" role="alert">{problem}</p>}
        <button type="submit" class="primary">Add</button>
        <p class="hint">{keys.length ? 'A row with the same key is replaced.' : 'This table has no keys: rows are only added.'} Rows can be pasted from a spreadsheet too.</p>
      </form>
    </SidePanel>
  );
}
