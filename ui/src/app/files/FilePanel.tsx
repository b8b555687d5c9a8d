import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import '../styles/console.css';
import { CardView } from '../console/CardView.tsx';
import { complete, Editor } from '../console/Editor.tsx';
import type { Editor as Made } from '../console/editor.ts';
import { canRun, cards, run } from '../console/runs.ts';
import type { FileItem } from '../dock/kinds/file.tsx';
import { Icon } from '../icons.tsx';
import { Markdown } from '../Markdown.tsx';
import { phase } from '../session.ts';
import { cellAt, cellsOf, isMarkdown } from './notebook.ts';
import { isConflict, loadFile, saveFile, wordOf } from './store.ts';

/** Milliseconds after the last letter, before a file is written. */
const PAUSE = 1200;
/** Runs of the file that are shown below it. */
const SHOWN_MAX = 20;

/** A file in an editor, which is written by itself; its cells run one by one, and what they print is below. */
export function FilePanel({ item }: { item: FileItem }): JSX.Element {
  const { path } = item;
  const first = useSignal<string | null>(null);
  const problem = useSignal<{ text: string; isConflict: boolean } | null>(null);
  const preview = useSignal<string | null>(null);
  const runs = useSignal<readonly number[]>([]);
  const made = useRef<Made>(null);
  const saved = useRef({ text: '', tag: '' as string | null, isWriting: false });
  const later = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const load = (): void => void loadFile(path).then(({ text, tag }) => {
    saved.current = { text, tag, isWriting: false };
    [first.value, problem.value, item.isChanged.value] = [text, null, false];
    made.current?.setText(text);
  }, (error: unknown) => (problem.value = { text: wordOf(error), isConflict: false }));
  const write = async (over = false): Promise<void> => {
    clearTimeout(later.current);
    const text = made.current?.text();
    if (text === undefined || saved.current.isWriting || (text === saved.current.text && !over)) return;
    saved.current.isWriting = true;
    try {
      const tag = over ? (await loadFile(path)).tag : saved.current.tag;
      saved.current = { text, tag: await saveFile(path, text, tag), isWriting: false };
      problem.value = null;
      item.isChanged.value = made.current?.text() !== text;
      if (item.isChanged.value) changed();
    } catch (error) {
      saved.current.isWriting = false;
      problem.value = { text: wordOf(error), isConflict: isConflict(error) };
    }
  };
  const changed = (): void => {
    item.isChanged.value = made.current?.text() !== saved.current.text;
    clearTimeout(later.current);
    // Of a file that is another one at the server the user decides.
    if (item.isChanged.value && !problem.value?.isConflict) later.current = setTimeout(() => void write(), PAUSE);
  };
  useEffect(() => {
    item.act = { focus: () => made.current?.focus(), flush: () => void write() };
    return () => clearTimeout(later.current);
  }, []);
  // As soon as there is a connection; what waits to be written is written when it is back.
  useEffect(() => {
    if (phase.value !== 'live') return;
    if (first.value === null) load();
    else void write();
  }, [phase.value]);
  const runAll = (codes: string[]): void => {
    void write();
    runs.value = [...runs.value, ...codes.map((code) => run(code).id)].slice(-SHOWN_MAX);
  };
  const runCell = (): boolean => {
    const cell = made.current && cellAt(path, made.current.text(), made.current.place().line);
    if (cell && canRun.value) runAll([cell.code]);
    return true;
  };
  const runFile = (): boolean => {
    if (made.current && canRun.value) runAll(cellsOf(path, made.current.text()).map(({ code }) => code));
    return true;
  };
  const isNotebook = /\.(py|md)$/.test(path);
  const keys = [{ key: 'Mod-s', run: () => (void write(), true) }, ...(isNotebook ? [{ key: 'Mod-Enter', run: runCell }, { key: 'Alt-r', run: runFile }] : [])];
  const shown = cards.value.filter(({ id }) => runs.value.includes(id)).reverse();
  return (
    <section class="panel file" data-region="file">
      <div class="log-bar files-bar">
        {isNotebook && canRun.value && (
          <>
            <button type="button" class="tool" title="Ctrl+Enter" onClick={runCell}><Icon name="play" />Run cell</button>
            <button type="button" class="tool" title="Alt+R" onClick={runFile}>Run all</button>
          </>
        )}
        {isMarkdown(path) && <button type="button" class="tool" aria-pressed={preview.value !== null} onClick={() => (preview.value = preview.value === null ? (made.current?.text() ?? '') : null)}>Read</button>}
        <span class="where">{item.isChanged.value ? 'not written yet' : first.value === null ? '' : 'written'}</span>
      </div>
      {problem.value && (
        <div class="offer" role="alert">
          <p>{problem.value.text}</p>
          {problem.value.isConflict && <button type="button" onClick={load}>Take what is there</button>}
          {problem.value.isConflict && <button type="button" onClick={() => void write(true)}>Write over it</button>}
        </div>
      )}
      <div class="file-text" hidden={preview.value !== null}>
        {first.value !== null && <Editor made={made} label={path} text={first.value} hasLines complete={canRun.value && path.endsWith('.py') ? complete : undefined} keys={keys} changed={changed} />}
      </div>
      {preview.value !== null && <div class="markdown" tabIndex={0}><Markdown text={preview.value} /></div>}
      {shown.length > 0 && <div class="file-runs" role="log" aria-label="Output of the file" tabIndex={0}>{shown.map((card) => <CardView key={card.id} card={card} />)}</div>}
    </section>
  );
}
