import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { exportTable, FORMATS } from './exports.ts';
import { Icon } from './icons.tsx';
import type { Panel } from './panel.ts';

const shown = signal<Panel | null>(null);

/** The table as a file: the button, and the formats below it. */
export function ExportMenu({ panel }: { panel: Panel }): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const isShown = shown.value === panel;
  useLayoutEffect(() => {
    if (!isShown) return;
    root.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    const leave = (event: Event): void => {
      if (!event.composedPath().includes(root.current as HTMLElement)) shown.value = null;
    };
    addEventListener('pointerdown', leave, true);
    return () => removeEventListener('pointerdown', leave, true);
  }, [isShown]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const items = [...(root.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'Escape' || event.key === 'Tab') {
      shown.value = null;
      root.current?.querySelector('button')?.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="export" ref={root} onKeyDown={onKeyDown}>
      <button type="button" class="tool only-wide" disabled={!panel.loaded.value} aria-haspopup="menu" aria-expanded={isShown} title="The table as a file" onClick={() => (shown.value = isShown ? null : panel)}>
        <Icon name="export" />Export
      </button>
      {isShown && (
        <div class="menu" role="menu" aria-label="Export">
          {FORMATS.map(([format, word]) => (
            <button key={format} type="button" role="menuitem" tabIndex={-1} onClick={() => (((shown.value = null), void exportTable(panel, format)))}>{word}</button>
          ))}
        </div>
      )}
    </div>
  );
}
