/** What the palette offers: tables, what can be done with the one that is looked at, and settings. */
import type { TableEntry } from '../client/index.ts';
import { chartOf } from '../charts/spec.ts';
import { describeShown } from './Describe.tsx';
import { exportTable, FORMATS } from './exports.ts';
import { findsValue, goToShown } from './GoTo.tsx';
import { helpShown } from './Help.tsx';
import type { Panel } from './panel.ts';
import { EMPTY, isEmpty, setSort } from './plan.ts';
import { canProfile, profiled, toggleProfiles } from './profiles.ts';
import { features, serverZone, tables } from './session.ts';
import { browserZone, density, flashChoice, listShown, themeChoice, zoneChoice } from './settings.ts';
import { copyLink, copyPython } from './sharing.ts';
import { side } from './side.ts';
import { active, activeItem, closeActive, panels, step } from './tabs.ts';
import { panelCommands } from './dock/commands.ts';
import { kindFor } from './dock/kinds.ts';
import { openVariable } from './dock/variables.ts';
import { amount, zoneWord } from './words.ts';

export interface Command {
  kind: string;
  word: string;
  about?: string;
  keys?: string;
  act(): void;
}

export function commands(): Command[] {
  const panel = active.value;
  return [...(tables.value ?? []).map(ofTable), ...(panel ? ofPanel(panel) : []), ...general(), ...panelCommands(), ...settings()];
}

function ofTable({ name, rows, columns, kind, live }: TableEntry): Command {
  const isTable = columns !== null;
  return { kind: isTable ? 'Table' : (kindFor(kind)?.word ?? kind), word: name, about: isTable ? [...(rows === null ? [] : [amount(rows, 'row')]), ...(live ? ['live'] : [])].join(' · ') : undefined, act: () => openVariable(name) };
}

function ofPanel(panel: Panel): Command[] {
  const plan = panel.plan.value;
  const focus = panel.grid?.selection.focus;
  const column = focus ? panel.grid?.layout.at(focus.column)?.info.name : undefined;
  const command = (word: string, act: () => void, keys?: string): Command => ({ kind: 'Command', word, about: panel.name, keys, act });
  return [
    command('Filter', () => panel.showFilters(), 'Ctrl F'),
    command('Go to a row', () => ((findsValue.value = false), (goToShown.value = true)), 'Ctrl G'),
    command('Columns', () => (side.value = { kind: 'columns' })),
    ...(canProfile() ? [command(profiled.value.has(panel) ? 'Hide the profiles of columns' : 'Show profiles of columns', () => toggleProfiles(panel))] : []),
    ...(features.value.includes('by') ? [command('Groups, rollups, distinct rows', () => (side.value = { kind: 'groups' }))] : []),
    command('Computed columns', () => (side.value = { kind: 'custom' })),
    ...(column === undefined ? [] : [
      command(`Sort ${column} ascending`, () => panel.change(setSort(plan, column, 'asc'))),
      command(`Sort ${column} descending`, () => panel.change(setSort(plan, column, 'desc'))),
      ...(chartOf(column, panel.schema.value ?? [], features.value) ? [command(`Chart ${column}`, () => panel.chartColumn(column), 'C')] : []),
      ...(features.value.includes('stats') ? [command(`Statistics of ${column}`, () => panel.events.about(column), 'I')] : []),
      command(`Format and colours of ${column}`, () => (side.value = { kind: 'look', column })),
      command(`Hide ${column}`, () => panel.arrange((layout) => layout.hide(column))),
    ]),
    ...(isEmpty(plan) ? [] : [command('Clear filters, sorts and columns', () => panel.change(EMPTY))]),
    ...(features.value.includes('export') ? FORMATS.map(([format, word]) => command(`Export as ${word}`, () => void exportTable(panel, format))) : []),
    ...(features.value.includes('find') ? [command('Find a value', () => ((findsValue.value = true), (goToShown.value = true)))] : []),
    command('Copy as Python', () => void copyPython(panel)),
    command('Copy link', () => void copyLink(panel)),
    command('Describe what is seen', () => (describeShown.value = panel)),
  ];
}

function general(): Command[] {
  return [
    ...(activeItem.value ? [{ kind: 'Command', word: 'Close the panel', about: activeItem.value.title.value, act: closeActive } as const] : []),
    ...(panels.value.length > 1 ? [
      { kind: 'Command', word: 'Next tab', act: () => step(1) } as const,
      { kind: 'Command', word: 'Previous tab', act: () => step(-1) } as const,
    ] : []),
    { kind: 'Command', word: 'Keys and filters', keys: '?', act: () => (helpShown.value = true) },
    { kind: 'Command', word: listShown.value ? 'Hide the list of tables' : 'Show the list of tables', act: () => (listShown.value = !listShown.value) },
  ];
}

function settings(): Command[] {
  const setting = (word: string, isSet: boolean, act: () => void): Command => ({ kind: 'Setting', word, about: isSet ? 'is set' : undefined, act });
  return [
    ...(['system', 'light', 'dark', 'contrast'] as const).map((theme) => setting(`Theme: ${theme}`, themeChoice.value === theme, () => (themeChoice.value = theme))),
    ...([[20, 'dense'], [24, 'normal'], [32, 'roomy']] as const).map(([rows, word]) => setting(`Rows: ${word}`, density.value === rows, () => (density.value = rows))),
    setting('Cells that change light up', flashChoice.value, () => (flashChoice.value = true)),
    setting('Cells that change stay still', !flashChoice.value, () => (flashChoice.value = false)),
    ...([['browser', `${zoneWord(browserZone)} (here)`], ['server', `${zoneWord(serverZone.value)} (server)`], ['UTC', 'UTC']] as const)
      .map(([zone, word]) => setting(`Time zone: ${word}`, zoneChoice.value === zone, () => (zoneChoice.value = zone))),
  ];
}
