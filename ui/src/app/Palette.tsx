import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Command, commands } from './commands.ts';
import { ranked } from './fuzzy.ts';
import { paletteShown } from './paletteShown.ts';
import { active } from './tabs.ts';

const SHOWN_MAX = 60;
const text = signal('');
const at = signal(0);

/** Everything that can be opened, done or set, found by some of its letters. */
export function Palette(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => {
    text.value = '';
    at.value = 0;
    dialog.current?.showModal();
  }, []);
  const found = ranked(commands(), text.value, ({ word }) => word).slice(0, SHOWN_MAX);
  const chosen = Math.min(at.value, found.length - 1);
  useLayoutEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' }), [chosen, text.value]);
  const close = (): void => {
    paletteShown.value = false;
  };
  const run = (command: Command | undefined): void => {
    if (!command) return;
    dialog.current?.close();
    close();
    active.value?.element?.focus();
    command.act();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = 8;
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: Math.min(found.length - 1, chosen + page), PageUp: Math.max(0, chosen - page) }[event.key];
    if (event.key === 'Enter') run(found[chosen]);
    else if (to !== undefined && found.length) at.value = (to + found.length) % found.length;
    else return;
    event.preventDefault();
  };
  return (
    <dialog class="palette" ref={dialog} aria-label="Commands" onClose={close} onClick={(event) => event.target === dialog.current && close()}>
      <input type="text" role="combobox" aria-label="Find a table, a command or a setting" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
        aria-activedescendant={found.length ? `palette-${chosen}` : undefined} placeholder="Find a table, a command or a setting" spellcheck={false} autocomplete="off" value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={onKeyDown} />
      <ul id="palette-list" role="listbox" aria-label="Found" ref={list}>
        {found.map((command, i) => (
          <li key={`${command.kind} ${command.word}`} id={`palette-${i}`} role="option" aria-selected={i === chosen} onClick={() => run(command)} onPointerMove={() => (at.value = i)}>
            <span class="kind">{command.kind}</span>
            <span class="word">{command.word}</span>
            {command.about && <span class="about">{command.about}</span>}
            {command.keys && <kbd>{command.keys}</kbd>}
          </li>
        ))}
      </ul>
      {!found.length && <p class="hint" role="status">Nothing is called so.</p>}
    </dialog>
  );
}
