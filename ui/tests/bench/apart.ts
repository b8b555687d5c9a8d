/** The soak in a browser of its own, and what the server holds before and after it. */
import { type Engine, entrance, fresh, resident } from './pages.ts';
import { type Line, say } from './report.ts';
import { ACTIONS_AN_HOUR, type Held, Soak } from './soak.ts';

type Note = (engine: Engine, value: number | null, what: string, unit: string, about?: Partial<Line>) => void;

/** MB by which the heap may grow in eight hours. */
export const GROWTH_MAX = 20;

const told = ({ heap, nodes, listeners }: Held, server: number): string => `heap ${heap.toFixed(1)} MB, ${nodes} elements, ${listeners} listeners; server ${server.toFixed(0)} MB`;

export async function soakedApart(engine: Engine, minutes: number, note: Note): Promise<void> {
  await fresh(async (page) => {
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(String(error)));
    await page.goto(entrance(engine));
    const soak = new Soak(page, { lively: ['trades', 'pulse'], large: ['live', 'history'] });
    await soak.warm();
    const [before, server] = [await soak.held(), resident(engine.process)];
    say(`soak: after the first round ${told(before, server)}`);
    const end = Date.now() + minutes * 60_000;
    let next = Date.now() + 30_000;
    await soak.run((actions) => {
      if (Date.now() > next) {
        next += 30_000;
        say(`soak: ${actions} actions, ${(actions / ACTIONS_AN_HOUR).toFixed(1)} hours' worth; server ${resident(engine.process).toFixed(0)} MB`);
      }
      return Date.now() > end;
    });
    await soak.calm();
    const [after, then] = [await soak.held(), resident(engine.process)];
    const hours = soak.actions / ACTIONS_AN_HOUR;
    say(`soak: ${soak.actions} actions in ${minutes} minutes are ${hours.toFixed(1)} hours' worth; then ${told(after, then)}`);
    note(engine, hours, "soak: hours' worth that was done", 'h', { digits: 1 });
    note(engine, after.heap - before.heap, 'heap, growth', 'MB', { goal: { most: GROWTH_MAX }, digits: 2 });
    note(engine, after.nodes - before.nodes, 'elements more', 'nodes');
    note(engine, after.listeners - before.listeners, 'listeners more', 'listeners');
    note(engine, then - server, 'memory of the server, growth (its tables grow too)', 'MB');
    if (broken.length) throw new Error(`the page broke: ${broken[0]}`);
  });
}
