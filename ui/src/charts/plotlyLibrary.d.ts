/** What is used of plotly.js: the package of its strict build, which makes no functions of texts, has no types. */
declare module 'plotly.js-strict-dist-min' {
  export interface Drawn {
    data: unknown[];
    layout: Record<string, unknown>;
    frames?: unknown[];
    config?: Record<string, unknown>;
  }
  export function react(host: HTMLElement, figure: Drawn): Promise<unknown>;
  export function relayout(host: HTMLElement, change: Record<string, unknown>): Promise<unknown>;
  export function purge(host: HTMLElement): void;
  export const Plots: { resize(host: HTMLElement): Promise<unknown> };
}
