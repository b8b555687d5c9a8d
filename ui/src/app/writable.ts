/** Which tables can be written from the page. What writes them (`editing.ts`) is fetched when something is written. */
import type { Panel } from './panel.ts';
import { features } from './session.ts';

/** Whether rows can be added to what is shown: to the table itself, and not to what was made of it. */
export function canAdd(panel: Panel): boolean {
  const { group, select, custom } = panel.plan.value;
  return features.value.includes('edit') && panel.sub.schema?.kind === 'input' && !group && !select && !custom.length && !panel.name.includes('#');
}

/** Whether rows can be changed: those of a table without keys stay as they are. */
export function canEdit(panel: Panel): boolean {
  return canAdd(panel) && (panel.sub.schema?.keys?.length ?? 0) > 0;
}
