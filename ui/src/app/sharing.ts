/** What is copied of a table as it is shown: the Python that makes it, and a link to it. */
import { asPython } from '../client/index.ts';
import { toClipboard } from '../grid/copy.ts';
import { fragmentOf } from './kept.ts';
import type { Panel } from './panel.ts';
import { notice } from './session.ts';
import { pathOf } from './tabs.ts';

export function copyPython(panel: Panel): Promise<void> {
  const text = asPython(panel.name, panel.opsNow());
  return copied(text, `copied: ${text.length > 90 ? `${text.slice(0, 89)}…` : text}`);
}

export function copyLink(panel: Panel): Promise<void> {
  const fragment = fragmentOf(panel.state.value);
  return copied(`${location.origin}${pathOf(panel.name)}${fragment && `#${fragment}`}`, 'link copied: it shows the table as it is here, to those who may enter');
}

export async function copied(text: string, word: string): Promise<void> {
  try {
    await toClipboard(text);
    notice(word);
  } catch (error) {
    notice(String(error), true);
  }
}
