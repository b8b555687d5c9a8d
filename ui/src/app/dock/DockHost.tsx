import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { board, slots } from './boards.ts';

/** The docks of the boards, of which one is shown. They are attached once, and hidden: what is in them must not be made anew. */
export function DockHost(): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const current = board.value;
  const all = slots.value;
  useLayoutEffect(() => {
    for (const { board: one } of all) {
      if (one && host.current) one.dock.attach(host.current);
      one?.dock.show(one === current);
    }
  }, [all, current]);
  return <div class="dock" ref={host} hidden={!current?.activeItem.value} />;
}
