import type { JSX } from 'preact';
import type { AggKind, ColumnInfo } from '../../client/index.ts';
import { asKind, type ChartKind, choices, type ChartSpec, INTERVALS, isGrouped, isLine, KIND_WORDS, KINDS, NEEDS } from '../../charts/spec.ts';
import { Icon } from '../icons.tsx';
import { features } from '../session.ts';
import { ChartGlyph } from './ChartGlyph.tsx';

interface Props {
  spec: ChartSpec;
  columns: readonly ColumnInfo[];
  aggs: readonly AggKind[];
  change(spec: ChartSpec): void;
  close(): void;
}

const AGG_WORDS: Partial<Record<AggKind, string>> = { count: 'count of rows', abs_sum: 'sum of absolute values', avg: 'average', std: 'standard deviation', var: 'variance', distinct: 'count of distinct', min: 'least', max: 'greatest' };
/** Of these nothing can be drawn along an axis of numbers. */
const NOT_DRAWN = new Set<AggKind>(['unique']);

/** What a chart is made of. Whatever is changed is seen at once. */
export function Builder({ spec, columns, aggs, change, close }: Props): JSX.Element {
  const kinds = KINDS.filter((kind) => features.value.includes(NEEDS[kind]) && (kind === spec.kind || asKind(spec, kind, columns)));
  const xs = choices(spec.kind, 'x', columns);
  const ys = choices(spec.kind, 'y', columns);
  const names = choices(spec.kind, 'by', columns);
  const pick = (kind: ChartKind): void => {
    const next = asKind(spec, kind, columns);
    if (next) change(next);
  };
  const hasSeveral = isLine(spec.kind) || spec.kind === 'bar';
  const hasY = spec.kind !== 'histogram' && !(isGrouped(spec.kind) && spec.agg === 'count');
  return (
    <aside class="builder" aria-label="What the chart shows" onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), close())}>
      <fieldset class="kinds">
        <legend class="unseen">Kind of chart</legend>
        {kinds.map((kind) => (
          <label key={kind} title={KIND_WORDS[kind]}>
            <input type="radio" name="kind" aria-label={KIND_WORDS[kind]} checked={kind === spec.kind} onChange={() => pick(kind)} />
            <ChartGlyph kind={kind} />
          </label>
        ))}
      </fieldset>
      <p class="kind-word">{KIND_WORDS[spec.kind]}</p>
      <Choice word={isGrouped(spec.kind) ? 'For each' : spec.kind === 'histogram' ? 'Of' : 'X'} value={spec.x ?? ''} options={[...(isLine(spec.kind) ? [['', 'row'] as const] : []), ...xs.map(({ name }) => [name, name] as const)]} pick={(x) => change({ ...spec, x: x || null })} />
      {isGrouped(spec.kind) && (
        <Choice word="Show" value={spec.agg} options={aggs.filter((agg) => !NOT_DRAWN.has(agg) && (agg === 'count' || ys.length)).map((agg) => [agg, AGG_WORDS[agg] ?? agg] as const)}
          pick={(agg) => change({ ...spec, agg: agg as AggKind, ys: agg === 'count' ? [] : spec.ys.length ? spec.ys : ys.slice(0, 1).map(({ name }) => name) })} />
      )}
      {hasY && spec.ys.map((y, at) => (
        <div class="choice-row" key={`${at}-${y}`}>
          <Choice word={at ? 'and' : isGrouped(spec.kind) ? 'of' : 'Y'} value={y} options={ys.filter(({ name }) => name === y || !spec.ys.includes(name)).map(({ name }) => [name, name] as const)} pick={(next) => change({ ...spec, ys: spec.ys.map((one, i) => (i === at ? next : one)) })} />
          {spec.ys.length > 1 && <button type="button" class="quiet" aria-label={`Without ${y}`} onClick={() => change({ ...spec, ys: spec.ys.filter((one) => one !== y) })}><Icon name="close" /></button>}
        </div>
      ))}
      {hasY && hasSeveral && spec.ys.length < ys.length && (
        <Choice word="" label="One more" value="" options={[['', 'and one more…'], ...ys.filter(({ name }) => !spec.ys.includes(name)).map(({ name }) => [name, name] as const)]} pick={(y) => y && change({ ...spec, ys: [...spec.ys, y] })} />
      )}
      {spec.kind !== 'candlestick' && spec.kind !== 'pie' && (
        <Choice word={spec.kind === 'heat' ? 'and each' : spec.kind === 'treemap' ? 'Within' : 'Colour by'} value={spec.by ?? ''} options={[...(spec.kind === 'heat' ? [] : [['', 'nothing'] as const]), ...names.filter(({ name }) => name !== spec.x).map(({ name }) => [name, name] as const)]}
          pick={(by) => change({ ...spec, by: by || null })} />
      )}
      {spec.kind === 'candlestick' && <Choice word="Every" value={spec.every} options={INTERVALS.map(([word, ns]) => [ns, word] as const)} pick={(every) => change({ ...spec, every })} />}
      {spec.kind === 'histogram' && <Choice word="Bins" value={String(spec.bins)} options={['10', '20', '40', '80', '160'].map((n) => [n, n] as const)} pick={(n) => change({ ...spec, bins: Number(n) })} />}
    </aside>
  );
}

function Choice({ word, label = word, value, options, pick }: { word: string; label?: string; value: string; options: readonly (readonly [string, string])[]; pick(value: string): void }): JSX.Element {
  return (
    <label class="field">
      <span>{word}</span>
      <select aria-label={label} value={value} onChange={(event) => pick(event.currentTarget.value)}>
        {options.map(([one, shown]) => <option key={one} value={one}>{shown}</option>)}
      </select>
    </label>
  );
}
