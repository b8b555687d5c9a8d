/**
 * An editor of Python (CodeMirror), fetched when it is first shown. It lies in a shadow root: there its styles are sheets that are adopted,
 * and the page needs no policy that lets scripts write styles.
 */
import { acceptCompletion, autocompletion, type CompletionContext, type CompletionResult, completionKeymap, closeBrackets, closeBracketsKeymap, completionStatus, startCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentLess, insertNewlineAndIndent } from '@codemirror/commands';
import { python } from '@codemirror/lang-python';
import { bracketMatching, HighlightStyle, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, type KeyBinding, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export interface Completion {
  text: string;
  /** Where in the line the text begins that it replaces. */
  start: number;
  detail?: string;
}

export interface EditorOptions {
  label: string;
  hint?: string;
  text?: string;
  hasLines?: boolean;
  /** More keys, which come before the editor's own. A key that is not taken returns false. */
  keys?: { key: string; run(editor: Editor): boolean }[];
  changed?(text: string): void;
  complete?(text: string, line: number, character: number): Promise<Completion[]>;
}

export interface Editor {
  text(): string;
  setText(text: string): void;
  insert(before: string, after?: string): void;
  focus(): void;
  /** Where the cursor is: its line, counted from 0, and whether that is the first or the last. */
  place(): { line: number; isFirst: boolean; isLast: boolean };
  newline(): void;
  press(key: 'Tab'): void;
  dispose(): void;
}

const THEME = EditorView.theme({
  '&': { color: 'var(--text)', background: 'transparent', fontSize: '13px', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
  '.cm-line': { padding: '0 12px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--grid-selection)' },
  '.cm-gutters': { background: 'transparent', color: 'var(--text-faint)', border: '0' },
  '.cm-matchingBracket': { background: 'var(--accent-soft)', outline: '1px solid var(--accent)' },
  '.cm-placeholder': { color: 'var(--text-faint)' },
  '.cm-tooltip': { background: 'var(--raised)', color: 'var(--text)', border: '1px solid var(--line-strong)', borderRadius: '7px', boxShadow: 'var(--shadow)', overflow: 'hidden' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '15em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 10px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent-soft)', color: 'var(--accent)' },
  '.cm-completionDetail': { color: 'var(--text-dim)', fontStyle: 'normal', marginLeft: '1.5em' },
});

/** Colour is for meaning: what is a text, what is said beside, and the words of the language by weight. */
const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], fontWeight: '600' },
  { tag: tags.string, color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--text-faint)' },
]);

export function makeEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const line = context.state.doc.lineAt(context.pos);
    const character = context.pos - line.from;
    if (!options.complete || (!context.explicit && !/[\w.]$/.test(line.text.slice(0, character)))) return null;
    const items = await options.complete(context.state.doc.toString(), line.number - 1, character);
    if (!items.length) return null;
    const start = Math.max(0, Math.min(items[0].start, character));
    return { from: line.from + start, options: items.map(({ text, detail }) => ({ label: text, detail })), validFor: /^\w*$/ };
  };
  const bindings = (options.keys ?? []).map(({ key, run }): KeyBinding => ({ key, run: () => run(editor) }));
  const view = new EditorView({
    root, parent: root,
    state: EditorState.create({
      doc: options.text ?? '',
      extensions: [
        Prec.highest(keymap.of([{ key: 'Tab', run: acceptCompletion }])), Prec.high(keymap.of(bindings)), keymap.of([{ key: 'Tab', run: tab, shift: indentLess }]),
        history(), drawSelection(), python(), indentUnit.of('    '), indentOnInput(), bracketMatching(), closeBrackets(), new Compartment().of(options.hasLines ? lineNumbers() : []),
        autocompletion({ override: options.complete ? [source] : [], icons: false, activateOnTyping: Boolean(options.complete) }),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]), syntaxHighlighting(COLOURS), THEME, EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': options.label, autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false' }),
        ...(options.hint ? [placeholder(options.hint)] : []),
        EditorView.updateListener.of((update) => update.docChanged && options.changed?.(update.state.doc.toString())),
      ],
    }),
  });
  const editor: Editor = {
    text: () => view.state.doc.toString(),
    setText: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: text.length }, scrollIntoView: true }),
    insert: (before, after = '') => {
      const { from, to } = view.state.selection.main;
      view.dispatch({ changes: [{ from, insert: before }, { from: to, insert: after }], selection: { anchor: to + before.length } });
      view.focus();
    },
    focus: () => view.focus(),
    place: () => {
      const line = view.state.doc.lineAt(view.state.selection.main.head).number;
      return { line: line - 1, isFirst: line === 1, isLast: line === view.state.doc.lines };
    },
    newline: () => void insertNewlineAndIndent(view),
    press: () => {
      tab(view);
      view.focus();
    },
    dispose: () => view.destroy(),
  };
  return editor;
}

/** After a word or a point it completes, elsewhere it indents. */
function tab(view: EditorView): boolean {
  const { head, empty } = view.state.selection.main;
  const before = view.state.doc.lineAt(head).text.slice(0, head - view.state.doc.lineAt(head).from);
  if (completionStatus(view.state) === 'active') return acceptCompletion(view);
  if (empty && /[\w.]$/.test(before)) return startCompletion(view);
  view.dispatch(view.state.replaceSelection('    '));
  return true;
}
