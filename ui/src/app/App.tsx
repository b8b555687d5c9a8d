import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Banner } from './Banner.tsx';
import { Describe } from './Describe.tsx';
import { Help, helpShown } from './Help.tsx';
import { lazily } from './lazily.tsx';
import { paletteShown } from './paletteShown.ts';
import { PhoneBar } from './PhoneBar.tsx';
import { notices, phase } from './session.ts';
import { listShown } from './settings.ts';
import { TableList } from './TableList.tsx';
import { StatusBar } from './StatusBar.tsx';
import { goToShown } from './GoTo.tsx';
import { active, activeItem, alone, phoneList } from './tabs.ts';
import { DockHost } from './dock/DockHost.tsx';
import { onPanelKey } from './dock/keys.ts';
import { linking } from './dock/linking.ts';
import { TopBar } from './TopBar.tsx';
import { Welcome } from './Welcome.tsx';

const Linker = lazily(() => import('./dock/Linker.tsx').then((module) => module.Linker));
const Login = lazily(() => import('./Login.tsx').then((module) => module.Login));
const Palette = lazily(() => import('./Palette.tsx').then((module) => module.Palette));

export function App(): JSX.Element {
  useEffect(() => {
    addEventListener('keydown', onPanelKey, true);
    addEventListener('keydown', onKey);
    return () => {
      removeEventListener('keydown', onPanelKey, true);
      removeEventListener('keydown', onKey);
    };
  }, []);
  const isRefused = phase.value === 'refused';
  const only = alone.value;
  return (
    <>
      {isRefused && <Login />}
      {/* Hidden and not left out: what is open stays as it is. */}
      <Frame isRefused={isRefused}>
        {only ? <main class="main"><only.Body /></main> : <Whole />}
      </Frame>
    </>
  );
}

function Whole(): JSX.Element {
  return (
    <>
      {/* Hidden by the style sheet and not left out, so that its scrolling and search stay. */}
      <TableList />
      <main class="main">
        <DockHost />
        {!activeItem.value && <Welcome />}
      </main>
    </>
  );
}

function Frame({ isRefused, children }: { isRefused: boolean; children: ComponentChildren }): JSX.Element {
  const only = alone.value !== null;
  const isList = !only && (phoneList.value || !activeItem.value);
  return (
    <div hidden={isRefused} class={`app ${phase.value}${only || !listShown.value ? ' no-list' : ''}${isList ? ' phone-list' : ''}${only ? ' alone' : ''}`}>
      {!only && <TopBar />}
      <Banner />
      <div class="middle">{children}</div>
      <StatusBar />
      {!only && <PhoneBar />}
      <Help />
      <Describe />
      {paletteShown.value && <Palette />}
      {linking.value && <Linker />}
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
  const isTyping = target.isContentEditable || target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
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
  } else if (event.key === '?' && !isTyping) {
    helpShown.value = true;
  } else return;
  event.preventDefault();
}

