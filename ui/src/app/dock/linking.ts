/** Whether links are being made, and from where; null: not. */
import { signal } from '@preact/signals';

export const linking = signal<{ from?: string; column?: string } | null>(null);
