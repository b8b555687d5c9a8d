// Does with a server what pages do: `node tour.mjs URL TRANSPORT TOKEN`. Prints a line of JSON for each step.

import * as consoles from './console.mjs';
import * as grids from './grids.mjs';
import * as live from './live.mjs';
import * as trees from './trees.mjs';
import { enter, knock, refusal, within } from './client.mjs';

const [url, transport, token] = process.argv.slice(2);
const say = (step, found) => process.stdout.write(`${JSON.stringify({ step, ...found })}\n`);

/** A step that fails says why, and the others go on. */
async function step(name, action) {
  try {
    say(name, { found: (await within(action(), `end of "${name}"`, 400_000)) ?? null });
  } catch (error) {
    say(name, { failed: String(error?.stack ?? error) });
  }
}

const again = () => enter(url, transport, token);
const page = await again();
for (const [name, action] of Object.entries({ ...grids, ...live, ...trees, ...consoles })) {
  await step(name, () => action(page, again));
}
await step('wrongToken', () => refusal(() => knock(url, transport, 'wrong')));
page.connection.close();
process.exit(0);
