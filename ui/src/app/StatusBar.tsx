import type { JSX } from 'preact';
import { Icon } from './icons.tsx';
import type { Panel } from './panel.ts';
import { lostAt, phase, serverZone, status, zone } from './session.ts';
import { browserZone, zoneChoice } from './settings.ts';
import { selectionWords } from './summary.ts';
import { active } from './tabs.ts';
import { bytes, clock, count, short, zoneWord } from './words.ts';

export function StatusBar(): JSX.Element {
  const panel = active.value;
  const engine = status.value;
  return (
    <footer class="status" data-region="status">
      {panel && <Rows panel={panel} />}
      <span class="grow" />
      {panel && <Selected panel={panel} />}
      <Zone />
      {engine && (
        <>
          <span class="only-wide" title="Mean length of a cycle of the engine, and cycles a second">
            {engine.cycle_ms === null ? 'idle' : `${engine.cycle_ms < 10 ? engine.cycle_ms.toFixed(2) : engine.cycle_ms.toFixed(0)} ms · ${engine.cycles.toFixed(0)}/s`}
          </span>
          <span class="only-wide" title="Memory of the server">{bytes(engine.memory)}</span>
        </>
      )}
    </footer>
  );
}

function Rows({ panel }: { panel: Panel }): JSX.Element {
  const { rows, total } = panel.counts.value;
  const rates = panel.live.value && phase.value === 'live' ? panel.rates.value : null;
  return (
    <>
      <Liveness panel={panel} />
      <span data-status="rows">{panel.loaded.value && `${count(rows)}${rows === total ? '' : ` of ${count(total)}`} ${total === 1 ? 'row' : 'rows'}`}</span>
      {rates && rates.rows >= 0.5 && <span class="only-wide" title="Rows that are added a second">+{short(Math.round(rates.rows))} rows/s</span>}
      {rates && rates.updates >= 0.05 && <span class="only-wide" title="Updates of the screen a second">{rates.updates.toFixed(rates.updates < 9.5 ? 1 : 0)} updates/s</span>}
    </>
  );
}

function Liveness({ panel }: { panel: Panel }): JSX.Element {
  if (phase.value !== 'live' && lostAt.value !== null) return <span class="as-of" data-status="live">as of {clock(lostAt.value, zone.value)}</span>;
  if (panel.error.value?.code === 'gone') return <span class="as-of" data-status="live">as of {clock(Number(panel.asOf.value) / 1e6, zone.value)}</span>;
  if (!panel.loaded.value) return <span data-status="live">–</span>;
  const quiet = panel.quiet.value;
  if (quiet !== null) return <span class="as-of" data-status="live" title="It uses to change more often"><Icon name="clock" />no change for {quiet} s</span>;
  return <span class={panel.live.value ? 'is-live' : ''} data-status="live">{panel.live.value ? 'Live' : 'Static'}</span>;
}

function Selected({ panel }: { panel: Panel }): JSX.Element | null {
  // Read, so that this is made anew when the selection moves.
  void panel.selected.value;
  const words = selectionWords(panel);
  return words ? <span class="selected only-wide" data-status="selection">{words}</span> : null;
}

function Zone(): JSX.Element {
  const options = [...new Map([['browser', `${zoneWord(browserZone)} (here)`], ['server', `${zoneWord(serverZone.value)} (server)`], ['UTC', 'UTC']])];
  return (
    <label class="zone" title="The time zone that times are shown in">
      <span class="word">{zoneWord(zone.value)}</span>
      <select aria-label="Time zone" value={zoneChoice.value} onChange={(event) => (zoneChoice.value = event.currentTarget.value)}>
        {options.map(([value, word]) => (
          <option key={value} value={value}>{word}</option>
        ))}
      </select>
    </label>
  );
}
