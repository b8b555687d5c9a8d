import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';
import type { Panel } from './panel.ts';
import { side } from './side.ts';

/** The frame of what is shown beside the cells: a title, a way out, Escape, and the focus that comes and goes. */
export function SidePanel({ panel, title, children }: { panel: Panel; title: string; children: ComponentChildren }): JSX.Element {
  const root = useRef<HTMLElement>(null);
  const close = (): void => {
    side.value = null;
    panel.element?.focus();
  };
  useLayoutEffect(() => {
    // What it is for before the way out of it; but a finger does not ask for the keyboard.
    const wanted = matchMedia('(pointer: coarse)').matches ? 'button' : '[data-first], :scope > :not(header) :is(input, select, textarea, button), :scope > :is(input, select, textarea, button)';
    const first = root.current?.querySelector<HTMLElement>(wanted) ?? root.current?.querySelector<HTMLElement>('button');
    first?.focus();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  };
  return (
    <aside class="side" ref={root} aria-label={title} data-region="side" onKeyDown={onKeyDown}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="quiet" aria-label={`Close ${title}`} onClick={close}><Icon name="close" /></button>
      </header>
      {children}
    </aside>
  );
}
