/**
 * How wide texts are, without measuring them each frame: each character is measured once a font, and widths are sums. Kerning is off in the
 * painter, so the sums are exact but for ligatures, which the painter's font does not join at this setting.
 */
export class Widths {
  private readonly known = new Map<string, number>();
  private readonly ascii = new Float64Array(128).fill(-1);

  constructor(private readonly ctx: CanvasRenderingContext2D, private readonly font: string) {}

  of(text: string): number {
    let sum = 0;
    for (let i = 0; i < text.length; i++) sum += this.unit(text, i);
    return sum;
  }

  /** The text, or its beginning and an ellipsis, so that it fits. */
  fit(text: string, width: number): string {
    let sum = 0;
    for (let i = 0; i < text.length; i++) {
      sum += this.unit(text, i);
      if (sum > width) return this.cut(text, width);
    }
    return text;
  }

  private cut(text: string, width: number): string {
    const room = width - this.unit('…', 0);
    let [sum, end] = [0, 0];
    for (; end < text.length; end++) {
      sum += this.unit(text, end);
      if (sum > room) break;
    }
    // Half a surrogate pair would be drawn as a box.
    if (end > 0 && text.charCodeAt(end - 1) >> 10 === 0x36) end -= 1;
    return end ? `${text.slice(0, end)}…` : '';
  }

  private unit(text: string, i: number): number {
    const code = text.charCodeAt(i);
    if (code < 128) {
      const width = this.ascii[code];
      return width >= 0 ? width : (this.ascii[code] = this.measure(text[i]));
    }
    // The second half of a pair has the width of both; the first has none.
    if (code >> 10 === 0x36) return 0;
    const character = code >> 10 === 0x37 && i > 0 ? text.slice(i - 1, i + 1) : text[i];
    let width = this.known.get(character);
    if (width === undefined) {
      if (this.known.size > 20_000) this.known.clear();
      this.known.set(character, (width = this.measure(character)));
    }
    return width;
  }

  private measure(character: string): number {
    this.ctx.font = this.font;
    return this.ctx.measureText(character).width;
  }
}
