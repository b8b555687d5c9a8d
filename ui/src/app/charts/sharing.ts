/** What is taken from a chart: a picture, and the Python that makes it. */
import type { Op } from '../../client/index.ts';
import { asFigure } from '../../charts/figurecode.ts';
import { type ChartSpec, KIND_WORDS } from '../../charts/spec.ts';
import { notice } from '../session.ts';
import { copied } from '../sharing.ts';
import type { ChartModel } from './model.ts';

export async function copyFigure(table: string, ops: readonly Op[], spec: ChartSpec): Promise<void> {
  const text = asFigure(table, ops, spec);
  if (text) return copied(text, 'copied: the chart as Python');
  notice(`${KIND_WORDS[spec.kind]}${spec.by ? ' with colours' : ''} cannot be written with kinetable.plot: copy the table as Python`, true);
}

/** As it is on the screen, with its title and its legend. */
export async function download(model: ChartModel, title: string): Promise<void> {
  const blob = await model.picture(title);
  if (!blob) return notice('there is no picture yet', true);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `${title.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '')}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
