/** What the user prefers, kept in the browser: theme, density, time zone, width of the list. */
import { computed, effect, type Signal, signal } from '@preact/signals';

export type ThemeChoice = 'system' | 'light' | 'dark' | 'contrast';
export type Density = 20 | 24 | 32;

function kept<T extends string | number | boolean>(name: string, otherwise: T, allowed?: readonly T[]): Signal<T> {
  let value = otherwise;
  try {
    const text = localStorage.getItem(`kinetable.${name}`);
    const read = text === null ? otherwise : (JSON.parse(text) as T);
    if (typeof read === typeof otherwise && (!allowed || allowed.includes(read))) value = read;
  } catch {
    // Storage may be forbidden, or hold what another version wrote: the default will do.
  }
  const made = signal(value);
  effect(() => {
    try {
      localStorage.setItem(`kinetable.${name}`, JSON.stringify(made.value));
    } catch {
      // The setting then lasts as long as the page.
    }
  });
  return made;
}

const isPhone = matchMedia('(max-width: 700px)').matches;

export const themeChoice = kept<ThemeChoice>('theme', 'system', ['system', 'light', 'dark', 'contrast']);
export const density = kept<Density>('density', isPhone ? 32 : 24, [20, 24, 32]);
/** `browser`, `server`, or the name of a zone. */
export const zoneChoice = kept<string>('zone', 'browser');
/** Whether cells that change light up. */
export const flashChoice = kept<boolean>('flash', true);
export const listShown = kept<boolean>('list', true);

const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
const isStill = signal(reducedMotion.matches);
reducedMotion.addEventListener('change', () => (isStill.value = reducedMotion.matches));
export const flash = computed(() => flashChoice.value && !isStill.value);

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemContrast = matchMedia('(prefers-contrast: more)');
const system = signal(systemTheme());
for (const query of [systemDark, systemContrast]) query.addEventListener('change', () => (system.value = systemTheme()));

function systemTheme(): Exclude<ThemeChoice, 'system'> {
  if (systemContrast.matches) return 'contrast';
  return systemDark.matches ? 'dark' : 'light';
}

export const theme = computed(() => (themeChoice.value === 'system' ? system.value : themeChoice.value));
export const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});
