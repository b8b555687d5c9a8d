/** Script time of frames, from a trace of the browser: the same measure for any page. */
import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
}

/** What runs script; what lies within another of them is part of it. */
const SCRIPT = new Set(['FireAnimationFrame', 'EventDispatch', 'FunctionCall', 'TimerFire', 'RunMicrotasks', 'EvaluateScript', 'v8.callFunction', 'FireIdleCallback', 'MajorGC', 'MinorGC']);
const FRAME = 'PageAnimator::serviceScriptedAnimations';

/** Milliseconds of script from the beginning of one frame to that of the next, of all frames while `work` ran. */
export async function frames(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'blink', 'disabled-by-default-devtools.timeline'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const events = traceEvents.filter(({ ph, name }) => (ph === 'X' || ph === 'I' || ph === 'B') && (SCRIPT.has(name) || name === FRAME || name === 'BeginMainThreadFrame'));
  return byFrame(thread(events));
}

/** Those of the thread that fires most animation frames: the page's own. */
function thread(events: readonly TraceEvent[]): TraceEvent[] {
  const counts = new Map<string, number>();
  const key = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  for (const event of events) if (event.name === 'FireAnimationFrame') counts.set(key(event), (counts.get(key(event)) ?? 0) + 1);
  const [busiest] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [''];
  return events.filter((event) => key(event) === busiest).sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
}

function byFrame(events: readonly TraceEvent[]): number[] {
  const sums: number[] = [];
  let [sum, end, hasBegun, hasFired] = [0, 0, false, false];
  for (const { name, ts, dur } of events) {
    if (!SCRIPT.has(name)) {
      // Frames in which no script asked to be called are not the page's.
      if (hasBegun && hasFired) sums.push(sum / 1000);
      if (hasFired || !hasBegun) sum = 0;
      [hasBegun, hasFired] = [true, false];
      continue;
    }
    if (name === 'FireAnimationFrame') hasFired = true;
    if (ts < end) continue;
    sum += dur ?? 0;
    end = ts + (dur ?? 0);
  }
  return sums;
}
