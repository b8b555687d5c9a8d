/** Files of the server: `{"kind":"files"}` is their list, `{"kind":"file","path":PATH}` is one. */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import { hasFiles, nameOf } from '../../files/store.ts';
import { isText } from '../../kept.ts';
import { lazily } from '../../lazily.tsx';
import { type Item, register } from '../kinds.ts';
import type { PanelState } from '../schema.ts';

const FilesPanel = lazily(() => import('../../files/FilesPanel.tsx').then((module) => module.FilesPanel));
const FilePanel = lazily(() => import('../../files/FilePanel.tsx').then((module) => module.FilePanel));

export class FileItem implements Item {
  readonly isChanged = signal(false);
  readonly title: ReadonlySignal<string>;
  readonly state: ReadonlySignal<PanelState>;
  /** Set by what shows it: to take the keyboard, and to write down what is not yet. */
  act: { focus(): void; flush(): void } | null = null;

  constructor(readonly path: string) {
    this.title = computed(() => `${nameOf(path)}${this.isChanged.value ? ' •' : ''}`);
    this.state = signal({ kind: 'file', path });
  }

  readonly Body = (): JSX.Element => h(FilePanel, { item: this });

  focus(): void {
    this.act?.focus();
  }

  look(): void {}

  close(): void {
    this.act?.flush();
  }
}

register({
  kind: 'files', word: 'Files', icon: 'file', group: 'Scripts', place: 'bottom', isSingle: true, isOffered: () => hasFiles.value,
  make: () => ({ title: signal('Files'), state: signal({ kind: 'files' }), Body: FilesPanel, focus: () => {}, look: () => {}, close: () => {} }),
});
register({ kind: 'file', word: 'File', icon: 'file', place: 'main', make: ({ path }) => (isText(path) && path.startsWith('/') ? new FileItem(path) : null) });
