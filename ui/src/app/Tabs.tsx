import type { JSX } from 'preact';
import { Icon } from './icons.tsx';
import { tables } from './session.ts';
import { activeName, close, panels, show } from './tabs.ts';

export function Tabs(): JSX.Element | null {
  if (!panels.value.length) return null;
  const move = (event: KeyboardEvent, at: number): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (event.key === 'Delete') close(panels.value[at].name);
    if (!step) return;
    const next = panels.value[(at + step + panels.value.length) % panels.value.length];
    show(next.name);
    document.getElementById(`tab-${next.name}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Open tables" data-region="tabs">
      {panels.value.map((panel, at) => {
        const isActive = panel.name === activeName.value;
        // One that was not looked at yet has not heard it itself.
        const isLive = panel.live.value || tables.value?.some((table) => table.name === panel.name && table.live);
        return (
          <div key={panel.name} class={isActive ? 'tab active' : 'tab'} role="presentation" onAuxClick={(event) => event.button === 1 && close(panel.name)}>
            <button type="button" role="tab" id={`tab-${panel.name}`} aria-selected={isActive} aria-controls={`panel-${panel.name}`} tabIndex={isActive ? 0 : -1} aria-keyshortcuts="Delete"
              onClick={() => show(panel.name)} onKeyDown={(event) => move(event, at)}>
              {panel.quiet.value === null ? <span class={isLive ? 'pulse live' : 'pulse'} /> : <Icon name="clock" />}
              {panel.name}
            </button>
            {/* For the pointer: within a list of tabs there is nothing but tabs, and the keyboard has Delete. */}
            <span class="close" aria-hidden="true" title={`Close ${panel.name}`} onClick={() => close(panel.name)}>
              <Icon name="close" />
            </span>
          </div>
        );
      })}
    </div>
  );
}
