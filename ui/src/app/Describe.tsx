import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Dialog } from './Dialog.tsx';
import type { Panel } from './panel.ts';

export const describeShown = signal<Panel | null>(null);

/** The rows that are seen as a real table, which screen readers walk through and browsers search. */
export function Describe(): JSX.Element | null {
  const host = useRef<HTMLDivElement>(null);
  const panel = describeShown.value;
  useEffect(() => {
    const table = panel?.element?.describe();
    if (table) host.current?.replaceChildren(table);
  }, [panel]);
  if (!panel) return null;
  return (
    <Dialog title={`${panel.name}: what is seen`} close={() => (describeShown.value = null)}>
      <div class="describe" ref={host} tabIndex={0} />
    </Dialog>
  );
}
