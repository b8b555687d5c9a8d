import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type ColumnInfo, isZone } from '../client/index.ts';
import { type ColumnFormat, DECIMALS_MAX, hasZone, isNumber, isTime } from '../grid/formats.ts';
import { hasLooks, looksOf } from '../grid/given.ts';
import { hasSize, type Hue, HUES, lookOf, type Operator, OPERATORS, type Rule } from '../grid/rules.ts';
import { Icon } from './icons.tsx';
import type { Panel } from './panel.ts';
import { serverZone, zone } from './session.ts';
import { browserZone } from './settings.ts';
import { side } from './side.ts';
import { SidePanel } from './SidePanel.tsx';
import { zoneWord } from './words.ts';

/** How a column looks: the form of its cells, and colours by their values. */
export function Look({ panel, column }: { panel: Panel; column: string }): JSX.Element {
  const columns = panel.schema.value ?? [];
  const info = columns.find((one) => one.name === column) ?? columns[0];
  return (
    <SidePanel panel={panel} title="Format and colours">
      <label class="field">
        <span>Column</span>
        <select aria-label="Column" data-first value={info?.name} onChange={(event) => (side.value = { kind: 'look', column: event.currentTarget.value })}>
          {columns.map(({ name }) => <option key={name} value={name}>{name}</option>)}
        </select>
      </label>
      {info && hasLooks(info) && <Given panel={panel} info={info} />}
      {info && <Form key={`form ${info.name}`} panel={panel} info={info} />}
      {info && <Colours key={`colours ${info.name}`} panel={panel} info={info} />}
    </SidePanel>
  );
}

/** What the table itself says of the column, and whether that counts. */
function Given({ panel, info }: { panel: Panel; info: ColumnInfo }): JSX.Element {
  const form = panel.formats.value.get(info.name) ?? {};
  const { own, ...rest } = form;
  const row = panel.grid?.view.top.row ?? 0;
  const patterns = [info.number, info.date].flatMap((name) => {
    const cell = name ? panel.cell(row, name) : null;
    return typeof cell === 'string' ? [cell] : [];
  });
  const failed = looksOf(info).flatMap((name) => panel.failed.value[name] ?? []);
  const isBeaten = !own && (Object.keys(rest).length > 0 || panel.rules.value.some((rule) => rule.column === info.name));
  return (
    <section class="block">
      <h3>From the table</h3>
      <label class="check">
        <input type="checkbox" checked={!own} onChange={({ currentTarget: { checked } }) => panel.setFormat(info.name, checked ? rest : { ...form, own: true })} />
        {info.styles?.length ? (patterns.length ? 'Its colours and its form' : 'Its colours') : 'Its form'}{patterns.map((pattern) => <code key={pattern}> {pattern}</code>)}
      </label>
      {isBeaten && <p class="hint">What you chose below comes before it.</p>}
      {failed.map((message) => <p key={message} class="error" role="alert">{message}</p>)}
    </section>
  );
}

function Form({ panel, info }: { panel: Panel; info: ColumnInfo }): JSX.Element {
  const form = panel.formats.value.get(info.name) ?? {};
  const set = (change: { [Name in keyof ColumnFormat]?: ColumnFormat[Name] | undefined }): void => {
    const next = Object.fromEntries(Object.entries({ ...form, ...change }).filter(([, value]) => value !== undefined && value !== false));
    panel.setFormat(info.name, next as ColumnFormat);
  };
  const isEither = isNumber(info.type) || isTime(info.type);
  return (
    <section class="block">
      <h3>Format</h3>
      {isNumber(info.type) && <NumberForm form={form} set={set} />}
      {isTime(info.type) && <TimeForm info={info} form={form} set={set} />}
      {!isEither && <p class="hint">Cells of {info.type} have one form.</p>}
      {Object.keys(form).some((member) => member !== 'own') && <button type="button" onClick={() => panel.setFormat(info.name, form.own ? { own: true } : {})}>As it was</button>}
    </section>
  );
}

interface FormProps {
  form: ColumnFormat;
  set(change: { [Name in keyof ColumnFormat]?: ColumnFormat[Name] | undefined }): void;
}

function NumberForm({ form, set }: FormProps): JSX.Element {
  return (
    <>
      <label class="field">
        <span>Decimals</span>
        <select aria-label="Decimals" value={form.decimals === undefined ? '' : String(form.decimals)} onChange={({ currentTarget: { value } }) => set({ decimals: value === '' ? undefined : Number(value) })}>
          <option value="">as needed</option>
          {Array.from({ length: DECIMALS_MAX + 1 }, (_, digits) => <option key={digits} value={String(digits)}>{digits}</option>)}
        </select>
      </label>
      <label class="check"><input type="checkbox" checked={!form.plain} onChange={({ currentTarget: { checked } }) => set({ plain: checked ? undefined : true })} />Commas between thousands</label>
      <label class="check"><input type="checkbox" checked={form.percent ?? false} onChange={({ currentTarget: { checked } }) => set({ percent: checked ? true : undefined })} />Percent</label>
    </>
  );
}

function TimeForm({ info, form, set }: FormProps & { info: ColumnInfo }): JSX.Element {
  const [other, setOther] = useState<string | null>(null);
  const known = [...new Set(['UTC', browserZone, serverZone.value])];
  const isOther = other !== null || (form.zone !== undefined && !known.includes(form.zone));
  const choose = (value: string): void => {
    setOther(value === 'other' ? (form.zone ?? '') : null);
    if (value !== 'other') set({ zone: value === '' ? undefined : value });
  };
  const write = (text: string): void => {
    setOther(text);
    if (text && isZone(text)) set({ zone: text });
  };
  return (
    <>
      <label class="field">
        <span>Shown</span>
        <select aria-label="Shown" value={form.part ?? ''} onChange={({ currentTarget: { value } }) => set({ part: value === 'date' || value === 'time' ? value : undefined })}>
          <option value="">date and time</option>
          <option value="date">date</option>
          <option value="time">time</option>
        </select>
      </label>
      {hasZone(info.type) && (
        <label class="field">
          <span>Time zone</span>
          <select aria-label="Time zone" value={isOther ? 'other' : (form.zone ?? '')} onChange={({ currentTarget: { value } }) => choose(value)}>
            <option value="">{zoneWord(info.type === 'ZonedDateTime' ? (info.zone ?? 'UTC') : zone.value)} (as it comes)</option>
            {known.map((name) => <option key={name} value={name}>{zoneWord(name)}</option>)}
            <option value="other">other…</option>
          </select>
        </label>
      )}
      {hasZone(info.type) && isOther && (
        <label class="field">
          <span>Zone</span>
          <input aria-label="Zone" type="text" list="zones" spellcheck={false} placeholder="Asia/Tokyo" value={other ?? form.zone ?? ''} aria-invalid={Boolean(other) && !isZone(other ?? '')} onInput={(event) => write(event.currentTarget.value)} />
          <datalist id="zones">{Intl.supportedValuesOf('timeZone').map((name) => <option key={name} value={name} />)}</datalist>
        </label>
      )}
    </>
  );
}

const KINDS: [Rule['kind'], string][] = [['when', 'Cells that are…'], ['bar', 'Bars by size'], ['heat', 'Scale by size']];
const WORDS: Record<Operator, string> = {
  '>': '> above', '>=': '≥ at least', '<': '< below', '<=': '≤ at most', '=': '= equal', '!=': '≠ other than', contains: 'contain', null: 'without a value', '!null': 'with a value',
};

function Colours({ panel, info }: { panel: Panel; info: ColumnInfo }): JSX.Element {
  const [kind, setKind] = useState<Rule['kind']>('when');
  const [operator, setOperator] = useState<Operator>('>');
  const [value, setValue] = useState('');
  const [hue, setHue] = useState<Hue>('orange');
  const [problem, setProblem] = useState('');
  const rules = panel.rules.value;
  const mine = rules.filter((rule) => rule.column === info.name);
  const hasValue = operator !== 'null' && operator !== '!null';
  const add = (event: Event): void => {
    event.preventDefault();
    const column = info.name;
    const rule: Rule = kind === 'when' ? { kind, column, operator, value: hasValue ? value.trim() : '', hue } : kind === 'bar' ? { kind, column, hue } : { kind, column };
    const look = lookOf(rule, info, zone.value);
    setProblem(typeof look === 'string' ? look : '');
    if (typeof look === 'string') return;
    // Of bars and scales a column has one.
    panel.rules.value = [...rules.filter((one) => kind === 'when' || one.column !== column || one.kind === 'when'), rule];
    setValue('');
  };
  return (
    <section class="block">
      <h3>Colours</h3>
      {mine.length > 0 && (
        <ul class="rules">
          {mine.map((rule) => (
            <li key={JSON.stringify(rule)}>
              <Swatch hue={rule.kind === 'heat' ? 'blue' : rule.hue} />
              <span>{wordsOf(rule)}</span>
              <button type="button" class="quiet" aria-label={`Remove ${wordsOf(rule)}`} onClick={() => (panel.rules.value = rules.filter((one) => one !== rule))}><Icon name="close" /></button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={add}>
        <label class="field">
          <span>Colour</span>
          <select aria-label="Colour" value={kind} onChange={(event) => setKind(event.currentTarget.value as Rule['kind'])}>
            {KINDS.filter(([one]) => one === 'when' || hasSize(info.type)).map(([one, word]) => <option key={one} value={one}>{word}</option>)}
          </select>
        </label>
        {kind === 'when' && (
          <label class="field">
            <span>Which</span>
            <select aria-label="Which" value={operator} onChange={(event) => setOperator(event.currentTarget.value as Operator)}>
              {OPERATORS.map((one) => <option key={one} value={one}>{WORDS[one]}</option>)}
            </select>
          </label>
        )}
        {kind === 'when' && hasValue && (
          <label class="field">
            <span>Value</span>
            <input aria-label="Value" type="text" spellcheck={false} autocomplete="off" value={value} aria-invalid={Boolean(problem)} onInput={(event) => setValue(event.currentTarget.value)} />
          </label>
        )}
        {problem && <p class="error" role="alert">{problem}</p>}
        {kind !== 'heat' && (
          <fieldset class="hues">
            <legend>In</legend>
            {(Object.keys(HUES) as Hue[]).map((one) => (
              <label key={one} title={one}>
                <input type="radio" name="hue" aria-label={one} checked={one === hue} onChange={() => setHue(one)} />
                <Swatch hue={one} />
              </label>
            ))}
          </fieldset>
        )}
        <button type="submit" class="primary">Add</button>
      </form>
    </section>
  );
}

function Swatch({ hue }: { hue: Hue }): JSX.Element {
  return <span class="swatch" aria-hidden="true" style={{ background: HUES[hue] }} />;
}

function wordsOf(rule: Rule): string {
  if (rule.kind === 'bar') return 'bars by size';
  if (rule.kind === 'heat') return 'scale by size';
  return `${WORDS[rule.operator].replace(/^\S (?=\p{L})/u, '')} ${rule.value}`.trim();
}
