/** A chart of a table as it is shown, in a panel beside it that follows it. */
import type { ChartSpec } from '../../charts/spec.ts';
import { addressOf } from '../dock/alone.ts';
import { board } from '../dock/boards.ts';
import { ChartItem, planOf } from '../dock/kinds/chart.tsx';
import { TableItem } from '../dock/kinds/table.tsx';
import { withoutOuter } from '../dock/links.ts';
import { FRESH, plainState } from '../kept.ts';
import { isEmpty } from '../plan.ts';
import type { Panel } from '../panel.ts';
import { notice } from '../session.ts';

/** To the right where there is room for both, else below; further charts are tabs beside the first. */
export function openChart(panel: Panel, spec: ChartSpec): void {
  const plan = planOf(withoutOuter(panel.plan.value));
  const state = { kind: 'chart', table: panel.name, ...(isEmpty(plan) ? {} : { view: plainState({ ...FRESH, plan }) }), chart: spec };
  if (!board.value) return void window.open(addressOf(state), '_blank', 'noopener');
  const chart = board.value.find((item) => item instanceof ChartItem);
  const table = board.value.find((item) => item instanceof TableItem && item.panel === panel);
  const isWide = (panel.element?.clientWidth ?? 0) > 1000;
  const place = chart === null ? { beside: table, side: isWide ? 'right' : 'bottom' } as const : { beside: chart, side: null };
  if (board.value.open(table === null ? state : { ...state, follows: table }, 'own', { at: place }) === null) notice('there is no room for another panel: close one', true);
}
