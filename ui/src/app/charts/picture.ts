/** A chart as a picture: on its background, with a title above and a legend below. */
import type { ChartLook } from '../../charts/look.ts';
import type { LegendEntry } from './model.ts';

export function pictured(canvas: HTMLCanvasElement, look: ChartLook, title: string, legend: readonly LegendEntry[]): Promise<Blob | null> {
  const scale = devicePixelRatio || 1;
  const [head, foot] = [40 * scale, legend.length > 1 ? 34 * scale : 8 * scale];
  const made = document.createElement('canvas');
  made.width = canvas.width;
  made.height = canvas.height + head + foot;
  const ctx = made.getContext('2d');
  if (!ctx) return Promise.resolve(null);
  ctx.fillStyle = look.background;
  ctx.fillRect(0, 0, made.width, made.height);
  ctx.drawImage(canvas, 0, head);
  ctx.scale(scale, scale);
  ctx.textBaseline = 'middle';
  ctx.fillStyle = look.text;
  ctx.font = `600 15px ${look.font}`;
  ctx.fillText(title, 14, 21);
  ctx.font = `12px ${look.font}`;
  let x = 14;
  const y = (made.height - foot / 2) / scale;
  if (legend.length > 1) {
    for (const { name, color } of legend) {
      ctx.fillStyle = color;
      ctx.fillRect(x, y - 2, 14, 4);
      ctx.fillStyle = look.dim;
      ctx.fillText(name, x + 20, y + 0.5);
      x += 36 + ctx.measureText(name).width;
    }
  }
  return new Promise((resolve) => made.toBlob(resolve, 'image/png'));
}
