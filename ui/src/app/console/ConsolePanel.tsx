import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import '../styles/console.css';
import { lostAt } from '../session.ts';
import { consoleText } from './asked.ts';
import { CardView } from './CardView.tsx';
import { complete, Editor } from './Editor.tsx';
import type { Editor as Made } from './editor.ts';
import { entries } from './history.ts';
import { isComplete } from './python.ts';
import { cards, clearCards, run } from './runs.ts';

/** Input below, what was run above it: the newest at the end, in sight unless the user looked up. */
export function ConsolePanel(): JSX.Element {
  const made = useRef<Made>(null);
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  /** Which entry of the history stands in the input, counted back from the newest; -1: what is being written. */
  const back = useRef({ at: -1, written: '' });
  const follow = (): void => {
    if (list.current && isAtEnd.current) list.current.scrollTop = list.current.scrollHeight;
  };
  useLayoutEffect(follow, [cards.value]);
  useEffect(() => {
    const watch = new ResizeObserver(follow);
    for (const node of [list.current, list.current?.firstElementChild]) if (node) watch.observe(node);
    return () => watch.disconnect();
  }, []);
  // A text that was sent here from elsewhere, as from the history.
  useEffect(() => {
    if (consoleText.value === null || !made.current) return;
    made.current.setText(consoleText.value);
    made.current.focus();
    consoleText.value = null;
  }, [consoleText.value]);
  const send = (editor: Made): boolean => {
    const code = editor.text();
    if (!code.trim()) return true;
    isAtEnd.current = true;
    back.current = { at: -1, written: '' };
    run(code);
    editor.setText('');
    return true;
  };
  const enter = (editor: Made): boolean => {
    const { isLast } = editor.place();
    if (isLast && isComplete(editor.text())) return send(editor);
    editor.newline();
    return true;
  };
  const step = (by: number) => (editor: Made): boolean => {
    const all = entries.value;
    const at = Math.max(-1, Math.min(all.length - 1, back.current.at + by));
    if (back.current.at === -1) back.current.written = editor.text();
    if (at !== back.current.at) editor.setText(at === -1 ? back.current.written : all[all.length - 1 - at]);
    back.current.at = at;
    return true;
  };
  const newline = (editor: Made): boolean => (editor.newline(), true);
  const keys = [
    { key: 'Enter', run: enter }, { key: 'Shift-Enter', run: newline }, { key: 'Mod-Enter', run: send }, { key: 'Alt-ArrowUp', run: step(1) }, { key: 'Alt-ArrowDown', run: step(-1) },
    { key: 'Mod-l', run: () => (clearCards(), true) },
  ];
  const row: [word: string, act: (editor: Made) => void][] = [
    ['Tab', (editor) => editor.press('Tab')], ['( )', (editor) => editor.insert('(', ')')], ['[ ]', (editor) => editor.insert('[', ']')], ['" "', (editor) => editor.insert('"', '"')],
    ['↑', step(1)], ['↓', step(-1)], ['↵', newline], ['Run', send],
  ];
  return (
    <section class="panel console" data-region="console">
      <div class="runs" ref={list} role="log" aria-label="Output" tabIndex={0} onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => (isAtEnd.current = scrollTop + clientHeight > scrollHeight - 24)}>
        <div>
          {!cards.value.length && <p class="hint">Python of the server. Enter runs, Shift+Enter begins a new line, Alt+↑ brings back what was run before.</p>}
          {cards.value.map((card) => <CardView key={card.id} card={card} />)}
        </div>
      </div>
      <div class={lostAt.value === null ? 'input' : 'input lost'}>
        <span class="prompt" aria-hidden="true">›</span>
        <Editor made={made} label="Console" hint="t = empty_table(10)" complete={complete} keys={keys} />
      </div>
      <div class="key-row">
        {row.map(([word, act]) => <button key={word} type="button" onPointerDown={(event) => event.preventDefault()} onClick={() => made.current && act(made.current)}>{word}</button>)}
      </div>
    </section>
  );
}
