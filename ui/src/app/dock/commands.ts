/** What the palette offers about panels and layouts. */
import type { Command } from '../commands.ts';
import { activeItem, alone } from '../tabs.ts';
import { copied } from '../sharing.ts';
import { addressOf } from './alone.ts';
import { addBoard, board, currentKey, goTo, layoutOf, removeBoard, slots } from './boards.ts';
import { naming } from './Dashboards.tsx';
import { exportLayout, importLayout } from './files.ts';
import { moveActive } from './keys.ts';
import { kinds } from './kinds.ts';
import { linking } from './linking.ts';

export function panelCommands(): Command[] {
  if (alone.value) return [];
  const item = activeItem.value;
  const command = (word: string, act: () => void, keys?: string): Command => ({ kind: 'Command', word, about: item?.title.value, keys, act });
  return [
    ...kinds().filter((kind) => kind.group && (kind.isOffered?.() ?? true)).map((kind): Command => ({ kind: 'Command', word: `Open ${kind.word}`, about: 'panel', act: () => void board.value?.open({ kind: kind.kind }) })),
    ...(item ? [
      command('Move the panel left', () => moveActive('left'), 'Ctrl Shift ←'),
      command('Move the panel right', () => moveActive('right'), 'Ctrl Shift →'),
      command('Move the panel up', () => moveActive('top'), 'Ctrl Shift ↑'),
      command('Move the panel down', () => moveActive('bottom'), 'Ctrl Shift ↓'),
      command('Open the panel alone', () => open(addressOf(item.state.value), '_blank', 'noopener')),
      command('Copy a link to the panel alone', () => void copied(location.origin + addressOf(item.state.value), 'link copied: it shows this panel alone')),
    ] : []),
    { kind: 'Command', word: 'New dashboard', act: () => void addBoard() },
    { kind: 'Command', word: 'Name the dashboard', act: () => (naming.value = true) },
    { kind: 'Command', word: 'Remove the dashboard', act: () => removeBoard(currentKey.value) },
    ...slots.value.filter(({ key }) => key !== currentKey.value).map((slot): Command => ({ kind: 'Command', word: `Dashboard ${layoutOf(slot).name || slots.value.indexOf(slot) + 1}`, about: 'show', act: () => goTo(slot.key) })),
    { kind: 'Command', word: 'Link panels', act: () => (linking.value = {}) },
    { kind: 'Command', word: 'Export the layout', act: exportLayout },
    { kind: 'Command', word: 'Import a layout', act: importLayout },
  ];
}
