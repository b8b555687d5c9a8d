import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Dialog } from '../Dialog.tsx';
import { Icon } from '../icons.tsx';
import { addBoard, board, currentKey, goTo, layoutOf, removeBoard, type Slot, slots } from './boards.ts';
import { exportLayout } from './files.ts';

/** The slot whose menu is open, and whether the current board is given a name. */
const menuOf = signal<number | null>(null);
export const naming = signal(false);

const nameOf = (slot: Slot, at: number): string => layoutOf(slot).name || `Desk ${at + 1}`;

/** The boards as a row in the top bar; the one that is looked at has a menu. */
export function Dashboards(): JSX.Element {
  const root = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (menuOf.value === null) return;
    root.current?.querySelector<HTMLElement>('[role=menuitem]')?.focus();
    const leave = (event: Event): void => {
      if (!root.current?.contains(event.target as Node)) menuOf.value = null;
    };
    addEventListener('pointerdown', leave, true);
    return () => removeEventListener('pointerdown', leave, true);
  }, [menuOf.value]);
  const all = slots.value;
  const press = (key: number): void => {
    if (key !== currentKey.value) goTo(key);
    else menuOf.value = menuOf.value === key ? null : key;
  };
  return (
    <nav class="boards" aria-label="Dashboards" ref={root}>
      {all.map((slot, at) => {
        const isCurrent = slot.key === currentKey.value;
        return (
          <div key={slot.key} class="board-tab">
            <button type="button" class="quiet" aria-current={isCurrent ? 'page' : undefined} aria-haspopup={isCurrent ? 'menu' : undefined} aria-expanded={isCurrent ? menuOf.value === slot.key : undefined}
              onClick={() => press(slot.key)}>{nameOf(slot, at)}</button>
            {menuOf.value === slot.key && <BoardMenu slot={slot} isOnly={all.length === 1} />}
          </div>
        );
      })}
      <button type="button" class="quiet" aria-label="New dashboard" title="New dashboard" onClick={() => addBoard()}><Icon name="plus" /></button>
      {naming.value && <Naming />}
    </nav>
  );
}

function BoardMenu({ slot, isOnly }: { slot: Slot; isOnly: boolean }): JSX.Element {
  const close = (): void => {
    menuOf.value = null;
  };
  const items: [word: string, act: () => void][] = [
    ['Name…', () => (naming.value = true)],
    ['Another one like it', () => addBoard({ ...layoutOf(slot), name: `${layoutOf(slot).name || 'Desk'} copy` })],
    ['Export the layout', exportLayout],
    [isOnly ? 'Close all panels' : 'Remove', () => removeBoard(slot.key)],
  ];
  const onKeyDown = (event: KeyboardEvent): void => {
    const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('[role=menuitem]')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all[(all.indexOf(document.activeElement as HTMLElement) + step + all.length) % all.length].focus();
    else if (event.key === 'Escape' || event.key === 'Tab') {
      (event.currentTarget as HTMLElement).parentElement?.querySelector('button')?.focus();
      close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="menu" role="menu" aria-label="Dashboard" onKeyDown={onKeyDown}>
      {items.map(([word, act]) => <button key={word} type="button" role="menuitem" tabIndex={-1} onClick={() => (close(), act())}><span>{word}</span></button>)}
    </div>
  );
}

function Naming(): JSX.Element {
  const close = (): void => {
    naming.value = false;
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('name') ?? '').trim().slice(0, 100);
    if (board.value) board.value.name.value = text;
    close();
  };
  return (
    <Dialog title="Name of the dashboard" close={close}>
      <form class="naming" onSubmit={submit}>
        <input name="name" aria-label="Name" autofocus autocomplete="off" maxLength={100} value={board.value?.name.value ?? ''} />
        <button type="submit" class="primary">Name it</button>
      </form>
    </Dialog>
  );
}
