import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { writeCell } from './editing.ts';
import type { Panel } from './panel.ts';
import './styles/asks.css';

/** A cell of an input table that is written: in its place, until the server has it. */
export function CellEditor({ panel, row, column }: { panel: Panel; row: number; column: string }): JSX.Element | null {
  const box = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState('');
  useLayoutEffect(() => {
    const { grid } = panel;
    const placed = grid?.layout.find(column);
    if (!grid || !placed || !box.current || !input.current) return;
    const { view, layout } = grid;
    const cell = panel.cell(row, column);
    input.current.value = cell === null || cell === undefined ? '' : (view.formatters.get(column)?.copy(cell) ?? '');
    box.current.style.left = `${layout.left(placed, view.scrollX)}px`;
    box.current.style.top = `${view.bodyTop + (row - view.top.row) * view.extent.rowHeight - view.top.px}px`;
    box.current.style.width = `${Math.max(120, placed.width)}px`;
    input.current.style.height = `${view.extent.rowHeight}px`;
    input.current.select();
  }, [panel, row, column]);
  const close = (): void => {
    panel.editing.value = null;
    panel.element?.focus();
  };
  const save = async (): Promise<boolean> => {
    if (isSaving) return false;
    setSaving(true);
    setProblem('');
    try {
      await writeCell(panel, row, column, input.current?.value ?? '');
      close();
      return true;
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setSaving(false);
      return false;
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const { grid } = panel;
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') {
      event.preventDefault();
      const at = grid?.layout.find(column)?.index ?? 0;
      void save().then((saved) => saved && grid?.focusCell(row, at + (event.shiftKey ? -1 : 1), false));
    }
  };
  return (
    <form class={isSaving ? 'cell-editor saving' : 'cell-editor'} ref={box} onSubmit={(event) => (event.preventDefault(), void save())} onKeyDown={onKeyDown}>
      <input ref={input} aria-label={`${column}, row ${row}`} aria-invalid={Boolean(problem)} autocomplete="off" spellcheck={false} readOnly={isSaving} />
      {problem && <p class="problem" role="alert">{problem}</p>}
    </form>
  );
}
