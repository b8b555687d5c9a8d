import type { JSX } from 'preact';
import { cancelExport, running } from './exports.ts';
import type { Panel } from './panel.ts';
import { count } from './words.ts';

/** What of a table is on its way to files. */
export function Exports({ panel }: { panel: Panel }): JSX.Element | null {
  const mine = running.value.filter((one) => one.panel === panel);
  if (!mine.length) return null;
  return (
    <div class="exports">
      {mine.map(({ id, name, done, total }) => (
        <div key={id} class="goto" role="status">
          <span>{name}</span>
          <progress max={total ?? undefined} value={total === null ? undefined : done} aria-label={`Export of ${name}`} />
          <span class="hint">{total === null ? 'asked for' : `${count(done)} of ${count(total)} rows`}</span>
          <button type="button" onClick={() => cancelExport(id)}>Cancel</button>
        </div>
      ))}
    </div>
  );
}
