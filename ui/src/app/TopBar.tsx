import type { JSX } from 'preact';
import { helpShown } from './Help.tsx';
import { Icon } from './icons.tsx';
import { paletteShown } from './paletteShown.ts';
import { phase } from './session.ts';
import { listShown } from './settings.ts';
import { Settings } from './Settings.tsx';
import { board } from './dock/boards.ts';
import { Dashboards } from './dock/Dashboards.tsx';
import { PanelsMenu } from './dock/PanelsMenu.tsx';

const WORDS = { live: 'Connected', connecting: 'Connecting', lost: 'Reconnecting', refused: 'Not let in', closed: 'Closed' };

export function TopBar(): JSX.Element {
  const word = WORDS[phase.value];
  return (
    <header class="top">
      <button type="button" class="quiet only-wide" aria-label="List of tables" aria-pressed={listShown.value} onClick={() => (listShown.value = !listShown.value)}>
        <Icon name="list" />
      </button>
      <a class="brand" href="/" onClick={(event) => (event.preventDefault(), board.value?.open({ kind: 'welcome' }))}>
        <svg viewBox="6 7 20 18" width="20" height="18" aria-hidden="true">
          <rect class="bar-1" x="6" y="8" width="14" height="4" rx="2" />
          <rect class="bar-2" x="12" y="14" width="14" height="4" rx="2" />
          <rect class="bar-3" x="8" y="20" width="10" height="4" rx="2" />
        </svg>
        Kinetable
      </a>
      <Dashboards />
      <span class="grow" />
      <PanelsMenu />
      <button type="button" class="quiet only-wide palette-button" aria-label="Commands, Ctrl K" title="Tables, commands and settings" onClick={() => (paletteShown.value = true)}>
        <Icon name="search" />
        <kbd>Ctrl K</kbd>
      </button>
      <span class={`connection ${phase.value}`} title={word}>
        <span class="dot" />
        <span class="only-wide">{word}</span>
      </span>
      <button type="button" class="quiet only-wide" aria-label="Keys" onClick={() => (helpShown.value = true)}>
        <Icon name="help" />
      </button>
      <Settings />
    </header>
  );
}
