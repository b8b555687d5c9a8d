/** Fingers: a drag pans and glides on, a tap is a click, a long press asks for the menu. */
import type { Grid } from './grid.ts';

const LONG_PRESS_MS = 500;
const SLACK = 8;
/** Share of the speed that is left after a millisecond of gliding. */
const FRICTION = 0.996;

export class Touch {
  private id: number | null = null;
  private start = { x: 0, y: 0 };
  private last = { x: 0, y: 0, time: 0 };
  private speed = { x: 0, y: 0 };
  private moved = false;
  private press: ReturnType<typeof setTimeout> | undefined;
  private glide = 0;

  constructor(
    private readonly grid: Grid,
    private readonly tap: (x: number, y: number) => void,
    private readonly menu: (x: number, y: number) => void,
  ) {}

  get isActive(): boolean {
    return this.id !== null;
  }

  stop(): void {
    cancelAnimationFrame(this.glide);
  }

  down(event: PointerEvent, x: number, y: number): void {
    if (this.id !== null) return;
    this.id = event.pointerId;
    this.start = { x, y };
    this.last = { x, y, time: event.timeStamp };
    this.speed = { x: 0, y: 0 };
    this.moved = false;
    clearTimeout(this.press);
    this.press = setTimeout(() => {
      if (this.moved || this.id === null) return;
      this.id = null;
      this.menu(x, y);
    }, LONG_PRESS_MS);
  }

  move(event: PointerEvent, x: number, y: number): void {
    if (event.pointerId !== this.id) return;
    if (!this.moved && Math.hypot(x - this.start.x, y - this.start.y) < SLACK) return;
    this.moved = true;
    clearTimeout(this.press);
    const passed = Math.max(1, event.timeStamp - this.last.time);
    const [dx, dy] = [this.last.x - x, this.last.y - y];
    this.speed = { x: 0.7 * (dx / passed) + 0.3 * this.speed.x, y: 0.7 * (dy / passed) + 0.3 * this.speed.y };
    this.last = { x, y, time: event.timeStamp };
    this.grid.scrollPixels(dx, dy);
  }

  up(event: PointerEvent): void {
    if (event.pointerId !== this.id) return;
    this.id = null;
    clearTimeout(this.press);
    if (!this.moved) return event.type === 'pointerup' ? this.tap(this.start.x, this.start.y) : undefined;
    if (event.timeStamp - this.last.time > 80 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    let former = performance.now();
    const step = (now: number): void => {
      const passed = now - former;
      former = now;
      this.grid.scrollPixels(this.speed.x * passed, this.speed.y * passed);
      const left = FRICTION ** passed;
      this.speed = { x: this.speed.x * left, y: this.speed.y * left };
      if (Math.hypot(this.speed.x, this.speed.y) > 0.02) this.glide = requestAnimationFrame(step);
    };
    this.glide = requestAnimationFrame(step);
  }
}
