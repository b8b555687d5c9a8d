import { type ComponentChildren, Fragment, h, type JSX, type VNode } from 'preact';
import './styles/console.css';
import { type Block, blocks, type Inline } from './markdown.ts';

export function Markdown({ text }: { text: string }): JSX.Element {
  return <>{blocks(text).map((block, i) => <Fragment key={i}>{shown(block)}</Fragment>)}</>;
}

function shown(block: Block): VNode {
  switch (block.kind) {
    case 'heading': return h(`h${block.level}`, {}, written(block.inlines));
    case 'paragraph': return <p>{written(block.inlines)}</p>;
    case 'quote': return <blockquote>{written(block.inlines)}</blockquote>;
    case 'list': return h(block.ordered ? 'ol' : 'ul', {}, block.items.map((item, i) => <li key={i}>{written(item)}</li>));
    case 'code': return <pre><code>{block.text}</code></pre>;
    case 'rule': return <hr />;
    case 'table': return (
      <table>
        <thead><tr>{block.head.map((cell, i) => <th key={i}>{written(cell)}</th>)}</tr></thead>
        <tbody>{block.rows.map((row, i) => <tr key={i}>{row.map((cell, j) => <td key={j}>{written(cell)}</td>)}</tr>)}</tbody>
      </table>
    );
  }
}

function written(all: Inline[]): ComponentChildren {
  return all.map((one, i) => {
    if (typeof one === 'string') return one;
    if (one.kind === 'link') return <a key={i} href={one.to} target="_blank" rel="noopener noreferrer">{one.text}</a>;
    return h(one.kind, { key: i }, one.text);
  });
}
