/**
 * Colours that a table has itself: packed into a long, background above text (`flags red green blue` each). They are meant, but contrast is
 * ours: a text's colour that cannot be read on what lies behind it moves towards black or white until it can.
 *
 * **State** what was worked out for colours that were seen. **Invariant** every text has the theme's contrast (4.5 at least) on its background.
 */
export type Rgb = readonly [red: number, green: number, blue: number];

/** How a cell is painted: CSS, or null where it is as any other cell. */
export interface Dress {
  ground: string | null;
  text: string | null;
  /** The background is seen on selected cells too. */
  overrides: boolean;
}

const [SET, OVERRIDE, EXPLICIT] = [1, 2, 4];
const [BLACK, WHITE]: [Rgb, Rgb] = [[0, 0, 0], [255, 255, 255]];
const KNOWN_MAX = 8192;

/** What lies below cells, and how well texts on it are to be read. */
export interface Surroundings {
  background: Rgb;
  selection: readonly [colour: Rgb, alpha: number];
  contrast: number;
  /** Whether backgrounds may be moved too, where no text could be read on them as wanted. */
  movesGrounds: boolean;
}

export class Paintbox {
  private readonly known = [new Map<bigint, Map<bigint, Dress | null>>(), new Map<bigint, Map<bigint, Dress | null>>()];
  private count = 0;

  constructor(private readonly around: Surroundings) {}

  /** Of a cell with these colours of its own, and of its row; null if neither says anything. */
  dress(own: bigint, row: bigint, isSelected: boolean): Dress | null {
    if (own === 0n && row === 0n) return null;
    const known = this.known[isSelected ? 1 : 0];
    let rows = known.get(own);
    let dress = rows?.get(row);
    if (dress !== undefined) return dress;
    if (this.count++ > KNOWN_MAX) {
      this.count = 0;
      for (const one of this.known) one.clear();
      rows = undefined;
    }
    if (!rows) known.set(own, (rows = new Map()));
    rows.set(row, (dress = this.make(own, row, isSelected)));
    return dress;
  }

  private make(own: bigint, row: bigint, isSelected: boolean): Dress | null {
    const { background, selection, contrast: wanted, movesGrounds } = this.around;
    const [ownGround, ownText, rowGround, rowText] = [own, row].flatMap((packed) => [half(packed >> 32n, SET), half(packed, SET | EXPLICIT)]);
    const ground = ownGround ?? rowGround;
    // The text that goes with a row's background does not go with another one.
    const text = ownText ?? (ownGround ? null : rowText);
    if (!ground && !text) return null;
    const overrides = ground?.overrides ?? false;
    const isBelow = isSelected && !overrides;
    let painted = ground?.rgb ?? background;
    if (ground && movesGrounds) painted = apart(painted, better(painted), wanted);
    if (isBelow) painted = mixed(painted, background, 0.5);
    const seen = isBelow ? mixed(painted, ...selection) : painted;
    return { ground: ground ? css(painted) : null, text: css(readable(text?.rgb ?? better(seen), seen, wanted)), overrides };
  }
}

/** A text that nobody chose is ours to choose. */
function half(packed: bigint, wanted: number): { rgb: Rgb; overrides: boolean } | null {
  const bits = Number(BigInt.asUintN(32, packed));
  const flags = bits >>> 24;
  return (flags & wanted) === wanted ? { rgb: [(bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255], overrides: Boolean(flags & OVERRIDE) } : null;
}

/** Black or white, whichever is read better on a colour. */
const better = (ground: Rgb): Rgb => (contrast(BLACK, ground) >= contrast(WHITE, ground) ? BLACK : WHITE);

/** The text's colour, or what is nearest to it that can be read. */
export function readable(text: Rgb, ground: Rgb, wanted: number): Rgb {
  const pole = better(ground);
  for (let step = 0; step < 10; step++) {
    const tried = mixed(text, pole, step / 10);
    if (contrast(tried, ground) >= wanted) return tried;
  }
  return pole;
}

/** A background that is so far from a text's colour. */
function apart(ground: Rgb, text: Rgb, wanted: number): Rgb {
  const pole = text === BLACK ? WHITE : BLACK;
  for (let step = 0; step < 10; step++) {
    const tried = mixed(ground, pole, step / 10);
    if (contrast(text, tried) >= wanted) return tried;
  }
  return pole;
}

export const mixed = (from: Rgb, to: Rgb, share: number): Rgb => from.map((part, i) => Math.round(part + (to[i] - part) * share)) as unknown as Rgb;

/** As WCAG counts it: 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((part) => (part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const css = (rgb: Rgb): string => `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/** A colour of CSS, however it is written, as a canvas understands it. */
export function parts(ctx: CanvasRenderingContext2D, colour: string): readonly [Rgb, alpha: number] {
  const former = ctx.fillStyle;
  ctx.fillStyle = colour;
  const known = String(ctx.fillStyle);
  ctx.fillStyle = former;
  const hex = /^#(..)(..)(..)$/.exec(known);
  if (hex) return [hex.slice(1).map((part) => Number.parseInt(part, 16)) as unknown as Rgb, 1];
  const [red = 0, green = 0, blue = 0, alpha = 1] = (known.match(/[\d.]+/g) ?? []).map(Number);
  return [[red, green, blue], alpha];
}
