/** The shapes that points of a series can have, as paths of uPlot. */
import type uPlot from 'uplot';

export const SHAPES = ['square', 'circle', 'up_triangle', 'diamond', 'horizontal_rectangle', 'ellipse', 'right_triangle', 'down_triangle', 'vertical_rectangle', 'left_triangle'] as const;
export type Shape = (typeof SHAPES)[number];

/** Corners around the middle, of points whose half is 1. */
const CORNERS: Partial<Record<Shape, readonly (readonly [number, number])[]>> = {
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  diamond: [[0, -1.25], [1.25, 0], [0, 1.25], [-1.25, 0]],
  up_triangle: [[0, -1.2], [1.15, 0.9], [-1.15, 0.9]],
  down_triangle: [[0, 1.2], [1.15, -0.9], [-1.15, -0.9]],
  right_triangle: [[1.2, 0], [-0.9, 1.15], [-0.9, -1.15]],
  left_triangle: [[-1.2, 0], [0.9, 1.15], [0.9, -1.15]],
  horizontal_rectangle: [[-1.3, -0.6], [1.3, -0.6], [1.3, 0.6], [-1.3, 0.6]],
  vertical_rectangle: [[-0.6, -1.3], [0.6, -1.3], [0.6, 1.3], [-0.6, 1.3]],
};

/** Undefined: circles, which uPlot has by itself. */
export function shaped(shape: Shape | undefined): uPlot.Series.Points.PathBuilder | undefined {
  if (shape === undefined || shape === 'circle') return undefined;
  const corners = CORNERS[shape];
  return (chart, at, from, to, some) => {
    const { scale, points } = chart.series[at];
    const half = ((points?.size ?? 5) / 2) * (devicePixelRatio || 1);
    const [xs, ys, fill, clip] = [chart.data[0], chart.data[at], new Path2D(), new Path2D()];
    const { left, top, width, height } = chart.bbox;
    clip.rect(left - 2 * half, top - 2 * half, width + 4 * half, height + 4 * half);
    const put = (i: number): void => {
      const value = ys[i];
      if (value == null) return;
      const [x, y] = [chart.valToPos(xs[i], 'x', true), chart.valToPos(value, scale as string, true)];
      if (!corners) {
        fill.moveTo(x + 1.3 * half, y);
        return fill.ellipse(x, y, 1.3 * half, 0.8 * half, 0, 0, 2 * Math.PI);
      }
      corners.forEach(([dx, dy], n) => (n ? fill.lineTo(x + dx * half, y + dy * half) : fill.moveTo(x + dx * half, y + dy * half)));
      fill.closePath();
    };
    if (some) some.forEach(put);
    else for (let i = from; i <= to; i++) put(i);
    return { stroke: null, fill, clip, flags: 3 };
  };
}
