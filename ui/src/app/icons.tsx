/** Icons, drawn on a grid of 16 with lines of 1.5. They say nothing to screen readers: the button around them does. */
import type { JSX } from 'preact';

const PATHS = {
  close: 'M4 4l8 8M12 4l-8 8',
  filter: 'M2 3.5h12L9.5 8.8V13l-3-1.6V8.8z',
  goto: 'M2 4h8M2 8h5M2 12h8M11 8h3.5M12.5 6l2 2-2 2',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  link: 'M6.5 9.5l3-3M7 4.8l1.6-1.6a3 3 0 0 1 4.2 4.2L11.2 9M9 11.2l-1.6 1.6a3 3 0 0 1-4.2-4.2L4.8 7',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  drag: 'M3 5.5h10M3 10.5h10',
  clock: 'M8 2.2a5.8 5.8 0 1 1 0 11.6a5.8 5.8 0 0 1 0-11.6zM8 5v3.2l2.2 1.4',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM10.3 10.3L14 14',
  list: 'M2 4h12M2 8h12M2 12h12',
  settings: 'M2 5h6M12 5h2M2 11h2M8 11h6M10 3.2a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 0 1 0-3.6zM6 9.2a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 0 1 0-3.6z',
  help: 'M5.8 6a2.3 2.3 0 1 1 3.4 2c-.8.5-1.2.9-1.2 1.8M8 12.2v.3',
  table: 'M2 3h12v10H2zM2 6.5h12M6.5 6.5V13',
  console: 'M2 3h12v10H2zM4.5 6l2 2-2 2M8.5 10.5h3',
  log: 'M3 3.5h10M3 6.5h7M3 9.5h10M3 12.5h5',
  history: 'M3 8a5 5 0 1 0 1.6-3.7M3 3v3h3M8 5.5V8l2 1.3',
  play: 'M4.5 3l8 5-8 5z',
  file: 'M4 2h5.5L12 4.5V14H4zM9 2v3h3',
  panels: 'M2 3h12v10H2zM7 3v10M7 8h7',
  image: 'M2 3h12v10H2zM2.5 12l3.6-4 2.6 2.7 1.8-1.8 3 3M10.5 6a.6.6 0 1 0 .1 0',
  chart: 'M2 2.5v11h12M4.5 10.5l3-3.5 2.5 2 3.5-5',
  export: 'M8 2v8M5 7.2L8 10.2l3-3M2.5 10v3.5h11V10',
  groups: 'M2 3.5h6M5 7.5h6M8 11.5h6M2.5 6v1.5H5M5.5 10v1.5H8',
  plus: 'M8 3v10M3 8h10',
  check: 'M3 8.5l3.2 3.2L13 4.8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
