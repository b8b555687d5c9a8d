/** What the grid of a panel follows: settings, the zone, what was asked, and what is wrong with it. */
import { effect, untracked } from '@preact/signals';
import type { Grid } from '../grid/grid.ts';
import type { Panel } from './panel.ts';
import { phase, zone } from './session.ts';
import { density, flash, theme } from './settings.ts';

/** Returns what ends each of it. */
export function followed(panel: Panel, grid: Grid): (() => void)[] {
  return [
    effect(() => {
      // Read here, so that the colours are read again when they changed.
      void theme.value;
      grid.setTheme(density.value);
    }),
    effect(() => {
      grid.setZone(zone.value);
      // A filter of times means other instants in another zone.
      untracked(() => {
        if (panel.plan.value.filters.size) panel.change(panel.plan.value);
      });
    }),
    effect(() => grid.setStale(phase.value !== 'live' || panel.waitingSince.value !== null || panel.error.value?.code === 'gone')),
    effect(() => grid.setFormats(panel.formats.value)),
    effect(() => grid.setRules(panel.rules.value)),
    effect(() => grid.setFlash(flash.value)),
    effect(() => grid.showFilters(panel.filtersShown.value)),
    effect(() => {
      grid.filterRow.setTexts(panel.plan.value.filters);
      grid.filterRow.setErrors(panel.filterErrors.value);
    }),
    effect(() => marks(panel, grid)),
  ];
}

function marks(panel: Panel, grid: Grid): void {
  const { sorts, filters } = panel.plan.value;
  const all = new Map(sorts.map(([column, direction], i) => [column, { direction, order: sorts.length > 1 ? i + 1 : 0 }]));
  grid.setMarks(all, new Set(filters.keys()));
}
