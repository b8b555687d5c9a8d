import type { JSX } from 'preact';
import type { Agg, AggKind, ColumnInfo } from '../client/index.ts';
import { AGG_WORDS, aggName, aggsFor, type Grouping } from './grouping.ts';
import { Icon } from './icons.tsx';
import type { Panel } from './panel.ts';
import { features } from './session.ts';
import { SidePanel } from './SidePanel.tsx';
import './styles/asks.css';

const KINDS: [Grouping['kind'], string, string][] = [['by', 'Groups', 'by'], ['rollup', 'Rollup', 'rollup'], ['distinct', 'Distinct', 'distinct'], ['tree', 'Tree', 'tree']];

/** Rows that are made of many. Whatever is changed is seen at once. */
export function Groups({ panel }: { panel: Panel }): JSX.Element {
  const { group } = panel.plan.value;
  const columns = panel.own();
  const names = columns.map(({ name }) => name);
  const wrong = panel.groupError.value;
  const kinds = KINDS.filter(([, , feature]) => features.value.includes(feature));
  const set = (next: Grouping | null): void => panel.change({ ...panel.plan.value, group: next, sorts: [], select: null });
  const begin = (kind: Grouping['kind']): void => {
    const former: Grouping = group ?? { kind, keys: [], aggs: [], rows: false, open: [[]] };
    const focus = panel.grid?.selection.focus;
    const focused = focus ? panel.grid?.layout.at(focus.column)?.info.name : undefined;
    const first = columns.find(({ name, type }) => name === focused && type === 'String') ?? columns.find(({ type }) => type === 'String') ?? columns[0];
    const keys = kind === 'tree' ? names.slice(0, 2) : former.kind !== 'tree' && former.keys.length ? former.keys : [first.name];
    const aggs: Agg[] = former.aggs.length ? [...former.aggs] : [['count', aggName('count', undefined, names)]];
    set({ ...former, kind, keys, aggs: kind === 'distinct' || kind === 'tree' ? [] : aggs, open: [[]] });
  };
  return (
    <SidePanel panel={panel} title="Groups">
      <div class="block">
        <div class="segments" role="radiogroup" aria-label="What rows are made of">
          {kinds.map(([kind, word]) => (
            <label key={kind}><input type="radio" name="group" checked={group?.kind === kind} onChange={() => begin(kind)} /><span>{word}</span></label>
          ))}
        </div>
        {!group && <p class="hint">Rows with the same values become one: counted, added up, or shown once.</p>}
        {group?.kind === 'tree' && <TreeKeys group={group} names={names} set={set} />}
        {group && group.kind !== 'tree' && <Keys group={group} names={names} set={set} />}
        {group && (group.kind === 'by' || group.kind === 'rollup') && <Aggs group={group} columns={columns} set={set} wrong={wrong?.error.formula ?? null} />}
        {group?.kind === 'rollup' && <label class="check"><input type="checkbox" checked={group.rows} onChange={({ currentTarget: { checked } }) => set({ ...group, rows: checked })} />Show the rows below the last key</label>}
        {group && (group.kind === 'rollup' || group.kind === 'tree') && (
          <div class="side-row flush">
            <button type="button" onClick={() => set({ ...group, open: 'all' })}>Expand all</button>
            <button type="button" onClick={() => set({ ...group, open: [[]] })}>Collapse</button>
          </div>
        )}
        {wrong && <p class="error" role="alert">{wrong.text}</p>}
        {group && <button type="button" onClick={() => set(null)}>Back to the rows</button>}
      </div>
    </SidePanel>
  );
}

interface PartProps {
  group: Grouping;
  set(next: Grouping): void;
}

function TreeKeys({ group, names, set }: PartProps & { names: readonly string[] }): JSX.Element {
  return (
    <>
      {(['Id', 'Parent'] as const).map((word, at) => (
        <label class="field" key={word}>
          <span>{word}</span>
          <select aria-label={word} value={group.keys[at]} onChange={(event) => set({ ...group, keys: group.keys.map((key, i) => (i === at ? event.currentTarget.value : key)), open: [[]] })}>
            {names.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
      ))}
    </>
  );
}

function Keys({ group, names, set }: PartProps & { names: readonly string[] }): JSX.Element {
  const left = names.filter((name) => !group.keys.includes(name));
  const change = (keys: string[]): void => set({ ...group, keys, open: [[]] });
  return (
    <>
      <h3>{group.kind === 'distinct' ? 'Values of' : 'For each'}</h3>
      <ul class="rules">
        {group.keys.map((key) => (
          <li key={key}>
            <span />
            <span>{key}</span>
            {(group.kind === 'by' || group.keys.length > 1) && <button type="button" class="quiet" aria-label={`Without ${key}`} onClick={() => change(group.keys.filter((one) => one !== key))}><Icon name="close" /></button>}
          </li>
        ))}
      </ul>
      {left.length > 0 && (
        <select class="more" aria-label="One more key" data-first value="" onChange={(event) => event.currentTarget.value && change([...group.keys, event.currentTarget.value])}>
          <option value="">and each…</option>
          {left.map((name) => <option key={name} value={name}>{name}</option>)}
        </select>
      )}
    </>
  );
}

/** `wrong`: the place of the one that the server refused. */
function Aggs({ group, columns, set, wrong }: PartProps & { columns: readonly ColumnInfo[]; wrong: number | null }): JSX.Element {
  const values = columns.filter(({ name }) => !group.keys.includes(name));
  const taken = [...columns.map(({ name }) => name), ...group.aggs.map(([, to]) => to)];
  const replace = (at: number, next: Agg): void => set({ ...group, aggs: group.aggs.map((agg, i) => (i === at ? next : agg)) });
  const make = (kind: AggKind, of: string | undefined, without: string): Agg => {
    const to = aggName(kind, of, taken.filter((name) => name !== without));
    return of === undefined ? [kind, to] : [kind, to, of];
  };
  return (
    <>
      <h3>Show</h3>
      {group.aggs.map((agg, at) => {
        const [kind, to, of] = agg;
        const info = values.find(({ name }) => name === of);
        return (
          <div class={at === wrong ? 'agg wrong' : 'agg'} key={to}>
            <select aria-label={`How, ${to}`} value={kind} onChange={({ currentTarget: { value } }) => replace(at, make(value as AggKind, value === 'count' ? undefined : (of ?? values[0]?.name), to))}>
              {(['count', ...(info ?? values[0] ? aggsFor(info ?? values[0]) : [])] as AggKind[]).map((one) => <option key={one} value={one}>{AGG_WORDS[one]}</option>)}
            </select>
            {kind === 'count' ? <span class="hint">of rows</span> : (
              <select aria-label={`Of which, ${to}`} aria-invalid={at === wrong} value={of} onChange={({ currentTarget: { value } }) => {
                const next = values.find(({ name }) => name === value);
                replace(at, make(next && aggsFor(next).includes(kind) ? kind : 'last', value, to));
              }}>
                {values.map(({ name }) => <option key={name} value={name}>{name}</option>)}
              </select>
            )}
            {group.aggs.length > 1 && <button type="button" class="quiet" aria-label={`Without ${to}`} onClick={() => set({ ...group, aggs: group.aggs.filter((_, i) => i !== at) })}><Icon name="close" /></button>}
          </div>
        );
      })}
      {values.length > 0 && (
        <select class="more" aria-label="One more value" value="" onChange={({ currentTarget: { value } }) => {
          const info = values.find(({ name }) => name === value);
          if (info) set({ ...group, aggs: [...group.aggs, make(aggsFor(info).includes('sum') ? 'sum' : 'distinct', value, '')] });
        }}>
          <option value="">and of a column…</option>
          {values.map(({ name }) => <option key={name} value={name}>{name}</option>)}
        </select>
      )}
    </>
  );
}

