import type { JSX } from 'preact';
import { client, lostAt, phase, restarted, zone } from './session.ts';
import { clock } from './words.ts';

/** What is wrong with the connection, above what is shown, which stays. */
export function Banner(): JSX.Element | null {
  if (phase.value === 'lost') {
    return (
      <div class="banner" role="status">
        <span>Reconnecting… {lostAt.value !== null && <>data as of {clock(lostAt.value, zone.value)}</>}</span>
        <button type="button" onClick={() => client.connection.hurry()}>Try now</button>
      </div>
    );
  }
  if (!restarted.value) return null;
  return (
    <div class="banner" role="status">
      <span>The server was restarted: tables that its scripts made again are open again, what was made by hand is gone.</span>
      <button type="button" onClick={() => (restarted.value = false)}>All right</button>
    </div>
  );
}
