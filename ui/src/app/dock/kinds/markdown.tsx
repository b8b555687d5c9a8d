/** Texts: `{"kind":"markdown","text":MARKDOWN,"title"?:TITLE}`. */
import { signal } from '@preact/signals';
import { h, type JSX } from 'preact';
import { isText } from '../../kept.ts';
import { lazily } from '../../lazily.tsx';
import { type Item, register } from '../kinds.ts';

const Markdown = lazily(() => import('../../Markdown.tsx').then((module) => module.Markdown));

register({
  kind: 'markdown', word: 'Text', icon: 'file', place: 'main',
  make: (state): Item | null => {
    const { text, title } = state;
    if (!isText(text)) return null;
    const Body = (): JSX.Element => h('section', { class: 'panel', 'data-region': 'text' }, h('div', { class: 'markdown', tabIndex: 0 }, h(Markdown, { text })));
    return { title: signal(isText(title) ? title : 'Text'), state: signal(state), Body, focus: () => {}, look: () => {}, close: () => {} };
  },
});
