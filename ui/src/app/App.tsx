import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Banner } from './Banner.tsx';
import { Describe } from './Describe.tsx';
import { Help, helpShown } from './Help.tsx';
import { lazily } from './lazily.tsx';
import { Login } from './Login.tsx';
import { paletteShown } from './paletteShown.ts';
import { PhoneBar } from './PhoneBar.tsx';
import { notices, phase } from './session.ts';
import { listShown } from './settings.ts';
import { TableList } from './TableList.tsx';
import { StatusBar } from './StatusBar.tsx';
import { TablePanel } from './TablePanel.tsx';
import { goToShown } from './GoTo.tsx';
import { active, panels, phoneList } from './tabs.ts';
import { Tabs } from './Tabs.tsx';
import { TopBar } from './TopBar.tsx';
import { Welcome } from './Welcome.tsx';

const Palette = lazily(() => import('./Palette.tsx').then((module) => module.Palette));

export function App(): JSX.Element {
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  if (phase.value === 'refused') return <Login />;
  const isList = phoneList.value || !active.value;
  return (
    <div class={`app ${phase.value}${listShown.value ? '' : ' no-list'}${isList ? ' phone-list' : ''}`}>
      <TopBar />
      <Banner />
      <div class="middle">
        {/* Hidden by the style sheet and not left out, so that its scrolling and search stay. */}
        <TableList />
        <main class="main">
          <Tabs />
          {panels.value.map((panel) => (
            <TablePanel key={panel.name} panel={panel} />
          ))}
          {!active.value && <Welcome />}
        </main>
      </div>
      <StatusBar />
      <PhoneBar />
      <Help />
      <Describe />
      {paletteShown.value && <Palette />}
      <div class="notices" role="status" aria-live="polite">
        {notices.value.map(({ id, text, alert }) => (
          <div key={id} class={alert ? 'notice alert' : 'notice'}>
            {text}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Keys that work wherever the focus is. */
function onKey(event: KeyboardEvent): void {
  const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const target = event.composedPath()[0] as HTMLElement;
  const isTyping = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
  const key = event.key.toLowerCase();
  const panel = active.value;
  // What was chosen by keys is not chosen from a menu.
  if (control && panel) panel.menu.value = null;
  if (control && key === 'k') {
    paletteShown.value = !paletteShown.value;
  } else if (control && key === 'f' && panel) {
    panel.showFilters();
  } else if (control && key === 'g' && panel) {
    goToShown.value = true;
  } else if (event.key === 'F6') {
    nextRegion(event.shiftKey ? -1 : 1);
  } else if (event.key === '?' && !isTyping) {
    helpShown.value = true;
  } else return;
  event.preventDefault();
}

/** The list, the tabs, the table, the status bar, in turn. */
function nextRegion(step: number): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((region) => region.offsetParent !== null);
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(at + step + regions.length) % regions.length];
  const inside = next?.matches('kinetable-grid') ? next : next?.querySelector<HTMLElement>('kinetable-grid, input, button, a, [tabindex="0"]');
  inside?.focus();
}
