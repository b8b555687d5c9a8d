/** A picture of 256 colours as a PNG of a byte a pixel: a third of one with three, and of a screen hardly another. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** Colours that are taken as they are; the rest of the palette are means of colours that lie together. */
const EXACT = 96;

export function paletted(picture: Buffer): Buffer {
  const { width, height, pixels } = decoded(picture);
  const counts = new Map<number, number>();
  for (let i = 0; i < pixels.length; i += 3) {
    const colour = (pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = paletteOf(counts);
  const nearest = new Map([...counts.keys()].map((colour) => [colour, nearestOf(colour, palette)]));
  const lines = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < width * height; i++) {
    const colour = (pixels[3 * i] << 16) | (pixels[3 * i + 1] << 8) | pixels[3 * i + 2];
    lines[i + 1 + Math.floor(i / width)] = nearest.get(colour) as number;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(lines, { level: 9, memLevel: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** A PNG of three bytes a pixel, as browsers make it: its lines each say how they differ from their neighbours. */
function decoded(picture: Buffer): { width: number; height: number; pixels: Uint8Array } {
  const [width, height] = [picture.readUInt32BE(16), picture.readUInt32BE(20)];
  if (picture[24] !== 8 || picture[25] !== 2) throw new Error('the picture is not of three bytes a pixel');
  const parts: Buffer[] = [];
  for (let at = 8; at < picture.length; at += 12 + picture.readUInt32BE(at)) {
    if (picture.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(picture.subarray(at + 8, at + 8 + picture.readUInt32BE(at)));
  }
  const lines = inflateSync(Buffer.concat(parts));
  const size = 3 * width;
  const pixels = new Uint8Array(size * height);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (size + 1)];
    for (let x = 0; x < size; x++) {
      const left = x >= 3 ? pixels[y * size + x - 3] : 0;
      const above = y ? pixels[(y - 1) * size + x] : 0;
      const both = x >= 3 && y ? pixels[(y - 1) * size + x - 3] : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, both)][filter];
      pixels[y * size + x] = lines[y * (size + 1) + 1 + x] + guess;
    }
  }
  return { width, height, pixels };
}

function paeth(left: number, above: number, both: number): number {
  const guess = left + above - both;
  const [toLeft, toAbove, toBoth] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - both)];
  return toLeft <= toAbove && toLeft <= toBoth ? left : toAbove <= toBoth ? above : both;
}

function paletteOf(counts: ReadonlyMap<number, number>): number[] {
  const often = [...counts].sort((a, b) => b[1] - a[1]);
  const exact = often.slice(0, EXACT).map(([colour]) => colour);
  const groups = new Map<number, { count: number; sums: number[] }>();
  for (const [colour, count] of often.slice(EXACT)) {
    const parts = [colour >> 16, (colour >> 8) & 255, colour & 255];
    const key = parts.reduce((all, part) => all * 16 + (part >> 4), 0);
    const group = groups.get(key) ?? { count: 0, sums: [0, 0, 0] };
    group.count += count;
    parts.forEach((part, i) => (group.sums[i] += part * count));
    groups.set(key, group);
  }
  const means = [...groups.values()].sort((a, b) => b.count - a.count).slice(0, 256 - exact.length);
  return [...exact, ...means.map(({ count, sums }) => sums.reduce((all, sum) => (all << 8) | Math.round(sum / count), 0))];
}

function nearestOf(colour: number, palette: readonly number[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  palette.forEach((other, i) => {
    const distance = [16, 8, 0].reduce((sum, shift) => sum + (((colour >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
    if (distance < least) [best, least] = [i, distance];
  });
  return best;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
