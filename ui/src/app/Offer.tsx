import type { JSX } from 'preact';
import type { Panel } from './panel.ts';
import type { Plan } from './plan.ts';

/** Formulas of a link: where scripts can be reached from formulas, somebody else's are not computed unseen. */
export function Offer({ panel, plan }: { panel: Panel; plan: Plan }): JSX.Element {
  const choose = (chosen: Plan): void => {
    panel.offered.value = null;
    panel.change(chosen);
  };
  return (
    <div class="offer" role="alert">
      <p>The link asks the server to compute {plan.custom.length + plan.values.length === 1 ? 'this formula' : 'these formulas'}:</p>
      <ul>{[...plan.custom, ...plan.values.map(({ formula }) => formula)].map((text) => <li key={text}><code>{text}</code></li>)}</ul>
      <button type="button" class="primary" onClick={() => choose(plan)}>Compute</button>
      <button type="button" onClick={() => choose({ ...plan, custom: [], values: [] })}>Leave out</button>
    </div>
  );
}
