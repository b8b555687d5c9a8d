import type { JSX } from 'preact';
import { ExportMenu } from './ExportMenu.tsx';
import { goToShown } from './GoTo.tsx';
import { groupingWords } from './grouping.ts';
import { Icon } from './icons.tsx';
import type { Panel } from './panel.ts';
import { EMPTY, isEmpty, setFilter, setSort } from './plan.ts';
import { features } from './session.ts';
import { copyLink, copyPython } from './sharing.ts';
import { side, toggleSide } from './side.ts';
import { canAdd } from './writable.ts';

/** What was asked of the table, each to be taken back; and the same as Python. */
export function Chips({ panel }: { panel: Panel }): JSX.Element {
  const plan = panel.plan.value;
  const arrows = { asc: '↑', desc: '↓', abs: '|↑|' };
  return (
    <div class={isEmpty(plan) && !(panel.loaded.value && canAdd(panel)) ? 'chips idle' : 'chips'}>
      <button type="button" class="tool only-wide" disabled={!panel.loaded.value} aria-pressed={panel.filtersShown.value} title="Filter (Ctrl+F)" onClick={() => panel.filtersShown.value ? (panel.filtersShown.value = false) : panel.showFilters()}>
        <Icon name="filter" />Filter
      </button>
      <button type="button" class="tool only-wide" disabled={!panel.loaded.value} title="Go to a row (Ctrl+G)" onClick={() => (goToShown.value = true)}>
        <Icon name="goto" />Go to
      </button>
      <button type="button" class="tool only-wide" disabled={!panel.loaded.value} aria-pressed={side.value?.kind === 'columns'} title="All columns" onClick={() => toggleSide({ kind: 'columns' })}>
        <Icon name="columns" />Columns
      </button>
      {features.value.includes('by') && (
        <button type="button" class="tool only-wide" disabled={!panel.loaded.value} aria-pressed={side.value?.kind === 'groups'} title="Groups, rollups, distinct rows" onClick={() => toggleSide({ kind: 'groups' })}>
          <Icon name="groups" />Groups
        </button>
      )}
      {panel.loaded.value && canAdd(panel) && (
        <button type="button" class="tool" aria-pressed={side.value?.kind === 'row'} title="A further row" onClick={() => toggleSide({ kind: 'row' })}>
          <Icon name="plus" />Add row
        </button>
      )}
      <div class="chip-row">
        {[...plan.filters].map(([column, text]) => (
          <Chip key={`f-${column}`} text={`${column} ${text}`} bad={panel.filterErrors.value.get(column)?.message} remove={() => panel.change(setFilter(plan, column, ''))} />
        ))}
        {plan.custom.map((text) => (
          <Chip key={`c-${text}`} text={text} bad={panel.customError.value?.text === text ? panel.customError.value.error.message : undefined} edit={() => (side.value = { kind: 'custom' })}
            remove={() => panel.changeCustom(plan.custom.filter((one) => one !== text))} />
        ))}
        {plan.group && <Chip text={groupingWords(plan.group)} bad={panel.groupError.value?.text} edit={() => (side.value = { kind: 'groups' })} remove={() => panel.change({ ...plan, group: null, sorts: [], select: null })} />}
        {plan.values.map((value) => (
          <Chip key={value.formula} text={value.label} remove={() => panel.change({ ...plan, values: plan.values.filter((one) => one !== value) })} />
        ))}
        {plan.sorts.map(([column, direction]) => (
          <Chip key={`s-${column}`} text={`${arrows[direction]} ${column}`} remove={() => panel.change(setSort(plan, column, null))} />
        ))}
        {plan.select && <Chip text={`${plan.select.length} ${plan.select.length === 1 ? 'column' : 'columns'}`} remove={() => panel.change({ ...plan, select: null })} />}
      </div>
      {!isEmpty(plan) && <button type="button" class="tool" onClick={() => panel.change(EMPTY)}>Clear</button>}
      {features.value.includes('export') && <ExportMenu panel={panel} />}
      <button type="button" class="tool only-wide" disabled={!panel.loaded.value} title="A link to the table as it is shown here" onClick={() => void copyLink(panel)}>
        <Icon name="link" />Copy link
      </button>
      <button type="button" class="tool" disabled={!panel.loaded.value} title="The same table in Python" onClick={() => void copyPython(panel)}>
        <Icon name="copy" />Copy as Python
      </button>
    </div>
  );
}

function Chip({ text, bad, edit, remove }: { text: string; bad?: string; edit?(): void; remove(): void }): JSX.Element {
  return (
    <span class={bad ? 'chip bad' : 'chip'} title={bad}>
      {edit ? <button type="button" class="text" onClick={edit}>{text}</button> : <span>{text}</span>}
      <button type="button" aria-label={`Remove ${text}`} onClick={remove}><Icon name="close" /></button>
    </span>
  );
}
