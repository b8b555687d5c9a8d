import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { FilterError, quickFilter, quoted } from '../client/index.ts';
import { findsValue, goToShown } from './GoTo.tsx';
import type { Panel } from './panel.ts';
import { calls, zone } from './session.ts';
import { count } from './words.ts';
import './styles/asks.css';

const SIGNS: [sign: string, word: string, ofTexts?: 'only'][] = [
  ['contains', 'contains', 'only'], ['=', '= equal'], ['!=', '≠ other than'], ['>', '> above'], ['>=', '≥ at least'], ['<', '< below'], ['<=', '≤ at most'], ['a*', 'begins with', 'only'], ['*a', 'ends with', 'only'],
  ['null', 'without a value'], ['!null', 'with a value'],
];

/** The formula of what is looked for. Throws `FilterError` where the value does not go with the column. */
export function findFormula(column: string, type: string, sign: string, value: string, matchesCase: boolean, zone: string): string | null {
  if (sign === 'null' || sign === '!null') return quickFilter(column, type, sign, zone);
  if (!value.trim()) return null;
  if (type !== 'String') return quickFilter(column, type, `${sign === 'contains' ? '=' : sign}${value}`, zone);
  const method = { contains: 'contains', 'a*': 'startsWith', '*a': 'endsWith' }[sign];
  if (method && matchesCase) return `!isNull(${column}) && ${column}.${method}(${quoted(value)})`;
  if (method) return `!isNull(${column}) && ${column}.toLowerCase().${method}(${quoted(value.toLowerCase())})`;
  if (matchesCase || (sign !== '=' && sign !== '!=')) return `${column} ${sign === '=' ? '==' : sign} ${quoted(value)}`;
  return `${column} icase ${sign === '=' ? '' : 'not '}in ${quoted(value)}`;
}

/** The next row with a value, from the one that has the focus on; round at the end. */
export function Find({ panel }: { panel: Panel }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const columns = panel.schema.value ?? [];
  const focused = panel.grid?.selection.focus;
  const [column, setColumn] = useState(() => (focused ? panel.grid?.layout.at(focused.column)?.info.name : undefined) ?? columns[0]?.name ?? '');
  const info = columns.find(({ name }) => name === column) ?? columns[0];
  const [sign, setSign] = useState(info?.type === 'String' ? 'contains' : '=');
  const [matchesCase, setCase] = useState(false);
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState('');
  const [found, setFound] = useState<number | null>(null);
  useLayoutEffect(() => input.current?.focus(), []);
  const signs = SIGNS.filter(([, , only]) => !only || info?.type === 'String');
  const shownSign = signs.some(([one]) => one === sign) ? sign : '=';
  const close = (): void => {
    goToShown.value = false;
    panel.element?.focus();
  };
  const go = async (back: boolean): Promise<void> => {
    setProblem('');
    try {
      const where = info && findFormula(info.name, info.type, shownSign, input.current?.value ?? '', matchesCase, zone.value);
      if (!where) return setProblem('a value is missing');
      const { rows } = panel.counts.value;
      const here = found ?? panel.grid?.selection.focus?.row ?? 0;
      const from = found === null ? here : back ? (here > 0 ? here - 1 : rows - 1) : (here + 1) % Math.max(1, rows);
      setWords('Looking…');
      const answer = await calls.ask({ type: 'find', sub: panel.sub.sub, where, from, back }).answer;
      setFound(answer.row);
      setWords(answer.row === null ? 'no row' : `row ${count(answer.row)} · ${count(answer.count)} ${answer.count === 1 ? 'match' : 'matches'}`);
      const place = panel.grid?.layout.find(info.name);
      if (answer.row !== null && place) panel.grid?.focusCell(answer.row, place.index, false);
    } catch (error) {
      setWords('');
      setProblem(error instanceof FilterError || error instanceof Error ? error.message : String(error));
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
  };
  return (
    <form class="goto find" aria-label="Find a value" onSubmit={(event) => (event.preventDefault(), void go((event.submitter as HTMLButtonElement | null)?.value === 'back'))} onKeyDown={onKeyDown}>
      <select aria-label="Column" value={info?.name} onChange={(event) => (setColumn(event.currentTarget.value), setFound(null))}>
        {columns.map(({ name }) => <option key={name} value={name}>{name}</option>)}
      </select>
      <select aria-label="Which" value={shownSign} onChange={(event) => (setSign(event.currentTarget.value), setFound(null))}>
        {signs.map(([one, word]) => <option key={one} value={one}>{word}</option>)}
      </select>
      {shownSign !== 'null' && shownSign !== '!null' && <input ref={input} aria-label="Value" spellcheck={false} autocomplete="off" aria-invalid={Boolean(problem)} placeholder="value" onInput={() => setFound(null)} />}
      {info?.type === 'String' && <label class="case" title="Capital letters count"><input type="checkbox" aria-label="Match case" checked={matchesCase} onChange={(event) => (setCase(event.currentTarget.checked), setFound(null))} />Aa</label>}
      <button type="submit" class="primary">Next</button>
      <button type="submit" value="back">Previous</button>
      <button type="button" onClick={close}>Close</button>
      <button type="button" class="link" onClick={() => (findsValue.value = false)}>Go to a row…</button>
      {problem ? <span class="error" role="alert">{problem}</span> : <span class="hint" role="status">{words}</span>}
    </form>
  );
}
