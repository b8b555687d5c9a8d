import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { PANEL_KEYS } from './dock/keys.ts';
import { GRID_KEYS } from '../grid/keys.ts';
import { Dialog } from './Dialog.tsx';

export const helpShown = signal(false);

const EVERYWHERE: [string, string][] = [
  ['Ctrl+K', 'Find a table, a command, a setting'],
  ['Ctrl+F', 'Filter row'],
  ['Ctrl+G', 'Go to a row'],
  ['F6  Shift+F6', 'Next, previous panel'],
  ...PANEL_KEYS,
  ['?', 'These keys'],
];

const FILTERS: [string, string][] = [
  ['105  =105', 'Equal'],
  ['>105  <=5  !=0', 'Compared'],
  ['text', 'Contains, in any case'],
  ['a*  *z', 'Begins, ends with'],
  ['in x, y', 'One of them; also not in'],
  ['null  !null', 'Without, with a value'],
  ['2026-05  >2026-05-01', 'Times, which may be cut short'],
  ['>1 && <5', 'Both; || is either'],
];

export function Help(): JSX.Element | null {
  if (!helpShown.value) return null;
  return (
    <Dialog title="Keys and filters" close={() => (helpShown.value = false)}>
      <div class="help">
        <Keys title="Everywhere" rows={EVERYWHERE} />
        <Keys title="In a table" rows={GRID_KEYS} />
        <Keys title="In the filter row" rows={FILTERS} />
      </div>
    </Dialog>
  );
}

function Keys({ title, rows }: { title: string; rows: [string, string][] }): JSX.Element {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {rows.map(([keys, what]) => (
          <div key={keys}>
            <dt>{keys.split('  ').map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
