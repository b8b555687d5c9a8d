import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icons.tsx';
import { type Density, density, flashChoice, type ThemeChoice, themeChoice } from './settings.ts';

const shown = signal(false);

const THEMES: [ThemeChoice, string][] = [['system', 'System'], ['light', 'Light'], ['dark', 'Dark'], ['contrast', 'Contrast']];
const DENSITIES: [Density, string][] = [[20, 'Dense'], [24, 'Normal'], [32, 'Roomy']];
const CHANGES: [number, string][] = [[1, 'Light up'], [0, 'Stay still']];

export function Settings(): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!shown.value) return;
    const leave = (event: Event): void => {
      const isEscape = event instanceof KeyboardEvent && event.key === 'Escape';
      if (isEscape || (event.type === 'pointerdown' && !root.current?.contains(event.target as Node))) shown.value = false;
      if (isEscape) root.current?.querySelector('button')?.focus();
    };
    addEventListener('pointerdown', leave);
    addEventListener('keydown', leave);
    return () => {
      removeEventListener('pointerdown', leave);
      removeEventListener('keydown', leave);
    };
  }, [shown.value]);
  return (
    <div class="settings" ref={root}>
      <button type="button" class="quiet" aria-label="Settings" aria-expanded={shown.value} onClick={() => (shown.value = !shown.value)}>
        <Icon name="settings" />
      </button>
      {shown.value && (
        <div class="popover" role="group" aria-label="Settings">
          <Choice legend="Theme" options={THEMES} value={themeChoice.value} pick={(value) => (themeChoice.value = value)} />
          <Choice legend="Rows" options={DENSITIES} value={density.value} pick={(value) => (density.value = value)} />
          <Choice legend="Cells that change" options={CHANGES} value={Number(flashChoice.value)} pick={(value) => (flashChoice.value = value === 1)} />
        </div>
      )}
    </div>
  );
}

interface ChoiceProps<T> {
  legend: string;
  options: [T, string][];
  value: T;
  pick(value: T): void;
}

function Choice<T extends string | number>({ legend, options, value, pick }: ChoiceProps<T>): JSX.Element {
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      <div class="segments">
        {options.map(([option, word]) => (
          <label key={option}>
            <input type="radio" name={legend} checked={option === value} onChange={() => pick(option)} />
            <span>{word}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
