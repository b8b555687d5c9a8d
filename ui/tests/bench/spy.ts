/**
 * What a page paints, seen from outside of it: a script that wraps `fillText` of its canvases before the page begins, so that it
 * says the same of any grid that draws its cells on a canvas.
 *
 * **State** the last text at each place, and when a text that was awaited was drawn. Times are ms since the page's navigation began, taken once
 * the frame is done that drew the text.
 */
import type { Page } from 'playwright-core';

export interface Spy {
  /** When the first cell of the table was there: a text that matches `CELL`. */
  first: number | null;
  /** Awaits a text; null: the next cell that was never drawn before. */
  arm(text: string | null): void;
  /** When the last key, button or wheel was pressed, and when what was awaited was there. */
  input: number;
  found: number | null;
  /** Frames in which the text at some place became another one, since `restart`. */
  frames: number;
  restart(): void;
}

declare global {
  interface Window {
    spy: Spy;
  }
}

/** Installs the spy into a page that is yet to begin. Cells of the first column are `r` and nine digits. */
export async function install(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const cell = /^r\d{9}$/;
    const drawn = new Set<string>();
    const places = new Map<string, string>();
    let awaited: string | null = null;
    let isArmed = false;
    let isChanged = false;
    const done = (then: (now: number) => void): void => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        then(performance.now());
        port1.close();
      };
      port2.postMessage(null);
    };
    const spy: Spy = {
      first: null, found: null, input: 0, frames: 0,
      arm(text) {
        awaited = text;
        isArmed = true;
        spy.found = null;
      },
      restart() {
        spy.frames = 0;
        isChanged = false;
      },
    };
    window.spy = spy;
    const isAwaited = (text: string): boolean => (awaited === null ? cell.test(text) && !drawn.has(text) : text === awaited);
    const note = (text: string): void => {
      if (isArmed && isAwaited(text)) {
        isArmed = false;
        done((now) => (spy.found = now));
      }
      if (!cell.test(text)) return;
      drawn.add(text);
      if (spy.first === null) {
        spy.first = -1;
        done((now) => (spy.first = now));
      }
    };
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function draw(text, x, y, width?: number) {
      const place = `${Math.round(x)} ${Math.round(y)}`;
      if (places.get(place) !== text) {
        places.set(place, text);
        isChanged = true;
      }
      note(text);
      if (width === undefined) fillText.call(this, text, x, y);
      else fillText.call(this, text, x, y, width);
    };
    for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const) addEventListener(kind, (event) => (spy.input = event.timeStamp), { capture: true, passive: true });
    const step = (): void => {
      if (isChanged) spy.frames += 1;
      isChanged = false;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

/** Waits for what the spy awaits; gives the ms from the last input until it was painted, or null if it never was. */
export async function painted(page: Page, timeout = 10_000): Promise<number | null> {
  try {
    const handle = await page.waitForFunction(() => (window.spy.found !== null ? { ms: window.spy.found - window.spy.input } : null), null, { timeout, polling: 20 });
    return ((await handle.jsonValue()) as { ms: number }).ms;
  } catch {
    return null;
  }
}

/** Waits for the first cells; gives the ms since the navigation began, or null. */
export async function firstCells(page: Page, timeout = 60_000): Promise<number | null> {
  try {
    const handle = await page.waitForFunction(() => ((window.spy.first ?? -1) > 0 ? { ms: window.spy.first } : null), null, { timeout, polling: 50 });
    return ((await handle.jsonValue()) as { ms: number }).ms;
  } catch {
    return null;
  }
}
