import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { KinetableGrid } from '../grid/element.ts';
import { Chips } from './Chips.tsx';
import { Exports } from './Exports.tsx';
import { GoTo, goToShown } from './GoTo.tsx';
import { lazily } from './lazily.tsx';
import type { Panel } from './panel.ts';
import { Offer } from './Offer.tsx';
import { PanelState } from './PanelState.tsx';
import { side } from './side.ts';
import { active } from './tabs.ts';

const CellMenu = lazily(() => import('./CellMenu.tsx').then((module) => module.CellMenu));
const Columns = lazily(() => import('./Columns.tsx').then((module) => module.Columns));
const Custom = lazily(() => import('./Custom.tsx').then((module) => module.Custom));
const AddRow = lazily(() => import('./AddRow.tsx').then((module) => module.AddRow));
const CellEditor = lazily(() => import('./CellEditor.tsx').then((module) => module.CellEditor));
const Groups = lazily(() => import('./Groups.tsx').then((module) => module.Groups));
const Statistics = lazily(() => import('./Statistics.tsx').then((module) => module.Statistics));
const Look = lazily(() => import('./Look.tsx').then((module) => module.Look));

/** What was asked for beside the cells. */
function Beside({ panel }: { panel: Panel }): JSX.Element | null {
  switch (side.value?.kind) {
    case 'columns': return <Columns panel={panel} />;
    case 'custom': return <Custom panel={panel} />;
    case 'row': return <AddRow panel={panel} />;
    case 'groups': return <Groups panel={panel} />;
    case 'stats': return <Statistics key={side.value.column} panel={panel} column={side.value.column} />;
    case 'look': return <Look panel={panel} column={side.value.column} />;
    default: return null;
  }
}

export function TablePanel({ panel }: { panel: Panel }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = document.createElement('kinetable-grid') as KinetableGrid;
    element.model = panel;
    element.events = panel.events;
    element.dataset.region = 'table';
    element.setAttribute('aria-label', `Table ${panel.name}`);
    // At once, or when the panel comes to its place.
    element.ready = () => panel.attach(element);
    host.current?.append(element);
  }, [panel]);
  const isActive = panel === active.value;
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    const isInside = root.current?.contains(document.activeElement);
    if (isActive && !isInside && !matchMedia('(pointer: coarse)').matches) panel.element?.focus();
  }, [isActive, panel]);
  return (
    <section class="panel" ref={root}>
      <Chips panel={panel} />
      {panel.offered.value && <Offer panel={panel} plan={panel.offered.value} />}
      {isActive && goToShown.value && <GoTo panel={panel} />}
      <Exports panel={panel} />
      <div class="cells-and-side">
        <div class="cells" ref={host}>
          <PanelState panel={panel} />
          {panel.editing.value && <CellEditor key={`${panel.editing.value.row} ${panel.editing.value.column}`} panel={panel} {...panel.editing.value} />}
        </div>
        {isActive && panel.schema.value && <Beside panel={panel} />}
      </div>
      {panel.menu.value && <CellMenu panel={panel} place={panel.menu.value} />}
    </section>
  );
}
