import { signal } from '@preact/signals';

export const paletteShown = signal(false);
