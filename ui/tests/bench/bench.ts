/**
 * `npm run bench`, started by `cargo xtask bench ui`: the web app beside Deephaven's, each measured from outside in the same way, in turns.
 *
 * | option | |
 * |---|---|
 * | `--minutes N` | of the soak, 1 if nothing is said; 10 are eight hours' worth (`soak.ts` says how that is counted) |
 * | `--loads N` | first visits of each page, 5 if nothing is said; the median counts |
 * | `--parts …` | some of `load,screen,scroll,soak` |
 *
 * `BENCH_SERVERS` is what `crates/bench/ui/ui.py` has started. Ends with an error if the heap grew by more than it may.
 */
import { parseArgs } from 'node:util';
import { soakedApart } from './apart.ts';
import { loads, whole } from './load.ts';
import { type Engine, isOurs, opened, unwatched } from './pages.ts';
import { type Line, load, machine, missed, say, table } from './report.ts';
import { dragging, end, type FrameTimes, notch, thumb, wheeling } from './scroll.ts';

const { values: options } = parseArgs({ options: { minutes: { type: 'string', default: '1' }, loads: { type: 'string', default: '5' }, parts: { type: 'string', default: 'load,screen,scroll,soak' } } });
const { engines, end: rows } = JSON.parse(process.env.BENCH_SERVERS ?? '{"engines":[],"end":0}') as { engines: Engine[]; end: number };
if (!engines.length) throw new Error('BENCH_SERVERS is not set: `cargo xtask bench ui` starts the servers');

/** Seconds of scrolling whose frames are looked at. */
const FRAMED_SECONDS = 5;
const lines = new Map<string, Line>();

/** Of one engine, one result; the first that is told says the unit and the goal. */
function note(engine: Engine, value: number | null, what: string, unit: string, about: Partial<Line> = {}): void {
  const line = lines.get(what) ?? { what, unit, values: new Map(), ...about };
  lines.set(what, line);
  line.values.set(engine.name, value);
  say(`${engine.name}: ${what}: ${value === null ? 'not reached' : value.toFixed(2)} ${unit}`);
}

async function loading(engine: Engine): Promise<void> {
  const cold = await loads(engine, 'live', Number(options.loads));
  say(`${engine.name}: each of the visits: ${cold.all.join(', ')} ms`);
  note(engine, cold.ms / 1000, 'first cells of 10 M rows that grow, first visit', 's', { goal: { most: 0.6 }, digits: 2 });
  const slow = await loads(engine, 'live', Math.min(3, Number(options.loads)), 4);
  note(engine, slow.ms / 1000, 'the same, processor slowed down to a quarter', 's', { digits: 2 });
  note(engine, cold.sent.bytes / 1000, 'sent for that, with headers', 'kB', { goal: { most: 150 } });
  note(engine, cold.sent.requests, 'requests for that', 'files');
  note(engine, cold.sent.socket / 1000, 'data of tables for that, by WebSocket', 'kB');
  const entered = await whole(engine);
  note(engine, entered.bytes / 1000, 'sent for the whole page as it is entered', 'kB', { goal: { most: 150 } });
}

async function screen(engine: Engine): Promise<void> {
  await opened(engine, 'pulse', async (page) => {
    const rates: number[] = [];
    for (let i = 0; i < 3; i++) {
      await page.evaluate(() => window.spy.restart());
      rates.push(await page.evaluate(async () => {
        const began = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 3000));
        return window.spy.frames / ((performance.now() - began) / 1000);
      }));
    }
    note(engine, rates.sort((a, b) => a - b)[1], 'frames in which a cell changed, of 100 changes a second', 'Hz', { goal: { least: 20 }, digits: 1 });
  });
}

async function scrolling(engine: Engine): Promise<void> {
  await opened(engine, 'history', async (page) => {
    note(engine, await end(page, rows, 15), `Ctrl+End in ${rows.toLocaleString('en-US')} rows until the last is painted`, 'ms', { goal: { most: 80 } });
    await page.keyboard.press('Control+Home');
    await page.waitForTimeout(500);
    note(engine, await notch(page, 20), 'a notch of the wheel until further rows are painted', 'ms');
    note(engine, await thumb(page, 15), 'the thumb, dragged elsewhere, until rows of there are painted', 'ms');
  });
  // Without the spy, whose time would be counted as theirs.
  const framed = (what: string, found: FrameTimes): void => {
    note(engine, found.p50, `script a frame ${what}, p50`, 'ms', { digits: 1 });
    note(engine, found.p99, `script a frame ${what}, p99`, 'ms', { digits: 1 });
    note(engine, found.count / FRAMED_SECONDS, `frames ${what}`, 'Hz');
  };
  await unwatched(engine, 'history', async (page, browser) => {
    framed('as the wheel turns', await wheeling(browser, page, FRAMED_SECONDS));
    framed('as the thumb is dragged', await dragging(browser, page, FRAMED_SECONDS));
  });
}

const parts = new Set(options.parts.split(','));
say(`${machine()}; load ${load()}`);
for (const [part, work] of Object.entries({ load: loading, screen, scroll: scrolling })) {
  if (parts.has(part)) for (const engine of engines) await work(engine);
}
const ours = engines.find(isOurs) as Engine;
if (parts.has('soak')) await soakedApart(ours, Number(options.minutes), note);
console.log(`\n${new Date().toISOString().slice(0, 16)} UTC, ${machine()}, load ${load()} at the end\n`);
console.log(table([...lines.values()], engines.map(({ name }) => name)));
const failed = missed([...lines.values()], ours.name);
console.log(failed.length ? `\nmissed: ${failed.join('; ')}` : '\nall goals are met');
if (failed.some((what) => what.startsWith('heap'))) process.exitCode = 1;
