import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import '../styles/console.css';
import { addBoard, board } from '../dock/boards.ts';
import { readLayoutText } from '../dock/schema.ts';
import { Icon } from '../icons.tsx';
import { notice, phase } from '../session.ts';
import { bytes } from '../words.ts';
import { discardFile, type Entry, isMissing, listFiles, loadFile, moveFile, nameOf, NOTEBOOKS, saveFile, wordOf } from './store.ts';

const folder = signal(NOTEBOOKS);
const entries = signal<readonly Entry[] | null>(null);
const problem = signal<string | null>(null);
/** The file that is given another name. */
const renamed = signal<string | null>(null);

export async function refresh(): Promise<void> {
  const at = folder.value;
  try {
    const found = await listFiles(at);
    if (folder.value === at) [entries.value, problem.value] = [found, null];
  } catch (error) {
    // A folder that nobody wrote into yet is an empty one.
    if (isMissing(error)) [entries.value, problem.value] = [[], null];
    else problem.value = wordOf(error);
  }
}

const FIRST: Record<'py' | 'md', string> = {
  py: '# %% A cell begins with such a line. Ctrl+Enter runs it.\nfrom kinetable import time_table\n\nticks = time_table("PT1s").update("X = ii")\n\n# %%\nprint(ticks)\n',
  md: '# A notebook\n\nBlocks of Python are cells. Ctrl+Enter runs the one with the cursor.\n\n```python\nfrom kinetable import empty_table\n\nsquares = empty_table(10).update("Square = ii * ii")\n```\n',
};

export function FilesPanel(): JSX.Element {
  useEffect(() => {
    if (phase.value === 'live') void refresh();
  }, [folder.value, phase.value]);
  const parent = folder.value === '/' ? null : folder.value.slice(0, folder.value.lastIndexOf('/')) || '/';
  const make = async (kind: 'py' | 'md'): Promise<void> => {
    const taken = new Set(entries.value?.map(({ path }) => nameOf(path)));
    let n = 1;
    while (taken.has(`notebook-${n}.${kind}`)) n += 1;
    const path = `${folder.value === '/' ? '' : folder.value}/notebook-${n}.${kind}`;
    await attempt(async () => {
      await saveFile(path, FIRST[kind], null);
      board.value?.open({ kind: 'file', path });
    });
  };
  return (
    <section class="panel past" data-region="files">
      <div class="log-bar files-bar">
        <span class="where">{folder.value}</span>
        <button type="button" class="tool" data-first onClick={() => void make('py')}>New .py</button>
        <button type="button" class="tool" onClick={() => void make('md')}>New .md</button>
        <button type="button" class="tool" aria-label="Read the list again" title="Read the list again" onClick={() => void refresh()}><Icon name="history" /></button>
      </div>
      <ul class="past-list">
        {parent !== null && <li><button type="button" class="text" onClick={() => (folder.value = parent)}><code>..</code></button></li>}
        {(entries.value ?? []).map((entry) => <FileEntry key={entry.path} entry={entry} />)}
      </ul>
      {problem.value !== null && <p class="hint error" role="alert">{problem.value}</p>}
      {problem.value === null && entries.value?.length === 0 && <p class="hint">There is no file here yet. A notebook is a file of Python, or Markdown with Python in it: make a new one.</p>}
    </section>
  );
}

function FileEntry({ entry }: { entry: Entry }): JSX.Element {
  const name = nameOf(entry.path);
  if (renamed.value === entry.path) return <Renaming entry={entry} />;
  return (
    <li>
      <button type="button" class="text" onClick={() => void openFile(entry)}><code>{name}{entry.isFolder ? '/' : ''}</code></button>
      {!entry.isFolder && (
        <>
          <span class="size">{bytes(entry.size)}</span>
          <button type="button" class="quiet" onClick={() => (renamed.value = entry.path)} aria-label={`Rename ${name}`} title="Rename"><Icon name="goto" /></button>
          <button type="button" class="quiet" onClick={() => confirm(`Delete ${entry.path}? It cannot be brought back.`) && void attempt(() => discardFile(entry.path))} aria-label={`Delete ${name}`} title="Delete"><Icon name="close" /></button>
        </>
      )}
    </li>
  );
}

function Renaming({ entry }: { entry: Entry }): JSX.Element {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get('name') ?? '').trim();
    renamed.value = null;
    if (!name || name === nameOf(entry.path)) return;
    void attempt(() => moveFile(entry.path, `${entry.path.slice(0, entry.path.lastIndexOf('/'))}/${name}`));
  };
  return (
    <li>
      <form class="renaming" onSubmit={submit} onKeyDown={(event) => event.key === 'Escape' && (renamed.value = null)}>
        <input name="name" aria-label="Name of the file" autofocus value={nameOf(entry.path)} />
        <button type="submit" class="primary">Rename</button>
      </form>
    </li>
  );
}

async function openFile({ path, isFolder }: Entry): Promise<void> {
  if (isFolder) folder.value = path;
  else if (path.startsWith('/layouts/') && path.endsWith('.json')) {
    await attempt(async () => {
      const layout = readLayoutText((await loadFile(path)).text);
      if (layout) addBoard({ ...layout, name: layout.name || nameOf(path).replace(/\.json$/, '') }, 'given');
      else notice(`"${path}" is no layout of this page`, true);
    });
  } else {
    const there = board.value?.find((item) => item.state.value.kind === 'file' && item.state.value.path === path);
    if (there != null) board.value?.show(there);
    else board.value?.open({ kind: 'file', path });
  }
}

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
    await refresh();
  } catch (error) {
    notice(wordOf(error), true);
  }
}
