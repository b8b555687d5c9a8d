/** The console, its history and the log of the server: `{"kind":"console"}`, `{"kind":"history"}`, `{"kind":"log"}`. */
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { assigned, canRun } from '../../console/runs.ts';
import type { IconName } from '../../icons.tsx';
import { lazily } from '../../lazily.tsx';
import { type Item, register } from '../kinds.ts';
import { openVariable } from '../variables.ts';

const ConsolePanel = lazily(() => import('../../console/ConsolePanel.tsx').then((module) => module.ConsolePanel));
const HistoryPanel = lazily(() => import('../../console/HistoryPanel.tsx').then((module) => module.HistoryPanel));
const LogPanel = lazily(() => import('../../console/LogPanel.tsx').then((module) => module.LogPanel));

/** What a run made is shown beside the console, which keeps the keyboard. */
assigned.hear = (names) => openVariable(names[names.length - 1], false);

function single(kind: string, word: string, icon: IconName, place: 'left' | 'bottom', Body: ComponentType): void {
  const make = (): Item => ({ title: signal(word), state: signal({ kind }), Body, focus: () => focus(kind), look: () => {}, close: () => {} });
  register({ kind, word, icon, place, group: 'Scripts', isSingle: true, isOffered: () => canRun.value, make });
}

/** As soon as its code is there. */
function focus(kind: string, tries = 40): void {
  const root = [...document.querySelectorAll<HTMLElement>(`[data-region="${kind}"]`)].find((one) => one.offsetParent !== null);
  const inside = root?.querySelector<HTMLElement>('.input .editor, [data-first]');
  const target = inside?.classList.contains('editor') ? inside.shadowRoot?.querySelector<HTMLElement>('[contenteditable]') : inside;
  if (target) target.focus();
  else if (tries) setTimeout(() => focus(kind, tries - 1), 50);
}

single('console', 'Console', 'console', 'left', ConsolePanel);
single('history', 'History', 'history', 'bottom', HistoryPanel);
single('log', 'Log', 'log', 'bottom', LogPanel);
