/** The table of results: what was to be reached, what was, beside the other server's page. */
import { cpus, loadavg } from 'node:os';

export interface Line {
  what: string;
  unit: string;
  /** At most, or at least, so much. */
  goal?: { most?: number; least?: number };
  digits?: number;
  /** By the name of the engine. Null: not reached within the time that was given, or not measured. */
  values: Map<string, number | null>;
}

/** What the machine does beside, as the number that is printed with each result. */
export const load = (): string => loadavg().slice(0, 2).map((one) => one.toFixed(1)).join(' and ');

export function say(text: string): void {
  console.log(`[${new Date().toISOString().slice(11, 19)}, load ${loadavg()[0].toFixed(1)}] ${text}`);
}

function form(value: number | null | undefined, { digits = 0 }: Line): string {
  if (value === undefined || value === null || Number.isNaN(value)) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const isMet = ({ most = Number.POSITIVE_INFINITY, least = Number.NEGATIVE_INFINITY }: NonNullable<Line['goal']>, value: number): boolean => value <= most && value >= least;

function goalOf(line: Line): string {
  if (!line.goal) return '';
  return line.goal.most !== undefined ? `≤ ${line.goal.most.toLocaleString('en-US')}` : `≥ ${line.goal.least}`;
}

/** Markdown, as `docs/performance.md` has it; the first engine is the one that the goals are about. */
export function table(lines: readonly Line[], engines: readonly string[]): string {
  const [ours, other] = engines;
  const rows = lines.map((line) => {
    const [own, its] = [line.values.get(ours) ?? null, other ? line.values.get(other) ?? null : null];
    const goal = line.goal && own !== null ? (isMet(line.goal, own) ? 'met' : '**missed**') : '';
    const ratio = own !== null && its !== null && own > 0 ? `${(its / own).toPrecision(2)}` : '';
    return [`${line.what}, ${line.unit}`, goalOf(line), form(own, line), goal, ...(other ? [form(its, line), ratio] : [])];
  });
  const head = ['', 'goal', ours, '', ...(other ? [other, `${other} / ${ours}`] : [])];
  const rule = ['---', '---:', '---:', '---', ...(other ? ['---:', '---:'] : [])];
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

export function missed(lines: readonly Line[], ours: string): string[] {
  return lines.filter(({ goal, values }) => goal && values.get(ours) != null && !isMet(goal, values.get(ours) as number)).map(({ what }) => what);
}

export const machine = (): string => `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'processor'}, no GPU used, headless Chromium`;
