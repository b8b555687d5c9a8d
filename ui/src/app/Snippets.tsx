import type { JSX } from 'preact';
import { toConsole } from './console/asked.ts';
import { cards, run } from './console/runs.ts';
import { board } from './dock/boards.ts';

const SNIPPETS: { title: string; about: string; code: string }[] = [
  {
    title: 'A live table', about: 'Ten rows a second, each computed by formulas.',
    code: `from kinetable import time_table

ticks = time_table("PT0.1s").update([
    "Sym = ii % 3 == 0 ? \`ACME\` : \`BOLT\`",
    "Price = 100 + 10 * sin(ii * 0.05)",
    "Size = randomInt(1, 100)",
])`,
  },
  {
    title: 'Sums by a column, joined to each row', about: 'They change with every row that comes.',
    code: `from kinetable import agg

by_sym = ticks.agg_by([
    agg.sum_("Size"),
    agg.avg("Mean = Price"),
    agg.count_("Trades"),
], by="Sym")
joined = ticks.natural_join(
    by_sym, on="Sym", joins="Mean")`,
  },
  {
    title: 'A chart', about: 'It follows the table.',
    code: `from kinetable.plot import Figure

price = Figure().plot_xy(
    series_name="Price", t=ticks,
    x="Timestamp", y="Price").show()`,
  },
];

/** What can be tried at once, where code may be run. The later ones need what the first one makes. */
export function Snippets(): JSX.Element {
  const isMade = cards.value.some(({ code, state, error }) => code === SNIPPETS[0].code && state.value === 'done' && !error.value);
  return (
    <div class="snippets">
      {SNIPPETS.map(({ title, about, code }, i) => (
        <section key={title}>
          <h2>{title}</h2>
          <p>{about}</p>
          <pre tabIndex={0}>{code}</pre>
          <button type="button" class="primary" disabled={i > 0 && !isMade} title={i > 0 && !isMade ? 'Run the first one before' : undefined} onClick={() => {
            // What it prints, and how it ends, is said there.
            board.value?.open({ kind: 'console' }, 'own', { focus: false });
            run(code);
          }}>Run</button>
          <button type="button" onClick={() => toConsole(code)}>Put into the console</button>
        </section>
      ))}
    </div>
  );
}
